//! Which scores and segments an event can change, and which time alone can.

use flow_graph::program::{Derived, Event, Program};
use flow_graph::{Expr, Id, graph};

/// What time alone can change, and all that reads it, in the program's order.
pub(crate) fn by_time(program: &Program, timed: &[Derived]) -> Vec<Derived> {
    with_readers(program, &|derived| timed.contains(&derived))
}

/// What an event can change, or the time that passed before it, and all that reads it, in the program's order.
pub(crate) fn by_event(program: &Program, event: Id<Event>, timed: &[Derived]) -> Vec<Derived> {
    with_readers(program, &|derived| timed.contains(&derived) || is_of(program, event, derived))
}

fn with_readers(program: &Program, changes: &dyn Fn(Derived) -> bool) -> Vec<Derived> {
    let mut all: Vec<Derived> = Vec::new();
    // Each comes after all that it reads.
    for &derived in &program.order {
        if changes(derived) || graph::read_by(program, derived).iter().any(|read| all.contains(read)) {
            all.push(derived);
        }
    }
    all
}

/// Whether a score or a segment looks at events of a kind.
fn is_of(program: &Program, event: Id<Event>, derived: Derived) -> bool {
    match derived {
        Derived::Segment(id) => {
            program.segments.get(id).is_some_and(|segment| counts(program, event, &segment.condition))
        }
        Derived::Score(id) => program.scores.get(id).is_some_and(|score| {
            score.hits.iter().any(|rule| rule.event == event)
                || score.fit.iter().any(|rule| counts(program, event, &rule.when))
        }),
    }
}

fn counts(program: &Program, event: Id<Event>, whole: &Expr) -> bool {
    let mut found = false;
    whole.walk(&mut |part| {
        if let Expr::Behaviour(id) | Expr::SinceLast { behaviour: id, .. } = part {
            found |= program.behaviours.get(*id).is_some_and(|behaviour| behaviour.event == event);
        }
    });
    found
}
