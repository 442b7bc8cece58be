//! What is selected as a selection grows.

use gen_lsp_types::{SelectionRange, SelectionRangeParams};

use super::super::view::{Refusal, View};
use crate::features::selection;

/// For each place what stands around it, the smallest first.
pub(crate) fn selection(
    view: &View<'_>,
    params: &SelectionRangeParams,
) -> Result<Option<Vec<SelectionRange>>, Refusal> {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let offsets: Vec<u32> = params.positions.iter().map(|position| document.lines.offset(*position)).collect();
    let found = selection::selection(document.snapshot, document.file, &offsets);
    view.alive()?;
    let mut answer = Vec::new();
    for (spans, position) in found.into_iter().zip(&params.positions) {
        let mut around: Option<SelectionRange> = None;
        for span in spans.into_iter().rev() {
            around = Some(SelectionRange { range: document.range(span), parent: around.map(Box::new) });
        }
        // There is one answer for each place, of an empty document too.
        let here = gen_lsp_types::Range::new(*position, *position);
        answer.push(around.unwrap_or(SelectionRange { range: here, parent: None }));
    }
    Ok(Some(answer))
}
