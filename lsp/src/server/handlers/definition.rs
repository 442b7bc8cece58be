//! Where a name is declared, and what a path names.

use gen_lsp_types::{Definition, DefinitionParams, DefinitionResponse};

use super::super::view::{Refusal, View};
use crate::features::definition;

/// Where what stands at a place is declared.
pub(crate) fn definition(view: &View<'_>, params: &DefinitionParams) -> Result<Option<DefinitionResponse>, Refusal> {
    let at = &params.text_document_position_params;
    let Some((document, offset)) = view.at(&at.text_document.uri, at.position) else { return Ok(None) };
    let found = definition::definition(document.snapshot, document.file, offset);
    view.alive()?;
    let places: Vec<_> = found.into_iter().map(|span| view.location(&document, span)).collect();
    Ok((!places.is_empty()).then(|| Definition::LocationList(places).into()))
}
