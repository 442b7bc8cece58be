//! Words of the language that can be written.

use flow_compiler::explain;

use super::{Completion, What};
use crate::features::context::Context;
use crate::features::shapes;

/// A word of the language, with what it leads to.
pub(super) fn word(context: &Context<'_>, word: &'static str) -> Option<Completion> {
    // What only goes on with a condition comes after what can begin one.
    let rank = match word {
        "true" | "false" | "if" | "not" => 4,
        "ever" | "where" if !speaks_of_events(context) => return None,
        "and" | "or" => 1,
        _ => 1,
    };
    let line = context.begins().then(|| context.frame().and_then(|frame| shapes::line_of(frame.block, word))).flatten();
    // On a line of its own a clause begins rather than goes on.
    let rank = if line.is_none() && context.begins() && context.is_first() { rank + 2 } else { rank };
    let topic = || explain::topic(word).map_or("", |topic| topic.summary).to_owned();
    Some(Completion::new(word, What::Word, rank).detail(line.unwrap_or_else(topic)))
}

/// Whether something before the cursor is an event, or can be.
fn speaks_of_events(context: &Context<'_>) -> bool {
    const WORDS: [&str; 11] = ["did", "on", "goal", "exit", "for", "count", "sum", "avg", "min", "max", "last"];
    let outer = context.frames.len().checked_sub(2).map(|depth| context.clause_of(depth)).unwrap_or_default();
    let words = context.clause().iter().chain(outer).map(|token| context.word(*token));
    words.into_iter().any(|word| WORDS.contains(&word) || word == "first" || word == "distinct")
}
