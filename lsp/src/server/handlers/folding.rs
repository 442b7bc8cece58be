//! What can be folded.

use gen_lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};

use super::super::view::{Refusal, View};
use crate::features::folding::{self, FoldKind};

/// What can be folded in a document.
pub(crate) fn folding(view: &View<'_>, params: &FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>, Refusal> {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let found = folding::folding(document.snapshot, document.file);
    view.alive()?;
    let lines_only = view.world.client.folds_lines;
    let folds = found.into_iter().filter_map(|fold| {
        let range = document.range(fold.span);
        // Where whole lines are folded, the line of the closing bracket stays.
        let last = if lines_only && fold.kind == FoldKind::Block { range.end.line - 1 } else { range.end.line };
        let character = |character: u32| (!lines_only).then_some(character);
        (last > range.start.line).then(|| FoldingRange {
            start_line: range.start.line,
            start_character: character(range.start.character),
            end_line: last,
            end_character: character(range.end.character),
            kind: match fold.kind {
                FoldKind::Block => None,
                FoldKind::Comment => Some(FoldingRangeKind::Comment),
                FoldKind::Section => Some(FoldingRangeKind::Region),
            },
            collapsed_text: None,
        })
    });
    Ok(Some(folds.collect()))
}
