//! `lifecycle`.

use super::{Block, Builder, Cursor, Pair, Rule};
use crate::source::Spanned;
use crate::syntax::tree::lifecycle::{
    ExpectClause, FromStages, LifecycleItem, Stage, TransitionCause, TransitionClause,
};

impl Builder<'_> {
    pub(super) fn lifecycle_item(&mut self, pair: &Pair<'_>) -> Option<LifecycleItem> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let mut item = LifecycleItem { name, stages: vec![], start: vec![], transitions: vec![], expects: vec![] };
        for clause in self.clauses(&mut inner, Block::Lifecycle) {
            let read = self.lifecycle_clause(&clause, &mut item);
            self.broken |= read.is_none();
        }
        Some(item)
    }

    fn lifecycle_clause(&mut self, pair: &Pair<'_>, item: &mut LifecycleItem) -> Option<()> {
        let span = self.span(pair);
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::stages_clause => {
                let names = inner.filter(|part| part.as_rule() == Rule::name);
                let stages = names.map(|name| Stage { name: self.declared(&name) }).collect();
                item.stages.push(Spanned::new(stages, span));
            }
            Rule::start_stage => item.start.push(self.name(&inner.find(Rule::name)?)),
            Rule::expect_stage => {
                let from = self.name(&inner.find(Rule::name)?);
                let to = self.name(&inner.find(Rule::name)?);
                let within = self.duration(&inner.find_duration()?)?;
                item.expects.push(ExpectClause { from, to, within, span });
            }
            _ => {
                let from = match inner.find_any(&[Rule::kw_any, Rule::from_stages])? {
                    any if any.as_rule() == Rule::kw_any => FromStages::Any(self.span(&any)),
                    named => FromStages::Named(self.names(&named)),
                };
                let to = self.name(&inner.find(Rule::name)?);
                let cause = self.cause(&inner.find_any(&[Rule::cause_when, Rule::cause_on])?)?;
                item.transitions.push(TransitionClause { from, to, cause, span });
            }
        }
        Some(())
    }

    fn cause(&mut self, pair: &Pair<'_>) -> Option<TransitionCause> {
        let mut inner = Cursor::of(pair);
        if pair.as_rule() == Rule::cause_on {
            return Some(TransitionCause::On(self.triggers(&inner.find(Rule::triggers)?)?));
        }
        let condition = self.expr(&inner.find(Rule::expr)?)?;
        let hold = match inner.find(Rule::hold) {
            Some(hold) => Some(self.duration(&Cursor::of(&hold).find_duration()?)?),
            None => None,
        };
        Some(TransitionCause::When { condition, hold })
    }
}
