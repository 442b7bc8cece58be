//! The lines of a text that differ.

use similar::{ChangeTag, TextDiff};

/// Lines that are shown at most of one side.
const MOST: usize = 12;

/// The lines that only one of two texts has.
pub(crate) fn changed(before: &str, after: &str) -> (String, String) {
    let diff = TextDiff::from_lines(before, after);
    let of = |tag: ChangeTag| {
        let all: Vec<&str> = diff
            .iter_all_changes()
            .filter(|it| it.tag() == tag)
            .map(|it| it.value().trim_end_matches(['\n', '\r']))
            .collect();
        let mut text = all.iter().take(MOST).copied().collect::<Vec<_>>().join("\n");
        if all.len() > MOST {
            text.push_str(&format!("\n… {} lines more", all.len() - MOST));
        }
        text
    };
    (of(ChangeTag::Delete), of(ChangeTag::Insert))
}
