//! Half a text is what an editor mostly sees: each example cut at every token, and every question asked there.

#![allow(clippy::expect_used, clippy::panic, clippy::string_slice, reason = "a test may panic")]

#[path = "cut/asking.rs"]
mod asking;

use flow_compiler::source::{FileId, FileKind};
use flow_lsp::Snapshot;
use flow_lsp::features::shapes::{Expected, Slot};
use flow_lsp::features::tokens::{Token, tokens};
use flow_lsp::features::{completion, context, outline};
use flow_tests::{project, root};

/// Of so many tokens one is tried in a whole project, with `FLOW_CUTS=all` each; each is tried with what looks at the text
/// alone.
const ONE_OF: usize = 19;

#[test]
fn nothing_fails_wherever_a_text_ends() {
    let one_of = if std::env::var_os("FLOW_CUTS").is_some() { 1 } else { ONE_OF };
    let mut tried = 0;
    for folder in ["examples/shop", "examples/saas", "examples/cdnow", "tests/editor/world"] {
        let whole = Snapshot::new(project(&root().join(folder)), Vec::new());
        for (id, file) in whole.sources.iter().filter(|(_, file)| file.kind == FileKind::Flow) {
            for (number, token) in tokens(&file.text).into_iter().enumerate() {
                let cut = file.text.get(..token.end).expect("whole characters");
                // What looks at the text alone.
                let _ = context::Context::new(cut, offset(token.end)).expected();
                if number % one_of == 0 {
                    tried += 1;
                    half(&whole, id, cut, token);
                    half_a_word(&whole, id, token);
                }
            }
        }
    }
    assert!(tried > 200, "only {tried} texts were tried");
}

#[test]
fn nothing_fails_wherever_a_template_ends() {
    let text = "a {# b #} {% if contact.first_name is defined %}\n{{ event.value | money('x') }}\n{% else %}\u{1F600}{% endif %}";
    let whole = Snapshot::new(project(&root().join("tests/editor/world")), Vec::new());
    let file = whole.sources.find("templates/cart.html").expect("the template of the cases");
    for (cut, _) in text.char_indices() {
        let snapshot = whole.with_text(file, text.get(..cut).unwrap_or(""));
        asking::ask_everything(&snapshot, file, offset(cut));
    }
}

/// One file of a project ends early: everything can be asked, and of the items before nothing has changed.
fn half(whole: &Snapshot, id: FileId, cut: &str, token: Token) {
    let snapshot = whole.with_text(id, cut);
    asking::ask_everything(&snapshot, id, offset(token.end));
    let before = outline::outline(whole, id);
    let after = outline::outline(&snapshot, id);
    for (one, other) in before.iter().zip(&after).filter(|(one, _)| (one.span.end as usize) < token.start) {
        assert_eq!(one, other, "an item that is whole is another one after a cut behind it");
    }
    for other in whole.sources.iter().map(|(other, _)| other).filter(|other| *other != id) {
        assert_eq!(
            outline::outline(whole, other),
            outline::outline(&snapshot, other),
            "another file has another outline"
        );
    }
    let spaced = format!("{cut} ");
    let snapshot = whole.with_text(id, spaced.as_str());
    let expected = context::Context::new(&spaced, offset(spaced.len())).expected();
    if expected.iter().any(|one| matches!(one, Expected::Name(slot) if NAMED.contains(slot))) {
        let found = completion::completions(&snapshot, id, offset(spaced.len()));
        assert!(!found.items.is_empty(), "nothing is offered at the end of …{}", &cut[cut.len().saturating_sub(60)..]);
    }
}

/// In the middle of a word, with all that stands behind it.
fn half_a_word(whole: &Snapshot, id: FileId, token: Token) {
    let text = whole.text(id);
    let cut = token.start + (token.end - token.start).div_ceil(2);
    let (Some(before), Some(rest)) = (text.get(..cut), text.get(token.end..)) else { return };
    asking::ask_everything(&whole.with_text(id, format!("{before}{rest}")), id, offset(cut));
}

/// Names of what every example has.
const NAMED: [Slot; 8] =
    [Slot::Path, Slot::Event, Slot::Segment, Slot::Message, Slot::Topic, Slot::Channel, Slot::Type, Slot::ChannelEvent];

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a short file")
}
