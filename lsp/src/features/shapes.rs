//! What may stand where: each clause of the language as a line that reads like it, and a walk over a text that says what can
//! come next.
//!
//! `grammar/flow.pest` says what is right; this says what is expected in a text that is not finished. That both agree is a
//! test: wherever a word stands in any example, it has to be among those that would have been offered there.

mod automaton;
mod read;
mod table;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use automaton::{Automaton, State, fits};
pub use table::{Block, CHANNEL_EVENTS, DAYS, Slot, Value};

/// What can come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// A word of the language.
    Word(&'static str),
    /// A sign.
    Sign(&'static str),
    /// A name.
    Name(Slot),
    /// A literal.
    Literal(Value),
    /// An opening bracket, and what stands in it.
    Open(u8, Block),
}

/// The automaton of each block.
static ALL: LazyLock<BTreeMap<Block, Automaton>> = LazyLock::new(|| {
    let mut lines: BTreeMap<Block, Vec<&'static str>> = BTreeMap::new();
    for (block, line) in table::SHAPES {
        lines.entry(*block).or_default().push(line);
    }
    let many = |block: Block| !matches!(block, Block::Segment | Block::Paren | Block::OfMessage | Block::Aggregate);
    lines.into_iter().map(|(block, lines)| (block, Automaton::new(&lines, many(block)))).collect()
});

/// A line of the table as a person reads it: `goal event [within 7 days]`; and where in it each part stands that is not a
/// word of the language.
#[must_use]
pub fn readable(line: &str) -> (String, Vec<(usize, usize)>) {
    let mut out = String::new();
    let mut gaps = Vec::new();
    for piece in read::pieces_of(line) {
        let (text, gap) = match piece {
            "«" => ("(", false),
            "»" => (")", false),
            "‹" => ("[", false),
            "›" => ("]", false),
            "›*" => ("]…", false),
            piece => read::shown(piece),
        };
        let tight = out.is_empty() || out.ends_with(['[', '(']) || matches!(text, "]" | ")" | "]…" | "," | ":" | "?");
        if !tight {
            out.push(' ');
        }
        let from = out.len();
        out.push_str(text);
        if gap {
            gaps.push((from, out.len()));
        }
    }
    (out, gaps)
}

/// The line of a block that begins with a word, as a person reads it.
#[must_use]
pub fn line_of(block: Block, word: &str) -> Option<String> {
    let steps = matches!(block, Block::Sequence | Block::Steps | Block::Actions);
    let own = table::SHAPES.iter().filter(|(of, line)| *of == block && *line != "STEP").map(|(_, line)| *line);
    let lines = own.chain(table::STEPS.iter().copied().filter(|_| steps));
    let first = |line: &&str| line.split(' ').next() == Some(word);
    let found: Vec<&str> = lines.filter(first).collect();
    match found.as_slice() {
        [] => None,
        [line] => Some(readable(line).0),
        // Several forms: the shortest says what it is about.
        lines => lines.iter().min_by_key(|line| line.len()).map(|line| format!("{} …", readable(line).0)),
    }
}

/// The block of an item.
#[must_use]
pub fn block_of(keyword: &str) -> Option<Block> {
    table::BLOCKS.iter().find(|(name, _)| *name == keyword).map(|(_, block)| *block)
}

/// What may stand in a block.
#[must_use]
pub fn of(block: Block) -> Option<&'static Automaton> {
    ALL.get(&block)
}
