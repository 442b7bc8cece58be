//! Service levels.

use flow_graph::Span as Length;
use flow_graph::program::{Calendar, Location, Reminder, Sla, StepKind};

use super::proofs::{Later, Place};
use super::{Check, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::Around;
use crate::source::{Span, Spanned};
use crate::syntax::tree::expr::Duration;
use crate::syntax::tree::sla::{MetClause, SlaItem};
use crate::syntax::tree::step::{Step, StepKind as Kind};
use crate::syntax::tree::{Item, ItemKind};
use crate::template::Reach;

impl Check<'_> {
    pub(super) fn slas(&mut self) {
        for (_, item) in self.names.items::<Sla>() {
            let mut sla = self.empty_sla(item);
            if let ItemKind::Sla(tree) = &item.kind {
                self.sla(&mut sla, tree, item);
            }
            self.program.slas.push(sla);
        }
    }

    fn empty_sla(&self, item: &Item) -> Sla {
        let (name, span) = item.kind.name().map_or((String::new(), item.span), |n| (n.value.clone(), n.span));
        let at = self.location(span);
        Sla {
            name,
            doc: item.doc.clone(),
            per: None,
            start: Vec::new(),
            met: Vec::new(),
            within: Length::Elapsed(0),
            calendar: None,
            reminders: Vec::new(),
            breach: Vec::new(),
            pause: None,
            target: None,
            at,
            met_at: at,
        }
    }

    fn sla(&mut self, sla: &mut Sla, tree: &SlaItem, item: &Item) {
        let scope = Scope::contact();
        if let Some(per) = self.once("per", &tree.per, |per| per.span) {
            sla.per = Some(self.expr(&scope, per, None).expr);
        }
        match self.once("start", &tree.start, |start| start.span) {
            Some(start) => sla.start = self.triggers(&scope, &start.value),
            None if !item.broken => self.lacks(&tree.name, "sla", "start", "start on entered stage buyer.mql"),
            None => {}
        }
        match self.once("met", &tree.met, |met| met.span) {
            Some(met) => self.met(sla, met),
            None if !item.broken => self.lacks(&tree.name, "sla", "met", "met on sales_contacted within 1h"),
            None => {}
        }
        for reminder in &tree.reminders {
            let after = self.reminder(tree.met.first(), &reminder.at);
            let actions = self.actions(&reminder.actions);
            let at = self.location(reminder.span);
            sla.reminders.push(Reminder { after, actions, at });
        }
        sla.reminders.sort_by_key(|reminder| reminder.after.nominal_ms());
        if tree.breach.len() > 1 {
            let message = format!("the sla `{}` has two blocks `breach`", tree.name.value);
            let wrong = Diagnostic::new(Code::DuplicateClause, tree.name.span, message);
            self.report(wrong.help("write all that is done into one"));
        }
        if let Some(breach) = tree.breach.first() {
            sla.breach = self.actions(breach);
        }
        if let Some(pause) = self.once("pause", &tree.pause, |pause| pause.span) {
            let condition = self.condition(&scope, pause);
            self.ask(Place::Pause, pause.span, &condition, Around { event: None, remembered: true, even_days: false });
            sla.pause = Some(condition);
        }
        if let Some(target) = self.once("target", &tree.target, |target| target.span) {
            sla.target = Some(self.share(target, "a target"));
        }
    }

    fn met(&mut self, sla: &mut Sla, tree: &MetClause) {
        sla.met = self.triggers(&Scope::contact(), &tree.triggers);
        self.ask_later(Later::Met, &tree.triggers, &sla.met);
        sla.met_at = self.location(tree.span);
        sla.within = self.positive(&tree.within, "a service level");
        let Some(name) = &tree.calendar else { return };
        sla.calendar = self.find::<Calendar>(name);
        self.working_time(&tree.within, name.span);
    }

    /// Working time is counted in hours and minutes: a day of it has no fixed length.
    fn working_time(&mut self, duration: &Spanned<Duration>, calendar: Span) {
        if let Length::Calendar { .. } = self.spanned(duration) {
            let message = "working time is counted in hours, and this is calendar time";
            let wrong =
                Diagnostic::new(Code::SlaTime, duration.span, message).label(calendar, "counted by this calendar");
            self.report(wrong.help("write hours, for example `8h`, or leave the calendar out"));
        }
    }

    fn reminder(&mut self, met: Option<&MetClause>, at: &Spanned<Duration>) -> Length {
        let after = self.positive(at, "a reminder");
        let Some(met) = met else { return after };
        if let Some(calendar) = &met.calendar {
            self.working_time(at, calendar.span);
        }
        let within = self.spanned(&met.within);
        if after.nominal_ms() >= within.nominal_ms() {
            let message = "this reminder comes when the time is over";
            let wrong = Diagnostic::new(Code::SlaTime, at.span, message).label(met.within.span, "the time");
            self.report(wrong.help("remind earlier, or use `breach { … }`"));
        }
        after
    }

    fn actions(&mut self, steps: &[Step]) -> Vec<(StepKind, Location)> {
        let mut actions = Vec::new();
        for step in steps {
            let allowed = match &step.kind {
                Kind::Notify(_) | Kind::Call(_) | Kind::Emit(_) | Kind::Set(_) => true,
                Kind::Wait(_)
                | Kind::WaitUntil(_)
                | Kind::WaitFor(_)
                | Kind::Send(_)
                | Kind::Choose(_)
                | Kind::Split(_)
                | Kind::Enroll(_)
                | Kind::Exit => false,
            };
            if !allowed {
                let message = "a service level cannot do this";
                let wrong = Diagnostic::new(Code::SlaAction, step.head, message);
                self.report(
                    wrong.help("it can `notify`, `call`, `emit` and `set`; let a sequence enter on what it emits"),
                );
                continue;
            }
            if let Some(kind) = self.action(&Scope::contact(), &Reach::default(), &step.kind) {
                actions.push((kind, self.location(step.head)));
            }
        }
        actions
    }
}
