//! The value of a score, and the curve that it follows while nothing arrives.

use flow_graph::expr::ScorePart;
use flow_graph::program::Score;
use flow_graph::{Id, Timestamp};

use super::crossing::{Curve, Term};
use crate::contact::facts::hits::LARGEST;
use crate::eval::View;

/// A score or one of its parts; always finite.
pub(crate) fn value(view: &View<'_>, id: Id<Score>, part: ScorePart) -> f64 {
    let Some(score) = view.engine.program().scores.get(id) else { return 0.0 };
    match part {
        ScorePart::Fit => fit(view, score),
        ScorePart::Engagement => terms(view, id, score).fold(0.0, |sum, term| sum + term.at(view.now)),
        ScorePart::Total => {
            let sum = terms(view, id, score).fold(fit(view, score), |sum, term| sum + term.at(view.now));
            clip(sum, score.range)
        }
    }
}

/// How a score or one of its parts runs from now on while its facts stay as they are; none for an unknown one.
pub(crate) fn curve(view: &View<'_>, id: Id<Score>, part: ScorePart) -> Option<Curve> {
    let score = view.engine.program().scores.get(id)?;
    let (constant, terms, range) = match part {
        ScorePart::Fit => (fit(view, score), Vec::new(), None),
        ScorePart::Engagement => (0.0, terms(view, id, score).collect(), None),
        ScorePart::Total => (fit(view, score), terms(view, id, score).collect(), score.range),
    };
    Some(Curve { now: view.now, constant, terms, range })
}

/// When the facts in a score can change by themselves.
pub(crate) fn next_fit(view: &View<'_>, id: Id<Score>) -> Option<Timestamp> {
    let fit = &view.engine.program().scores.get(id)?.fit;
    fit.iter().filter_map(|rule| view.next_change(&rule.when)).min()
}

/// Held in the range.
pub(crate) fn clip(value: f64, range: Option<(f64, f64)>) -> f64 {
    match range {
        // Not `clamp`: it panics when the ends are the wrong way round.
        Some((least, most)) => value.min(most).max(least),
        None => value,
    }
}

fn fit(view: &View<'_>, score: &Score) -> f64 {
    let sum: f64 = score.fit.iter().filter(|rule| view.holds(&rule.when)).map(|rule| rule.points).sum();
    // An empty sum of floating numbers is -0.
    (sum + 0.0).clamp(-LARGEST, LARGEST)
}

fn terms<'a>(view: &View<'a>, id: Id<Score>, score: &'a Score) -> impl Iterator<Item = Term> + use<'a> {
    let view = *view;
    score.hits.iter().enumerate().map(move |(position, rule)| {
        let number = view.engine.rule(id, position);
        let state = number.and_then(|number| view.contact.facts.hits.get(number));
        Term { sum: state.map(|state| state.sum).unwrap_or_default(), half_life_ms: rule.half_life_ms }
    })
}
