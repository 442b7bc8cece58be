//! A report at a terminal.

use flow_review::backtest::foretold::{lift, share};
use flow_review::backtest::words::{percent, signed, verdict};
use flow_review::backtest::{Report, Story};

use crate::layout::{hanging, number, plural};
use crate::table::Table;
use crate::terminal::{BOLD, DIM, GREEN, RED, Terminal};

/// Longest timeline.
const MOMENTS: usize = 14;

/// The report in lines of the terminal's width.
pub(super) fn write(report: &Report, rejected: u64, terminal: &Terminal) -> String {
    let width = terminal.width;
    let mut text = hanging("", &verdict(report), width);
    let events = plural(report.history.inputs.after.max(report.history.inputs.before), "event");
    let (from, until) = (day(&report.history.from), day(&report.history.until));
    let mut about = format!("{events} from {from} to {until}, under {} and {}", report.base, report.head);
    if rejected > 0 {
        about.push_str(&format!("; {} could not be used", plural(rejected, "row")));
    }
    text.push_str(&terminal.paint(DIM, hanging("", &about, width).trim_end()));
    text.push_str("\n\n");
    for (group, figures) in report.groups() {
        let mut table = Table::new(group.title(), &["before", "after", "change", "", "more", "fewer"]);
        for figure in figures {
            let count = |count: u64, sign: &str| match count {
                0 => String::new(),
                count => format!("{sign}{}", number(count)),
            };
            let cells = [
                number(figure.count.before),
                number(figure.count.after),
                signed(figure.count.difference()),
                percent(figure.count),
                count(figure.more, "+"),
                count(figure.fewer, "−"),
            ];
            table.row(figure.name(), cells);
        }
        text.push_str(&table.text(terminal));
    }
    if !report.unchanged.is_empty() && !report.is_empty() {
        let same = plural(report.unchanged.len() as u64, "other figure");
        let are = if report.unchanged.len() == 1 { "is" } else { "are" };
        text.push_str(&format!("{}\n", terminal.paint(DIM, &format!("{same} {are} the same"))));
    }
    text.push_str(&foretold(report, terminal));
    text.push_str(&budgets(report, terminal));
    for story in &report.contacts {
        text.push('\n');
        text.push_str(&told(story, terminal));
    }
    text
}

fn foretold(report: &Report, terminal: &Terminal) -> String {
    let Some(label) = &report.label else { return String::new() };
    let mut text = String::new();
    if label.scores.is_empty() {
        text.push_str("\nneither program has a score with bands, which could foretell something\n");
    }
    for score in &label.scores {
        let title = format!("{} foretells {}", score.score, label.name);
        let mut table = Table::new(title, &["reached", "precision", "recall", "lift", "flapping"]);
        for (side, bands) in [("before", &score.before), ("after", &score.after)] {
            for band in bands {
                let judged = &band.judged;
                let cells = [
                    number(judged.reached),
                    share(judged.precision),
                    share(judged.recall),
                    lift(judged.lift),
                    number(band.flapping),
                ];
                table.row(format!("{} from {}, {side}", band.band, judged.threshold), cells);
            }
        }
        text.push_str(&format!("\n{}", table.text(terminal).trim_end()));
        text.push('\n');
    }
    let came = format!(
        "{} came to {} of {} contacts",
        label.event,
        number(label.happened.after),
        number(label.contacts.after)
    );
    format!("{text}{}\n", terminal.paint(DIM, &came))
}

fn budgets(report: &Report, terminal: &Terminal) -> String {
    let mut text = String::new();
    for budget in &report.budgets {
        let (style, word) = if budget.exceeded { (RED, "exceeded") } else { (GREEN, "kept") };
        let line = format!("{}: {}, allowed is {} (`{}`)", budget.what, budget.found, budget.allowed, budget.key);
        text.push_str(&hanging(
            &format!("  {}  ", terminal.paint(style, &format!("{word:<8}"))),
            &line,
            terminal.width,
        ));
    }
    if text.is_empty() { text } else { format!("\n{}\n{text}", terminal.paint(BOLD, "Budgets of flow.toml")) }
}

fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}

/// `-` what was, `+` what is, with the lines that are responsible.
fn told(story: &Story, terminal: &Terminal) -> String {
    let mut text = format!("{}\n", terminal.paint(BOLD, &format!("Contact {}", story.contact)));
    for moment in story.moments.iter().take(MOMENTS) {
        if moment.left_out > 0 {
            let left_out = format!("    … {} the same", plural(moment.left_out as u64, "moment"));
            text.push_str(&format!("{}\n", terminal.paint(DIM, &left_out)));
        }
        let at = moment.at.get(..16).unwrap_or(&moment.at).replace('T', " ");
        let sides = match moment.is_same() {
            true => vec![(' ', moment.after.as_ref())],
            false => vec![('-', moment.before.as_ref()), ('+', moment.after.as_ref())],
        };
        for (sign, said) in sides.into_iter().filter_map(|(sign, said)| Some((sign, said?))) {
            let line = hanging(&format!("  {sign} {at}  "), &said.line, terminal.width);
            let style = match sign {
                '-' => RED,
                '+' => GREEN,
                _ => DIM,
            };
            for line in line.lines() {
                text.push_str(&format!("{}\n", terminal.paint(style, line)));
            }
        }
    }
    if let Some(more) = story.moments.len().checked_sub(MOMENTS).filter(|more| *more > 0) {
        text.push_str(&format!("{}\n", terminal.paint(DIM, &format!("    … {} more", plural(more as u64, "moment")))));
    }
    text
}
