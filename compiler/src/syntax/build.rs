//! Pairs to tree. One file for each file of the tree; this one holds what they share.
//!
//! What the grammar guarantees is still asked for, not assumed: a part that is not there makes its clause vanish.
#![expect(clippy::wildcard_enum_match_arm, reason = "the grammar's rules are a generated enum of hundreds")]

mod behaviour;
mod contact;
mod expectation;
mod expr;
mod lifecycle;
mod literal;
mod message;
mod migration;
mod names;
mod parts;
mod score;
mod sequence;
mod sla;
mod step;
mod test;
mod trigger;
mod wait;

use super::grammar::{Pair, Pairs, Rule};
use super::tree::{Item, ItemKind};
use crate::diagnostic::{Diagnostic, Sink};
use crate::source::{FileId, Name, Span, Spanned};
pub(crate) use names::{bad_name, snake_case};
pub(crate) use parts::Block;

/// Builds the tree of one chunk.
pub(crate) struct Builder<'a> {
    pub(super) file: FileId,
    pub(super) base: u32,
    /// The chunk as the author wrote it.
    pub(super) source: &'a str,
    /// The same with what stands below the grammar mended: what pest read.
    pub(super) clean: &'a str,
    pub(super) sink: &'a mut Sink,
    /// A part could not be read.
    pub(super) broken: bool,
    /// Its brackets are wrong and were reported: what else is wrong may come from that.
    pub(super) quiet: bool,
    /// All places in the tree are the same: two trees can be compared.
    placeless: bool,
    levels: usize,
    /// How deep the tree behind the last `where` is.
    filter_depth: usize,
}

impl<'a> Builder<'a> {
    /// A builder for the chunk `source` that starts at `base` and was mended to `clean`.
    pub(crate) fn new(file: FileId, base: u32, source: &'a str, clean: &'a str, sink: &'a mut Sink) -> Self {
        Self {
            file,
            base,
            source,
            clean,
            sink,
            broken: false,
            quiet: false,
            placeless: false,
            levels: 0,
            filter_depth: 0,
        }
    }

    /// Reports no further mistakes of the grammar.
    pub(crate) fn silence(&mut self) {
        self.quiet = true;
        self.broken = true;
    }

    /// Builds a tree without places, to be compared with another.
    pub(crate) fn without_places(mut self) -> Self {
        self.placeless = true;
        self
    }

    /// The rule that reads an item with this keyword.
    pub(crate) fn rule(keyword: &str) -> Option<Rule> {
        let rule = match keyword {
            "calendar" => Rule::calendar_item,
            "contact" => Rule::contact_item,
            "enum" => Rule::enum_item,
            "event" => Rule::event_item,
            "lifecycle" => Rule::lifecycle_item,
            "limits" => Rule::limits_item,
            "message" => Rule::message_item,
            "moved" => Rule::moved_item,
            "retired" => Rule::retired_item,
            "score" => Rule::score_item,
            "segment" => Rule::segment_item,
            "sequence" => Rule::sequence_item,
            "sla" => Rule::sla_item,
            "team" => Rule::team_item,
            "test" => Rule::test_item,
            "topic" => Rule::topic_item,
            _ => return None,
        };
        Some(rule)
    }

    /// The item that pest read.
    pub(crate) fn item(mut self, pair: &Pair<'_>, doc: Option<String>) -> Option<Item> {
        let span = self.span(pair);
        let kind = match pair.as_rule() {
            Rule::calendar_item => ItemKind::Calendar(self.calendar_item(pair)?),
            Rule::contact_item => ItemKind::Contact(self.contact_item(pair)?),
            Rule::enum_item => ItemKind::Enum(self.enum_item(pair)?),
            Rule::event_item => ItemKind::Event(self.event_item(pair)?),
            Rule::lifecycle_item => ItemKind::Lifecycle(self.lifecycle_item(pair)?),
            Rule::limits_item => ItemKind::Limits(self.limits_item(pair)?),
            Rule::message_item => ItemKind::Message(self.message_item(pair)?),
            Rule::moved_item => ItemKind::Moved(self.moved_item(pair)?),
            Rule::retired_item => ItemKind::Retired(self.retired_item(pair)?),
            Rule::score_item => ItemKind::Score(self.score_item(pair)?),
            Rule::segment_item => ItemKind::Segment(self.segment_item(pair)?),
            Rule::sequence_item => ItemKind::Sequence(self.sequence_item(pair)?),
            Rule::sla_item => ItemKind::Sla(self.sla_item(pair)?),
            Rule::team_item => ItemKind::Team(self.team_item(pair)?),
            Rule::test_item => ItemKind::Test(self.test_item(pair)?),
            Rule::topic_item => ItemKind::Topic(self.topic_item(pair)?),
            _ => return None,
        };
        Some(Item { doc, kind, span, broken: self.broken })
    }

    /// From a node's first byte to the end of its last word: pest counts the space behind it too.
    fn span(&self, pair: &Pair<'_>) -> Span {
        let start = pair.as_span().start();
        let mut last = pair.clone();
        while let Some(inner) = last.clone().into_inner().rev().find(|inner| inner.as_rule() != Rule::EOI) {
            last = inner;
        }
        self.at(start, last.as_span().end())
    }

    /// A stretch of the chunk as a span of the file.
    pub(super) fn at(&self, start: usize, end: usize) -> Span {
        if self.placeless {
            return Span::default();
        }
        let place = |at: usize| self.base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        // What was added behind the chunk to close it is not in the file, and a mended quote may have been longer.
        let (mut start, mut end) = (start.min(self.source.len()), end.min(self.source.len()));
        while !self.source.is_char_boundary(start) {
            start -= 1;
        }
        while !self.source.is_char_boundary(end) {
            end += 1;
        }
        Span::new(self.file, place(start), place(end))
    }

    /// The text of a node, without the space behind it.
    fn text<'i>(&self, pair: &Pair<'i>) -> &'i str {
        pair.as_str().trim_end()
    }

    fn name(&self, pair: &Pair<'_>) -> Name {
        Spanned::new(self.text(pair).to_owned(), self.span(pair))
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }
}

/// The nodes below a node, in order.
struct Cursor<'i> {
    pairs: std::iter::Peekable<Pairs<'i>>,
}

impl<'i> Cursor<'i> {
    fn of(pair: &Pair<'i>) -> Self {
        Self { pairs: pair.clone().into_inner().peekable() }
    }

    /// The next node of a rule; what stands before it (keywords, signs) is passed over.
    fn find(&mut self, rule: Rule) -> Option<Pair<'i>> {
        self.pairs.find(|pair| pair.as_rule() == rule)
    }

    /// The next node, if it is of a rule.
    fn next_if(&mut self, rule: Rule) -> Option<Pair<'i>> {
        self.pairs.next_if(|pair| pair.as_rule() == rule)
    }

    /// The next node of one of some rules.
    fn find_any(&mut self, rules: &[Rule]) -> Option<Pair<'i>> {
        self.pairs.find(|pair| rules.contains(&pair.as_rule()))
    }

    /// The next duration, right or wrong.
    fn find_duration(&mut self) -> Option<Pair<'i>> {
        self.pairs.find(|pair| matches!(pair.as_rule(), Rule::duration | Rule::wrong_duration))
    }
}

impl<'i> Iterator for Cursor<'i> {
    type Item = Pair<'i>;

    fn next(&mut self) -> Option<Pair<'i>> {
        self.pairs.next()
    }
}
