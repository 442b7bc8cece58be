//! The TextMate grammar of `editors/vscode` against the compiler, with the library that VS Code itself highlights with.

use std::process::Command;

use flow_compiler::source::FileId;
use flow_compiler::syntax::{self, TokenKind};
use flow_tests::{root, services};
use serde_json::{Value, json};

use crate::ask;
use crate::corpus::{self, Text};

/// The scopes of each byte of a text.
fn scopes(texts: &[Text]) -> Vec<Vec<Vec<String>>> {
    let (folder, _) = services(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let sources: Vec<_> = texts.iter().map(|text| &text.text).collect();
    let asked = json!({ "grammar": root().join("editors/vscode/syntaxes/flow.tmLanguage.json"), "texts": sources });
    let mut command = Command::new("node");
    command.arg(root().join("tests/editors/textmate.cjs")).env("NODE_PATH", folder.join("vscode/node_modules"));
    let answer = ask(&mut command, &asked);
    answer.as_array().unwrap().iter().zip(texts).map(|(tokens, text)| of_bytes(tokens, &text.text)).collect()
}

fn of_bytes(tokens: &Value, text: &str) -> Vec<Vec<String>> {
    let mut of_units = vec![Vec::new(); text.encode_utf16().count() + 1];
    for token in tokens.as_array().unwrap() {
        let [start, end] = [0, 1].map(|at| usize::try_from(token[at].as_u64().unwrap()).unwrap());
        let scopes: Vec<_> =
            token[2].as_array().unwrap().iter().map(|scope| scope.as_str().unwrap().to_owned()).collect();
        of_units[start..end].fill(scopes);
    }
    let mut unit = 0;
    let mut of_bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        of_bytes.extend(std::iter::repeat_n(of_units[unit].clone(), c.len_utf8()));
        unit += c.len_utf16();
    }
    of_bytes
}

fn fits(kind: TokenKind, scopes: &[String]) -> bool {
    let has = |start: &str| scopes.iter().any(|scope| scope.split(' ').any(|scope| scope.starts_with(start)));
    match kind {
        TokenKind::Comment => has("comment."),
        TokenKind::Keyword => has("keyword.") || has("storage."),
        TokenKind::Constant => has("constant.language"),
        TokenKind::ItemName => has("entity.name"),
        TokenKind::Name => !has("keyword.") && !has("storage.") && !has("comment.") && !has("string."),
        TokenKind::Text => has("string."),
        TokenKind::Number => has("constant.numeric"),
        TokenKind::Sign => !has("comment.") && !has("string."),
    }
}

#[test]
fn scopes_are_what_the_compiler_says() {
    let texts = corpus::examples();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (text, scopes) in texts.iter().zip(scopes(&texts)) {
        for token in syntax::tokens(FileId(0), &text.text) {
            count += 1;
            let place = token.span.start as usize..token.span.end as usize;
            let word = &text.text[place.clone()];
            // One token may be two words with space or a comment between them.
            let inside = place.filter(|at| !text.text.as_bytes()[*at].is_ascii_whitespace());
            if let Some(at) = inside.clone().find(|at| !fits(token.kind, &scopes[*at])) {
                let line = text.text[..at].matches('\n').count() + 1;
                wrong
                    .push(format!("{}:{line}: `{word}` is {:?}, and shown as {:?}", text.from, token.kind, scopes[at]));
            }
        }
    }
    assert!(count > 4000, "only {count} words");
    assert!(wrong.is_empty(), "{} of {count} words:\n{}", wrong.len(), wrong.join("\n"));
}
