//! What can change when nothing but time passes.

use flow_graph::program::{Derived, Program, Reach};
use flow_graph::{Expr, Id};

/// Of the scores with bands and the segments those that time alone can change, in their order.
pub(crate) fn derived(program: &Program) -> Vec<Derived> {
    let timed = |derived: &&Derived| match derived {
        Derived::Score(id) => {
            program.scores.get(*id).is_some_and(|score| !score.bands.is_empty()) && score(program, *id)
        }
        Derived::Segment(id) => program.segments.get(*id).is_some_and(|segment| expr(program, &segment.condition)),
    };
    program.order.iter().filter(timed).copied().collect()
}

/// Whether time alone can change a value. Segments, bands and stages change in a turn only, which looks again.
fn expr(program: &Program, whole: &Expr) -> bool {
    let mut timed = false;
    whole.walk(&mut |part| {
        timed |= match part {
            Expr::SinceLast { .. } => true,
            Expr::Behaviour(id) => program.behaviours.get(*id).is_some_and(|behaviour| behaviour.reach != Reach::Ever),
            Expr::Score { score: id, .. } => score(program, *id),
            Expr::Const(_)
            | Expr::Field(_)
            | Expr::This(_)
            | Expr::ThisMeta(_)
            | Expr::Trigger(_)
            | Expr::TriggerMeta(_)
            | Expr::Key
            | Expr::InBand { .. }
            | Expr::InSegment(_)
            | Expr::InStage { .. }
            | Expr::InSequence(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare { .. }
            | Expr::OneOf { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. }
            | Expr::Arith { .. }
            | Expr::Shift { .. }
            | Expr::Default { .. }
            | Expr::Known(_)
            | Expr::If { .. }
            | Expr::Template(_) => false,
        };
    });
    timed
}

fn score(program: &Program, id: Id<flow_graph::program::Score>) -> bool {
    program.scores.get(id).is_some_and(|score| {
        score.hits.iter().any(|rule| rule.half_life_ms.is_some())
            || score.fit.iter().any(|rule| expr(program, &rule.when))
    })
}
