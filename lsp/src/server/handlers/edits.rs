//! Edits of one or many files, in the form that the client knows.

use std::collections::{BTreeMap, HashMap};

use flow_compiler::diagnostic::Edit;
use flow_compiler::source::FileId;
use gen_lsp_types::{
    DocumentChange, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextDocumentIdentifier, TextEdit,
    WorkspaceEdit,
};

use super::super::view::{Document, View};

/// Edits of files of a project. A client that can is told for which version of an open document they are, so that none is
/// made in a text that has changed since.
pub(crate) fn workspace(view: &View<'_>, document: &Document<'_>, edits: &[Edit]) -> WorkspaceEdit {
    let mut files: BTreeMap<FileId, Vec<TextEdit>> = BTreeMap::new();
    for edit in edits {
        let made = TextEdit::new(view.range_in(document, edit.span), edit.text.clone());
        files.entry(edit.span.file).or_default().push(made);
    }
    if !view.world.client.document_changes {
        let changes: HashMap<_, _> = files.into_iter().map(|(file, edits)| (view.uri(document, file), edits)).collect();
        return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let change = |(file, edits): (FileId, Vec<TextEdit>)| {
        let version = view.version(document, file);
        let named = TextDocumentIdentifier { uri: view.uri(document, file) };
        let text_document = OptionalVersionedTextDocumentIdentifier::new(version, named);
        let edits = edits.into_iter().map(Into::into).collect();
        DocumentChange::TextDocumentEdit(TextDocumentEdit { text_document, edits })
    };
    WorkspaceEdit { document_changes: Some(files.into_iter().map(change).collect()), ..WorkspaceEdit::default() }
}
