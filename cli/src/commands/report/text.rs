//! A report for people: a table for each part, eighty columns, nothing that is not there.

use std::collections::BTreeMap;

use super::figures::{Conversion, Counts, Funnel, Lift, Message, Report, Sequence, Sla};
use crate::clock::Clock;
use crate::layout::{Row, number, plural, rows};
use crate::summary::percent;
use crate::table::Table;
use crate::terminal::{BOLD, DIM, Terminal};

/// Weeks of a service level that are shown, the latest ones.
const WEEKS: usize = 8;

pub(super) fn of(report: &Report, terminal: &Terminal) -> String {
    let clock = Clock::of(&report.zone);
    let head = format!("{}, {} {}", plural(report.contacts, "contact"), clock.tell(&report.until), clock.zone());
    let mut text = format!("{}  {}\n\n", terminal.paint(BOLD, &report.project), terminal.paint(DIM, &head));
    report.lifecycles.iter().for_each(|funnel| text.push_str(&stages(funnel).text(terminal)));
    let mut bars = |title: &str, sizes: Vec<Row>| {
        if !sizes.is_empty() {
            text.push_str(&format!("{}\n", terminal.paint(BOLD, title)));
            text.push_str(&rows(&sizes, true, terminal.width, terminal.unicode));
            text.push('\n');
        }
    };
    bars("segments", most_first(report.segments.iter().map(|size| Row::new(&size.name, size.contacts, ""))));
    for score in &report.scores {
        let below = (score.below > 0).then(|| Row::new("(below)", score.below, ""));
        let bands = score.bands.iter().map(|band| Row::new(&band.name, band.contacts, ""));
        bars(&format!("bands of {}", score.score), below.into_iter().chain(bands).collect());
    }
    text.push_str(&sequences(&report.sequences, terminal));
    text.push_str(&messages(report).text(terminal));
    text.push_str(&stopped(&report.messages, terminal));
    text.push_str(&others(report).text(terminal));
    report.slas.iter().for_each(|sla| text.push_str(&service(sla).text(terminal)));
    let mut bars = |title: &str, counts: &BTreeMap<String, u64>| {
        let counts = most_first(counts.iter().map(|(reason, count)| Row::new(reason, *count, "")));
        if !counts.is_empty() {
            text.push_str(&format!("{}\n", terminal.paint(BOLD, title)));
            text.push_str(&rows(&counts, false, terminal.width, terminal.unicode));
            text.push('\n');
        }
    };
    bars("calls that were refused", &report.rejected);
    bars("values that were refused", &report.refused_values);
    text.trim_end().to_owned() + "\n"
}

fn most_first(rows: impl Iterator<Item = Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    rows
}

fn stages(funnel: &Funnel) -> Table {
    let mut table =
        Table::new(format!("stages of {}", funnel.lifecycle), &["now", "ever", "moved on", "rate", "median time"]);
    for stage in &funnel.stages {
        let time = stage.median_seconds.map_or_else(String::new, span);
        let moved = if stage.moved_on == 0 { String::new() } else { number(stage.moved_on) };
        let rate = stage.rate.filter(|_| stage.moved_on > 0).map_or_else(String::new, percent);
        table.row(&stage.stage, [number(stage.contacts), number(stage.people), moved, rate, time]);
    }
    table
}

fn sequences(all: &[Sequence], terminal: &Terminal) -> String {
    let mut table = Table::new("sequences", &["entered", "inside", "goal", "converted", "held out", "converted"]);
    let converted = |it: &Conversion| it.share.map_or_else(String::new, percent);
    for it in all {
        let held = if it.held_out.entered == 0 { String::new() } else { number(it.held_out.entered) };
        let (entered, goal) = (number(it.messaged.entered), number(it.messaged.goal));
        let figures = [entered, number(it.under_way), goal, converted(&it.messaged), held, converted(&it.held_out)];
        table.row(&it.sequence, figures);
    }
    let mut text = table.text(terminal);
    let mut lifts = Table::new("lift over those held out", &["points", "95 % interval"]);
    for (it, lift) in all.iter().filter_map(|it| it.lift.as_ref().map(|lift| (it, lift))) {
        lifts.row(&it.sequence, [points(lift.difference), interval(lift)]);
    }
    text.push_str(&lifts.text(terminal));
    for it in all.iter().filter(|it| !it.steps.is_empty()) {
        let mut table = Table::new(format!("inside {}", it.sequence), &["runs"]);
        for step in &it.steps {
            let earlier = if step.earlier { " (as it was)" } else { "" };
            table.row(format!("{}{earlier}", step.step.trim_end_matches(['{', ' '])), [number(step.runs)]);
        }
        text.push_str(&table.text(terminal));
    }
    text
}

fn interval(lift: &Lift) -> String {
    let chance = if lift.low <= 0.0 && lift.high >= 0.0 { ", may be chance" } else { "" };
    format!("{} to {}{chance}", points(lift.low), points(lift.high))
}

fn messages(report: &Report) -> Table {
    let heads = ["sent", "left", "failed", "opened", "clicked", "bounced", "unsub.", "spam"];
    let mut table = Table::new("messages", &heads);
    for it in &report.messages {
        let delivery = report.deliveries.iter().find(|row| row.kind == "message" && row.name == it.message);
        let (left, dead) = delivery.map_or((0, 0), |row| (row.left, row.dead));
        let of_left = |count: u64| if left == 0 || count == 0 { String::new() } else { percent(share(count, left)) };
        let some = |count: u64| if count == 0 { String::new() } else { number(count) };
        let back = [some(it.bounced), some(it.unsubscribed), some(it.complained)];
        let figures = [number(it.sent), number(left), some(dead), of_left(it.opened), of_left(it.clicked)];
        table.row(&it.message, figures.into_iter().chain(back));
    }
    table
}

/// What was held or dropped, and by which gate.
fn stopped(messages: &[Message], terminal: &Terminal) -> String {
    let mut table = Table::new("held or dropped", &["by", "times"]);
    for it in messages {
        for (word, gates) in [("held", &it.held), ("dropped", &it.dropped)] {
            for (gate, count) in gates {
                table.row(format!("{}: {word}", it.message), [gate.clone(), number(*count)]);
            }
        }
    }
    table.text(terminal)
}

/// What leaves beside messages.
fn others(report: &Report) -> Table {
    let mut table = Table::new("calls and notices", &["left", "waiting", "failed"]);
    for it in report.deliveries.iter().filter(|it| it.kind != "message") {
        table.row(format!("{} {}", it.kind, it.name), [number(it.left), number(it.due), number(it.dead)]);
    }
    table
}

fn service(sla: &Sla) -> Table {
    let target = sla.target.map_or_else(String::new, |target| format!(", target {}", percent(target)));
    let mut table = Table::new(format!("{}{target}", sla.sla), &["started", "met", "breached", "kept"]);
    let figures = |it: &Counts| {
        let kept = it.share.map_or_else(String::new, percent);
        [number(it.started), number(it.met), number(it.breached), kept]
    };
    if sla.all.started == 0 && sla.weeks.is_empty() {
        return table;
    }
    table.row("all of it", figures(&sla.all));
    sla.per.iter().for_each(|(per, counts)| table.row(format!("  {per}"), figures(counts)));
    for week in sla.weeks.iter().skip(sla.weeks.len().saturating_sub(WEEKS)) {
        table.row(format!("week of {}", week.week), figures(&week.all));
        week.per.iter().for_each(|(per, counts)| table.row(format!("  {per}"), figures(counts)));
    }
    table
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// `+4.2`: points of a hundred.
fn points(share: f64) -> String {
    let points = (share * 1_000.0).round() / 10.0;
    // There is no -0.0.
    format!("{:+.1}", if points == 0.0 { 0.0 } else { points })
}

/// A time in the unit that suits it: `40 s`, `2.5 min`, `3.1 h`, `12.5 days`.
fn span(seconds: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(86_400.0, "days"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")];
    let (length, unit) = UNITS.into_iter().find(|(length, _)| seconds >= *length).unwrap_or((1.0, "s"));
    let count = (seconds / length * 10.0).round() / 10.0;
    if (count - count.round()).abs() < 1e-9 { format!("{count:.0} {unit}") } else { format!("{count:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_points_are_short() {
        assert_eq!(
            [0.0, 0.25, 40.0, 150.0, 7_200.0, 1_080_000.0].map(span),
            ["0 s", "0.3 s", "40 s", "2.5 min", "2 h", "12.5 days"]
        );
        assert_eq!([0.0421, -0.1, -0.0001, 1.0].map(points), ["+4.2", "-10.0", "+0.0", "+100.0"]);
    }
}
