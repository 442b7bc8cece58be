//! What the server does when it is told to, and what it can be asked that the protocol has no word for.

use flow_compiler::diagnostic::Code;
use flow_compiler::explain;
use gen_lsp_types::{
    ExecuteCommandParams, LspRequestMethod, MessageDirection, Request, TextDocumentPositionParams, Uri,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::view::{Refusal, View};
use crate::features::graph;

/// Runs a test; done by the server: `[uri, name]`.
pub(crate) const RUN_TEST: &str = "flow.runTest";
/// Shows places; done by the client: `[uri, position, locations]`.
pub(crate) const SHOW_REFERENCES: &str = "flow.showReferences";
/// Shows the picture of an item; done by the client: `[uri, position]`.
pub(crate) const SHOW_GRAPH: &str = "flow.showGraph";

/// Runs a command: of a test comes `{ passed, text }`.
pub(crate) fn execute(view: &View<'_>, params: &ExecuteCommandParams) -> Result<Option<Value>, Refusal> {
    if params.command != RUN_TEST {
        return Err(Refusal::Impossible(format!("there is no command `{}`", params.command)));
    }
    let arguments = params.arguments.as_deref().unwrap_or_default();
    let [uri, name] = [0, 1].map(|at| arguments.get(at).and_then(Value::as_str).map(str::to_owned));
    let (Some(uri), Some(name)) = (uri, name) else {
        return Err(Refusal::Impossible(format!("`{RUN_TEST}` is told a document and the name of a test")));
    };
    let Some(document) = view.document(&Uri(uri)) else { return Ok(None) };
    let ran = view.host.run_test(&document.snapshot.sources, &name);
    Ok(Some(json!({ "passed": ran.passed, "text": ran.text })))
}

/// `flow/graph`: the picture of what stands at a place.
pub(crate) enum GraphRequest {}

impl Request for GraphRequest {
    type Params = TextDocumentPositionParams;
    type Result = Option<Drawn>;
    const METHOD: LspRequestMethod<'static> = LspRequestMethod::new("flow/graph");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ClientToServer;
}

/// A picture.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Drawn {
    title: String,
    svg: String,
}

/// The picture of what stands at a place.
pub(crate) fn draw(view: &View<'_>, params: &TextDocumentPositionParams) -> Result<Option<Drawn>, Refusal> {
    let Some((document, offset)) = view.at(&params.text_document.uri, params.position) else { return Ok(None) };
    let drawn = graph::graph(document.snapshot, document.file, offset);
    Ok(drawn.map(|drawn| Drawn { title: drawn.title, svg: drawn.svg }))
}

/// `flow/explain`: the page of a code, or of a word of the language.
pub(crate) enum ExplainRequest {}

impl Request for ExplainRequest {
    type Params = ExplainParams;
    type Result = Option<Page>;
    const METHOD: LspRequestMethod<'static> = LspRequestMethod::new("flow/explain");
    const MESSAGE_DIRECTION: MessageDirection = MessageDirection::ClientToServer;
}

/// What shall be explained.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExplainParams {
    /// `F2001`, `unknown-name`, `wait`
    code: String,
}

/// A page.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Page {
    markdown: String,
}

/// The page of a code, or of a word of the language.
pub(crate) fn explained(_: &View<'_>, params: &ExplainParams) -> Result<Option<Page>, Refusal> {
    let word = params.code.trim().trim_matches('`').to_lowercase();
    let named = || Code::ALL.iter().copied().find(|code| code.slug() == word);
    let code = Code::find(&word).or_else(named);
    let source = match (code, explain::topic(&word)) {
        (Some(code), _) => explain::source(code),
        (None, Some(topic)) => {
            explain::topic_sources().iter().find(|(name, _)| *name == topic.name).map(|(_, source)| *source)
        }
        (None, None) => None,
    };
    Ok(source.map(|source| Page { markdown: source.to_owned() }))
}
