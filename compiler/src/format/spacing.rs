//! Words and signs as they are written, and the space between two of them.
#![expect(clippy::wildcard_enum_match_arm, reason = "the grammar's rules are a generated enum of hundreds")]

use std::borrow::Cow;

use crate::syntax::grammar::{Pair, Rule};

/// A word or sign, and what it is part of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    rule: Rule,
    parent: Rule,
    /// A prefix that is a sign.
    sign: bool,
}

impl Word {
    pub(super) fn new(pair: &Pair<'_>, parent: Rule) -> Self {
        let rule = pair.as_rule();
        Self { rule, parent, sign: rule == Rule::prefix && matches!(pair.as_str(), "-" | "!") }
    }

    /// Whether it stands apart from the word before it.
    pub(super) fn stands_apart(self, before: Self) -> bool {
        let closes = matches!(
            self.rule,
            Rule::comma | Rule::colon | Rule::question | Rule::rparen | Rule::rbracket | Rule::dots | Rule::field_of
        );
        let opened = matches!(before.rule, Rule::lparen | Rule::lbracket | Rule::dots) || before.sign;
        let called = self.rule == Rule::lparen && matches!(self.parent, Rule::event_name | Rule::aggregate);
        !closes && !opened && !called
    }
}

/// Whether a node is one word, though the grammar may see parts in it.
pub(super) fn is_word(pair: &Pair<'_>) -> bool {
    match pair.as_rule() {
        Rule::action
        | Rule::score_name
        | Rule::field_of
        | Rule::path
        | Rule::stage_path
        | Rule::step_name
        | Rule::address
        | Rule::step_address => true,
        _ => pair.clone().into_inner().next().is_none(),
    }
}

/// A word as it is written: one space where the grammar allows many, none where none is usual.
pub(super) fn written<'a>(pair: &Pair<'a>) -> Cow<'a, str> {
    let text = pair.as_str();
    let spaced = || text.contains(|c: char| c.is_ascii_whitespace());
    match pair.as_rule() {
        Rule::text => Cow::Borrowed(text),
        Rule::percent | Rule::points if spaced() => Cow::Owned(text.split_ascii_whitespace().collect()),
        _ if spaced() => Cow::Owned(text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")),
        _ => Cow::Borrowed(text),
    }
}
