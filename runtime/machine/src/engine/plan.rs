//! What hangs on what, worked out once: for each event what it can change and set off, so that a turn looks at nothing
//! else.

use flow_graph::program::{
    Behaviour, Cause, Derived, Event as EventType, Program, Score, Sequence, StepKind, Trigger, builtin,
};
use flow_graph::{Expr, Id};

use crate::contact::facts::seen::Print;
use crate::eval::reach;

/// What an event can change.
#[derive(Debug, Default)]
pub(crate) struct EventPlan {
    /// Behaviours that count it.
    pub(crate) behaviours: Vec<Id<Behaviour>>,
    /// Scores with the positions of their rules.
    pub(crate) hits: Vec<(Id<Score>, usize)>,
    /// Slots of unique fields, with the fingerprint of event and field by name.
    pub(crate) unique: Vec<(usize, Print)>,
    /// Scores and segments that it can change, and all that reads them, in the program's order.
    pub(crate) derived: Vec<Derived>,
    /// Of them, those that time can change too: positions in [`super::Engine::timed`].
    pub(crate) timed: Vec<usize>,
    /// It says something about consent or an address.
    pub(crate) speaks: bool,
    /// A transition waits for it.
    pub(crate) moves: bool,
    /// The condition of a transition counts it.
    pub(crate) stirs: bool,
    /// A goal, an exit or a wait of some sequence looks at it.
    pub(crate) concerns_runs: bool,
    /// Sequences that it can begin.
    pub(crate) enters: Vec<Id<Sequence>>,
}

/// What hangs on what is no event: scores and segments, in the program's order, with all that reads them.
#[derive(Debug)]
pub(crate) struct Readers {
    /// On time.
    pub(crate) time: Vec<Derived>,
    /// On fields of the contact.
    pub(crate) fields: Vec<Derived>,
    /// On stages.
    pub(crate) stages: Vec<Derived>,
    /// On runs under way.
    pub(crate) runs: Vec<Derived>,
    /// Whether the condition of a transition hangs on runs under way.
    pub(crate) transitions_of_runs: bool,
}

impl Readers {
    pub(super) fn new(program: &Program, timed: &[Derived]) -> Self {
        let by = |reads: fn(&Expr) -> bool| {
            reach::with_readers(program, &|derived| {
                let conditions = reach::conditions(program, derived);
                conditions.into_iter().any(|condition| reach::any(condition, &reads))
            })
        };
        let of_runs = |expr: &Expr| matches!(expr, Expr::InSequence(_));
        Self {
            time: reach::with_readers(program, &|derived| timed.contains(&derived)),
            fields: by(|expr| matches!(expr, Expr::Field(_))),
            stages: by(|expr| matches!(expr, Expr::InStage { .. })),
            runs: by(of_runs),
            transitions_of_runs: transitions(program).any(|condition| reach::any(condition, &of_runs)),
        }
    }
}

impl Readers {
    /// As if all that hangs on something in another program did so here.
    pub(super) fn unite(&mut self, other: &Self, order: &[Derived]) {
        for (own, theirs) in [
            (&mut self.time, &other.time),
            (&mut self.fields, &other.fields),
            (&mut self.stages, &other.stages),
            (&mut self.runs, &other.runs),
        ] {
            *own = united(own, theirs, order);
        }
        self.transitions_of_runs |= other.transitions_of_runs;
    }
}

impl EventPlan {
    /// As if the event did what it does in another program, too: to look at more than has changed leads to nothing.
    pub(super) fn unite(&mut self, other: &Self, order: &[Derived], timed: &[Derived]) {
        self.derived = united(&self.derived, &other.derived, order);
        self.timed = positions(timed, &self.derived);
        self.moves |= other.moves;
        self.stirs |= other.stirs;
        self.concerns_runs |= other.concerns_runs;
        self.enters.extend(&other.enters);
        self.enters.sort_unstable();
        self.enters.dedup();
    }
}

/// What is in one of two lists, in the program's order.
pub(super) fn united(one: &[Derived], other: &[Derived], order: &[Derived]) -> Vec<Derived> {
    order.iter().filter(|it| one.contains(it) || other.contains(it)).copied().collect()
}

/// Where some of what time can change stands.
fn positions(timed: &[Derived], derived: &[Derived]) -> Vec<usize> {
    (0..timed.len()).filter(|at| timed.get(*at).is_some_and(|it| derived.contains(it))).collect()
}

/// A plan for each event.
pub(super) fn of_events(program: &Program, timed: &[Derived]) -> Vec<EventPlan> {
    let mut plans: Vec<EventPlan> = program.events.ids().map(|event| of_event(program, event, timed)).collect();
    for (id, behaviour) in program.behaviours.enumerate() {
        if let Some(plan) = plans.get_mut(behaviour.event.index()) {
            plan.behaviours.push(id);
        }
    }
    for (id, score) in program.scores.enumerate() {
        for (position, rule) in score.hits.iter().enumerate() {
            if let Some(plan) = plans.get_mut(rule.event.index()) {
                plan.hits.push((id, position));
            }
        }
    }
    plans
}

fn of_event(program: &Program, event: Id<EventType>, timed: &[Derived]) -> EventPlan {
    let derived = reach::by_event(program, event);
    let mut plan = EventPlan {
        timed: positions(timed, &derived),
        derived,
        speaks: [builtin::SUBSCRIBED, builtin::UNSUBSCRIBED, builtin::BOUNCED, builtin::COMPLAINED].contains(&event),
        stirs: transitions(program).any(|condition| reach::looks_at(program, event, condition)),
        concerns_runs: program.versions().any(|sequence| concerns(sequence, event)),
        ..EventPlan::default()
    };
    if let Some(declared) = program.events.get(event) {
        let name = Print::of(declared.name.as_bytes()).with(&[0]);
        let unique = declared.fields.iter().enumerate().filter(|(_, field)| field.unique);
        plan.unique = unique.map(|(slot, field)| (slot, name.with(field.name.as_bytes()).with(&[0]))).collect();
    }
    let causes = program.lifecycles.iter().flat_map(|lifecycle| &lifecycle.transitions).map(|it| &it.cause);
    plan.moves = causes.into_iter().any(|cause| matches!(cause, Cause::On(triggers) if any_of(triggers, event)));
    let entered = program.sequences.enumerate().filter(|(_, sequence)| any_of(&sequence.enter, event));
    plan.enters = entered.map(|(id, _)| id).collect();
    plan
}

/// The conditions of all transitions.
fn transitions(program: &Program) -> impl Iterator<Item = &Expr> {
    let all = program.lifecycles.iter().flat_map(|lifecycle| &lifecycle.transitions);
    all.filter_map(|transition| match &transition.cause {
        Cause::When { condition, .. } => Some(condition),
        Cause::On(_) => None,
    })
}

/// Whether a run of a sequence can be moved or ended by an event.
fn concerns(sequence: &Sequence, event: Id<EventType>) -> bool {
    let waits = sequence.steps.iter().any(|step| {
        let StepKind::WaitFor { branches, .. } = &step.kind else { return false };
        branches.iter().any(|(triggers, _)| any_of(triggers, event))
    });
    waits
        || sequence.goal.as_ref().is_some_and(|goal| any_of(&goal.triggers, event))
        || sequence.exit_on.iter().any(|(trigger, _)| is_of(trigger, event))
}

fn any_of(triggers: &[Trigger], event: Id<EventType>) -> bool {
    triggers.iter().any(|trigger| is_of(trigger, event))
}

fn is_of(trigger: &Trigger, event: Id<EventType>) -> bool {
    match trigger {
        Trigger::Event { event: wanted, .. } => *wanted == event,
        Trigger::EnteredSegment(_)
        | Trigger::LeftSegment(_)
        | Trigger::BecomesBand { .. }
        | Trigger::EnteredStage { .. } => false,
    }
}
