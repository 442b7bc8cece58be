//! What a change does to the people inside, as Markdown for a pull request.

use std::fmt::Write as _;

use crate::markdown::{code, prose};
use crate::numbers::number;

use super::words::{self, Line, Section};
use super::{People, Stranding};

/// A part of a comment, under a heading of its own.
#[must_use]
pub fn markdown(people: &People) -> String {
    let mut out = format!("### People inside\n\n{}, as of {}.\n", words::head(people), minute(&people.at));
    for Stranding { message, help, clauses, file, line, .. } in &people.stranded {
        let _ =
            write!(out, "\n> [!CAUTION]\n> **The daemon would refuse this program:** {message} (`{file}:{line}`).\n");
        if !clauses.is_empty() {
            let _ = writeln!(out, "> {}:\n>\n> ```flow", sentence(help));
            clauses.iter().for_each(|clause| out.push_str(&format!("> {clause}\n")));
            out.push_str("> ```\n");
        } else {
            let _ = writeln!(out, "> {}.", sentence(help));
        }
    }
    for section in words::sections(people) {
        out.push_str(&table(&section));
    }
    for idle in &people.idle {
        let _ = writeln!(out, "\n`{}` (`{}:{}`): {}.", idle.clause, idle.file, idle.line, idle.message);
    }
    out
}

fn table(section: &Section) -> String {
    let steps = section.lines.iter().any(|line| !line.at.is_empty());
    let title = sentence(&section.title);
    let mut out = match steps {
        true => format!("\n| {title} | at the step | how many | what becomes of them |\n|---|---|--:|---|\n"),
        false => format!("\n| {title} | how many | what becomes of them |\n|---|--:|---|\n"),
    };
    for Line { of, at, count, says, sample } in &section.lines {
        let at = if steps { format!(" {} |", code(at)) } else { String::new() };
        let shown = sample.iter().map(|one| prose(&instants(one))).collect::<Vec<_>>().join("<br>");
        let some = match sample.is_empty() {
            true => String::new(),
            false => format!(" <details><summary>some of them</summary>{shown}</details>"),
        };
        let _ = writeln!(out, "| {} |{at} {} | {}{some} |", code(of), number(*count), prose(says));
    }
    out
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A text in which each word that is an instant is told to the minute.
fn instants(text: &str) -> String {
    text.split(' ')
        .map(|word| if is_instant(word) { minute(word) } else { word.to_owned() })
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_instant(word: &str) -> bool {
    word.parse::<jiff::Timestamp>().is_ok()
}

/// `2026-03-02T12:00:00.000Z` to the minute.
fn minute(at: &str) -> String {
    let Ok(at) = at.parse::<jiff::Timestamp>() else { return at.to_owned() };
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
