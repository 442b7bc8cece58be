//! What each word is, in the numbers of the protocol.

use gen_lsp_types::{
    SemanticToken, SemanticTokens, SemanticTokensLegend, SemanticTokensParams, SemanticTokensRangeParams,
};

use super::super::view::{Document, Refusal, View};
use crate::features::semantic::{self, Class, Coloured};

/// All of a document.
pub(crate) fn full(view: &View<'_>, params: &SemanticTokensParams) -> Result<Option<SemanticTokens>, Refusal> {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let found = semantic::semantic(document.snapshot, document.file, None);
    view.alive()?;
    Ok(Some(encoded(&document, &found)))
}

/// A part of it: what can be seen.
pub(crate) fn range(view: &View<'_>, params: &SemanticTokensRangeParams) -> Result<Option<SemanticTokens>, Refusal> {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let range = document.lines.offset(params.range.start)..document.lines.offset(params.range.end);
    let found = semantic::semantic(document.snapshot, document.file, Some(range));
    view.alive()?;
    Ok(Some(encoded(&document, &found)))
}

/// The names of the numbers, as the client is told.
pub(crate) fn legend() -> SemanticTokensLegend {
    let strings = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect();
    SemanticTokensLegend { token_types: strings(&TYPES), token_modifiers: strings(&MODIFIERS) }
}

/// Types that every theme has a colour for.
const TYPES: [&str; 18] = [
    "keyword",
    "operator",
    "type",
    "function",
    "string",
    "number",
    "comment",
    "enum",
    "enumMember",
    "property",
    "event",
    "class",
    "struct",
    "interface",
    "namespace",
    "method",
    "variable",
    "label",
];

const MODIFIERS: [&str; 4] = ["declaration", "defaultLibrary", "readonly", "documentation"];

/// The name of a class among the types.
fn name(class: Class) -> &'static str {
    match class {
        Class::Keyword => "keyword",
        Class::Operator => "operator",
        Class::Type => "type",
        Class::Function => "function",
        Class::Text => "string",
        Class::Number => "number",
        Class::Comment => "comment",
        Class::Enum => "enum",
        Class::Value => "enumMember",
        Class::Field => "property",
        Class::Event => "event",
        Class::Segment => "class",
        Class::Score | Class::Resource => "struct",
        Class::Lifecycle => "interface",
        Class::Outside => "namespace",
        Class::Message | Class::Sequence => "method",
        Class::Label => "label",
        Class::Local => "variable",
    }
}

fn encoded(document: &Document<'_>, found: &[Coloured]) -> SemanticTokens {
    let (mut line, mut start) = (0, 0);
    let mut data = Vec::with_capacity(found.len());
    for coloured in found {
        let range = document.range(coloured.span);
        // What goes over several lines cannot be told; nothing does.
        if range.start.line != range.end.line {
            continue;
        }
        let name = name(coloured.class);
        let kind = TYPES.iter().position(|known| *known == name).unwrap_or_default();
        let traits = coloured.traits;
        let bits = [traits.declares, traits.built_in, traits.constant, traits.doc];
        let modifiers = (0..).zip(bits).map(|(bit, set)| u32::from(set) << bit).sum();
        let delta_line = range.start.line - line;
        let delta_start = if delta_line == 0 { range.start.character - start } else { range.start.character };
        let length = range.end.character - range.start.character;
        data.push(SemanticToken {
            delta_line,
            delta_start,
            length,
            token_type: u32::try_from(kind).unwrap_or_default(),
            token_modifiers_bitset: modifiers,
        });
        (line, start) = (range.start.line, range.start.character);
    }
    SemanticTokens { result_id: None, data }
}
