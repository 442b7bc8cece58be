//! Which request is answered by whom: one line each.

use std::collections::HashMap;

use gen_lsp_types::{self as lsp, Request};
use serde_json::Value;

use super::handlers;
use super::view::{Refusal, View};

/// What becomes of an answer when the project changed while it was worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// It speaks of a place that may have moved: the client is told that its question is out of date.
    Place,
    /// It speaks of a whole document or project: it is worked out again.
    Whole,
}

/// Works an answer out.
pub(crate) type Answer = dyn Fn(&View<'_>, Value) -> Result<Value, Refusal> + Send + Sync;

/// How a kind of request is answered.
pub(crate) struct Route {
    /// The name of the request.
    pub(crate) method: &'static str,
    /// What becomes of an answer that is out of date.
    pub(crate) when: When,
    /// Works the answer out.
    pub(crate) answer: Box<Answer>,
}

/// All routes by the names of the requests.
pub(crate) fn routes() -> HashMap<&'static str, Route> {
    let all = [
        whole::<lsp::DocumentDiagnosticRequest>(handlers::diagnostics::document),
        whole::<lsp::WorkspaceDiagnosticRequest>(handlers::diagnostics::workspace),
        whole::<lsp::DocumentSymbolRequest>(handlers::symbols::document),
        whole::<lsp::WorkspaceSymbolRequest>(handlers::symbols::workspace),
        place::<lsp::CodeActionRequest>(handlers::actions::actions),
        place::<lsp::CompletionRequest>(handlers::completion::completion),
        place::<lsp::CompletionResolveRequest>(handlers::completion::resolve),
        place::<lsp::DefinitionRequest>(handlers::definition::definition),
        place::<lsp::ReferencesRequest>(handlers::references::references),
        place::<lsp::DocumentHighlightRequest>(handlers::references::highlight),
        place::<lsp::PrepareRenameRequest>(handlers::rename::prepare),
        place::<lsp::RenameRequest>(handlers::rename::rename),
        whole::<lsp::SemanticTokensRequest>(handlers::semantic::full),
        place::<lsp::SemanticTokensRangeRequest>(handlers::semantic::range),
        whole::<lsp::FoldingRangeRequest>(handlers::folding::folding),
        place::<lsp::SelectionRangeRequest>(handlers::selection::selection),
        whole::<lsp::DocumentLinkRequest>(handlers::links::links),
        place::<lsp::DocumentFormattingRequest>(handlers::formatting::document),
        place::<lsp::DocumentRangeFormattingRequest>(handlers::formatting::range),
        place::<lsp::DocumentOnTypeFormattingRequest>(handlers::formatting::typed),
        place::<lsp::InlayHintRequest>(handlers::hints::hints),
        place::<lsp::SignatureHelpRequest>(handlers::signature::signature),
        whole::<lsp::CodeLensRequest>(handlers::lens::lenses),
        whole::<lsp::ExecuteCommandRequest>(handlers::commands::execute),
        place::<handlers::commands::GraphRequest>(handlers::commands::draw),
        whole::<handlers::commands::ExplainRequest>(handlers::commands::explained),
        place::<lsp::CallHierarchyPrepareRequest>(handlers::causes::prepare),
        whole::<lsp::CallHierarchyIncomingCallsRequest>(handlers::causes::incoming),
        whole::<lsp::CallHierarchyOutgoingCallsRequest>(handlers::causes::outgoing),
        place::<lsp::HoverRequest>(handlers::hover::hover),
    ];
    all.into_iter().map(|route| (route.method, route)).collect()
}

fn place<R: Request>(answer: fn(&View<'_>, &R::Params) -> Result<R::Result, Refusal>) -> Route {
    route::<R>(When::Place, answer)
}

fn whole<R: Request>(answer: fn(&View<'_>, &R::Params) -> Result<R::Result, Refusal>) -> Route {
    route::<R>(When::Whole, answer)
}

fn route<R: Request>(when: When, answer: fn(&View<'_>, &R::Params) -> Result<R::Result, Refusal>) -> Route {
    let answer = move |view: &View<'_>, params: Value| {
        let params = serde_json::from_value(params).map_err(|error| Refusal::Impossible(error.to_string()))?;
        let result = answer(view, &params)?;
        serde_json::to_value(result).map_err(|error| Refusal::Impossible(error.to_string()))
    };
    Route { method: R::METHOD.as_str(), when, answer: Box::new(answer) }
}
