//! What a turn asks of facts, expressions and time, and how it changes facts.

use flow_graph::program::{Field, Sequence};
use flow_graph::{ClockWindow, Expr, Id, Span, Timestamp, Value, Weekdays};
use jiff::civil::{Date, Time};

use super::{Scope, Signal, Turn};
use crate::contact::Facts;
use crate::contact::journey::Run;
use crate::contact::small::Bits;
use crate::decision::{DecisionKind, Item, Outcome};
use crate::derive::{self, Change};
use crate::engine::Engine;
use crate::eval::View;
use crate::facts::Taken;
use crate::input::{Attributes, Event};
use crate::time::{self, Zone};

impl<'a> Turn<'a> {
    /// The sequence that a run follows: as it is now, or as an earlier program had it.
    pub(crate) fn version(&self, run: &Run) -> Option<&'a Sequence> {
        self.program().version(run.sequence, run.version)
    }

    /// Whether a condition holds now.
    pub(crate) fn holds(&self, condition: &Expr, scope: Scope<'_>) -> bool {
        self.view(self.engine, scope).holds(condition)
    }

    /// The value of an expression now.
    pub(crate) fn value(&self, expr: &Expr, scope: Scope<'_>) -> Value {
        self.view(self.engine, scope).value(expr)
    }

    /// The earliest instant after now at which the value can change by itself.
    pub(crate) fn next_change(&self, expr: &Expr, scope: Scope<'_>) -> Option<Timestamp> {
        self.view(self.engine, scope).next_change(expr)
    }

    /// The instant one span after another, in the zone of the contact.
    pub(crate) fn add(&self, from: Timestamp, span: Span) -> Timestamp {
        time::add(self.contact.zone(self.engine), from, span)
    }

    /// The instant at which the contact's clocks show a date and a time, if that can be shown.
    pub(crate) fn local(&self, date: Date, at: Time) -> Option<Timestamp> {
        let instant = time::local_instant(self.contact.zone(self.engine), date, at);
        (Timestamp::FIRST_VALID <= instant && instant <= Timestamp::LAST_VALID).then_some(instant)
    }

    /// Now when the contact's clocks show a time inside, else the next instant at which they do.
    pub(crate) fn next_clock(&self, days: Weekdays, window: ClockWindow, single: bool) -> Timestamp {
        time::next_clock(self.contact.zone(self.engine), self.now, days, window, single)
    }

    /// When the quiet hours end that now lies in, if it does.
    pub(crate) fn quiet_until(&self, window: ClockWindow) -> Option<Timestamp> {
        time::quiet_until(self.contact.zone(self.engine), self.now, window)
    }

    /// Takes an event into the facts, with what it says about consent.
    pub(crate) fn take_event(&mut self, event: &Event) -> Outcome {
        self.settle_bands();
        let late = match Facts::take(self.engine, self.contact, event, self.now) {
            Taken::Duplicate => return Outcome::Duplicate,
            Taken::New { late } => late,
        };
        let plan = self.engine.plan(event.kind);
        if plan.is_none_or(|plan| plan.speaks) {
            let contact = &mut *self.contact;
            contact.journey.consents.take(self.engine.program(), &contact.facts, event);
        }
        self.stir |= plan.is_none_or(|plan| plan.stirs);
        self.stale.counted(event.kind);
        self.touched = true;
        if late { Outcome::Late } else { Outcome::Accepted }
    }

    /// Takes attributes into the facts.
    pub(crate) fn take_attributes(&mut self, attributes: Attributes) -> Outcome {
        self.settle_bands();
        let before = self.contact.zone(self.engine);
        let time = attributes.time;
        if !Facts::take_attributes(self.engine, self.contact, attributes, self.now) {
            return Outcome::Duplicate;
        }
        self.changed(before);
        let late = self.add(time, self.program().project.late_after) < self.now;
        if late { Outcome::Late } else { Outcome::Accepted }
    }

    /// Sets a field as of now.
    pub(crate) fn set_field(&mut self, field: Id<Field>, value: Value) {
        self.keep_facts();
        let before = self.contact.zone(self.engine);
        Facts::set_field(self.engine, self.contact, field, value, self.now);
        self.changed(before);
    }

    /// Fields have changed: what hangs on them is looked at anew.
    pub(crate) fn changed(&mut self, before: &'static Zone) {
        self.touched = true;
        let moved = before != self.contact.zone(self.engine);
        self.stir = true;
        self.restless = true;
        self.stale.fields = true;
        self.stale.all |= moved;
        let journey = &mut self.contact.journey;
        journey.follow = true;
        journey.moved |= moved;
    }

    /// Derives bands and segments anew as far as something has changed that they hang on; what is different is
    /// recorded and set in the queue.
    pub(crate) fn refresh(&mut self) {
        let changes = self.rederive();
        self.report(changes);
    }

    /// The same, and what is different is left to the caller.
    pub(crate) fn rederive(&mut self) -> Vec<Change> {
        let which = std::mem::take(&mut self.stale).which(self.engine);
        if self.beside.is_some() {
            return self.rederive_both(which);
        }
        derive::refresh_some(self.engine, self.contact, self.now, which)
    }

    /// Records changes and sets them in the queue.
    pub(crate) fn report(&mut self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        self.stir = true;
        self.restless = true;
        let program = self.program();
        for change in changes {
            self.touched = true;
            match change {
                Change::Entered(id) => {
                    let Some(segment) = program.segments.get(id) else { continue };
                    self.decide(Item::Segment(id), segment.at, DecisionKind::EnteredSegment(id));
                    self.signal(Signal::Entered(id));
                }
                Change::Left(id) => {
                    let Some(segment) = program.segments.get(id) else { continue };
                    self.decide(Item::Segment(id), segment.at, DecisionKind::LeftSegment(id));
                    self.signal(Signal::Left(id));
                }
                Change::Band { score: id, from, to, value } => {
                    let Some(score) = program.scores.get(id) else { continue };
                    let at = crate::decision::band(&score.bands, to).map_or(score.at, |band| band.at);
                    self.decide(Item::Score(id), at, DecisionKind::Band { score: id, from, to, value });
                    if let Some(band) = to {
                        self.signal(Signal::Band(id, band));
                    }
                }
            }
        }
    }

    /// Before the first input the bands are where nothing is known of the contact: silently. Segments wait for it.
    pub(crate) fn settle_bands(&mut self) {
        if !self.contact.born && !self.program().scores.is_empty() {
            derive::refresh(self.engine, self.contact, self.now);
            self.contact.facts.members = Bits::default();
        }
    }

    /// The contact as an expression of a program may look at it.
    pub(crate) fn view<'v>(&'v self, engine: &'v Engine, scope: Scope<'v>) -> View<'v> {
        let Scope { this, trigger, key } = scope;
        View { engine, contact: self.contact, now: self.now, this, trigger, key }
    }
}
