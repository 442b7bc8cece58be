//! Bands of a score: rising, apart, inside of the range.

use flow_graph::program::Band;

use super::Check;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::syntax::tree::score::Band as Tree;

impl Check<'_> {
    /// The bands as written; what is wrong with their borders is reported.
    pub(super) fn bands(&mut self, trees: &[Tree], range: Option<&Spanned<(f64, f64)>>) -> Vec<Band> {
        let mut before: Option<&Tree> = None;
        for tree in trees {
            self.band_borders(tree, before, range);
            before = Some(tree);
        }
        trees
            .iter()
            .map(|tree| Band {
                name: tree.name.value.clone(),
                from: tree.from.value,
                until: tree.until.as_ref().map_or(tree.from.value, |until| until.value),
                at: self.location(tree.span),
            })
            .collect()
    }

    fn band_borders(&mut self, tree: &Tree, before: Option<&Tree>, range: Option<&Spanned<(f64, f64)>>) {
        let (name, from) = (&tree.name.value, tree.from.value);
        if let Some(before) = before.filter(|before| before.from.value >= from) {
            let message = format!("`{name}` begins at {from}, not above `{}` before it", before.name.value);
            let wrong = Diagnostic::new(Code::ScoreBands, tree.from.span, message);
            let label = format!("`{}` begins at {}", before.name.value, before.from.value);
            self.report(wrong.label(before.from.span, label).help("write the bands from the lowest to the highest"));
        } else if let Some((range, (low, high))) = range.map(|range| (range, range.value))
            && (from > high || from < low)
        {
            let message = format!("`{name}` begins at {from}, outside of the range of the score");
            let wrong = Diagnostic::new(Code::ScoreBands, tree.from.span, message);
            self.report(wrong.label(range.span, format!("the range is {low}..{high}")).help("begin the band inside"));
        }
        let Some(until) = &tree.until else { return };
        if until.value > from {
            let message = format!("`{name}` is left below {}, which is above its beginning {from}", until.value);
            let wrong = Diagnostic::new(Code::ScoreBands, until.span, message).label(tree.from.span, "begins here");
            self.report(
                wrong.help("`until` is a lower border than `from`, so that a score near the border does not flap"),
            );
        } else if let Some(before) = before.filter(|before| until.value < before.from.value) {
            let message = format!("`{name}` is left below {}, deep inside of the bands under it", until.value);
            let wrong = Diagnostic::new(Code::ScoreBands, until.span, message);
            let label = format!("`{}` begins at {}", before.name.value, before.from.value);
            self.report(
                wrong.label(before.from.span, label).help("let `until` stay above the beginning of the band before"),
            );
        }
    }
}
