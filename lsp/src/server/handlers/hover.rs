//! What is known of the thing under the pointer.

use gen_lsp_types::{Hover, HoverParams, MarkupContent, MarkupKind};

use super::super::view::{Refusal, View};
use crate::features::hover;

/// What is known of what stands at a place.
pub(crate) fn hover(view: &View<'_>, params: &HoverParams) -> Result<Option<Hover>, Refusal> {
    let at = &params.text_document_position_params;
    let Some((document, offset)) = view.at(&at.text_document.uri, at.position) else { return Ok(None) };
    let Some(found) = hover::hover(document.snapshot, document.file, offset, jiff::Timestamp::now()) else {
        return Ok(None);
    };
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: found.text };
    Ok(Some(Hover { contents: contents.into(), range: Some(document.range(found.span)) }))
}
