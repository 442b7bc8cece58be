//! Bands of a score, with hysteresis.

use flow_graph::expr::ScorePart;
use flow_graph::program::{Band, Score};
use flow_graph::{Id, Timestamp};

use super::{crossing, score};
use crate::eval::View;

/// The band a score is in, given the one before: it rises to the highest band whose `from` is reached, and falls
/// below each band whose `until` is undercut, one after the other, so that a jump ends where a slow fall would.
#[must_use]
pub fn after(bands: &[Band], before: Option<u16>, value: f64) -> Option<u16> {
    let numbered = || (0_u16..).zip(bands);
    let reached = numbered().filter(|(_, band)| value >= band.from).map(|(number, _)| number).max();
    let kept = numbered().filter(|(number, band)| Some(*number) <= before && value >= band.until);
    reached.max(kept.map(|(number, _)| number).max())
}

/// When the score next changes its band by itself, or the facts in it change; its band has to be fresh.
pub(crate) fn next(view: &View<'_>, id: Id<Score>) -> Option<Timestamp> {
    let bands = &view.engine.program().scores.get(id)?.bands;
    let current = view.contact.facts.band(id);
    let curve = score::curve(view, id, ScorePart::Total)?;
    let leaves = |value: f64| after(bands, current, value) != current;
    let own = current.and_then(|number| bands.get(usize::from(number))).map(|band| band.until);
    let above = bands.get(current.map_or(0, |number| usize::from(number) + 1)).map(|band| band.from);
    let levels = [own.unwrap_or(f64::NAN), above.unwrap_or(f64::NAN)];
    let crossed = crossing::first(&curve, &levels, &leaves);
    [crossed, score::next_fit(view, id)].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use flow_graph::program::Location;

    use super::*;

    fn bands() -> Vec<Band> {
        let at = Location { file: Id::new(0), line: 1 };
        let band = |from: f64, until: f64| Band { name: String::new(), from, until, at };
        vec![band(0.0, 0.0), band(30.0, 20.0), band(60.0, 50.0)]
    }

    #[test]
    fn rises_at_from_and_falls_below_until() {
        let after = |before, value| after(&bands(), before, value);
        assert_eq!(after(None, -1.0), None);
        assert_eq!(after(None, 0.0), Some(0));
        assert_eq!(after(Some(0), 29.9), Some(0));
        assert_eq!(after(Some(0), 30.0), Some(1));
        assert_eq!(after(Some(0), 75.0), Some(2));
        assert_eq!(after(Some(2), 50.0), Some(2));
        assert_eq!(after(Some(2), 49.9), Some(1));
        assert_eq!(after(Some(2), 25.0), Some(1));
        assert_eq!(after(Some(2), 19.9), Some(0));
        assert_eq!(after(Some(2), -0.1), None);
        assert_eq!(after(Some(1), 55.0), Some(1));
    }
}
