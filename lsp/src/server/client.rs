//! What the client said it can do. Read from the JSON as it came: a client that says something odd elsewhere is served all the same.

use std::path::PathBuf;

use serde_json::Value;

use super::position::Encoding;
use super::uri;
use crate::features::hints::HintKind;

/// What the client said it can do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Client {
    /// In which units columns are counted.
    pub(crate) encoding: Encoding,
    /// It asks for diagnostics by itself.
    pub(crate) pulls: bool,
    /// It can be told to ask again.
    pub(crate) refreshes_diagnostics: bool,
    /// It can be told to ask for the lines above declarations again.
    pub(crate) refreshes_lenses: bool,
    /// Further places of a diagnostic are shown.
    pub(crate) related: bool,
    /// Addresses of pages behind codes are shown.
    pub(crate) code_links: bool,
    /// Edits may name the version of the document that they are for.
    pub(crate) document_changes: bool,
    /// Completions may have gaps to fill.
    pub(crate) snippets: bool,
    /// Symbols of a document may be a tree.
    pub(crate) nested_symbols: bool,
    /// Only whole lines are folded.
    pub(crate) folds_lines: bool,
    /// Files can be watched for us.
    pub(crate) watches: bool,
    /// The kinds of hints that are wanted: all, where `initializationOptions` says nothing of `inlayHints`.
    pub(crate) hints: Vec<HintKind>,
    /// The folders that are open.
    pub(crate) folders: Vec<PathBuf>,
}

impl Client {
    /// Reads the parameters of `initialize`.
    pub(crate) fn read(params: &Value) -> Self {
        let at = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let can = |path: &str| at(path).and_then(Value::as_bool).unwrap_or(false);
        let encodings = at("general/positionEncodings").and_then(Value::as_array);
        let utf8 = encodings.is_some_and(|all| all.iter().any(|encoding| encoding.as_str() == Some("utf-8")));
        Self {
            encoding: if utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            pulls: at("textDocument/diagnostic").is_some_and(Value::is_object),
            refreshes_diagnostics: can("workspace/diagnostics/refreshSupport"),
            refreshes_lenses: can("workspace/codeLens/refreshSupport"),
            related: can("textDocument/publishDiagnostics/relatedInformation")
                || can("textDocument/diagnostic/relatedInformation"),
            code_links: can("textDocument/publishDiagnostics/codeDescriptionSupport")
                || can("textDocument/diagnostic/codeDescriptionSupport"),
            document_changes: can("workspace/workspaceEdit/documentChanges"),
            snippets: can("textDocument/completion/completionItem/snippetSupport"),
            nested_symbols: can("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            folds_lines: can("textDocument/foldingRange/lineFoldingOnly"),
            watches: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            hints: hints(params.pointer("/initializationOptions/inlayHints")),
            folders: folders(params),
        }
    }
}

/// `false` switches all off, `{ "times": false }` one kind.
fn hints(settings: Option<&Value>) -> Vec<HintKind> {
    let off = |value: Option<&Value>| value.and_then(Value::as_bool) == Some(false);
    let wanted = |kind: &HintKind| !off(settings) && !off(settings.and_then(|settings| settings.get(kind.name())));
    HintKind::ALL.into_iter().filter(wanted).collect()
}

/// The folders that are open; old clients name a single one.
fn folders(params: &Value) -> Vec<PathBuf> {
    let of = |value: Option<&Value>| value.and_then(Value::as_str).and_then(uri::path);
    let listed = params.get("workspaceFolders").and_then(Value::as_array);
    match listed.filter(|listed| !listed.is_empty()) {
        Some(listed) => listed.iter().filter_map(|folder| of(folder.get("uri"))).collect(),
        None => {
            let path = || params.get("rootPath").and_then(Value::as_str).map(PathBuf::from);
            of(params.get("rootUri")).or_else(path).into_iter().collect()
        }
    }
}
