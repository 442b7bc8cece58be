//! What a sequence has brought: how many more convert of those whom it messages than of those who are held out.

use flow_runtime::summary::Conversion;
use serde::Serialize;

/// The 97.5th percentile of the normal distribution: an interval with it holds the truth in 95 of 100 cases.
const Z: f64 = 1.959_963_984_540_054;

/// The difference of two shares, with its uncertainty. All are shares of one: 0.05 is five points of a hundred.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Lift {
    /// The share of the messaged that converted less that of the held out.
    pub difference: f64,
    /// The lower end of the 95 % confidence interval of the difference.
    pub low: f64,
    /// Its upper end. Where the interval holds 0, what was seen may be chance.
    pub high: f64,
    /// The difference as a part of the share of the held out; none where none of those converted.
    pub relative: Option<f64>,
}

impl Lift {
    /// The lift of runs that were messaged over runs that were held out; none where one of both has none.
    ///
    /// The interval is Newcombe's, made of the score intervals of both shares: method 10 of R. G. Newcombe, "Interval
    /// estimation for the difference between independent proportions", Statistics in Medicine 17 (1998), 873–890. It
    /// holds for few runs and for shares near 0, where the usual one with a normal distribution does not.
    #[must_use]
    pub fn of(messaged: &Conversion, held_out: &Conversion) -> Option<Self> {
        let (one, other) = (Share::of(messaged)?, Share::of(held_out)?);
        let difference = one.share - other.share;
        Some(Self {
            difference,
            low: difference - (one.share - one.low).hypot(other.high - other.share),
            high: difference + (one.high - one.share).hypot(other.share - other.low),
            relative: (other.share > 0.0).then(|| difference / other.share),
        })
    }
}

/// A share and its score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical
/// inference", Journal of the American Statistical Association 22 (1927), 209–212).
struct Share {
    share: f64,
    low: f64,
    high: f64,
}

impl Share {
    #[expect(clippy::cast_precision_loss, reason = "counts of runs are far below 2^53")]
    fn of(conversion: &Conversion) -> Option<Self> {
        if conversion.entered == 0 {
            return None;
        }
        let n = conversion.entered as f64;
        let share = conversion.converted as f64 / n;
        let square = Z * Z;
        let middle = (share + square / (2.0 * n)) / (1.0 + square / n);
        let reach = Z * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt() / (1.0 + square / n);
        Some(Self { share, low: (middle - reach).max(0.0), high: (middle + reach).min(1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lift(one: (u64, u64), other: (u64, u64)) -> Lift {
        let of = |(converted, entered)| Conversion { entered, goal: converted, converted, share: None };
        Lift::of(&of(one), &of(other)).unwrap()
    }

    /// The examples of table II of the paper, method 10.
    #[test]
    fn the_interval_is_that_of_the_paper() {
        for (one, other, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0000),
            ((10, 10), (0, 10), 0.6075, 1.0000),
        ] {
            let lift = lift(one, other);
            assert!((lift.low - low).abs() < 6e-5 && (lift.high - high).abs() < 6e-5, "{one:?} {other:?}: {lift:?}");
        }
    }

    #[test]
    fn there_is_none_without_both() {
        let none = Conversion::default();
        assert_eq!(Lift::of(&none, &Conversion { entered: 3, ..none }), None);
        assert_eq!(lift((1, 2), (0, 2)).relative, None);
        assert_eq!(lift((2, 4), (1, 4)).relative, Some(1.0));
    }
}
