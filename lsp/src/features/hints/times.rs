//! Whose clock counts, which day a date is, and what time it is in a test.

use flow_compiler::settings::zone;
use flow_compiler::source::Span;
use flow_compiler::syntax::tree::expr::{DateTime, Duration, DurationUnit};
use flow_compiler::syntax::tree::message::LimitsItem;
use flow_compiler::syntax::tree::sla::CalendarItem;
use flow_compiler::syntax::tree::step::{ClockTarget, DayRange, MomentValue, Step, StepKind, WaitUntil};
use flow_compiler::syntax::tree::test::{Expectation, TestItem, TestStep, TestTime};
use flow_graph::Program;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, ZonedDateTime};

use super::{Hint, HintKind, number};

/// Whose zone counts where people have one each.
fn theirs(program: &Program, span: Span) -> Option<Hint> {
    let (zone, field) = (&program.project.timezone, program.zone_field.and_then(|field| program.fields.get(field)));
    let (label, tooltip) = match field {
        Some(field) => (
            format!("their zone, else {zone}"),
            format!(
                "In the zone of each contact, its field `{}`; in `{zone}` for those of whom none is known.",
                field.name
            ),
        ),
        None => {
            (zone.clone(), format!("In `{zone}`, the zone of the project: contacts have no field of type `timezone`."))
        }
    };
    (!zone.is_empty()).then_some(Hint { span, label, tooltip, kind: HintKind::Time })
}

/// Quiet hours.
pub(super) fn limits(program: &Program, text: &str, limits: &LimitsItem, found: &mut Vec<Hint>) {
    for quiet in &limits.quiet {
        // Behind the word `local`.
        let rest = text.get(quiet.span.end as usize..).unwrap_or("");
        let word = rest.find("local").filter(|at| rest.get(..*at).is_some_and(|gap| gap.trim().is_empty()));
        let more = word.and_then(|at| u32::try_from(at + "local".len()).ok()).unwrap_or(0);
        found.extend(theirs(program, Span { end: quiet.span.end + more, ..quiet.span }));
    }
}

/// The zone of a calendar that names none, and how long it is open in a week.
pub(super) fn calendar(program: &Program, calendar: &CalendarItem, found: &mut Vec<Hint>) {
    const DAY: usize = 1_440;
    let Some(last) = calendar.open.last() else { return };
    let mut open = vec![false; 7 * DAY];
    for clause in &calendar.open {
        let days = clause.days.iter().flat_map(|days| days_of(days.value));
        let days: Vec<usize> = if clause.days.is_empty() { (0..7).collect() } else { days.collect() };
        let (from, to) = (minute(clause.window.value.0), minute(clause.window.value.1));
        let length = if to > from { to - from } else { to + DAY - from };
        for at in days.iter().flat_map(|day| (0..length).map(move |more| day * DAY + from + more)) {
            if let Some(slot) = open.get_mut(at % (7 * DAY)) {
                *slot = true;
            }
        }
    }
    let minutes = u32::try_from(open.into_iter().filter(|open| *open).count()).unwrap_or_default();
    let hours = number(f64::from(minutes) / 60.0);
    let zone = &program.project.timezone;
    let own = calendar.zone.first().map(|zone| zone.value.as_str());
    let label = if own.is_some() { format!("= {hours} h a week") } else { format!("= {hours} h a week, {zone}") };
    let tooltip = format!("Open {hours} hours a week, in the zone `{}`.", own.unwrap_or(zone));
    found.push(Hint { span: last.window.span, label, tooltip, kind: HintKind::Time });
}

fn minute(time: Time) -> usize {
    usize::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or_default()
}

/// The days of a range, Monday is 0.
fn days_of(range: DayRange) -> Vec<usize> {
    let number = |day: Weekday| usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
    match range {
        DayRange::Day(day) => vec![number(day)],
        DayRange::Range(from, to) => {
            let length = (number(to) + 7 - number(from)) % 7;
            (0..=length).map(|more| (number(from) + more) % 7).collect()
        }
        DayRange::Weekday => (0..5).collect(),
        DayRange::Weekend => vec![5, 6],
    }
}

/// Waits for a time of day or a moment.
pub(super) fn waits(program: &Program, steps: &[Step], found: &mut Vec<Hint>) {
    for step in steps {
        match &step.kind {
            StepKind::WaitUntil(WaitUntil::Clock { time, .. }) => {
                let span = match time {
                    ClockTarget::At(at) => at.span,
                    ClockTarget::Within(window) => window.span,
                };
                found.extend(theirs(program, span));
            }
            StepKind::WaitUntil(WaitUntil::Moment { value, at, .. }) => {
                if let Some(at) = at {
                    found.extend(theirs(program, at.span));
                } else if let MomentValue::Literal(moment) = value {
                    found.extend(day(program, moment.value, moment.span));
                }
            }
            StepKind::Wait(_)
            | StepKind::WaitFor(_)
            | StepKind::Send(_)
            | StepKind::Choose(_)
            | StepKind::Split(_)
            | StepKind::Set(_)
            | StepKind::Call(_)
            | StepKind::Notify(_)
            | StepKind::Emit(_)
            | StepKind::Enroll(_)
            | StepKind::Exit => {}
        }
        step.kind.blocks().into_iter().for_each(|block| waits(program, &block.steps, found));
    }
}

/// The day of a moment that people wait for.
fn day(program: &Program, moment: DateTime, span: Span) -> Option<Hint> {
    if moment.offset_minutes.is_some() {
        let at = instant(program, moment)?;
        return Some(said(span, elsewhere(&at), &at));
    }
    let hint = theirs(program, span)?;
    Some(Hint { label: format!("{}, {}", weekday(moment.local.weekday()), hint.label), ..hint })
}

/// `Sat 12:00 in Europe/Berlin`: what a moment with an offset is in the zone of the project.
fn elsewhere(at: &ZonedDateTime) -> String {
    format!("{} in {}", at.strftime("%a %H:%M"), at.time_zone().iana_name().unwrap_or("UTC"))
}

/// What time it is at each line of a test; how far its clock is off where that changes.
pub(super) fn test(program: &Program, test: &TestItem, found: &mut Vec<Hint>) {
    let mut now: Option<ZonedDateTime> = None;
    for line in &test.lines {
        let before = now.clone();
        if let Some(when) = &line.when {
            let label = match when.value {
                TestTime::At(moment) => {
                    now = instant(program, moment);
                    now.as_ref().map(|now| dated(moment, now))
                }
                TestTime::After(duration) => {
                    now = now.and_then(|now| later(&now, duration));
                    let year = |at: &Option<ZonedDateTime>| at.as_ref().map(ZonedDateTime::year);
                    let format = if year(&now) == year(&before) { "%a %-d %b, %H:%M" } else { "%a %-d %b %Y, %H:%M" };
                    now.as_ref().map(|now| now.strftime(format).to_string())
                }
            };
            if let (Some(label), Some(now)) = (label, &now) {
                let same = before.is_some_and(|before| before.offset() == now.offset());
                let label = if same { label } else { format!("{label}, {}", offset(now)) };
                found.push(said(when.span, label, now));
            }
        }
        if let Some(TestStep::Expect { expectation, .. }) = &line.what
            && let Expectation::Sent { at: Some(at), .. } = &expectation.value
            && let Some(then) = instant(program, at.value)
        {
            found.push(said(at.span, dated(at.value, &then), &then));
        }
    }
}

/// The day of a moment of a test; with an offset the time in the zone of the project, too.
fn dated(moment: DateTime, at: &ZonedDateTime) -> String {
    if moment.offset_minutes.is_some() { elsewhere(at) } else { weekday(at.weekday()).to_owned() }
}

fn said(span: Span, label: String, now: &ZonedDateTime) -> Hint {
    let zone = now.time_zone().iana_name().unwrap_or("UTC");
    let tooltip = format!("{} in `{zone}`, the zone of the project.", now.strftime("%A, %-d %B %Y, %H:%M:%S"));
    Hint { span, label, tooltip, kind: HintKind::Time }
}

/// The instant of a moment: without an offset in the zone of the project.
fn instant(program: &Program, moment: DateTime) -> Option<ZonedDateTime> {
    let zone = zone::get(&program.project.timezone)?;
    match moment.offset_minutes {
        Some(minutes) => {
            let offset = jiff::tz::Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
            Some(moment.local.to_zoned_datetime(TimeZone::fixed(offset)).ok()?.with_time_zone(zone))
        }
        None => moment.local.to_zoned_datetime(zone).ok(),
    }
}

/// Some time later: days and longer by the calendar.
fn later(now: &ZonedDateTime, duration: Duration) -> Option<ZonedDateTime> {
    let amount = i64::from(duration.amount);
    let span = match duration.unit {
        DurationUnit::Second => 0.seconds().try_seconds(amount),
        DurationUnit::Minute => 0.minutes().try_minutes(amount),
        DurationUnit::Hour => 0.hours().try_hours(amount),
        DurationUnit::Day => 0.days().try_days(amount),
        DurationUnit::Week => 0.weeks().try_weeks(amount),
        DurationUnit::Month => 0.months().try_months(amount),
        DurationUnit::Year => 0.years().try_years(amount),
    };
    now.checked_add(span.ok()?).ok()
}

/// `UTC+1`, `UTC+5:30`
fn offset(at: &ZonedDateTime) -> String {
    let minutes = at.offset().seconds() / 60;
    let (hours, rest) = (minutes / 60, (minutes % 60).abs());
    let rest = if rest == 0 { String::new() } else { format!(":{rest:02}") };
    let sign = if minutes < 0 && hours == 0 { "-" } else { "" };
    format!("UTC{}{rest}", if sign.is_empty() { format!("{hours:+}") } else { format!("{sign}0") })
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}
