//! Where a name is used.

use gen_lsp_types::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, Location, ReferenceParams};

use super::super::view::{Places, Refusal, View};
use crate::features::references;

/// All places at which what stands at a place is used, in all files.
pub(crate) fn references(view: &View<'_>, params: &ReferenceParams) -> Result<Option<Vec<Location>>, Refusal> {
    let at = &params.text_document_position_params;
    let Some((document, offset)) = view.at(&at.text_document.uri, at.position) else { return Ok(None) };
    let found = references::references(document.snapshot, document.file, offset);
    view.alive()?;
    let wanted = found.into_iter().filter(|place| params.context.include_declaration || !place.declares);
    let mut places = Places::new(view, &document);
    Ok(Some(wanted.map(|place| places.location(place.span)).collect()))
}

/// The same in the document itself.
pub(crate) fn highlight(
    view: &View<'_>,
    params: &DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>, Refusal> {
    let at = &params.text_document_position_params;
    let Some((document, offset)) = view.at(&at.text_document.uri, at.position) else { return Ok(None) };
    let found = references::references(document.snapshot, document.file, offset);
    let here = found.into_iter().filter(|place| place.span.file == document.file);
    let shown = here.map(|place| DocumentHighlight {
        range: document.range(place.span),
        kind: Some(if place.declares { DocumentHighlightKind::Write } else { DocumentHighlightKind::Read }),
    });
    Ok(Some(shown.collect()))
}
