//! The layout: of a document, of a part of it, of what was just typed. How wide a tab is does not matter: there is one layout.

use flow_compiler::diagnostic::Edit;
use gen_lsp_types::{
    DocumentFormattingParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, TextEdit,
};

use super::super::view::{Document, Refusal, View};
use crate::features::formatting;

type Edits = Result<Option<Vec<TextEdit>>, Refusal>;

/// All of a document.
pub(crate) fn document(view: &View<'_>, params: &DocumentFormattingParams) -> Edits {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let edits = formatting::formatting(document.snapshot, document.file, None).map_err(Refusal::Impossible)?;
    Ok(Some(told(&document, edits)))
}

/// The items that a range touches.
pub(crate) fn range(view: &View<'_>, params: &DocumentRangeFormattingParams) -> Edits {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let range = document.lines.offset(params.range.start)..document.lines.offset(params.range.end);
    let edits = formatting::formatting(document.snapshot, document.file, Some(range)).map_err(Refusal::Impossible)?;
    Ok(Some(told(&document, edits)))
}

/// After a line break or a closing bracket.
pub(crate) fn typed(view: &View<'_>, params: &DocumentOnTypeFormattingParams) -> Edits {
    let Some((document, offset)) = view.at(&params.text_document.uri, params.position) else { return Ok(None) };
    let edits = formatting::typed(document.snapshot, document.file, offset, &params.ch);
    Ok(Some(told(&document, edits)))
}

fn told(document: &Document<'_>, edits: Vec<Edit>) -> Vec<TextEdit> {
    edits.into_iter().map(|edit| TextEdit::new(document.range(edit.span), edit.text)).collect()
}
