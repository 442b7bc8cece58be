//! What causes what, as the protocol's hierarchy of calls.

use flow_compiler::names::Kind;
use gen_lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, SymbolKind,
};
use serde_json::{Value, json};

use super::super::view::{Document, Places, Refusal, View};
use crate::features::causes::{self, Link};

/// The item at a place.
pub(crate) fn prepare(
    view: &View<'_>,
    params: &CallHierarchyPrepareParams,
) -> Result<Option<Vec<CallHierarchyItem>>, Refusal> {
    let at = &params.text_document_position_params;
    let Some((document, offset)) = view.at(&at.text_document.uri, at.position) else { return Ok(None) };
    let Some(found) = causes::prepare(document.snapshot, document.file, offset) else { return Ok(None) };
    let mut places = Places::new(view, &document);
    Ok(Some(vec![item(&mut places, &found)]))
}

/// What causes it.
pub(crate) fn incoming(
    view: &View<'_>,
    params: &CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>, Refusal> {
    let Some((document, address)) = asked(view, &params.item) else { return Ok(None) };
    let found = causes::incoming(document.snapshot, address);
    view.alive()?;
    let mut places = Places::new(view, &document);
    let call = |link: &Link| {
        let from = item(&mut places, link);
        let from_ranges = link.places.iter().map(|span| places.range(*span)).collect();
        CallHierarchyIncomingCall { from, from_ranges }
    };
    Ok(Some(found.iter().map(call).collect()))
}

/// What it causes.
pub(crate) fn outgoing(
    view: &View<'_>,
    params: &CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>, Refusal> {
    let Some((document, address)) = asked(view, &params.item) else { return Ok(None) };
    let found = causes::outgoing(document.snapshot, address);
    view.alive()?;
    let mut places = Places::new(view, &document);
    let call = |link: &Link| {
        let to = item(&mut places, link);
        let from_ranges = link.places.iter().map(|span| places.range(*span)).collect();
        CallHierarchyOutgoingCall { to, from_ranges }
    };
    Ok(Some(found.iter().map(call).collect()))
}

/// The document and the address that an item of ours carries.
fn asked<'v, 'i>(view: &'v View<'_>, item: &'i CallHierarchyItem) -> Option<(Document<'v>, &'i str)> {
    let address = item.data.as_ref()?.get("address").and_then(Value::as_str)?;
    Some((view.document(&item.uri)?, address))
}

fn item(places: &mut Places<'_>, link: &Link) -> CallHierarchyItem {
    CallHierarchyItem {
        name: link.name.clone(),
        kind: kind(link.kind),
        tags: None,
        detail: Some(link.detail.clone()),
        uri: places.location(link.span).uri,
        range: places.range(link.span),
        selection_range: places.range(link.name_at),
        data: Some(json!({ "address": link.address })),
    }
}

/// The sign that an editor shows beside a name.
fn kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Enum => SymbolKind::Enum,
        Kind::Field => SymbolKind::Field,
        Kind::Event => SymbolKind::Event,
        Kind::Segment => SymbolKind::Class,
        Kind::Score => SymbolKind::Number,
        Kind::Lifecycle => SymbolKind::Interface,
        Kind::Topic => SymbolKind::Key,
        Kind::Channel | Kind::Connector => SymbolKind::Module,
        Kind::Message => SymbolKind::String,
        Kind::Sequence => SymbolKind::Function,
        Kind::Calendar | Kind::Team => SymbolKind::Object,
        Kind::Sla => SymbolKind::Operator,
        Kind::Test => SymbolKind::Boolean,
    }
}
