//! How inputs become facts: duplicates, attributes, behaviours, hits of scores.

use std::sync::Arc;

use flow_graph::program::{Behaviour, Field, Measure, Reach, Score};
use flow_graph::{Id, Timestamp, Value};

use crate::contact::facts::figure::{Figure, Window};
use crate::contact::facts::hits::Hits;
use crate::contact::facts::seen::Print;
use crate::contact::small::Sparse;
use crate::contact::{Contact, Facts, small};
use crate::engine::Engine;
use crate::eval::{View, figure};
use crate::input::{Attributes, Event};
use crate::time;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is part of the facts.
    New {
        /// Older than `late_after`: its time plus that is before now. It triggers nothing.
        late: bool,
    },
    /// Its message id or a unique value was seen before: nothing has changed.
    Duplicate,
}

/// The event as it counts: one that claims to come from the future happened when it arrived.
#[must_use]
pub fn held(event: Arc<Event>, now: Timestamp) -> Arc<Event> {
    if event.time <= now { event } else { Arc::new(Event { time: now, ..Event::clone(&event) }) }
}

impl Facts {
    /// Takes an event that arrives now.
    pub fn take_event(engine: &Engine, contact: &mut Contact, event: &Arc<Event>, now: Timestamp) -> Taken {
        Self::take(engine, contact, &held(Arc::clone(event), now), now)
    }

    /// The same for an event that is not of the future.
    pub(crate) fn take(engine: &Engine, contact: &mut Contact, event: &Event, now: Timestamp) -> Taken {
        if is_repeated(engine, contact, event, now) {
            return Taken::Duplicate;
        }
        if let Some(plan) = engine.plan(event.kind) {
            for behaviour in &plan.behaviours {
                count(engine, contact, event, now, *behaviour);
            }
            for &(score, rule) in &plan.hits {
                hit(engine, contact, event, now, (score, rule));
            }
        }
        // What has just happened is not late, whatever the zone.
        let late = event.time < now && {
            time::add(contact.zone(engine), event.time, engine.program().project.late_after) < now
        };
        Taken::New { late }
    }

    /// Takes new values of fields: per field the newest time wins, of equal ones the later arrival. False for a
    /// duplicate.
    pub fn take_attributes(engine: &Engine, contact: &mut Contact, attributes: Attributes, now: Timestamp) -> bool {
        let within = engine.program().project.duplicates_within;
        let zone = contact.zone(engine);
        if contact.facts.seen.repeats(&attributes.id, zone, within, now) {
            return false;
        }
        for (field, value) in attributes.changes {
            Self::set_field(engine, contact, field, value, attributes.time.min(now));
        }
        true
    }

    /// Writes a field unless it has a newer value.
    pub fn set_field(engine: &Engine, contact: &mut Contact, field: Id<Field>, value: Value, time: Timestamp) {
        if engine.program().fields.get(field).is_none() {
            return;
        }
        contact.facts.write(field, value, time);
        if engine.program().zone_field == Some(field) {
            contact.find_zone(engine);
            recount(engine, contact);
        }
    }

    /// Takes over what is known of another contact, the newest value of each field, and computes behaviours and
    /// scores anew from the events of both. Filters see the fields as they are now: how they were is not recorded.
    pub fn merge(engine: &Engine, contact: &mut Contact, other: &Self, log: &[(Timestamp, Arc<Event>)]) {
        for field in engine.program().fields.ids() {
            let since = other.field_time(field);
            if since > contact.facts.field_time(field) {
                contact.facts.write(field, other.field(field).clone(), since);
            }
        }
        contact.find_zone(engine);
        Self::rebuild(engine, contact, log);
        contact.facts.seen.unite(&other.seen);
    }

    /// Computes behaviours and scores anew from a log of events with the instants of their arrival, in that order,
    /// each counted once. What was seen stays seen.
    pub fn rebuild(engine: &Engine, contact: &mut Contact, log: &[(Timestamp, Arc<Event>)]) {
        contact.facts.figures = Sparse::default();
        contact.facts.hits = Sparse::default();
        let seen = std::mem::take(&mut contact.facts.seen);
        for (arrival, event) in log {
            Self::take_event(engine, contact, event, *arrival);
        }
        contact.facts.seen.unite(&seen);
    }
}

fn is_repeated(engine: &Engine, contact: &mut Contact, event: &Event, now: Timestamp) -> bool {
    let within = engine.program().project.duplicates_within;
    let zone = contact.zone(engine);
    if contact.facts.seen.repeats(&event.id, zone, within, now) {
        return true;
    }
    let unique = engine.plan(event.kind).map(|plan| plan.unique.as_slice()).unwrap_or_default();
    let print = |&(slot, name): &(usize, Print)| event.values.get(slot).and_then(|value| name.with_value(value));
    if unique.iter().filter_map(print).any(|print| contact.facts.seen.has(&print)) {
        return true;
    }
    unique.iter().filter_map(print).for_each(|print| contact.facts.seen.note(print));
    false
}

/// Counts an event in a behaviour; its filter is asked once, now.
fn count(engine: &Engine, contact: &mut Contact, event: &Event, now: Timestamp, id: Id<Behaviour>) -> Option<()> {
    let behaviour = engine.program().behaviours.get(id)?;
    let view = View::new(engine, contact, now).with_this(event);
    if !behaviour.filter.as_ref().is_none_or(|filter| view.holds(filter)) {
        return None;
    }
    let value = match figure::slot(behaviour.measure) {
        None => &Value::Missing,
        Some(slot) => event.values.get(usize::from(slot)).filter(|value| value.is_known())?,
    };
    let zone = contact.zone(engine);
    let state = contact.facts.figures.get_or(id.index(), || Figure::new(behaviour))?;
    state.take(behaviour.measure, event.time, value);
    if let Reach::Last(span) = behaviour.reach {
        state.forget(Window { zone, span, now });
    }
    Some(())
}

fn hit(
    engine: &Engine,
    contact: &mut Contact,
    event: &Event,
    now: Timestamp,
    (score, position): (Id<Score>, usize),
) -> Option<()> {
    let rule = engine.program().scores.get(score)?.hits.get(position)?;
    let view = View::new(engine, contact, now).with_this(event);
    if !rule.filter.as_ref().is_none_or(|filter| view.holds(filter)) {
        return None;
    }
    let once_per = rule.once_per.map(|slot| event.values.get(usize::from(slot)).unwrap_or(&Value::Missing));
    let zone = contact.zone(engine);
    let number = engine.rule(score, position)?;
    let state = contact.facts.hits.get_or(number, || Hits::new(rule))?;
    state.hit(rule, zone, event.time, once_per);
    Some(())
}

/// Caps per calendar time hang on the zone.
pub(crate) fn recount(engine: &Engine, contact: &mut Contact) {
    let zone = contact.zone(engine);
    for (number, state) in contact.facts.hits.iter_mut() {
        let Some(rule) = engine.rule_at(number) else { continue };
        if rule.cap.is_some_and(|cap| matches!(cap.per, flow_graph::Span::Calendar { .. })) {
            state.count_again(rule, zone);
        }
    }
}

impl Figure {
    /// Takes the value of an event at its time.
    fn take(&mut self, measure: Measure, at: Timestamp, value: &Value) {
        match self {
            Self::Count(count) => *count = count.saturating_add(1),
            Self::Sum(sum) => sum.get_or_insert_default().add(value),
            Self::One(one) => {
                let replaced = one.as_ref().is_none_or(|one| replaces(measure, (at, value), (one.0, &one.1)));
                if replaced {
                    *one = Some(Box::new((at, value.clone())));
                }
            }
            Self::At(time) => {
                if *time == Timestamp::MIN || replaces(measure, (at, value), (*time, value)) {
                    *time = at;
                }
            }
            Self::Distinct(values) => {
                if let Err(place) = values.binary_search_by(|known| known.order(value)) {
                    small::insert(values, place, value.clone());
                }
            }
            Self::Time(first) => {
                let times = if at < *first { [at, *first] } else { [*first, at] };
                *self = Self::Times(times.into_iter().collect());
            }
            Self::Times(times) if times.is_empty() => *self = Self::Time(at),
            Self::Value(first) => {
                let first = std::mem::replace(&mut **first, (at, Value::Missing));
                let new = (at, value.clone());
                let values = if at < first.0 { [new, first] } else { [first, new] };
                *self = Self::Values(values.into_iter().collect());
            }
            Self::Values(values) if values.is_empty() => *self = Self::Value(Box::new((at, value.clone()))),
            Self::Times(times) => {
                let place = times.partition_point(|time| *time <= at);
                small::insert(times, place, at);
            }
            Self::Values(values) => {
                let place = values.partition_point(|(time, _)| *time <= at);
                small::insert(values, place, (at, value.clone()));
            }
        }
    }

    fn forget(&mut self, window: Window<'_>) {
        match self {
            Self::Times(times) => window.forget(times, |at| *at),
            Self::Values(values) => window.forget(values, |entry| entry.0),
            Self::Count(_)
            | Self::Sum(_)
            | Self::One(_)
            | Self::At(_)
            | Self::Distinct(_)
            | Self::Time(_)
            | Self::Value(_) => {}
        }
    }
}

/// Whether an event that arrives stands for all instead of the one that did.
fn replaces(measure: Measure, new: (Timestamp, &Value), old: (Timestamp, &Value)) -> bool {
    match measure {
        Measure::First(_) | Measure::FirstTime => new.0 < old.0,
        Measure::Last(_) | Measure::LastTime => new.0 >= old.0,
        Measure::Min(_) => new.1.order(old.1).is_lt(),
        Measure::Max(_) => new.1.order(old.1).is_gt(),
        Measure::Count | Measure::Sum(_) | Measure::Avg(_) | Measure::Distinct(_) => false,
    }
}
