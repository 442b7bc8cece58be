//! Which scores and segments an event can change, and what reads what.

use flow_graph::program::{Derived, Event, Program};
use flow_graph::{Expr, Id, graph};

/// What an event can change, and all that reads it, in the program's order.
pub(crate) fn by_event(program: &Program, event: Id<Event>) -> Vec<Derived> {
    with_readers(program, &|derived| is_of(program, event, derived))
}

/// What fulfils a condition, and all that reads it, in the program's order.
pub(crate) fn with_readers(program: &Program, changes: &dyn Fn(Derived) -> bool) -> Vec<Derived> {
    let mut all: Vec<Derived> = Vec::new();
    // Each comes after all that it reads.
    for &derived in &program.order {
        if changes(derived) || graph::read_by(program, derived).iter().any(|read| all.contains(read)) {
            all.push(derived);
        }
    }
    all
}

/// The conditions that a score or a segment is made of.
pub(crate) fn conditions(program: &Program, derived: Derived) -> Vec<&Expr> {
    match derived {
        Derived::Segment(id) => program.segments.get(id).map(|segment| &segment.condition).into_iter().collect(),
        Derived::Score(id) => {
            program.scores.get(id).into_iter().flat_map(|score| score.fit.iter().map(|rule| &rule.when)).collect()
        }
    }
}

/// Whether any part of an expression is of a kind.
pub(crate) fn any(whole: &Expr, kind: &dyn Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    whole.walk(&mut |part| found |= kind(part));
    found
}

/// Whether an expression counts events of a kind: by a behaviour, or by a score that it reads.
pub(crate) fn looks_at(program: &Program, event: Id<Event>, whole: &Expr) -> bool {
    let score = |part: &Expr| {
        let Expr::Score { score, .. } = part else { return false };
        is_of(program, event, Derived::Score(*score))
    };
    counts(program, event, whole) || any(whole, &score)
}

/// Whether a score or a segment looks at events of a kind.
fn is_of(program: &Program, event: Id<Event>, derived: Derived) -> bool {
    let hit = |score: &flow_graph::program::Score| score.hits.iter().any(|rule| rule.event == event);
    let hits = match derived {
        Derived::Segment(_) => false,
        Derived::Score(id) => program.scores.get(id).is_some_and(hit),
    };
    hits || conditions(program, derived).into_iter().any(|condition| counts(program, event, condition))
}

fn counts(program: &Program, event: Id<Event>, whole: &Expr) -> bool {
    any(whole, &|part| {
        let (Expr::Behaviour(id) | Expr::SinceLast { behaviour: id, .. }) = part else { return false };
        program.behaviours.get(*id).is_some_and(|behaviour| behaviour.event == event)
    })
}
