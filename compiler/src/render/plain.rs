//! One line for each diagnostic: `path:line:column: error[F2001]: message`.

use super::{View, clean, severity};
use crate::diagnostic::Diagnostic;

/// One line for each diagnostic, each with its line break.
#[must_use]
pub fn plain(view: View<'_>, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| line(view, diagnostic) + "\n").collect()
}

fn line(view: View<'_>, diagnostic: &Diagnostic) -> String {
    let kind = severity(diagnostic.severity());
    let message = clean(&diagnostic.message).replace(['\n', '\t'], " ");
    let said = format!("{kind}[{}]: {message}", diagnostic.code);
    match view.place(diagnostic.primary.span) {
        Some(place) => format!("{}:{}:{}: {said}", place.path, place.start.line, place.start.column),
        None => said,
    }
}
