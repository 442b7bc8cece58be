//! Steps of a sequence, which are also the actions of a service level.

use super::{Block, Builder, Cursor, Pair, Rule};
use crate::syntax::tree;
use crate::syntax::tree::step::{Argument, Call, Choose, Emit, Notify, Set, Split, SplitArm, Step, StepKind};

impl Builder<'_> {
    /// `{ … }` with steps.
    pub(super) fn block(&mut self, pair: &Pair<'_>) -> tree::step::Block {
        let steps = self.clauses(&mut Cursor::of(pair), Block::Steps);
        let mut read = Vec::with_capacity(steps.len());
        for step in &steps {
            let step = self.step(step);
            self.broken |= step.is_none();
            read.extend(step);
        }
        tree::step::Block { steps: read, span: self.span(pair) }
    }

    pub(super) fn step(&mut self, pair: &Pair<'_>) -> Option<Step> {
        let mut inner = Cursor::of(pair);
        let label = match inner.next_if(Rule::step_label) {
            Some(label) => Some(self.declared(&Cursor::of(&label).find(Rule::name)?)),
            None => None,
        };
        let body = inner.next()?;
        let kind = self.step_kind(&body)?;
        let span = self.span(pair);
        Some(Step { label, kind, span, head: self.head(pair) })
    }

    fn step_kind(&mut self, pair: &Pair<'_>) -> Option<StepKind> {
        let mut inner = Cursor::of(pair);
        let kind = match pair.as_rule() {
            Rule::wait => self.wait(pair)?,
            Rule::send => {
                let message = self.name(&inner.find(Rule::name)?);
                if let Some(best) = inner.next_if(Rule::best_time) {
                    let span = self.span(&best);
                    self.not_available(span, "`at best time`");
                }
                StepKind::Send(message)
            }
            Rule::choose => StepKind::Choose(self.choose(pair)),
            Rule::split => StepKind::Split(self.split(pair)?),
            Rule::set => StepKind::Set(self.set(&inner.find_any(&[Rule::set_consent, Rule::set_field])?)?),
            Rule::call => {
                let mut names = self.names(&inner.find(Rule::action)?).into_iter();
                let (connector, action) = (names.next()?, names.next()?);
                StepKind::Call(Call { connector, action, fields: self.arguments(inner.find(Rule::arguments)) })
            }
            Rule::notify => StepKind::Notify(Notify {
                team: self.name(&inner.find(Rule::name)?),
                text: self.unquote(&inner.find(Rule::text)?),
            }),
            Rule::emit => StepKind::Emit(Emit {
                event: self.name(&inner.find(Rule::name)?),
                fields: self.arguments(inner.find(Rule::arguments)),
            }),
            Rule::enroll => StepKind::Enroll(self.name(&inner.find(Rule::name)?)),
            _ => StepKind::Exit,
        };
        Some(kind)
    }

    fn arguments(&mut self, pair: Option<Pair<'_>>) -> Vec<Argument> {
        let Some(pair) = pair else { return Vec::new() };
        let found = self.clauses(&mut Cursor::of(&pair), Block::Arguments);
        let mut arguments = Vec::with_capacity(found.len());
        for pair in &found {
            let argument = self.argument(pair);
            self.broken |= argument.is_none();
            arguments.extend(argument);
        }
        arguments
    }

    fn argument(&mut self, pair: &Pair<'_>) -> Option<Argument> {
        let mut inner = Cursor::of(pair);
        Some(Argument { name: self.name(&inner.find(Rule::name)?), value: self.expr(&inner.find(Rule::expr)?)? })
    }

    fn choose(&mut self, pair: &Pair<'_>) -> Choose {
        let mut choose = Choose { arms: Vec::new(), otherwise: None };
        for arm in self.clauses(&mut Cursor::of(pair), Block::Choose) {
            let mut inner = Cursor::of(&arm);
            let condition = inner.find(Rule::expr);
            let block = Cursor::of(&arm).find(Rule::block).map(|block| self.block(&block));
            match (condition, block) {
                (Some(condition), Some(block)) => {
                    let condition = self.expr(&condition);
                    self.broken |= condition.is_none();
                    choose.arms.extend(condition.map(|condition| (condition, block)));
                }
                (None, Some(block)) if choose.otherwise.is_none() => choose.otherwise = Some(block),
                (None, Some(block)) => self.second(block.span, "otherwise"),
                (_, None) => self.broken = true,
            }
        }
        choose
    }

    fn split(&mut self, pair: &Pair<'_>) -> Option<Split> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let mut arms = Vec::new();
        for arm in self.clauses(&mut inner, Block::Split) {
            let arm = self.split_arm(&arm);
            self.broken |= arm.is_none();
            arms.extend(arm);
        }
        Some(Split { name, arms })
    }

    fn split_arm(&mut self, pair: &Pair<'_>) -> Option<SplitArm> {
        let mut inner = Cursor::of(pair);
        let share = self.number(&inner.find(Rule::percent)?)?;
        let name = self.declared(&inner.find(Rule::name)?);
        let block = self.block(&inner.find(Rule::block)?);
        Some(SplitArm { share, name, block })
    }

    fn set(&mut self, pair: &Pair<'_>) -> Option<Set> {
        let mut inner = Cursor::of(pair);
        let name = self.name(&inner.find(Rule::name)?);
        let verb = inner.next()?;
        let mut value = || -> Option<_> { self.expr(&Cursor::of(&verb).find(Rule::expr)?) };
        let set = match verb.as_rule() {
            Rule::kw_granted | Rule::kw_withdrawn => {
                Set::Consent { topic: name, granted: verb.as_rule() == Rule::kw_granted }
            }
            Rule::set_to => Set::To { field: name, value: value()? },
            Rule::set_add => Set::Member { field: name, remove: false, value: value()? },
            Rule::set_remove => Set::Member { field: name, remove: true, value: value()? },
            _ => Set::Clear { field: name },
        };
        Some(set)
    }
}
