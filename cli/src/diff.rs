//! Differences as people and `patch` read them.

use similar::TextDiff;

use crate::terminal::{BOLD, CYAN, GREEN, RED, Terminal};

/// Lines around each difference.
const CONTEXT: usize = 3;

/// The unified diff of two texts, empty when they are equal.
pub(crate) fn unified(path: &str, before: &str, after: &str, terminal: &Terminal) -> String {
    let diff = TextDiff::from_lines(before, after);
    painted(&diff.unified_diff().context_radius(CONTEXT).header(path, path).to_string(), terminal)
}

/// A patch in colours, where they are taken.
pub(crate) fn painted(plain: &str, terminal: &Terminal) -> String {
    if !terminal.colour() {
        return plain.to_owned();
    }
    let mut text = String::with_capacity(plain.len());
    for line in plain.split_inclusive('\n') {
        let (content, end) = line.strip_suffix('\n').map_or((line, ""), |content| (content, "\n"));
        let style = match content.as_bytes().first() {
            _ if ["--- ", "+++ ", "diff ", "index "].iter().any(|head| content.starts_with(head)) => Some(BOLD),
            Some(b'+') => Some(GREEN),
            Some(b'-') => Some(RED),
            Some(b'@') => Some(CYAN),
            Some(_) | None => None,
        };
        match style {
            Some(style) => text.push_str(&terminal.paint(style, content)),
            None => text.push_str(content),
        }
        text.push_str(end);
    }
    text
}
