//! A contact follows a changed program.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "tests")]

mod world;

use std::sync::Arc;

use flow_graph::Id;
use flow_graph::program::{Moved, Program, Retired, RetiredThen, Sequence, StepKind, Trigger};
use flow_machine::adopt::{WhyStranded, adopt, stranded};
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

fn follow(world: &mut World, program: Program, now: i64) -> Result<(), WhyStranded> {
    let new = Engine::new(Arc::new(program)).unwrap();
    let mut out = Transition::default();
    let adopted = adopt(&world.engine, &new, world.contact.clone(), Some(&world.history), at(now), &mut out);
    let adopted = adopted.map_err(|stranded| stranded.why)?;
    assert_eq!(invariants::check(&new, &adopted), Vec::<String>::new());
    world.log.extend(out.decisions);
    (world.engine, world.contact) = (new, adopted);
    Ok(())
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
        follow(&mut world, program, 30).unwrap();
        world.walk(at(200));
        assert_eq!(world.sent(), [("note".to_owned(), sent)]);
    }
}

#[test]
fn a_step_that_is_gone_needs_a_clause() {
    let gone = || with(vec![("send note", StepKind::Send(Id::new(0)))], |_| ());
    let mut world = inside();
    assert_eq!(follow(&mut world, gone(), 30), Err(WhyStranded::Gone));
    let new = Engine::new(Arc::new(gone())).unwrap();
    let all = stranded(&world.engine, &new);
    assert_eq!(all.iter().map(|it| it.step.as_str()).collect::<Vec<_>>(), ["wait 2 days"]);

    let address = "sequence.nurture.step.wait 2 days";
    for (then, words) in [
        (RetiredThen::Exit, vec!["enrolled", "exited Retired"]),
        (RetiredThen::ContinueAt("send note".into()), vec!["enrolled", "send", "exited Finished"]),
    ] {
        let mut world = inside();
        let mut program = gone();
        program.retired.push(Retired { address: address.into(), then, at: here() });
        follow(&mut world, program, 30).unwrap();
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
    follow(&mut world, program, 30).unwrap();
    world.walk(at(200));
    assert_eq!(world.sent(), [("other".to_owned(), 48.0)]);
}

#[test]
fn in_flight_finish_is_refused_when_steps_differ() {
    let same = with(vec![("wait 2 days", StepKind::Wait(days(2))), ("send note", StepKind::Send(Id::new(0)))], |it| {
        it.in_flight_finish = true;
    });
    let mut world = inside();
    assert_eq!(follow(&mut world, same, 30), Ok(()));
    let other = with(
        vec![
            ("wait 2 days", StepKind::Wait(days(2))),
            ("send other", StepKind::Send(Id::new(1))),
            ("send note", StepKind::Send(Id::new(0))),
        ],
        |it| it.in_flight_finish = true,
    );
    assert_eq!(follow(&mut world, other, 31), Err(WhyStranded::Finish));
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
    follow(&mut world, program, 30).unwrap();
    assert_eq!(world.words(), ["enrolled", "entered 0", "enrolled"]);
    assert!(world.contact.journey.in_sequence(Id::new(2)));
    assert!(!world.contact.journey.in_sequence(Id::new(1)));
}
