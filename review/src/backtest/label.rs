//! How well scores foretell an event. The words are those of information retrieval and of marketing:
//!
//! * *precision* of a threshold: of the contacts that reached it, the share to whom the event came later;
//! * *recall*: of all contacts to whom the event came, the share that had reached the threshold before (C. D. Manning, P.
//!   Raghavan, H. Schütze, "Introduction to Information Retrieval", 2008, section 8.3);
//! * *lift*: precision as a multiple of that of all contacts, who count from when they were first seen;
//! * *calibrated*: the higher the band, the higher the precision. Its 95 % interval is Wilson's (E. B. Wilson, "Probable
//!   inference, the law of succession, and statistical inference", Journal of the American Statistical Association 22
//!   (1927), 209–212).

use flow_runtime::backtest::facts::FactKind;
use flow_runtime::backtest::label::{AtThreshold, Labels, ScoreLabels};
use serde::Serialize;

use super::{Both, Report};

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// What scores foretold of an event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelReport {
    /// What the event means: `won`.
    pub name: String,
    /// The event.
    pub event: String,
    /// How soon it had to come after a threshold was reached; none: whenever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Contacts in all.
    pub contacts: Both,
    /// Contacts to whom the event came after they were first seen.
    pub happened: Both,
    /// Score by score.
    pub scores: Vec<ScoreReport>,
}

/// What one score foretold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreReport {
    /// The score.
    pub score: String,
    /// Its bands before.
    pub before: Vec<BandReport>,
    /// Its bands after.
    pub after: Vec<BandReport>,
    /// Every threshold before, rising.
    pub curve_before: Vec<Judged>,
    /// Every threshold after, rising.
    pub curve_after: Vec<Judged>,
    /// The higher the band, the higher the precision; before.
    pub calibrated_before: bool,
    /// The same, after.
    pub calibrated_after: bool,
}

/// What one band foretold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BandReport {
    /// The band.
    pub band: String,
    /// What its threshold foretold.
    #[serde(flatten)]
    pub judged: Judged,
    /// Contacts that came into it from below more than once: their score flaps.
    pub flapping: u64,
}

/// What a threshold foretold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Judged {
    /// The threshold.
    pub threshold: f64,
    /// Contacts that reached it, with all the time that the event may take.
    pub reached: u64,
    /// Of them: those to whom the event came later.
    pub hits: u64,
    /// Contacts that reached it too late to be judged.
    pub too_late: u64,
    /// `hits / reached`; none where nobody reached it.
    pub precision: Option<f64>,
    /// The lower end of the 95 % interval of the precision.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// `hits / happened`; none where the event came to nobody.
    pub recall: Option<f64>,
    /// Precision as a multiple of that of all contacts, counted from when they were first seen.
    pub lift: Option<f64>,
}

/// What the label came to under both programs.
#[must_use]
pub fn judge(
    report: &Report,
    (before, after): &(Labels, Labels),
    (name, event): (&str, &str),
    within: Option<&str>,
) -> LabelReport {
    let mut names: Vec<&str> = after.scores.iter().chain(&before.scores).map(|score| score.score.as_str()).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let score = |name: &str| {
        let of = |labels: &Labels| labels.scores.iter().find(|score| score.score == name).cloned().unwrap_or_default();
        let (old, new) = (of(before), of(after));
        let (old_bands, new_bands) = (bands(report, before, &old, false), bands(report, after, &new, true));
        ScoreReport {
            score: name.to_owned(),
            calibrated_before: rises(&old_bands),
            calibrated_after: rises(&new_bands),
            before: old_bands,
            after: new_bands,
            curve_before: old.thresholds.iter().map(|at| judged(before, at)).collect(),
            curve_after: new.thresholds.iter().map(|at| judged(after, at)).collect(),
        }
    };
    LabelReport {
        name: name.to_owned(),
        event: event.to_owned(),
        within: within.map(ToOwned::to_owned),
        contacts: Both { before: before.contacts, after: after.contacts },
        happened: Both { before: before.happened, after: after.happened },
        scores: names.into_iter().map(score).collect(),
    }
}

fn bands(report: &Report, labels: &Labels, score: &ScoreLabels, head: bool) -> Vec<BandReport> {
    let band = |(band, from): &(String, f64)| {
        let at = score.thresholds.iter().find(|at| at.threshold.total_cmp(from).is_eq())?;
        let figures = report.changes.iter().chain(&report.unchanged);
        let figure = figures
            .filter(|figure| figure.kind == FactKind::Band && figure.item == score.score)
            .find(|figure| figure.part == *band);
        let flapping = figure.map_or(0, |figure| if head { figure.again.after } else { figure.again.before });
        Some(BandReport { band: band.clone(), judged: judged(labels, at), flapping })
    };
    score.bands.iter().filter_map(band).collect()
}

fn rises(bands: &[BandReport]) -> bool {
    let known: Vec<f64> = bands.iter().filter_map(|band| band.judged.precision).collect();
    known.is_sorted()
}

fn judged(labels: &Labels, at: &AtThreshold) -> Judged {
    let precision = share(at.hits, at.reached);
    let interval = wilson(at.hits, at.reached);
    let base = share(labels.all.hits, labels.all.reached).filter(|base| *base > 0.0);
    Judged {
        threshold: at.threshold,
        reached: at.reached,
        hits: at.hits,
        too_late: at.too_late,
        precision,
        low: interval.map(|it| it.0),
        high: interval.map(|it| it.1),
        recall: share(at.hits, labels.happened),
        lift: precision.zip(base).map(|(precision, base)| precision / base),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of contacts are far below 2^53")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[expect(clippy::cast_precision_loss, reason = "counts of contacts are far below 2^53")]
fn wilson(part: u64, whole: u64) -> Option<(f64, f64)> {
    let share = share(part, whole)?;
    let (n, square) = (whole as f64, Z * Z);
    let middle = (share + square / (2.0 * n)) / (1.0 + square / n);
    let reach = Z * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt() / (1.0 + square / n);
    Some(((middle - reach).max(0.0), (middle + reach).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_as_published() {
        // R. G. Newcombe, Statistics in Medicine 17 (1998), 857–872, table I: 81 of 263.
        let (low, high) = wilson(81, 263).unwrap();
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        assert_eq!(wilson(0, 0), None);
    }
}
