//! What can be written at the cursor.

use flow_compiler::source::Span;
use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse, InsertTextFormat,
    MarkupContent, MarkupKind, TextEdit, Uri,
};
use serde_json::{Value, json};

use super::super::view::{Document, Refusal, View};
use crate::features::completion::{self, Completion, What};

/// What can be written at a place.
pub(crate) fn completion(view: &View<'_>, params: &CompletionParams) -> Result<Option<CompletionResponse>, Refusal> {
    let at = &params.text_document_position_params;
    let Some((document, offset)) = view.at(&at.text_document.uri, at.position) else { return Ok(None) };
    let found = completion::completions(document.snapshot, document.file, offset);
    view.alive()?;
    let numbered = found.items.into_iter().enumerate();
    let shown =
        numbered.map(|(number, item)| shown(view, &document, (&at.text_document.uri, found.span), number, item));
    let list = CompletionList { is_incomplete: false, item_defaults: None, apply_kind: None, items: shown.collect() };
    Ok(Some(list.into()))
}

/// More about one of them.
pub(crate) fn resolve(view: &View<'_>, item: &CompletionItem) -> Result<CompletionItem, Refusal> {
    let mut item = item.clone();
    let told = |key: &str| item.data.as_ref().and_then(|data| data.get(key)).and_then(Value::as_str);
    let document = told("uri").and_then(|uri| view.document(&Uri(uri.to_owned())));
    let more = told("title").and_then(|title| completion::more(document?.snapshot, title));
    if let Some(value) = more {
        item.documentation = Some(MarkupContent { kind: MarkupKind::Markdown, value }.into());
    }
    Ok(item)
}

fn shown(
    view: &View<'_>,
    document: &Document<'_>,
    (uri, span): (&Uri, Span),
    number: usize,
    item: Completion,
) -> CompletionItem {
    let snippets = view.world.client.snippets;
    let snippet = item.snippet && snippets;
    let text = if item.snippet && !snippets { completion::plain(&item.insert) } else { item.insert };
    CompletionItem {
        kind: Some(kind(item.what)),
        detail: Some(item.detail).filter(|detail| !detail.is_empty()),
        // Ours is the order that counts: what is likeliest here stands first.
        sort_text: Some(format!("{number:05}")),
        filter_text: Some(item.label.trim_matches('"').to_owned()),
        insert_text_format: Some(if snippet { InsertTextFormat::Snippet } else { InsertTextFormat::PlainText }),
        text_edit: Some(TextEdit::new(document.range(span), text).into()),
        data: item.title.map(|title| json!({ "uri": uri.0, "title": title })),
        label: item.label,
        ..CompletionItem::default()
    }
}

fn kind(what: What) -> CompletionItemKind {
    match what {
        What::Word => CompletionItemKind::Keyword,
        What::Snippet => CompletionItemKind::Snippet,
        What::Field => CompletionItemKind::Field,
        What::Event => CompletionItemKind::Event,
        What::Value => CompletionItemKind::EnumMember,
        What::Name => CompletionItemKind::Reference,
        What::File => CompletionItemKind::File,
        What::Function => CompletionItemKind::Function,
    }
}
