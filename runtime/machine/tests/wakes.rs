//! Wakes are exact: whether a contact is woken at each of its wakes, now and then, or never between its inputs, what is
//! decided is the same, at the same instants.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "tests")]

mod world;

use flow_graph::program::lifecycle::Cause as Why;
use flow_graph::program::{
    Calendar, CalendarWindow, Cap, CapPolicy, Program, Reminder, Sla, StepKind, Trigger, WaitUntil,
};
use flow_graph::{ClockWindow, Expr, Id, Timestamp, Value, Weekdays};
use flow_machine::Input;
use jiff::civil::{Time, date};
use proptest::prelude::*;

use world::*;

fn clock(from: i8, to: i8) -> ClockWindow {
    ClockWindow { from: Time::constant(from, 0, 0, 0), to: Time::constant(to, 0, 0, 0) }
}

/// Everything that time can move, in one program.
fn everything() -> Program {
    let mut program = program();
    let (low, high) = (message(&mut program, "low", 10), message(&mut program, "high", 90));
    let active = at_least(&mut program, "active", CART, days(2), 2);
    let idle = || Expr::Not(Box::new(Expr::InSegment(active)));
    program.lifecycles.push(lifecycle(
        "use",
        &["new", "keen", "lost"],
        vec![
            transition(0, 1, Why::When { condition: Expr::InSegment(active), hold: Some(hours(5)) }),
            transition(1, 2, Why::When { condition: idle(), hold: Some(days(3)) }),
            transition(2, 1, Why::When { condition: Expr::InSegment(active), hold: None }),
            transition(1, 0, Why::On(vec![on(ORDER)])),
        ],
    ));
    let moment = WaitUntil::Moment { value: Expr::Field(RENEWAL), at: None, otherwise_exit: false };
    let weekday = WaitUntil::Clock { days: Weekdays::WORKING, window: clock(9, 11), single: false };
    let mut carts = sequence(
        "carts",
        vec![on(CART)],
        vec![
            ("wait", StepKind::Wait(days(1))),
            ("send low", StepKind::Send(low)),
            ("wait until", StepKind::WaitUntil(weekday)),
            ("send high", StepKind::Send(high)),
        ],
    );
    carts.key = Some(vec![(CART, 0)]);
    carts.goal = Some(goal(vec![on_where(ORDER, equal(Expr::This(0), Expr::Key))], Some(days(2))));
    program.sequences.push(carts);
    let mut keen = sequence(
        "keen",
        vec![Trigger::EnteredStage { lifecycle: Id::new(0), stage: 1 }, Trigger::LeftSegment(active)],
        vec![("wait until renewal", StepKind::WaitUntil(moment)), ("send high", StepKind::Send(high))],
    );
    keen.unless = Some(Expr::InSequence(Id::new(0)));
    program.sequences.push(keen);
    program.limits.quiet = Some(clock(21, 8));
    program.limits.quiet_at = Some(here());
    for (count, per) in [(1, days(1)), (3, days(7))] {
        program.limits.caps.push(Cap { channel: Id::new(0), count, per, at: here() });
    }
    program.limits.when_capped = CapPolicy::WaitUpTo(hours(40));
    let open = vec![CalendarWindow { days: Weekdays::WORKING, window: clock(9, 17) }];
    let zone = "Europe/Berlin".into();
    let calendar = program.calendars.push(Calendar { name: "hours".into(), open, zone, except: vec![], at: here() });
    program.slas.push(Sla {
        name: "answer".into(),
        doc: None,
        per: None,
        start: vec![on(PING)],
        met: vec![on(ORDER)],
        within: hours(6),
        calendar: Some(calendar),
        reminders: vec![Reminder { after: hours(2), actions: vec![], at: here() }],
        breach: vec![(StepKind::Emit { event: CART, fields: vec![(0, Expr::Const(text("sla")))] }, here())],
        pause: Some(Expr::InSegment(active)),
        target: None,
        at: here(),
        met_at: here(),
    });
    program
}

#[derive(Debug, Clone)]
enum Deed {
    Cart(u8),
    Order(u8),
    Ping,
    Zone(usize),
    Renewal(i8),
    Late(u8),
}

fn deed() -> impl Strategy<Value = (i64, Deed)> {
    let deed = prop_oneof![
        4 => (0..4_u8).prop_map(Deed::Cart),
        2 => (0..4_u8).prop_map(Deed::Order),
        2 => Just(Deed::Ping),
        1 => (0..3_usize).prop_map(Deed::Zone),
        1 => (1..28_i8).prop_map(Deed::Renewal),
        1 => (0..4_u8).prop_map(Deed::Late),
    ];
    // Minutes since the last one; often at the same instant or just a window's length apart.
    let gap = prop_oneof![Just(0_i64), Just(1_440), Just(2_880), Just(300), 1..3_000_i64];
    (gap, deed)
}

fn act(world: &mut World, at: Timestamp, deed: &Deed) {
    let cart = |number: u8| text(&format!("c{number}"));
    match *deed {
        Deed::Cart(number) => _ = world.event(at, CART, vec![cart(number)]),
        Deed::Order(number) => _ = world.event(at, ORDER, vec![cart(number)]),
        Deed::Ping => _ = world.event(at, PING, vec![]),
        Deed::Zone(zone) => {
            world.set(at, ZONE, text(["Pacific/Auckland", "America/New_York", "Nowhere"][zone]));
        }
        Deed::Renewal(day) => world.set(at, RENEWAL, Value::Date(date(2026, 1, day))),
        Deed::Late(number) => _ = world.event_from(at, at.plus(-4 * DAY), CART, vec![cart(number)]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walking_equals_jumping(deeds in proptest::collection::vec(deed(), 1..25), nudge in 1..5_000_i64) {
        let new = || World::new(everything()).reachable(NOON);
        let (mut walked, mut jumped, mut nudged) = (new(), new(), new());
        let mut now = NOON;
        for (gap, deed) in &deeds {
            now = now.plus(gap * 60_000);
            walked.walk(now);
            if now.plus(-nudge) > nudged.contact.now {
                nudged.step(now.plus(-nudge), Input::Wake);
            }
            for world in [&mut walked, &mut jumped, &mut nudged] {
                act(world, now, deed);
            }
        }
        let end = now.plus(60 * DAY);
        walked.walk(end);
        jumped.step(end, Input::Wake);
        nudged.walk(end);
        prop_assert_eq!(&walked.log, &jumped.log);
        prop_assert_eq!(&walked.log, &nudged.log);
        prop_assert_eq!(&walked.contact, &jumped.contact);
        prop_assert!(walked.wakes < 2_000);
    }

    /// What is remembered beside the state decides nothing: who is written and read again before each input, and so
    /// works everything out anew, decides the same, and is never woken earlier.
    #[test]
    fn forgetting_changes_nothing(deeds in proptest::collection::vec(deed(), 1..40)) {
        let new = || World::new(everything()).reachable(NOON);
        let (mut plain, mut forgetful) = (new(), new());
        let forget = |world: &mut World| {
            let written = serde_json::to_string(&world.contact).unwrap();
            world.contact = serde_json::from_str(&written).unwrap();
        };
        let mut now = NOON;
        for (gap, deed) in &deeds {
            now = now.plus(gap * 60_000);
            forget(&mut forgetful);
            act(&mut plain, now, deed);
            act(&mut forgetful, now, deed);
            let wakes = [&plain, &forgetful].map(|it| it.contact.journey.next_wake().unwrap_or(Timestamp::MAX));
            prop_assert!(wakes[0] <= wakes[1], "{:?}", wakes);
        }
        forget(&mut forgetful);
        let end = now.plus(60 * DAY);
        plain.step(end, Input::Wake);
        forgetful.step(end, Input::Wake);
        prop_assert_eq!(&plain.log, &forgetful.log);
    }

    /// A wake that comes too late would be seen by a turn in between that changes nothing itself.
    #[test]
    fn no_wake_is_late(deeds in proptest::collection::vec(deed(), 1..15), every in 100..2_000_i64) {
        let new = || World::new(everything()).reachable(NOON);
        let (mut plain, mut poked) = (new(), new());
        let poke = |world: &mut World, to: Timestamp| {
            while world.contact.now.plus(every * 60_000) < to {
                let at = world.contact.now.plus(every * 60_000);
                world.set(at, PLAN, text("same"));
            }
        };
        let mut now = NOON;
        // What a late event changes is acted upon at the next turn, whichever it is.
        for (gap, deed) in deeds.iter().filter(|(_, deed)| !matches!(deed, Deed::Late(_))) {
            now = now.plus(gap * 60_000);
            poke(&mut poked, now);
            act(&mut plain, now, deed);
            act(&mut poked, now, deed);
        }
        let end = now.plus(30 * DAY);
        poke(&mut poked, end);
        plain.step(end, Input::Wake);
        poked.step(end, Input::Wake);
        let bare = |world: &World| -> Vec<_> {
            world.log.iter().map(|it| (it.at, word(&it.kind), it.why.cause.clone())).collect()
        };
        prop_assert_eq!(bare(&plain), bare(&poked));
    }
}
