//! Where two programs of the same shape are different.

use std::collections::BTreeMap;

use flow_graph::canonical::{Item, items_of};
use flow_graph::program::{
    Behaviour, Derived, Event, HitRule, Lifecycle, Program, Score, Sequence, Sla, Step, StepId, StepKind,
};
use flow_graph::{Expr, Id, Table};

use crate::eval::walk;
use crate::input::Input;

/// Where two programs of the same shape are different. A program is different in an item, too, that reads the value of
/// a score which is: what else it reads is part of the contact.
#[derive(Debug, Default)]
pub(crate) struct Apart {
    scores: Vec<bool>,
    segments: Vec<bool>,
    sequences: Vec<Different>,
    slas: Vec<bool>,
    /// By event: figures or points count it differently.
    counted: Vec<bool>,
    lifecycles: bool,
    /// A message: its channel, its topic or its priority.
    messages: bool,
    limits: bool,
}

/// Where a sequence is different.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Different {
    /// In some steps, or in none: by step.
    Steps(Vec<bool>),
    /// Anywhere.
    Anywhere,
}

/// What the canonical forms of both may say differently: the rest has to be equal.
const MAY_DIFFER: [&str; 7] = ["segment", "score", "lifecycle", "message", "limits", "sequence", "sla"];
/// What contacts do not hang on: what is written, and what happens when one program follows the other.
const NO_MATTER: [&str; 3] = ["template", "moved", "retired"];

type Items = BTreeMap<String, Item>;

impl Apart {
    /// Where two programs differ. None: they are not of one shape.
    pub(crate) fn between(base: &Program, head: &Program) -> Option<Self> {
        let (before, after) = (items_of(base), items_of(head));
        if names(base) != names(head) || !worlds_are_equal(&before, &after) || !states_are_alike(base, head) {
            return None;
        }
        let differs = |kind: &str, name: &str| {
            let address = format!("{kind}.{name}");
            before.get(&address).map(|item| &item.fingerprint) != after.get(&address).map(|item| &item.fingerprint)
        };
        let mut apart = Self {
            scores: base.scores.iter().map(|it| differs("score", &it.name)).collect(),
            segments: base.segments.iter().map(|it| differs("segment", &it.name)).collect(),
            sequences: base
                .sequences
                .iter()
                .zip(&head.sequences)
                .map(|pair| sequence(pair, (&before, &after)))
                .collect(),
            slas: base.slas.iter().map(|it| differs("sla", &it.name)).collect(),
            counted: counted(base, head),
            lifecycles: base.lifecycles.iter().any(|it| differs("lifecycle", &it.name)),
            messages: messages(base) != messages(head),
            limits: before.get("limits") != after.get("limits"),
        };
        apart.read_scores(head);
        apart.count_by_scores(head);
        Some(apart)
    }

    /// Adds what reads the value of a score that is different.
    fn read_scores(&mut self, program: &Program) {
        for _ in 0..=program.scores.len() {
            let of = |score: &Score| self.read_by(|visit| walk::of_score(score, visit));
            let more: Vec<bool> = program.scores.iter().map(of).collect();
            self.scores.iter_mut().zip(more).for_each(|(known, more)| *known |= more);
        }
        let segments = program.segments.iter().map(|it| self.read_by(|visit| walk::within(&it.condition, visit)));
        let segments: Vec<bool> = segments.collect();
        self.segments.iter_mut().zip(segments).for_each(|(known, more)| *known |= more);
        let sequences = program.sequences.iter().map(|it| self.read_by(|visit| walk::of_sequence(it, visit)));
        let sequences: Vec<bool> = sequences.collect();
        let read = self.sequences.iter_mut().zip(sequences).filter(|(_, reads)| *reads);
        read.for_each(|(known, _)| *known = Different::Anywhere);
        let slas = program.slas.iter().map(|it| self.read_by(|visit| walk::of_sla(it, visit)));
        let slas: Vec<bool> = slas.collect();
        self.slas.iter_mut().zip(slas).for_each(|(known, more)| *known |= more);
        let lifecycle = |it: &Lifecycle| self.read_by(|visit| walk::of_lifecycle(it, visit));
        self.lifecycles |= program.lifecycles.iter().any(lifecycle);
    }

    /// Adds events that are counted or not by the value of a score that is different.
    fn count_by_scores(&mut self, program: &Program) {
        let figures = program.behaviours.iter().map(|it| (it.event, it.filter.as_ref()));
        let points = program.scores.iter().flat_map(|it| &it.hits).map(|it| (it.event, it.filter.as_ref()));
        let by_score = |filter: &Expr| self.read_by(|visit| walk::within(filter, visit));
        let events: Vec<Id<Event>> =
            figures.chain(points).filter_map(|(event, filter)| filter.is_some_and(by_score).then_some(event)).collect();
        for event in events {
            if let Some(counted) = self.counted.get_mut(event.index()) {
                *counted = true;
            }
        }
    }

    fn read_by(&self, walk: impl FnOnce(&mut dyn FnMut(&Expr))) -> bool {
        let mut found = false;
        walk(&mut |expr| found |= self.reads(expr));
        found
    }

    fn reads(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Score { score, .. } if at(&self.scores, score.index()))
    }

    /// Whether a score or a segment is different.
    pub(crate) fn derived(&self, derived: Derived) -> bool {
        match derived {
            Derived::Score(id) => at(&self.scores, id.index()),
            Derived::Segment(id) => at(&self.segments, id.index()),
        }
    }

    /// Whether any score is.
    pub(crate) fn scores(&self) -> bool {
        self.scores.contains(&true)
    }

    /// Whether a sequence is, beyond its steps.
    pub(crate) fn sequence(&self, id: Id<Sequence>) -> bool {
        !matches!(self.sequences.get(id.index()), Some(Different::Steps(_)))
    }

    /// Whether a run of a sequence that stands at a step may go on differently.
    pub(crate) fn step(&self, id: Id<Sequence>, step: StepId) -> bool {
        match self.sequences.get(id.index()) {
            Some(Different::Steps(steps)) => at(steps, step.into()),
            Some(Different::Anywhere) | None => true,
        }
    }

    /// Whether a service level is.
    pub(crate) fn sla(&self, id: Id<Sla>) -> bool {
        at(&self.slas, id.index())
    }

    /// Whether any lifecycle is.
    pub(crate) fn lifecycles(&self) -> bool {
        self.lifecycles
    }

    /// Whether any message is.
    pub(crate) fn messages(&self) -> bool {
        self.messages
    }

    /// Whether what holds messages back is.
    pub(crate) fn limits(&self) -> bool {
        self.limits
    }

    /// Whether an event is counted differently.
    pub(crate) fn counted(&self, event: Id<Event>) -> bool {
        at(&self.counted, event.index())
    }

    /// Whether already taking an input may lead to different facts.
    pub(crate) fn begins(&self, program: &Program, input: &Input) -> bool {
        match input {
            Input::Event(event) => self.counted(event.kind),
            // In another zone points that are capped by calendar time are counted anew.
            Input::Attributes(attributes) => {
                self.counted.contains(&true)
                    && attributes.changes.iter().any(|change| Some(change.0) == program.zone_field)
            }
            Input::Merge(_) => true,
            Input::Wake | Input::Adopted => false,
        }
    }
}

fn at(list: &[bool], number: usize) -> bool {
    list.get(number).copied().unwrap_or(true)
}

/// All names in the order of their tables.
fn names(program: &Program) -> Vec<Vec<&str>> {
    fn of<T>(table: &Table<T>, name: impl Fn(&T) -> &str) -> Vec<&str> {
        table.iter().map(name).collect()
    }
    let mut names = vec![
        of(&program.enums, |it| &it.name),
        of(&program.fields, |it| &it.name),
        of(&program.events, |it| &it.name),
        of(&program.scores, |it| &it.name),
        of(&program.segments, |it| &it.name),
        of(&program.lifecycles, |it| &it.name),
        of(&program.topics, |it| &it.name),
        of(&program.channels, |it| &it.name),
        of(&program.connectors, |it| &it.name),
        of(&program.messages, |it| &it.name),
        of(&program.sequences, |it| &it.name),
        of(&program.calendars, |it| &it.name),
        of(&program.teams, |it| &it.name),
        of(&program.slas, |it| &it.name),
    ];
    names.extend(program.events.iter().map(|event| event.fields.iter().map(|field| field.name.as_str()).collect()));
    names
}

/// Whether all that no contact may differ in is the same.
fn worlds_are_equal(before: &Items, after: &Items) -> bool {
    let kind = |address: &str| address.split('.').next().unwrap_or_default().to_owned();
    let fixed = |items: &Items| -> Vec<(String, String)> {
        let counts = |address: &str| {
            let kind = kind(address);
            !MAY_DIFFER.contains(&kind.as_str()) && !NO_MATTER.contains(&kind.as_str())
        };
        let items = items.iter().filter(|(address, _)| counts(address));
        items.map(|(address, item)| (address.clone(), item.fingerprint.clone())).collect()
    };
    fixed(before) == fixed(after)
}

/// Whether a state means the same to both, and a new contact begins as the same.
fn states_are_alike(base: &Program, head: &Program) -> bool {
    let starts = |program: &Program| program.lifecycles.iter().map(|it| it.start).collect::<Vec<_>>();
    let rules = |program: &Program| program.scores.iter().map(|it| it.hits.len()).collect::<Vec<_>>();
    base.earlier.is_empty()
        && head.earlier.is_empty()
        && base.order == head.order
        && starts(base) == starts(head)
        && rules(base) == rules(head)
        && base.behaviours.len() == head.behaviours.len()
}

/// Where a sequence is different.
fn sequence((base, head): (&Sequence, &Sequence), (before, after): (&Items, &Items)) -> Different {
    let rest = |items: &Items| {
        let item = items.get(&format!("sequence.{}", base.name))?;
        let mut rest = item.definition.clone();
        rest.as_object_mut()?.remove("steps");
        Some(rest)
    };
    let differs = |(one, other): (&Step, &Step)| (&one.id, &one.kind, one.next) != (&other.id, &other.kind, other.next);
    let steps: Vec<bool> = base.steps.iter().zip(&head.steps).map(differs).collect();
    // Such a wait looks at what happens wherever a run stands.
    let looks_ahead = |step: &Step| matches!(step.kind, StepKind::WaitFor { since_entry: true, .. });
    let different = |sequence: &Sequence| sequence.steps.iter().zip(&steps).any(|(step, it)| *it && looks_ahead(step));
    if base.steps.len() != head.steps.len() || rest(before) != rest(after) || different(base) || different(head) {
        return Different::Anywhere;
    }
    Different::Steps(steps)
}

/// What decides about messages, but for the limits of all.
fn messages(program: &Program) -> Vec<(usize, usize, i64)> {
    program.messages.iter().map(|it| (it.channel.index(), it.topic.index(), it.priority)).collect()
}

/// By event: whether figures or points count it differently.
fn counted(base: &Program, head: &Program) -> Vec<bool> {
    let mut counted = vec![false; head.events.len()];
    let mut count = |event: Id<Event>| {
        if let Some(counted) = counted.get_mut(event.index()) {
            *counted = true;
        }
    };
    let figure = |it: &Behaviour| (it.event, it.filter.clone(), it.measure, it.reach);
    for (before, after) in base.behaviours.iter().zip(&head.behaviours) {
        if figure(before) != figure(after) {
            [before.event, after.event].into_iter().for_each(&mut count);
        }
    }
    let points = |it: &HitRule| (it.points, it.event, it.filter.clone(), it.half_life_ms, it.cap, it.once_per);
    for (before, after) in base.scores.iter().zip(&head.scores) {
        for (before, after) in before.hits.iter().zip(&after.hits) {
            if points(before) != points(after) {
                [before.event, after.event].into_iter().for_each(&mut count);
            }
        }
    }
    counted
}
