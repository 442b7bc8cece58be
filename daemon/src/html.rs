//! What a letter needs of HTML: its text, and its links. The tokenizer is that of the standard (WHATWG), so a letter is
//! read as a browser reads it.

pub(crate) mod links;
pub(crate) mod text;

use html5gum::{HtmlString, StartTag};

pub(crate) use text::to_text;

/// An attribute of a tag, its entities decoded.
fn attribute(tag: &StartTag<impl html5gum::SpanBound>, name: &[u8]) -> Option<String> {
    let value = tag.attributes.get(&HtmlString::from(name.to_vec()))?;
    Some(String::from_utf8_lossy(&value.value).into_owned())
}
