//! What a change does to the people inside, on a terminal.

mod planned;

use flow_review::people::{IdleClause, Line, People, Stranding, head, sections};
use serde::Deserialize;

use crate::clock::Clock;
use crate::layout::{hanging, number};
use crate::terminal::{BOLD, CYAN, DIM, RED, Terminal, YELLOW};
pub(crate) use planned::Planned;

/// Why a program is refused.
#[derive(Debug, Deserialize)]
pub(crate) struct Reason {
    message: String,
    file: Option<String>,
    line: Option<u32>,
    help: Option<String>,
    #[serde(default)]
    clauses: Vec<String>,
}

impl Reason {
    /// The place, what is wrong, what to do about it.
    pub(crate) fn text(&self, terminal: &Terminal) -> String {
        let mut text = String::from("\n");
        if let Some((file, line)) = self.file.as_ref().zip(self.line) {
            text.push_str(&format!("  {}\n", terminal.paint(BOLD, &format!("{file}:{line}"))));
        }
        text.push_str(&hanging("  ", &self.message, terminal.width));
        if let Some(help) = &self.help {
            let help = hanging("  help: ", help, terminal.width);
            text.push_str(&help.replacen("help", &terminal.paint(CYAN, "help"), 1));
        }
        self.clauses.iter().for_each(|clause| text.push_str(&format!("        {clause}\n")));
        text
    }

    fn of(it: &Stranding) -> Self {
        let Stranding { file, line, message, help, clauses, .. } = it.clone();
        Self { message, file: Some(file), line: Some(line), help: Some(help), clauses }
    }
}

/// The numbers, then what would be refused and which clauses do nothing.
pub(crate) fn text(people: &People, terminal: &Terminal) -> String {
    let clock = Clock::of("UTC");
    let at = clock.tell(&people.at);
    let said = format!("{}; as of {at} UTC", head(people));
    let mut text = hanging("people  ", &said, terminal.width).replacen("people", &terminal.paint(BOLD, "people"), 1);
    for section in sections(people) {
        text.push_str(&format!("\n{}\n", terminal.paint(BOLD, &section.title)));
        section.lines.iter().for_each(|line| text.push_str(&self::line(line, &clock, terminal)));
    }
    if !people.stranded.is_empty() {
        text.push_str(&format!("\n{}: the program would be refused\n", terminal.paint(RED.bold(), "error")));
        people.stranded.iter().for_each(|it| text.push_str(&Reason::of(it).text(terminal)));
    }
    people.idle.iter().for_each(|it| text.push_str(&idle(it, terminal)));
    text
}

/// A count with what becomes of them; below it some of them.
fn line(line: &Line, clock: &Clock, terminal: &Terminal) -> String {
    let Line { of, at, count, says, sample } = line;
    let mut text = String::new();
    if !of.is_empty() {
        text.push_str(&format!("  {of}\n"));
    }
    if !at.is_empty() {
        text.push_str(&hanging("    ", at, terminal.width));
    }
    text.push_str(&hanging(&format!("    {:>7}  ", number(*count)), says, terminal.width));
    let alone = sample.iter().all(|one| !one.contains(' '));
    let some: Vec<String> = sample.iter().map(|one| clock.tell(one)).collect();
    let some = if alone { vec![some.join(", ")] } else { some };
    for one in some.iter().filter(|one| !one.is_empty()) {
        let more = if alone && *count > sample.len() as u64 { ", …" } else { "" };
        let more = if terminal.unicode { more } else { more.trim_end_matches('…') };
        text.push_str(
            &terminal.paint(DIM, hanging("             ", &format!("{one}{more}"), terminal.width).trim_end()),
        );
        text.push('\n');
    }
    text
}

fn idle(it: &IdleClause, terminal: &Terminal) -> String {
    let IdleClause { clause, file, line, message } = it;
    let lead = terminal.paint(YELLOW.bold(), "warning");
    let mut text = format!("\n{lead}: {file}:{line}\n  {clause}\n");
    text.push_str(&hanging("  ", message, terminal.width));
    text
}
