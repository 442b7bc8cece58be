//! What is known of the thing under the pointer.

use flow_compiler::explain::{self, Topic};
use flow_compiler::source::{FileId, Span};
use jiff::Timestamp;

use super::describe::describe;
use super::lookup::named_at;
use super::tokens::{Kind, Token, tokens};
use super::{context, spans};
use crate::snapshot::Snapshot;

/// What is known, and of which stretch of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// Markdown.
    pub text: String,
    /// Of what.
    pub span: Span,
}

/// What is known of what stands at an offset: of a name what it stands for, of a word of the language its page, of a length of
/// time what it comes to. Examples of dates begin after `now`.
#[must_use]
pub fn hover(snapshot: &Snapshot, file: FileId, offset: u32, now: Timestamp) -> Option<Hover> {
    let named = named_at(snapshot, file, offset);
    if let Some(first) = named.first() {
        let texts: Vec<String> = named.iter().map(|named| describe(snapshot, named.symbol)).collect();
        return Some(Hover { text: texts.join("\n---\n\n"), span: first.span });
    }
    snapshot.parsed(file)?;
    let text = snapshot.text(file);
    let all = tokens(text);
    let at = offset as usize;
    let number = all.iter().rposition(|token| token.start <= at && at <= token.end)?;
    let token = *all.get(number)?;
    let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let span = Span::new(file, place(token.start), place(token.end));
    let word = text.get(token.start..token.end)?;
    let found = match token.kind {
        Kind::Duration => spans::example(word, &snapshot.analysis().program.project.timezone, now)?,
        Kind::Word => page(keyword(text, token, word)?),
        Kind::Text
        | Kind::Number
        | Kind::Percent
        | Kind::Money
        | Kind::Date
        | Kind::DateTime
        | Kind::Clock
        | Kind::Open(_)
        | Kind::Close(_)
        | Kind::Sign
        | Kind::Comment
        | Kind::Doc
        | Kind::Strange => return None,
    };
    Some(Hover { text: found, span })
}

/// The page of a word, where it stands as a word of the language and not as a name that somebody chose.
fn keyword(text: &str, token: Token, word: &str) -> Option<&'static Topic> {
    let context = context::Context::new(text, u32::try_from(token.start + 1).ok()?);
    let expected = context.expected();
    let is_word = expected.iter().any(|one| match one {
        super::shapes::Expected::Word(wanted) => *wanted == word,
        super::shapes::Expected::Name(slot) => {
            matches!(slot, super::shapes::Slot::Type | super::shapes::Slot::Aggregate | super::shapes::Slot::Day)
        }
        super::shapes::Expected::Sign(_) | super::shapes::Expected::Literal(_) | super::shapes::Expected::Open(..) => {
            false
        }
    });
    if is_word { explain::topic(word) } else { None }
}

/// A page as an editor shows it.
fn page(topic: &Topic) -> String {
    let near: Vec<String> = topic.near.iter().map(|name| format!("`{name}`")).collect();
    let text = topic.text.replace("```flow alone", "```flow");
    let more = if near.is_empty() { String::new() } else { format!("\n\nSee also {}.", near.join(", ")) };
    format!("**{}**: {text}{more}\n\n`flow explain {}`", topic.name, topic.name)
}
