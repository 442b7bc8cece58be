//! `calendar`, `team` and `sla`.

use super::{Block, Builder, Cursor, Pair, Rule};
use crate::source::Spanned;
use crate::syntax::tree::sla::{CalendarItem, MetClause, OpenClause, RemindClause, SlaItem, TeamItem, TeamRoute};

impl Builder<'_> {
    pub(super) fn calendar_item(&mut self, pair: &Pair<'_>) -> Option<CalendarItem> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let mut item = CalendarItem { name, open: vec![], zone: vec![], except: vec![] };
        for clause in self.clauses(&mut inner, Block::Calendar) {
            let read = self.calendar_clause(&clause, &mut item);
            self.broken |= read.is_none();
        }
        Some(item)
    }

    fn calendar_clause(&mut self, pair: &Pair<'_>, item: &mut CalendarItem) -> Option<()> {
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::zone_clause => item.zone.push(self.quoted(&inner.find(Rule::text)?)),
            Rule::except_clause => {
                for date in inner.filter(|part| part.as_rule() == Rule::date) {
                    item.except.extend(self.date(&date));
                }
            }
            _ => {
                let days = self.days(inner.next_if(Rule::days))?;
                item.open.push(OpenClause { days, window: self.clock_range(&inner.find(Rule::clock_range)?)? });
            }
        }
        Some(())
    }

    pub(super) fn team_item(&mut self, pair: &Pair<'_>) -> Option<TeamItem> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let mut routes = Vec::new();
        for clause in self.clauses(&mut inner, Block::Team) {
            let mut inner = Cursor::of(&clause);
            let route = match inner.find_any(&[Rule::text, Rule::name]) {
                Some(text) if text.as_rule() == Rule::text => Some(TeamRoute::Email(self.unquote(&text))),
                Some(name) => Some(TeamRoute::Webhook(self.name(&name))),
                None => None,
            };
            routes.extend(route);
        }
        Some(TeamItem { name, routes })
    }

    pub(super) fn sla_item(&mut self, pair: &Pair<'_>) -> Option<SlaItem> {
        let mut inner = Cursor::of(pair);
        let mut item = SlaItem {
            name: self.declared(&inner.find(Rule::name)?),
            per: vec![],
            start: vec![],
            met: vec![],
            reminders: vec![],
            breach: vec![],
            pause: vec![],
            target: vec![],
        };
        for clause in self.clauses(&mut inner, Block::Sla) {
            let read = self.sla_clause(&clause, &mut item);
            self.broken |= read.is_none();
        }
        Some(item)
    }

    fn sla_clause(&mut self, pair: &Pair<'_>, item: &mut SlaItem) -> Option<()> {
        let span = self.span(pair);
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::sla_per => item.per.push(self.expr(&inner.find(Rule::expr)?)?),
            Rule::sla_start => item.start.push(Spanned::new(self.triggers(&inner.find(Rule::triggers)?)?, span)),
            Rule::sla_met => {
                let triggers = self.triggers(&inner.find(Rule::triggers)?)?;
                let within = self.duration(&inner.find_duration()?)?;
                let calendar = inner.next_if(Rule::of_calendar).and_then(|part| Cursor::of(&part).find(Rule::name));
                let calendar = calendar.map(|name| self.name(&name));
                item.met.push(MetClause { triggers, within, calendar, span });
            }
            Rule::sla_remind => {
                let at = self.duration(&inner.find_duration()?)?;
                let actions = self.block(&inner.find(Rule::block)?).steps;
                item.reminders.push(RemindClause { at, actions, span });
            }
            Rule::sla_breach => item.breach.push(self.block(&inner.find(Rule::block)?).steps),
            Rule::sla_pause => item.pause.push(self.expr(&inner.find(Rule::expr)?)?),
            _ => item.target.push(self.number(&inner.find(Rule::percent)?)?),
        }
        Some(())
    }
}
