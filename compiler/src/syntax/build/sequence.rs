//! `sequence`: its clauses; the steps have their own file.

use super::{Block, Builder, Cursor, Pair, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::syntax::tree::sequence::{Again, GoalClause, SequenceItem};

impl Builder<'_> {
    pub(super) fn sequence_item(&mut self, pair: &Pair<'_>) -> Option<SequenceItem> {
        let mut inner = Cursor::of(pair);
        let mut item = SequenceItem {
            name: self.declared(&inner.find(Rule::name)?),
            enter: vec![],
            key: vec![],
            unless: vec![],
            exit_when: vec![],
            again: vec![],
            goal: vec![],
            exit_on: vec![],
            holdout: vec![],
            in_flight_finish: None,
            enroll_existing: None,
            steps: vec![],
        };
        let mut first_step = None;
        for clause in self.clauses(&mut inner, Block::Sequence) {
            if clause.as_rule() == Rule::step {
                first_step = first_step.or_else(|| Some(self.span(&clause)));
                let step = self.step(&clause);
                self.broken |= step.is_none();
                item.steps.extend(step);
                continue;
            }
            if let Some(step) = first_step {
                let span = self.span(&clause);
                let message = "a clause of the whole sequence stands behind its first step";
                let help = "move it above the steps: it holds from the entry on, wherever it stands";
                self.report(
                    Diagnostic::new(Code::MisplacedClause, span, message).label(step, "the first step").help(help),
                );
            }
            let read = self.sequence_clause(&clause, &mut item);
            self.broken |= read.is_none();
        }
        Some(item)
    }

    fn sequence_clause(&mut self, pair: &Pair<'_>, item: &mut SequenceItem) -> Option<()> {
        let span = self.span(pair);
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::enter_clause => {
                item.enter.push(Spanned::new(self.triggers(&inner.find(Rule::triggers)?)?, span));
            }
            Rule::exit_on => item.exit_on.push(Spanned::new(self.triggers(&inner.find(Rule::triggers)?)?, span)),
            Rule::key_clause => item.key.push(self.name(&inner.find(Rule::name)?)),
            Rule::unless_clause => item.unless.push(self.expr(&inner.find(Rule::expr)?)?),
            Rule::exit_when => item.exit_when.push(self.expr(&inner.find(Rule::expr)?)?),
            Rule::once_clause => item.again.push(Spanned::new(Again::Once, span)),
            Rule::again_clause => {
                let again = match inner.find_duration() {
                    Some(duration) => Again::After(self.duration(&duration)?.value),
                    None => Again::Always,
                };
                item.again.push(Spanned::new(again, span));
            }
            Rule::goal_clause => {
                let triggers = self.triggers(&inner.find(Rule::triggers)?)?;
                let within = match inner.find(Rule::goal_within) {
                    Some(within) => Some(self.duration(&Cursor::of(&within).find_duration()?)?),
                    None => None,
                };
                item.goal.push(GoalClause { triggers, within, span });
            }
            Rule::holdout_clause => item.holdout.push(self.number(&inner.find(Rule::percent)?)?),
            Rule::in_flight => item.in_flight_finish = Some(span),
            _ => item.enroll_existing = Some(span),
        }
        Some(())
    }
}
