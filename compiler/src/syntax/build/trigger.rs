//! Triggers.

use super::{Builder, Cursor, Pair, Rule};
use crate::syntax::tree::trigger::{Trigger, TriggerKind};

impl Builder<'_> {
    /// `a, b` of a `triggers` node.
    pub(super) fn triggers(&mut self, pair: &Pair<'_>) -> Option<Vec<Trigger>> {
        Cursor::of(pair).filter(|part| part.as_rule() == Rule::trigger).map(|part| self.trigger(&part)).collect()
    }

    fn trigger(&mut self, pair: &Pair<'_>) -> Option<Trigger> {
        let span = self.span(pair);
        let part = Cursor::of(pair).next()?;
        let mut inner = Cursor::of(&part);
        let kind = match part.as_rule() {
            Rule::entered => match inner.find_any(&[Rule::name, Rule::stage_path])? {
                path if path.as_rule() == Rule::stage_path => {
                    let mut names = self.names(&path).into_iter();
                    TriggerKind::EnteredStage { lifecycle: names.next()?, stage: names.next()? }
                }
                segment => TriggerKind::EnteredSegment(self.name(&segment)),
            },
            Rule::left => TriggerKind::LeftSegment(self.name(&inner.find(Rule::name)?)),
            Rule::becomes => TriggerKind::BecomesBand {
                score: self.name(&inner.find(Rule::name)?),
                band: self.name(&inner.find(Rule::name)?),
            },
            _ => TriggerKind::Event(self.event_ref(&part)?),
        };
        Some(Trigger { kind, span })
    }
}
