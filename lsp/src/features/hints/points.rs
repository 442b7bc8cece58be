//! How fast points fade, and how long a band is kept.

use flow_compiler::source::Spanned;
use flow_compiler::syntax::tree::expr::{Duration, DurationUnit};
use flow_compiler::syntax::tree::score::{Band, RuleDecay, ScoreItem, ScoreRuleKind};

use super::{Hint, HintKind, days, number};

/// The hints of a score.
pub(super) fn score(score: &ScoreItem, found: &mut Vec<Hint>) {
    let own = score.rules.iter().filter_map(|rule| match &rule.kind {
        ScoreRuleKind::On { decay: Some(RuleDecay::HalfLife(own)), .. } => Some(own),
        ScoreRuleKind::On { .. } | ScoreRuleKind::When(_) => None,
    });
    for half_life in score.half_life.iter().chain(own) {
        found.extend(fades(half_life));
    }
    // With several half-lives there is no telling.
    let [half_life] = score.half_life.as_slice() else { return };
    let own = score.rules.iter().any(|rule| matches!(rule.kind, ScoreRuleKind::On { decay: Some(_), .. }));
    if let (false, Some(half_life)) = (own, length(half_life)) {
        let bands = score.bands.iter().flat_map(|bands| &bands.value);
        found.extend(bands.filter_map(|band| kept(band, half_life)));
    }
}

/// The length of a half-life in days; none when it is nothing.
fn length(half_life: &Spanned<Duration>) -> Option<f64> {
    let one = match half_life.value.unit {
        DurationUnit::Second => 1.0 / 86_400.0,
        DurationUnit::Minute => 1.0 / 1_440.0,
        DurationUnit::Hour => 1.0 / 24.0,
        DurationUnit::Day => 1.0,
        DurationUnit::Week => 7.0,
        DurationUnit::Month => 30.0,
        DurationUnit::Year => 365.0,
    };
    Some(f64::from(half_life.value.amount) * one).filter(|length| *length > 0.0)
}

fn fades(half_life: &Spanned<Duration>) -> Option<Hint> {
    let length = length(half_life)?;
    let lost = (1.0 - 0.5_f64.powf(1.0 / length)) * 100.0;
    let rate = if lost >= 3.0 { format!("{lost:.0}") } else { number((lost * 10.0).round() / 10.0) };
    Some(Hint {
        span: half_life.span,
        label: format!("≈ {rate} % a day"),
        tooltip: format!(
            "Points of today count half in {}, a quarter in {}, a tenth in {}.",
            days(length),
            days(length * 2.0),
            days(length * 10.0_f64.log2())
        ),
        kind: HintKind::HalfLife,
    })
}

/// How long the points of a band that was just reached take to fall below its lower border.
fn kept(band: &Band, half_life: f64) -> Option<Hint> {
    let (from, until) = (band.from.value, band.until.as_ref()?);
    if until.value <= 0.0 || from <= until.value {
        return None;
    }
    let time = days(half_life * (from / until.value).log2());
    Some(Hint {
        span: until.span,
        label: format!("≈ {time} of silence"),
        tooltip: format!(
            "Whoever has just come to {from} points, all of them for events, is below {} after {time} in which nothing happens.",
            until.value
        ),
        kind: HintKind::Band,
    })
}
