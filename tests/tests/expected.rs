//! The table of clauses that completion reads against the grammar that the compiler reads: wherever anything stands in any
//! well-formed text of the repository, it has to be among what is expected there.

#![allow(clippy::expect_used, reason = "a test may panic")]

use flow_compiler::source::FileKind;
use flow_lsp::Snapshot;
use flow_lsp::features::completion::completions;
use flow_lsp::features::context::{Context, Inside};
use flow_lsp::features::shapes::{self, Expected, Slot};
use flow_lsp::features::tokens::{Kind, Token, tokens};
use flow_tests::{project, root};

#[test]
fn whatever_stands_somewhere_is_expected_there() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for folder in
        ["examples/shop", "examples/saas", "examples/cdnow", "tests/editor/world", "tests/scenarios", "cli/templates"]
    {
        for (_, file) in project(&root().join(folder)).iter().filter(|(_, file)| file.kind == FileKind::Flow) {
            for token in tokens(&file.text) {
                let expected = matches!(token.kind, Kind::Comment | Kind::Doc | Kind::Close(_));
                if expected {
                    continue;
                }
                seen += 1;
                // A space, so that what stands before is not taken for a word that is being written.
                let cut = format!("{} ", file.text.get(..token.start).unwrap_or(""));
                let context = Context::new(&cut, u32::try_from(cut.len()).expect("a short file"));
                if context.inside != Inside::Code || !fits(&context.expected(), token, &file.text) {
                    let line = file.text.get(..token.start).unwrap_or("").lines().count();
                    let word = file.text.get(token.start..token.end).unwrap_or("");
                    wrong.push(format!(
                        "{folder}/{}:{line}: `{word}` {:?}",
                        file.path,
                        context.frame().map(|f| f.block)
                    ));
                }
            }
        }
    }
    assert!(seen > 5_000, "only {seen} tokens");
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every name and word of the examples is offered where it stands: but for those that are made there, and what another system
/// does.
#[test]
fn whatever_name_stands_somewhere_is_offered_there() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for folder in ["examples/shop", "examples/saas", "examples/cdnow", "tests/editor/world"] {
        let sources = project(&root().join(folder));
        let snapshot = Snapshot::new(sources.clone(), Vec::new());
        for (id, file) in sources.iter().filter(|(_, file)| file.kind == FileKind::Flow) {
            for token in tokens(&file.text).into_iter().filter(|token| token.kind == Kind::Word) {
                let offset = u32::try_from(token.start + 1).expect("a short file");
                let expected = Context::new(&file.text, offset).expected();
                let made = |one: &Expected| matches!(one, Expected::Name(Slot::New | Slot::Argument | Slot::Action));
                if expected.iter().any(made) {
                    continue;
                }
                seen += 1;
                let word = file.text.get(token.start..token.end).unwrap_or("");
                let found = completions(&snapshot, id, offset);
                if found.items.iter().all(|item| item.label.split(' ').next() != Some(word)) {
                    let line = file.text.get(..token.start).unwrap_or("").lines().count();
                    wrong.push(format!("{folder}/{}:{line}: `{word}` {expected:?}", file.path));
                }
            }
        }
    }
    assert!(seen > 3_000, "only {seen} names");
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn fits(expected: &[Expected], token: Token, text: &str) -> bool {
    let word = text.get(token.start..token.end).unwrap_or("");
    expected.iter().any(|expected| shapes::fits(*expected, token, word))
}
