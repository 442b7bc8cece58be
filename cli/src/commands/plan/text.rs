//! A plan for people at a terminal.

use flow_review::plan::{Change, Plan, Said};

use crate::layout::{hanging, plural};
use crate::people::Planned;
use crate::terminal::{BOLD, CYAN, DIM, GREEN, RED, Terminal, YELLOW};

/// Items that a change leads to and that are named; of more the number is said.
const NAMED: usize = 8;
/// Lines of one side that are shown.
const LINES: usize = 12;

/// The plan, item by item; then the people inside.
pub(super) fn text(plan: &Plan, planned: Option<&Planned>, terminal: &Terminal) -> String {
    let mut out = head(plan, terminal);
    let mut last = "";
    for (at, change) in plan.changes.iter().enumerate() {
        if change.item != last {
            out.push_str(&format!("\n{}\n", terminal.paint(BOLD, &title(&change.item))));
            last = &change.item;
        }
        out.push_str(&told(change, terminal));
        let ends = plan.changes.get(at + 1).is_none_or(|next| next.item != change.item);
        if ends && !change.affects.is_empty() {
            out.push_str(&affects(change, terminal));
        }
    }
    if !plan.bounds.is_empty() {
        out.push_str(&format!("\n{}\n", terminal.paint(BOLD, "the worst case of a week")));
        plan.bounds.iter().for_each(|it| out.push_str(&hanging("  ", &it.to_string(), terminal.width)));
    }
    if let Some(planned) = planned {
        let said = planned.text(terminal);
        if !said.is_empty() {
            out.push_str(&format!("\n{said}"));
        }
    }
    if let Some(token) = plan.token.as_ref().filter(|_| !plan.changes.is_empty()) {
        let words = format!("\nexactly this is deployed by  flow deploy --plan {token}\n");
        out.push_str(&terminal.paint(DIM, &words));
    }
    out
}

fn head(plan: &Plan, terminal: &Terminal) -> String {
    let arrow = if terminal.unicode { "→" } else { "->" };
    let sides = format!("{} {arrow} {}", plan.base.name.replace('`', ""), plan.head.name.replace('`', ""));
    if plan.changes.is_empty() {
        let verdict = terminal.paint(GREEN, "nothing changes for anybody");
        return format!("{verdict}  {}\n", terminal.paint(DIM, &sides));
    }
    let changes = plural(plan.changes.len() as u64, "change");
    let mut text = format!("{}  {}\n", terminal.paint(BOLD, &changes), terminal.paint(DIM, &sides));
    let approvals = plan.changes.iter().filter(|change| change.needs_approval).count();
    if approvals > 0 {
        let verb = if approvals == 1 { "needs" } else { "need" };
        text.push_str(&terminal.paint(YELLOW, &format!("{approvals} of them {verb} approval\n")));
    }
    text
}

/// One change: the reason, what it is, before and after, who shows it.
fn told(change: &Change, terminal: &Terminal) -> String {
    let part = change.part.as_ref().map_or(String::new(), |part| format!("{part}: "));
    let lead = format!("  {}  ", change.code.word());
    let approval = if change.needs_approval { " (needs approval)" } else { "" };
    let says = hanging(&lead, &format!("{part}{}{approval}", change.says), terminal.width);
    let style = if change.needs_approval { YELLOW } else { CYAN };
    let mut out = says.replacen(change.code.word(), &terminal.paint(style, change.code.word()), 1);
    out.push_str(&side('-', change.before.as_ref(), terminal));
    out.push_str(&side('+', change.after.as_ref(), terminal));
    for witness in &change.witnesses {
        let words = format!("{}{}", witness.says, witness.reserve);
        out.push_str(&hanging("    for example ", &words, terminal.width));
    }
    out
}

/// One side, with its line at the end where there is room.
fn side(sign: char, said: Option<&Said>, terminal: &Terminal) -> String {
    let Some(Said { text, at }) = said else { return String::new() };
    let style = if sign == '-' { RED } else { GREEN };
    let mut out = String::new();
    let count = text.lines().count();
    for line in text.lines().take(LINES) {
        for piece in hanging(&format!("    {sign} "), line, terminal.width).lines() {
            out.push_str(&format!("{}\n", terminal.paint(style, piece)));
        }
    }
    if count > LINES {
        out.push_str(&terminal.paint(DIM, &format!("      {} more\n", plural((count - LINES) as u64, "line"))));
    }
    let Some(at) = at else { return out };
    let place = format!("{}:{}", at.file, at.line);
    let last = text.lines().last().map_or(0, |line| line.chars().count()) + 6;
    if count == 1 && last + place.len() + 2 <= terminal.width {
        let gap = " ".repeat(terminal.width - last - place.len());
        return format!("{}{gap}{}\n", out.trim_end_matches('\n'), terminal.paint(DIM, &place));
    }
    out + &terminal.paint(DIM, &format!("      {place}\n"))
}

fn affects(change: &Change, terminal: &Terminal) -> String {
    let mut names: Vec<String> = change.affects.iter().take(NAMED).map(|address| title(address)).collect();
    if change.affects.len() > NAMED {
        names.push(format!("{} more", change.affects.len() - NAMED));
    }
    let text = hanging("  what follows from it: ", &names.join(", "), terminal.width);
    text.lines().map(|line| terminal.paint(DIM, line) + "\n").collect()
}

/// `segment vip` of `segment.vip`.
fn title(address: &str) -> String {
    match address.split_once('.') {
        Some(("sla", name)) => format!("service level {name}"),
        Some((kind, name)) => format!("{kind} {name}"),
        None => address.to_owned(),
    }
}
