//! Input that several benches share: made from a seed, equal on every machine.

pub mod project;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::input::Attributes;
use flow_machine::{Engine, Input};
use flow_runtime::Inputs;
use flow_runtime::ingest::{Catalog, Format, Incoming, Read};

use mimalloc::MiMalloc;

/// The one of the command line.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// When events happen, in milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The first one.
    pub from: u64,
    /// From the first to the last.
    pub length: u64,
}

impl Span {
    /// 30 days from 2026-03-01T00:00:00Z on.
    pub const MARCH: Self = Self { from: 1_772_323_200_000, length: 30 * 86_400_000 };

    /// The last ten minutes: so that a daemon takes them for news.
    #[must_use]
    pub fn now() -> Self {
        let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
        Self { from: u64::try_from(now).unwrap_or(0).saturating_sub(600_000), length: 600_000 }
    }
}

/// Events of `examples/shop` as JSON Lines in Segment's shape, in the order of time, over 30 days.
///
/// Half are page views, the rest products, carts, orders, sign-ups and what channels report.
#[must_use]
pub fn shop_events(contacts: u64, events: u64, seed: u64) -> String {
    shop_events_in(contacts, events, seed, Span::MARCH)
}

/// The same within some time.
#[must_use]
pub fn shop_events_in(contacts: u64, events: u64, seed: u64, span: Span) -> String {
    let mut chance = Chance(seed | 1);
    let mut out = String::with_capacity(usize::try_from(events).unwrap_or(0) * 220);
    for number in 0..events {
        let contact = chance.below(contacts);
        let time = rfc3339(span.from + number * span.length / events.max(1));
        let _ = write!(out, r#"{{"messageId":"m{number}","timestamp":"{time}","userId":"u{contact}","#);
        let product = chance.below(500);
        let cents = 500 + chance.below(20_000);
        let value = format!("{}.{:02}", cents / 100, cents % 100);
        let _ = match chance.below(100) {
            0..50 => writeln!(out, r#""type":"page","properties":{{"path":"/shelf/{product}","title":"Shelf"}}}}"#),
            50..75 => writeln!(
                out,
                r#""type":"track","event":"Product Viewed","properties":{{"product_id":"p{product}","name":"Product {product}","department":"coffee","price":{value}}}}}"#
            ),
            75..87 => writeln!(
                out,
                r#""type":"track","event":"Cart Updated","properties":{{"cart_id":"c{contact}","value":{value},"items":{}}}}}"#,
                chance.below(5)
            ),
            87..92 => writeln!(
                out,
                r#""type":"track","event":"Order Completed","properties":{{"order_id":"o{number}","cart_id":"c{contact}","revenue":{value}}}}}"#
            ),
            92..95 => writeln!(out, r#""type":"track","event":"Signed Up","properties":{{"source":"site"}}}}"#),
            95..97 => writeln!(out, r#""type":"track","event":"subscribed","properties":{{"topic":"promotions"}}}}"#),
            _ => writeln!(
                out,
                r#""type":"identify","traits":{{"email":"u{contact}@x.example","first_name":"U{contact}","country":"DE","timezone":"Europe/Berlin"}}}}"#
            ),
        };
    }
    out
}

/// The same, parsed: contacts are numbered in the order in which they come.
#[must_use]
pub fn shop_inputs(engine: &Arc<Engine>, contacts: u64, events: u64) -> Vec<(usize, Timestamp, Input)> {
    let text = shop_events(contacts, events, 7);
    let catalog = Arc::new(Catalog::new(engine));
    let Ok(inputs) = Inputs::new(catalog, Cursor::new(text), "bench", 0, &Format::Segment) else { return Vec::new() };
    let mut numbers = HashMap::new();
    let mut all = Vec::new();
    for read in inputs.flatten() {
        let Read::Incoming(incoming) = read else { continue };
        let Incoming { who, time, id, event, changes, .. } = *incoming;
        let next = numbers.len();
        let number = *numbers.entry(who.user).or_insert(next);
        let input = match event {
            Some(event) => Input::Event(event),
            None => Input::Attributes(Attributes { id, time, changes }),
        };
        all.push((number, time, input));
    }
    all
}

/// Runs a workload `rounds` times and prints the median rate, with the slowest and the fastest: by the time that the
/// processor spent on it where the system says so, which neighbours on the same machine change little.
pub fn report(name: &str, unit: &str, amount: f64, rounds: u32, mut work: impl FnMut()) {
    report_of(name, unit, amount, rounds, || {}, |()| work());
}

/// The same of a workload that takes what is made ready before each round, which is not counted.
#[expect(clippy::print_stdout, reason = "a bench is a program that prints figures")]
pub fn report_of<T>(
    name: &str,
    unit: &str,
    amount: f64,
    rounds: u32,
    mut ready: impl FnMut() -> T,
    mut work: impl FnMut(T),
) {
    let mut rates: Vec<f64> = (0..rounds.max(1))
        .map(|_| {
            let made = ready();
            let (begin, before) = (std::time::Instant::now(), processor_seconds());
            work(made);
            let wall = begin.elapsed().as_secs_f64();
            // The system counts in ticks: a short round says nothing.
            let counted = before.zip(processor_seconds()).filter(|_| wall > 0.1);
            let took = counted.map_or(wall, |(before, after)| after - before);
            amount / took.max(1e-9)
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    let at = |part: usize| rates.get(part * (rates.len() - 1) / 2).copied().unwrap_or(0.0);
    println!("{name:<44} {:>14} {unit}   (min {}, max {}, {rounds} runs)", short(at(1)), short(at(0)), short(at(2)));
}

/// The same of a workload with several threads: by the clock on the wall, and beside it what all threads together cost
/// the processor, which neighbours change little.
#[expect(clippy::print_stdout, reason = "a bench is a program that prints figures")]
pub fn report_all(name: &str, unit: &str, amount: f64, rounds: u32, mut work: impl FnMut()) {
    let mut costs = Vec::new();
    let mut rates: Vec<f64> = (0..rounds.max(1))
        .map(|_| {
            let (begin, before) = (std::time::Instant::now(), process_seconds());
            work();
            costs.extend(before.zip(process_seconds()).map(|(before, after)| (after - before) * 1e9 / amount));
            amount / begin.elapsed().as_secs_f64().max(1e-9)
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    costs.sort_by(f64::total_cmp);
    let at = |part: usize| rates.get(part * (rates.len() - 1) / 2).copied().unwrap_or(0.0);
    let cost = costs.get(costs.len() / 2).map_or(String::new(), |ns| format!("; {} ns of processor each", short(*ns)));
    println!(
        "{name:<44} {:>14} {unit}   (min {}, max {}, {rounds} runs{cost})",
        short(at(1)),
        short(at(0)),
        short(at(2))
    );
}

/// What the processor has spent on all threads of this process, those that are over too.
#[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]
#[must_use]
pub fn process_seconds() -> Option<f64> {
    // User and system time stand behind the name, which may hold anything, in ticks of a hundredth.
    let told = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = told.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()? + ticks()?) as f64 / 100.0)
}

/// Bytes of this process that are in memory; 0 where the system does not say.
#[must_use]
pub fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: usize = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    kib * 1_024
}

/// What the processor has spent on this thread.
#[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]
fn processor_seconds() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: u64 = told.split_whitespace().next()?.parse().ok()?;
    (nanoseconds > 0).then_some(nanoseconds as f64 / 1e9)
}

/// Prints one figure.
#[expect(clippy::print_stdout, reason = "a bench is a program that prints figures")]
pub fn show(name: &str, figure: f64, unit: &str) {
    println!("{name:<44} {:>14} {unit}", short(figure));
}

/// `1234567.8` → `1 234 568`, `3.25` → `3.25`
fn short(rate: f64) -> String {
    if rate < 1_000.0 {
        return format!("{rate:.2}");
    }
    let digits = format!("{rate:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// `2026-03-01T00:00:00.000Z` of milliseconds since 1970.
#[must_use]
pub fn rfc3339(ms: u64) -> String {
    let (days, rest) = (ms / 86_400_000, ms % 86_400_000);
    // Howard Hinnant's `civil_from_days`, of days since 1970 that are not negative.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second, milli) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60, rest % 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Small chance with a seed (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit.max(1)
    }
}
