//! What a text leaves to be worked out, beside it.

use gen_lsp_types::{InlayHint, InlayHintParams, MarkupContent, MarkupKind};

use super::super::view::{Refusal, View};
use crate::features::hints::{self, Hint};

/// The hints of what can be seen, but for the kinds that the client does not want.
pub(crate) fn hints(view: &View<'_>, params: &InlayHintParams) -> Result<Option<Vec<InlayHint>>, Refusal> {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let range = document.lines.offset(params.range.start)..document.lines.offset(params.range.end);
    let found = hints::hints(document.snapshot, document.file, range);
    view.alive()?;
    let wanted = found.into_iter().filter(|hint| view.world.client.hints.contains(&hint.kind));
    let shown = wanted.map(|Hint { span, label, tooltip, .. }| InlayHint {
        position: document.lines.position(span.end),
        label: label.into(),
        kind: None,
        text_edits: None,
        tooltip: Some(MarkupContent { kind: MarkupKind::Markdown, value: tooltip }.into()),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    });
    Ok(Some(shown.collect()))
}
