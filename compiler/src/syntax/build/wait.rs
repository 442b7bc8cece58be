//! The steps that wait.

use jiff::civil::Weekday;

use super::{Block, Builder, Cursor, Pair, Rule};
use crate::source::Spanned;
use crate::syntax::tree;
use crate::syntax::tree::expr::{Expr, ExprKind, Literal};
use crate::syntax::tree::step::{
    ClockTarget, DayRange, MomentValue, Otherwise, StepKind, WaitBranch, WaitFor, WaitUntil,
};

impl Builder<'_> {
    pub(super) fn wait(&mut self, pair: &Pair<'_>) -> Option<StepKind> {
        let mut inner = Cursor::of(pair);
        inner.find(Rule::kw_wait)?;
        let what = inner.next()?;
        let kind = match what.as_rule() {
            Rule::wait_until => StepKind::WaitUntil(self.wait_until(&what)?),
            Rule::wait_up_to | Rule::wait_for => StepKind::WaitFor(self.wait_for(&what)?),
            _ => StepKind::Wait(self.duration(&what)?),
        };
        Some(kind)
    }

    fn wait_until(&mut self, pair: &Pair<'_>) -> Option<WaitUntil> {
        let what = Cursor::of(pair).find_any(&[Rule::wait_clock, Rule::wait_moment])?;
        let mut inner = Cursor::of(&what);
        if what.as_rule() == Rule::wait_clock {
            let days = self.days(inner.next_if(Rule::days))?;
            let time = match inner.find_any(&[Rule::clock_range, Rule::clock])? {
                range if range.as_rule() == Rule::clock_range => ClockTarget::Within(self.clock_range(&range)?),
                at => ClockTarget::At(self.clock(&at)?),
            };
            return Some(WaitUntil::Clock { days, time });
        }
        let value = self.expr(&inner.find(Rule::expr)?)?;
        let value = match value {
            Expr { kind: ExprKind::Literal(Literal::DateTime(moment)), span } => {
                MomentValue::Literal(Spanned::new(moment, span))
            }
            other => MomentValue::Expr(other),
        };
        let at = match inner.next_if(Rule::moment_at) {
            Some(at) => Some(self.clock(&Cursor::of(&at).find(Rule::clock)?)?),
            None => None,
        };
        let otherwise = inner.next_if(Rule::moment_else).map(|part| {
            let exit = Cursor::of(&part).find(Rule::kw_exit).is_some();
            Spanned::new(if exit { Otherwise::Exit } else { Otherwise::Continue }, self.span(&part))
        });
        Some(WaitUntil::Moment { value, at, otherwise })
    }

    /// `mon, wed..fri`; none at all means every day.
    pub(super) fn days(&mut self, pair: Option<Pair<'_>>) -> Option<Vec<Spanned<DayRange>>> {
        let Some(pair) = pair else { return Some(Vec::new()) };
        let mut days = Vec::new();
        for range in Cursor::of(&pair).filter(|part| part.as_rule() == Rule::day_range) {
            days.push(Spanned::new(self.day_range(&range)?, self.span(&range)));
        }
        Some(days)
    }

    fn day_range(&mut self, pair: &Pair<'_>) -> Option<DayRange> {
        let mut words = Cursor::of(pair).filter(|part| part.as_rule() == Rule::day_word);
        let first = words.next()?;
        let first_word = self.text(&first);
        let Some(second) = words.next() else {
            return Some(match first_word {
                "weekday" => DayRange::Weekday,
                "weekend" => DayRange::Weekend,
                day => DayRange::Day(weekday(day)?),
            });
        };
        match (weekday(first_word), weekday(self.text(&second))) {
            (Some(from), Some(to)) => Some(DayRange::Range(from, to)),
            _ => {
                self.bad_days(self.span(pair));
                None
            }
        }
    }

    fn wait_for(&mut self, pair: &Pair<'_>) -> Option<WaitFor> {
        let mut inner = Cursor::of(pair);
        let limit = match pair.as_rule() {
            Rule::wait_up_to => Some(self.duration(&inner.find_duration()?)?),
            _ => None,
        };
        let since_entry = inner.next_if(Rule::since_entry).map(|part| self.span(&part));
        let mut wait = WaitFor { limit, since_entry, branches: Vec::new(), timeout: None };
        if let Some(triggers) = Cursor::of(pair).find(Rule::triggers) {
            let span = self.span(&triggers).after();
            let block = tree::step::Block { steps: Vec::new(), span };
            wait.branches.push(WaitBranch { triggers: self.triggers(&triggers)?, block });
            return Some(wait);
        }
        for arm in self.clauses(&mut inner, Block::Wait) {
            let read = self.wait_arm(&arm, &mut wait);
            self.broken |= read.is_none();
        }
        Some(wait)
    }

    fn wait_arm(&mut self, pair: &Pair<'_>, wait: &mut WaitFor) -> Option<()> {
        let mut inner = Cursor::of(pair);
        if pair.as_rule() == Rule::wait_branch {
            let triggers = self.triggers(&inner.find(Rule::triggers)?);
            let block = self.block(&inner.find(Rule::block)?);
            wait.branches.push(WaitBranch { triggers: triggers?, block });
            return Some(());
        }
        let block = self.block(&inner.find(Rule::block)?);
        if wait.timeout.is_some() {
            self.second(self.span(pair), "timeout");
        } else {
            wait.timeout = Some(block);
        }
        Some(())
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    let day = match word {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    };
    Some(day)
}
