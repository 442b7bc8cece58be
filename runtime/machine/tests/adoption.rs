//! A contact follows a changed program.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "tests")]

mod world;

use std::sync::Arc;

use flow_graph::expr::CompareOp;
use flow_graph::program::{
    Again, Behaviour, Measure, Moved, Program, Reach, Retired, RetiredThen, Sequence, StepKind, Trigger,
};
use flow_graph::{Expr, Id};
use flow_machine::adopt::{Change, Moves, WhyStranded};
use flow_machine::{Engine, Transition, invariants};

use world::*;

type Steps = Vec<(&'static str, StepKind)>;

fn with(steps: Steps, change: impl FnOnce(&mut Sequence)) -> Program {
    let mut program = program();
    message(&mut program, "note", 50);
    message(&mut program, "other", 50);
    let mut nurture = sequence("nurture", vec![on(PING)], steps);
    change(&mut nurture);
    program.sequences.push(nurture);
    program
}

fn old() -> Program {
    with(vec![("wait 2 days", StepKind::Wait(days(2))), ("send note", StepKind::Send(Id::new(0)))], |_| ())
}

fn inside() -> World {
    let mut world = World::new(old()).reachable(NOON);
    world.event(at(0), PING, vec![]);
    world
}

fn change(world: &World, program: &Program) -> Change {
    let old = Engine::new(Arc::new(world.engine.program().clone())).unwrap();
    let inhabited = world.contact.journey.runs().iter().map(|run| (run.sequence, run.version)).collect();
    Change::new(Arc::new(old), program, inhabited).unwrap()
}

fn follow(world: &mut World, program: &Program, now: i64) -> Result<Moves, WhyStranded> {
    let change = change(world, program);
    let (mut before, mut after) = (Transition::default(), Transition::default());
    let adopted = change.adopt(world.contact.clone(), Some(&world.history), at(now), &mut before, &mut after);
    let adopted = adopted.map_err(|stranded| stranded.why)?;
    let new = Engine::new(Arc::new(change.engine().program().clone())).unwrap();
    flow_graph::verify::verify(new.program()).unwrap();
    assert_eq!(invariants::check(&new, &adopted.contact), Vec::<String>::new());
    world.log.extend(before.decisions);
    world.log.extend(after.decisions);
    let moves = adopted.moves();
    (world.engine, world.contact) = (new, adopted.contact);
    Ok(moves)
}

#[test]
fn a_changed_wait_counts_from_the_arrival() {
    for (wait, sent) in [(4, 96.0), (1, 30.0)] {
        let mut world = inside();
        let program = with(
            vec![
                ("send other", StepKind::Send(Id::new(1))),
                ("wait 2 days", StepKind::Wait(days(wait))),
                ("send note", StepKind::Send(Id::new(0))),
            ],
            |_| (),
        );
        follow(&mut world, &program, 30).unwrap();
        world.walk(at(200));
        assert_eq!(world.sent(), [("note".to_owned(), sent)]);
    }
}

#[test]
fn a_step_that_is_gone_needs_a_clause() {
    let gone = || with(vec![("send note", StepKind::Send(Id::new(0)))], |_| ());
    let mut world = inside();
    assert_eq!(follow(&mut world, &gone(), 30), Err(WhyStranded::Step));
    let all = change(&world, &gone()).stranded();
    let address = "sequence.nurture.step.wait_2_days";
    assert_eq!(all.iter().map(|it| it.address.as_str()).collect::<Vec<_>>(), [address]);

    for (then, words) in [
        (RetiredThen::Exit, vec!["enrolled", "exited Retired"]),
        (RetiredThen::ContinueAt("send note".into()), vec!["enrolled", "send", "exited Finished"]),
    ] {
        let mut world = inside();
        let mut program = gone();
        program.retired.push(Retired { address: address.into(), then, at: here() });
        follow(&mut world, &program, 30).unwrap();
        assert_eq!(world.words(), words);
    }
}

#[test]
fn a_moved_step_and_sequence_are_followed() {
    let mut world = inside();
    let mut program =
        with(vec![("pause", StepKind::Wait(days(2))), ("send other", StepKind::Send(Id::new(1)))], |it| {
            it.name = "care".into();
        });
    for (from, to) in
        [("sequence.nurture", "sequence.care"), ("sequence.nurture.step.wait 2 days", "sequence.care.step.pause")]
    {
        program.moved.push(Moved { from: from.into(), to: to.into(), at: here() });
    }
    follow(&mut world, &program, 30).unwrap();
    world.walk(at(200));
    assert_eq!(world.sent(), [("other".to_owned(), 48.0)]);
}

fn finishing(steps: Steps) -> Program {
    with(steps, |it| {
        it.in_flight_finish = true;
        it.again = Again::Always;
    })
}

#[test]
fn those_inside_finish_the_old_version() {
    let long = || ("wait 2 days", StepKind::Wait(days(2)));
    let note = || ("send note", StepKind::Send(Id::new(0)));
    let other = || ("send other", StepKind::Send(Id::new(1)));
    let mut world = inside();
    assert_eq!(follow(&mut world, &finishing(vec![long(), note()]), 10).unwrap().stayed, 1, "nothing has changed");
    let moves = follow(&mut world, &finishing(vec![other()]), 30).unwrap();
    assert_eq!((moves.finishing, world.engine.program().earlier.len()), (1, 1));
    world.event(at(31), PING, vec![]);
    assert_eq!(world.sent(), [], "one run of the sequence at a time, of whatever version");
    let moves = follow(&mut world, &finishing(vec![other(), long()]), 40).unwrap();
    assert_eq!((moves.finishing, world.engine.program().earlier.len()), (1, 1), "an earlier version goes on");
    world.walk(at(50));
    assert_eq!(world.sent(), [("note".to_owned(), 48.0)]);
    world.event(at(60), PING, vec![]);
    assert_eq!(world.sent(), [("note".to_owned(), 48.0), ("other".to_owned(), 60.0)]);
    follow(&mut world, &finishing(vec![long(), other()]), 61).unwrap();
    assert_eq!(world.engine.program().earlier.len(), 1, "nobody is in the first version any more");
}

#[test]
fn what_the_old_version_needs_must_be_there() {
    let mut world = inside();
    let mut program = program();
    message(&mut program, "other", 50);
    let mut nurture = sequence("nurture", vec![on(PING)], vec![("send other", StepKind::Send(Id::new(0)))]);
    nurture.in_flight_finish = true;
    program.sequences.push(nurture);
    let lacks = WhyStranded::Lacks("the message `note`".into());
    assert_eq!(follow(&mut world, &program, 30), Err(lacks.clone()));
    assert_eq!(change(&world, &program).stranded().first().map(|it| it.why.clone()), Some(lacks));
    program.moved.push(Moved { from: "message.note".into(), to: "message.other".into(), at: here() });
    follow(&mut world, &program, 31).unwrap();
    world.walk(at(50));
    assert_eq!(world.sent(), [("other".to_owned(), 48.0)]);
}

#[test]
fn a_figure_that_only_the_old_version_reads_is_kept() {
    let steps = || vec![("wait 2 days", StepKind::Wait(days(2))), ("send note", StepKind::Send(Id::new(0)))];
    let mut before = with(steps(), |_| ());
    let pinged = Behaviour {
        text: "count(ping ever)".into(),
        event: PING,
        filter: None,
        measure: Measure::Count,
        reach: Reach::Ever,
        at: here(),
    };
    let pinged = before.behaviours.push(pinged);
    let often = Expr::Compare {
        op: CompareOp::GreaterEqual,
        left: Box::new(Expr::Behaviour(pinged)),
        right: Box::new(Expr::Const(flow_graph::Value::Int(2))),
    };
    before.sequences[Id::new(0)].exit_when = Some(often);
    for (pings, sent) in [(1, 1), (2, 0)] {
        let mut world = World::new(before.clone()).reachable(NOON);
        for hour in 0..pings {
            world.event(at(hour), PING, vec![]);
        }
        follow(&mut world, &finishing(vec![("send other", StepKind::Send(Id::new(1)))]), 30).unwrap();
        assert_eq!(world.engine.program().behaviours.len(), 1);
        world.walk(at(60));
        assert_eq!(world.sent().len(), sent, "after {pings}");
    }
}

#[test]
fn new_segments_are_filled_in_silence_and_only_enroll_existing_enrolls() {
    let mut world = inside();
    let mut program = old();
    let pinged = at_least(&mut program, "pinged", PING, days(30), 1);
    for (name, existing) in [("quiet", false), ("loud", true)] {
        let enter = vec![Trigger::EnteredSegment(pinged)];
        let mut new = sequence(name, enter, vec![("wait", StepKind::Wait(days(1)))]);
        new.enroll_existing = existing;
        program.sequences.push(new);
    }
    follow(&mut world, &program, 30).unwrap();
    assert_eq!(world.words(), ["enrolled", "entered 0", "enrolled"]);
    assert!(world.contact.journey.in_sequence(Id::new(2)));
    assert!(!world.contact.journey.in_sequence(Id::new(1)));
}
