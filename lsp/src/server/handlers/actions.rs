//! What can be done at a place with one click.

use flow_compiler::source::Span;
use gen_lsp_types::{CodeAction, CodeActionKind, CodeActionParams, CodeActionResponse};

use super::super::view::{Document, Refusal, View};
use super::{diagnostics, edits};
use crate::features::actions::{self, Action, What};

/// What can be done in a range.
pub(crate) fn actions(view: &View<'_>, params: &CodeActionParams) -> Result<Option<Vec<CodeActionResponse>>, Refusal> {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let (from, to) = (document.lines.offset(params.range.start), document.lines.offset(params.range.end));
    let range = Span::new(document.file, from, to);
    let found = actions::actions(document.snapshot, range, &view.world.renamed(document.root));
    view.alive()?;
    let wanted = |kind: &CodeActionKind| {
        let only = params.context.only.as_deref();
        only.is_none_or(|only| only.iter().any(|only| kind.to_string().starts_with(&only.to_string())))
    };
    let shown = found.iter().map(|action| shown(view, &document, action));
    Ok(Some(shown.filter(|action| action.kind.as_ref().is_none_or(wanted)).map(Into::into).collect()))
}

fn shown(view: &View<'_>, document: &Document<'_>, action: &Action) -> CodeAction {
    let kind = match action.what {
        What::Fix => CodeActionKind::QuickFix,
        What::FixAll => CodeActionKind::SourceFixAll,
        What::Extract => CodeActionKind::RefactorExtract,
        What::Add => CodeActionKind::RefactorRewrite,
    };
    let mends = action.mends.as_ref().map(|found| vec![diagnostics::of_document(view, document, found)]);
    CodeAction {
        title: action.title.clone(),
        kind: Some(kind),
        diagnostics: mends,
        is_preferred: Some(action.preferred),
        edit: Some(edits::workspace(view, document, &action.edits)),
        ..CodeAction::default()
    }
}
