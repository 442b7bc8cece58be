//! The whole test some weeks earlier or later, so that its days cross a clock change.
//!
//! Days of the week stay what they are, and so do clock times: `at T` moves along in the zone in which the test lives.
//! What a test means by `after 24h` is not said: 24 hours, or the same time tomorrow. So three readings are tried, and
//! one has to hold: its lengths of time as the language has them, all instants by the clock, all by elapsed time.
//!
//! A test that does not hold some weeks away from any clock change hangs on its days of the calendar, such as a date in
//! the program or the length of a month: it is not rerun.

use std::collections::BTreeSet;

use flow_graph::program::Program;
use flow_graph::testcase::{Action, Expectation, TestCase, When};
use flow_graph::{Expr, Span, Timestamp, Value};
use flow_machine::time;
use jiff::tz::TimeZone;

use super::super::run::Run;
use super::super::script::{Script, What};
use super::super::{Bench, START};
use super::{Rerun, Variation};

const CLOCKS: &str = "calendar time keeps its clock time across a clock change, and elapsed time its length";
const DAY_MS: i64 = 86_400_000;
const WEEK_MS: i64 = 7 * DAY_MS;
/// How far a place without clock changes is looked for.
const WEEKS_AT_MOST: i64 = 40;
/// How many readings there are.
const READINGS: usize = 3;

/// A move by whole weeks.
pub(super) struct Shift {
    weeks: i64,
    /// The same without a clock change: the nearest ones before and after.
    controls: Vec<i64>,
    /// In which zone clock times are kept.
    zone: TimeZone,
    words: String,
}

/// The moves that lead a test across the clock changes of its zone in its year: two for each where there are several.
pub(super) fn shifts(program: &Program, script: &Script<'_>, project: &TimeZone) -> Vec<Shift> {
    let names = zones(program, script);
    let zones: Vec<TimeZone> = names.iter().filter_map(|name| TimeZone::get(name).ok()).collect();
    let zone = zones.first().unwrap_or(project);
    let (first, last) = ends(script);
    let mut shifts: Vec<Shift> = Vec::new();
    for change in changes(zone, first) {
        let crossing = |weeks: i64| wall(zone, first, weeks) < change && change <= wall(zone, last, weeks);
        let nearest = change.since(first).div_euclid(WEEK_MS);
        let long = last.since(first) / WEEK_MS + 2;
        let mut weeks: Vec<i64> = (nearest - long..=nearest + 1).filter(|weeks| crossing(*weeks)).collect();
        if weeks.is_empty() {
            // Too short to cross it: the first days after it.
            weeks.extend((nearest - 1..=nearest + 1).find(|weeks| wall(zone, first, *weeks) >= change));
        }
        weeks.retain(|weeks| *weeks != 0 && agree(script, &zones, *weeks));
        let (front, back) = (weeks.first().copied(), weeks.last().copied());
        let chosen: BTreeSet<i64> = front.into_iter().chain(back).collect();
        for weeks in chosen {
            // A test so long that it always crosses one crosses it as it is written.
            let controls = controls(&zones, (first, last), weeks);
            if controls.is_empty() {
                continue;
            }
            shifts.push(Shift { weeks, controls, zone: zone.clone(), words: words(zone, change, weeks) });
        }
    }
    shifts
}

impl Shift {
    /// The test moved, in the three readings; and the same for the control.
    pub(super) fn cases(&self, script: &Script<'_>) -> Vec<TestCase> {
        let first = ends(script).0;
        let moved = |weeks: i64| {
            let clock = move |at: Timestamp| wall(&self.zone, at, weeks);
            let length = move |at: Timestamp| clock(first).plus(at.since(first));
            [
                moved(script, &clock, weeks, false),
                moved(script, &clock, weeks, true),
                moved(script, &length, weeks, true),
            ]
        };
        [self.weeks].iter().chain(&self.controls).copied().flat_map(moved).collect()
    }

    /// The rerun, unless the test does not hold even where no clock changes.
    pub(super) fn rerun<'c>(&self, bench: &Bench, cases: &'c [TestCase]) -> Option<Rerun<'c>> {
        let scripts = |cases: &'c [TestCase]| cases.iter().map(|case| Script::new(case, &bench.zone)).collect();
        let mut places = cases.chunks(READINGS).map(scripts);
        let readings: Vec<Script<'c>> = places.next()?;
        let holds = |scripts: Vec<Script<'_>>| scripts.iter().any(|script| Run::new(bench).play(script).is_none());
        if !places.all(holds) {
            return None;
        }
        let variation = Variation { name: "clock change", words: self.words.clone(), line: None, promise: CLOCKS };
        Some(Rerun { variation, readings, exact: false })
    }
}

/// A test with all its instants and days moved. Its lengths of time are kept, or become instants as well.
fn moved(script: &Script<'_>, to: &dyn Fn(Timestamp) -> Timestamp, weeks: i64, instants: bool) -> TestCase {
    let mut case = script.case.clone();
    let value = |value: &mut Value| move_value(value, to, weeks);
    case.contacts.iter_mut().flat_map(|contact| &mut contact.fields).for_each(|(_, it)| value(it));
    for beat in &script.beats {
        let Some((position, line)) = beat.line.and_then(|at| Some((at, case.lines.get_mut(at)?))) else { continue };
        if instants || position == 0 || matches!(line.when, When::At(_)) {
            line.when = When::At(to(beat.at));
        }
        match &mut line.what {
            Action::Event { values, .. } => values.iter_mut().for_each(value),
            Action::Sets { fields, .. } => fields.iter_mut().for_each(|(_, it)| value(it)),
            Action::Expect { expectation: Expectation::Sent { at: Some(at), .. }, .. } => *at = to(*at),
            Action::Expect { expectation: Expectation::Condition(condition), .. } => condition.walk_mut(&mut |expr| {
                if let Expr::Const(constant) = expr {
                    value(constant);
                }
            }),
            Action::Expect { .. } | Action::Merge { .. } | Action::Nothing => {}
        }
    }
    case
}

fn move_value(value: &mut Value, to: &dyn Fn(Timestamp) -> Timestamp, weeks: i64) {
    match value {
        Value::Date(date) => {
            if let Some(moved) = time::day_after(*date, weeks.saturating_mul(7)) {
                *date = moved;
            }
        }
        Value::Instant(at) => *at = to(*at),
        Value::Missing
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::Money(_)
        | Value::Text(_)
        | Value::Enum(_)
        | Value::Duration(_)
        | Value::Set(_) => {}
    }
}

/// The instant at which a zone's clocks show the same so many weeks later.
fn wall(zone: &TimeZone, at: Timestamp, weeks: i64) -> Timestamp {
    let there = time::local(zone, at);
    let day = time::day_after(there.date(), weeks.saturating_mul(7));
    day.map_or(at, |day| time::local_instant(zone, day, there.time()))
}

/// The zones in which the test lives: those of its contacts, and where it asks for more, the project's and those of
/// working time.
fn zones(program: &Program, script: &Script<'_>) -> BTreeSet<String> {
    let project = program.project.timezone.clone();
    let said = |fields: &[(flow_graph::Id<flow_graph::program::Field>, Value)]| {
        let zone = fields.iter().find(|(field, _)| program.zone_field == Some(*field)).map(|(_, value)| value.clone());
        if let Some(Value::Text(name)) = zone { Some(name.to_string()) } else { None }
    };
    let mut zones: BTreeSet<String> =
        script.case.contacts.iter().map(|it| said(&it.fields).unwrap_or_else(|| project.clone())).collect();
    let mut works = false;
    for line in &script.case.lines {
        if matches!(line.when, When::After(Span::Calendar { .. })) {
            zones.insert(project.clone());
        }
        match &line.what {
            Action::Sets { fields, .. } => zones.extend(said(fields)),
            Action::Expect { expectation, .. } => {
                works |= matches!(
                    expectation,
                    Expectation::Sla { .. } | Expectation::Notified { .. } | Expectation::Called { .. }
                );
            }
            Action::Nothing | Action::Event { .. } | Action::Merge { .. } => {}
        }
    }
    if works {
        zones.extend(program.calendars.iter().map(|calendar| calendar.zone.clone()));
    }
    zones
}

/// The first and the last instant of a test.
fn ends(script: &Script<'_>) -> (Timestamp, Timestamp) {
    let first = script.beats.first().map_or(START, |beat| beat.at);
    (first, script.beats.last().map_or(first, |beat| beat.at))
}

/// The clock changes of a zone in the year of an instant: the first forward and the first back.
fn changes(zone: &TimeZone, at: Timestamp) -> Vec<Timestamp> {
    let year = time::local(zone, at).year();
    let Ok(new_year) = jiff::civil::Date::new(year, 1, 1) else { return Vec::new() };
    let begin = time::local_instant(zone, new_year, jiff::civil::Time::midnight());
    let Ok(begin) = jiff::Timestamp::from_millisecond(begin.0) else { return Vec::new() };
    let mut offset = zone.to_offset(begin);
    let (mut forward, mut back) = (None, None);
    for change in zone.following(begin).take(4) {
        let at = Timestamp(change.timestamp().as_millisecond());
        if time::local(zone, at).year() > year {
            break;
        }
        let slot = if change.offset() > offset { &mut forward } else { &mut back };
        slot.get_or_insert(at);
        offset = change.offset();
    }
    forward.into_iter().chain(back).collect()
}

/// Whether the clocks of all zones agree on where the instants of a test come to lie.
fn agree(script: &Script<'_>, zones: &[TimeZone], weeks: i64) -> bool {
    let expected = script.beats.iter().filter_map(|beat| match beat.what {
        What::Look(_, Expectation::Sent { at, .. }) => *at,
        What::Look(..) | What::Feed(..) | What::Pass => None,
    });
    let mut instants = script.beats.iter().map(|beat| beat.at).chain(expected);
    instants.all(|at| {
        let mut there = zones.iter().map(|zone| wall(zone, at, weeks));
        let first = there.next();
        there.all(|other| Some(other) == first)
    })
}

/// The nearest moves without a clock change, a day before and after the test included: one earlier, one later.
fn controls(zones: &[TimeZone], (first, last): (Timestamp, Timestamp), weeks: i64) -> Vec<i64> {
    let calm = |weeks: &i64| {
        zones.iter().all(|zone| {
            let (from, to) = (wall(zone, first, *weeks).plus(-DAY_MS), wall(zone, last, *weeks).plus(DAY_MS));
            let Ok(from) = jiff::Timestamp::from_millisecond(from.0) else { return false };
            zone.following(from).next().is_none_or(|change| change.timestamp().as_millisecond() > to.0)
        })
    };
    let earlier = (1..=WEEKS_AT_MOST).map(|far| weeks - far).find(calm);
    let later = (1..=WEEKS_AT_MOST).map(|far| weeks + far).find(calm);
    earlier.into_iter().chain(later).collect()
}

fn words(zone: &TimeZone, change: Timestamp, weeks: i64) -> String {
    let offset = |at: Timestamp| jiff::Timestamp::from_millisecond(at.0).map(|at| zone.to_offset(at));
    let forward = matches!((offset(change.plus(-1)), offset(change)), (Ok(before), Ok(after)) if after > before);
    let direction = if forward { "forward" } else { "back" };
    let (count, side) = (weeks.unsigned_abs(), if weeks < 0 { "earlier" } else { "later" });
    let plural = if count == 1 { "" } else { "s" };
    let day = time::local(zone, change).date();
    let name = zone.iana_name().unwrap_or("the zone");
    format!("{count} week{plural} {side}, where the clocks of {name} go {direction} on {day}")
}
