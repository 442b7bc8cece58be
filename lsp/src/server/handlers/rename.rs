//! Another name for something, everywhere.

use gen_lsp_types::{PrepareRenameParams, PrepareRenamePlaceholder, PrepareRenameResult, RenameParams, WorkspaceEdit};

use super::super::view::{Refusal, View};
use super::edits;
use crate::features::rename;

/// What would be renamed; refuses what cannot be.
pub(crate) fn prepare(view: &View<'_>, params: &PrepareRenameParams) -> Result<Option<PrepareRenameResult>, Refusal> {
    let at = &params.text_document_position_params;
    let Some((document, offset)) = view.at(&at.text_document.uri, at.position) else { return Ok(None) };
    let span = rename::prepare(document.snapshot, document.file, offset).map_err(Refusal::Impossible)?;
    let placeholder = document.snapshot.sources.slice(span).to_owned();
    Ok(Some(PrepareRenamePlaceholder { range: document.range(span), placeholder }.into()))
}

/// Renames.
pub(crate) fn rename(view: &View<'_>, params: &RenameParams) -> Result<Option<WorkspaceEdit>, Refusal> {
    let at = &params.text_document_position_params;
    let Some((document, offset)) = view.at(&at.text_document.uri, at.position) else { return Ok(None) };
    let made =
        rename::rename(document.snapshot, document.file, offset, &params.new_name).map_err(Refusal::Impossible)?;
    view.alive()?;
    for renamed in rename::renamed(document.snapshot, document.file, offset, &params.new_name) {
        view.world.rename(document.root, renamed);
    }
    Ok(Some(edits::workspace(view, &document, &made)))
}
