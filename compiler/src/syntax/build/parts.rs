//! The clauses of a block: those that were read, and the stretches that were not.

use super::{Builder, Cursor, Pair, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::lex::{LexKind, Lexer};

/// The kinds of blocks: what may stand in them differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// `enum x { … }`
    Enum,
    /// `contact { … }`, `event x { … }`
    Fields,
    /// `segment x { … }`
    Segment,
    /// `score x { … }`
    Score,
    /// `bands { … }`
    Bands,
    /// `lifecycle x { … }`
    Lifecycle,
    /// `topic x { … }`
    Topic,
    /// `message x { … }`
    Message,
    /// `limits { … }`
    Limits,
    /// `sequence x { … }`
    Sequence,
    /// The steps of a branch.
    Steps,
    /// `wait up to D { … }`
    Wait,
    /// `choose { … }`
    Choose,
    /// `split x { … }`
    Split,
    /// `call a.b { … }`, `emit x { … }`
    Arguments,
    /// `calendar x { … }`
    Calendar,
    /// `team x { … }`
    Team,
    /// `sla x { … }`
    Sla,
    /// `test "…" { … }`
    Test,
    /// `ana does x { … }`
    TestFields,
}

/// A clause that was read, or a stretch of the chunk that was not.
enum Part<'i> {
    Clause(Pair<'i>),
    Broken { start: usize, end: usize },
}

impl Builder<'_> {
    /// The clauses behind the opening bracket of a node. Each stretch that nothing could read is reported once.
    pub(super) fn clauses<'i>(&mut self, cursor: &mut Cursor<'i>, block: Block) -> Vec<Pair<'i>> {
        if cursor.find(Rule::open).is_none() {
            return Vec::new();
        }
        let mut parts: Vec<Part<'i>> = Vec::new();
        for pair in cursor.by_ref() {
            match pair.as_rule() {
                Rule::close => break,
                Rule::bad => self.join(&mut parts, &pair, block),
                _ => parts.push(Part::Clause(pair)),
            }
        }
        let mut clauses = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Part::Clause(pair) => clauses.push(pair),
                Part::Broken { start, end } => self.broken_clause(block, start, end),
            }
        }
        clauses
    }

    /// A line that nothing could read is the rest of the clause before it, or a broken clause of its own.
    fn join<'i>(&mut self, parts: &mut Vec<Part<'i>>, bad: &Pair<'i>, block: Block) {
        let start = bad.as_span().start();
        let end = start + bad.as_str().trim_end().len();
        if self.stray_comma(start, end) {
            return;
        }
        let before = match parts.last() {
            Some(Part::Clause(pair)) => Some(pair.as_span().start()),
            Some(Part::Broken { start, .. }) => Some(*start),
            None => None,
        };
        match before {
            Some(first) if self.continues(block, first, start) => {
                parts.pop();
                parts.push(Part::Broken { start: first, end });
            }
            Some(_) | None => parts.push(Part::Broken { start, end }),
        }
    }

    /// Where the last word of a node ends, in the chunk.
    fn end_of(&self, pair: &Pair<'_>) -> usize {
        usize::try_from(self.span(pair).end.saturating_sub(self.base)).unwrap_or(usize::MAX)
    }

    /// The first line of a step: what a diagnostic points at.
    pub(super) fn head(&self, pair: &Pair<'_>) -> Span {
        let start = pair.as_span().start();
        let text = self.clean.get(start..self.end_of(pair)).unwrap_or("");
        let line = text.split('\n').next().unwrap_or("");
        let words =
            Lexer::new(line).filter(|l| !matches!(l.kind, LexKind::Comment | LexKind::Doc | LexKind::Open(b'{')));
        // Of a block that opens on the line, only what stands before it.
        let outside = words.take_while(|l| !line.get(..l.start).unwrap_or("").contains('{'));
        let end = outside.last().map_or(line.len(), |last| last.end);
        self.at(start, start + end)
    }

    /// Reports the second of something that may stand once.
    pub(super) fn second(&mut self, span: Span, what: &str) {
        let message = format!("`{what}` stands here a second time");
        self.report(Diagnostic::new(Code::MisplacedClause, span, message).help("keep one of the two"));
    }

    /// Reports `weekday..sun`.
    pub(super) fn bad_days(&mut self, span: Span) {
        let message = "a range of days goes from one day to another";
        self.report(Diagnostic::new(Code::BadLiteral, span, message).help("write it such as `mon..fri`"));
    }
}
