//! Paths that can be opened.

use gen_lsp_types::{DocumentLink, DocumentLinkParams};

use super::super::view::{Refusal, View};
use crate::features::links;

/// The paths of a document.
pub(crate) fn links(view: &View<'_>, params: &DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>, Refusal> {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let found = links::links(document.snapshot, document.file);
    view.alive()?;
    let link = |link: links::Link| DocumentLink {
        range: document.range(link.span),
        target: Some(view.uri(&document, link.target)),
        tooltip: Some("open the template".to_owned()),
        data: None,
    };
    Ok(Some(found.into_iter().map(link).collect()))
}
