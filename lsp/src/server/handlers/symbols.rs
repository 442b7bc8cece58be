//! The outline of a document, and names of the whole workspace.

use gen_lsp_types::{
    BaseSymbolInformation, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, SymbolInformation,
    SymbolKind, WorkspaceSymbol, WorkspaceSymbolParams, WorkspaceSymbolResponse,
};

use super::super::view::{Document, Refusal, View};
use crate::features::outline::{self, Entry, What};

/// The outline of a document.
pub(crate) fn document(
    view: &View<'_>,
    params: &DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>, Refusal> {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let entries = outline::outline(document.snapshot, document.file);
    view.alive()?;
    if view.world.client.nested_symbols {
        let tree: Vec<_> = entries.iter().map(|entry| nested(&document, entry)).collect();
        return Ok(Some(tree.into()));
    }
    let mut flat = Vec::new();
    for entry in &entries {
        flatten(view, &document, entry, None, &mut flat);
    }
    Ok(Some(flat.into()))
}

/// Names of all projects that hold the letters of the question.
pub(crate) fn workspace(
    view: &View<'_>,
    params: &WorkspaceSymbolParams,
) -> Result<Option<WorkspaceSymbolResponse>, Refusal> {
    let mut found = Vec::new();
    for (root, snapshot) in view.projects() {
        view.alive()?;
        for entry in outline::search(snapshot, &params.query) {
            let Some(document) = view.document(&view.world.uri(root, snapshot.sources.path(entry.name_at.file))) else {
                continue;
            };
            let base = BaseSymbolInformation::new(entry.name, kind(entry.what), None, entry.of);
            let location = view.location(&document, entry.name_at);
            found.push(WorkspaceSymbol { location: location.into(), data: None, base_symbol_information: base });
        }
    }
    Ok(Some(found.into()))
}

#[expect(deprecated, reason = "the protocol's type still has the field")]
fn nested(document: &Document<'_>, entry: &Entry) -> DocumentSymbol {
    let children: Vec<_> = entry.children.iter().map(|child| nested(document, child)).collect();
    DocumentSymbol {
        name: entry.name.clone(),
        detail: Some(entry.detail.clone()).filter(|detail| !detail.is_empty()),
        kind: kind(entry.what),
        tags: None,
        deprecated: None,
        range: document.range(entry.span),
        selection_range: document.range(entry.name_at),
        children: (!children.is_empty()).then_some(children),
    }
}

#[expect(deprecated, reason = "the protocol's type still has the field")]
fn flatten(
    view: &View<'_>,
    document: &Document<'_>,
    entry: &Entry,
    of: Option<&str>,
    flat: &mut Vec<SymbolInformation>,
) {
    let base = BaseSymbolInformation::new(entry.name.clone(), kind(entry.what), None, of.map(str::to_owned));
    let location = Location::new(view.uri(document, document.file), document.range(entry.span));
    flat.push(SymbolInformation { deprecated: None, location, base_symbol_information: base });
    for child in &entry.children {
        flatten(view, document, child, Some(&entry.name), flat);
    }
}

/// The sign that an editor shows beside a name.
fn kind(what: What) -> SymbolKind {
    match what {
        What::Contact => SymbolKind::Struct,
        What::Enum => SymbolKind::Enum,
        What::Value | What::Band | What::Stage => SymbolKind::EnumMember,
        What::Field => SymbolKind::Field,
        What::Event => SymbolKind::Event,
        What::Segment => SymbolKind::Class,
        What::Score => SymbolKind::Number,
        What::Lifecycle => SymbolKind::Interface,
        What::Topic => SymbolKind::Key,
        What::Message => SymbolKind::String,
        What::Limits => SymbolKind::Constant,
        What::Sequence => SymbolKind::Function,
        What::Step => SymbolKind::Method,
        What::Calendar | What::Team => SymbolKind::Object,
        What::Sla => SymbolKind::Operator,
        What::Test => SymbolKind::Boolean,
        What::Migration => SymbolKind::Constructor,
        What::Channel | What::Connector => SymbolKind::Module,
        What::Broken => SymbolKind::Null,
    }
}
