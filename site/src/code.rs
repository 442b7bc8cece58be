//! Text of the language in colours, in which names lead to their pages.

use std::sync::LazyLock;

use flow_compiler::keywords::{self, Group};
use flow_compiler::source::Span;

use crate::html::{ROOT, escape};
use crate::items::Site;

/// Words that begin an item or a clause.
static FIRST: LazyLock<Vec<&'static str>> = LazyLock::new(|| words(&[Group::Item, Group::Clause, Group::NotYet]));
/// Words that stand inside.
static INSIDE: LazyLock<Vec<&'static str>> = LazyLock::new(|| words(&[Group::Inner, Group::Operator, Group::Constant]));

fn words(groups: &[Group]) -> Vec<&'static str> {
    keywords::all().into_iter().filter(|(_, group)| groups.contains(group)).map(|(word, _)| word).collect()
}

/// A part of a project's file, as it is written.
pub(crate) fn source(site: &Site<'_>, span: Span) -> String {
    let text = site.sources.slice(span);
    let names = site.names.get(&span.file).map_or(&[][..], Vec::as_slice);
    let name_at = |offset: usize, length: usize| {
        let start = span.start + u32::try_from(offset).unwrap_or(u32::MAX);
        let at = names.partition_point(|(name, _)| name.start < start);
        let same = names.get(at..)?.iter().take_while(|(name, _)| name.start == start);
        let fits = |name: &Span| usize::try_from(name.end.saturating_sub(name.start)).is_ok_and(|l| l == length);
        same.filter(|(name, _)| fits(name)).find_map(|(_, symbol)| site.path(*symbol))
    };
    format!("<pre class=\"flow\" tabindex=\"0\"><code>{}</code></pre>\n", painted(text, &name_at))
}

/// A block of a page about the language.
pub(crate) fn block(text: &str) -> String {
    format!("<pre class=\"flow\" tabindex=\"0\"><code>{}</code></pre>\n", painted(text, &|_, _| None))
}

/// The text with its parts marked: `offset` and `length` of a name say where it leads.
fn painted<'p>(text: &str, name_at: &dyn Fn(usize, usize) -> Option<&'p str>) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    // The first word of a line, or behind a bracket, begins a clause.
    let mut first = true;
    while let Some(c) = rest.chars().next() {
        let (class, length) = token(rest, c);
        let (piece, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let offset = text.len() - rest.len();
        rest = behind;
        let shown = escape(piece);
        match (class, name_at(offset, piece.len())) {
            (Token::Word | Token::Text, Some(path)) => {
                let class = if matches!(class, Token::Text) { " class=\"s\"" } else { "" };
                out.push_str(&format!("<a{class} href=\"{ROOT}{path}\">{shown}</a>"));
            }
            (Token::Word, None) if first && FIRST.contains(&piece) => out.push_str(&format!("<b>{shown}</b>")),
            (Token::Word, None) if INSIDE.contains(&piece) => out.push_str(&format!("<i>{shown}</i>")),
            (Token::Comment, _) => out.push_str(&format!("<span class=\"c\">{shown}</span>")),
            (Token::Text, None) => out.push_str(&format!("<span class=\"s\">{shown}</span>")),
            (Token::Number, _) => out.push_str(&format!("<span class=\"n\">{shown}</span>")),
            (Token::Word | Token::Space | Token::Sign, _) => out.push_str(&shown),
        }
        first = match class {
            Token::Space => first || piece.contains('\n') || piece.len() > 1,
            Token::Sign => piece.ends_with(['{', '}']) || (first && matches!(piece, "+" | "-")),
            // `+20 when`, `50% control`
            Token::Number => first,
            Token::Comment | Token::Word | Token::Text => false,
        };
    }
    out
}

#[derive(Clone, Copy)]
enum Token {
    Comment,
    Text,
    Number,
    Word,
    Space,
    Sign,
}

/// What stands at the beginning of a text, and how long it is.
fn token(rest: &str, c: char) -> (Token, usize) {
    let while_ = |test: &dyn Fn(char) -> bool| rest.find(|c: char| !test(c)).unwrap_or(rest.len());
    if rest.starts_with("//") {
        return (Token::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if c == '"' {
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, c)| {
            let ends = (*c == '"' && !escaped) || *c == '\n';
            escaped = *c == '\\' && !escaped;
            ends
        });
        return (Token::Text, end.map_or(rest.len(), |(at, c)| if c == '"' { at + 1 } else { at }));
    }
    if c.is_whitespace() {
        return (Token::Space, while_(&char::is_whitespace));
    }
    if c.is_ascii_digit() {
        return (Token::Number, while_(&|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '%' | '-')));
    }
    if c.is_alphabetic() || c == '_' {
        return (Token::Word, while_(&|c| c.is_alphanumeric() || c == '_' || c == '-'));
    }
    (Token::Sign, c.len_utf8())
}
