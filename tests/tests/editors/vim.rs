//! The list of words for Vim against the compiler, in Neovim.

use std::process::Command;

use flow_compiler::source::FileId;
use flow_compiler::syntax::{self, TokenKind};
use flow_tests::{root, services};
use serde_json::{Value, json};

use crate::corpus;

fn fits(kind: TokenKind, group: &str) -> bool {
    let keyword = ["flowItem", "flowStep", "flowInner", "flowOperator"].contains(&group);
    let text = ["flowText", "flowEscape", "flowTemplate", "flowSpecial", "flowFilter", "flowQuoted"].contains(&group);
    match kind {
        TokenKind::Comment => group == "flowComment" || group == "flowDoc",
        TokenKind::Keyword => keyword,
        TokenKind::Constant => group == "flowConstant",
        TokenKind::ItemName => group == "flowName" || text,
        TokenKind::Name => !keyword && !text && group != "flowNumber",
        TokenKind::Text => text,
        TokenKind::Number => group == "flowNumber",
        TokenKind::Sign => !text && group != "flowComment",
    }
}

#[test]
fn its_colours_are_what_the_compiler_says() {
    services(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let texts = corpus::examples();
    let folder = tempfile::tempdir().unwrap();
    let (asked, answer) = (folder.path().join("asked"), folder.path().join("answer"));
    let sources: Vec<_> = texts.iter().map(|text| &text.text).collect();
    std::fs::write(&asked, json!({ "texts": sources }).to_string()).unwrap();
    let mut nvim = Command::new("nvim");
    nvim.args(["--headless", "--clean", "--cmd"]);
    nvim.arg(format!("set runtimepath^={}", root().join("editors/neovim").display()));
    nvim.args(["--cmd", "let g:loaded_flow = 1", "-c"])
        .arg(format!("luafile {}", root().join("tests/editors/vim.lua").display()));
    let done = nvim.env("ASKED", &asked).env("ANSWER", &answer).output().unwrap();
    assert!(done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    let answer: Value = serde_json::from_slice(&std::fs::read(&answer).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for (text, groups) in texts.iter().zip(answer.as_array().unwrap()) {
        for token in syntax::tokens(FileId(0), &text.text) {
            let start = token.span.start as usize;
            let word = &text.text[start..token.span.end as usize];
            let before = &text.text[..start];
            let line = before.matches('\n').count();
            let column = start - before.rfind('\n').map_or(0, |at| at + 1);
            let group = groups[line][column].as_str().unwrap();
            if !fits(token.kind, group) {
                wrong.push(format!("{}:{}: `{word}` is {:?}, and shown as {group}", text.from, line + 1, token.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "{} words:\n{}", wrong.len(), wrong.join("\n"));
}
