//! Lengths of time, a bit longer and a bit shorter: by one of the unit in which they are written.

use flow_graph::Span;

/// The lengths next to another one; none of them is nothing.
pub(super) fn around(span: Span) -> Vec<Span> {
    match span {
        Span::Elapsed(ms) => {
            let units = [3_600_000, 60_000, 1_000];
            let unit = units.into_iter().find(|unit| ms % unit == 0).unwrap_or(1);
            [ms.saturating_add(unit), ms - unit].into_iter().filter(|ms| *ms > 0).map(Span::Elapsed).collect()
        }
        Span::Calendar { months, days: 0 } if months > 0 => {
            let year = if months % 12 == 0 { 12 } else { 1 };
            let changed = [months.saturating_add(year), months.saturating_sub(year)];
            changed.into_iter().filter(|months| *months > 0).map(|months| Span::Calendar { months, days: 0 }).collect()
        }
        Span::Calendar { months, days } => {
            let changed = [days.saturating_add(1), days.saturating_sub(1)];
            let some = |days: &u32| *days > 0 || months > 0;
            changed.into_iter().filter(some).map(|days| Span::Calendar { months, days }).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(span: Span) -> Vec<String> {
        around(span).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn by_one_of_the_unit_and_never_nothing() {
        assert_eq!(said(Span::Elapsed(48 * 3_600_000)), ["49h", "47h"]);
        assert_eq!(said(Span::Elapsed(90 * 60_000)), ["91m", "89m"]);
        assert_eq!(said(Span::Elapsed(3_600_000)), ["2h"]);
        assert_eq!(said(Span::Calendar { months: 0, days: 1 }), ["2 days"]);
        assert_eq!(said(Span::Calendar { months: 12, days: 0 }), ["2 years"]);
        assert_eq!(said(Span::Calendar { months: 3, days: 0 }), ["4 months", "2 months"]);
    }
}
