//! Workflow commands of GitHub Actions: each diagnostic becomes a note beside the line in a pull request.

use super::{View, advice, clean, severity};
use crate::diagnostic::Diagnostic;

/// One command for each diagnostic, each with its line break.
#[must_use]
pub fn github(view: View<'_>, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| command(view, diagnostic) + "\n").collect()
}

fn command(view: View<'_>, diagnostic: &Diagnostic) -> String {
    let mut properties = Vec::new();
    if let Some(place) = view.place(diagnostic.primary.span) {
        properties.push(format!("file={}", property(&place.path)));
        properties.push(format!("line={}", place.start.line));
        properties.push(format!("col={}", place.start.column));
        // Columns are only understood within one line.
        if place.end.line == place.start.line && place.end.column > place.start.column {
            properties.push(format!("endLine={}", place.end.line));
            properties.push(format!("endColumn={}", place.end.column));
        }
    }
    properties.push(format!("title={} {}", diagnostic.code, property(diagnostic.code.slug())));
    let mut text = clean(&diagnostic.message);
    if !diagnostic.primary.text.is_empty() {
        text = format!("{text}\n{}", clean(&diagnostic.primary.text));
    }
    for label in &diagnostic.labels {
        if let Some(place) = view.place(label.span) {
            text = format!("{text}\n{}:{}: {}", place.path, place.start.line, clean(&label.text));
        }
    }
    if let Some(help) = advice(diagnostic) {
        text = format!("{text}\nhelp: {help}");
    }
    format!("::{} {}::{}", severity(diagnostic.severity()), properties.join(","), data(&text))
}

/// The text of a command: it ends at a line break, so that is written as a code.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which ends at a comma or a colon too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
