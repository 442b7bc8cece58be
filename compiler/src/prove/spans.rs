//! Which of two lengths of time is the longer one, in every zone and from every instant.
//!
//! Calendar time has no fixed length: a month has 28 to 31 days, and a day with a clock change is shorter or longer.
//! So only what holds everywhere is said. Within what the calendar can show, `t + a <= t + b` where each part of `a` is
//! at most that of `b`: a clock time that is skipped moves forward by less than the whole days between the two.

use flow_graph::Span;

const DAY_MS: i64 = 86_400_000;

/// More than the offset of any zone ever changes by, as the machine has it.
const OFFSETS_MS: i64 = 3 * DAY_MS;

/// Whether `t + a` is never later than `t + b`.
pub(crate) fn at_most(a: Span, b: Span) -> bool {
    match (a, b) {
        (Span::Elapsed(a), Span::Elapsed(b)) => a <= b,
        (Span::Calendar { months: am, days: ad }, Span::Calendar { months: bm, days: bd }) if am <= bm && ad <= bd => {
            true
        }
        _ => bounds(a).1 <= bounds(b).0,
    }
}

/// The least and the most milliseconds that a span can take, in whichever zone.
pub(crate) fn bounds(span: Span) -> (i64, i64) {
    match span {
        Span::Elapsed(ms) => (ms, ms),
        Span::Calendar { months: 0, days: 0 } => (0, 0),
        Span::Calendar { months, days } => {
            let (months, days) = (i64::from(months), i64::from(days));
            let least = months.saturating_mul(28).saturating_add(days).saturating_mul(DAY_MS);
            let most = months.saturating_mul(31).saturating_add(days).saturating_mul(DAY_MS);
            (least.saturating_sub(OFFSETS_MS), most.saturating_add(OFFSETS_MS))
        }
    }
}
