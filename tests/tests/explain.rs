//! The pages behind the codes: each code has one, its wrong example gives that code and no other, its right example
//! nothing at all.

use std::collections::BTreeSet;

use flow_compiler::compile;
use flow_compiler::diagnostic::Code;
use flow_compiler::explain::{self, Block, PAGES, Page};
use flow_compiler::render::{View, plain};

#[test]
fn each_code_has_a_page_and_each_page_a_code() {
    let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.number()).collect();
    let pages: BTreeSet<&str> = PAGES.iter().map(|(name, _)| *name).collect();
    assert_eq!(codes.len(), Code::ALL.len(), "a number is given twice");
    let slugs: BTreeSet<&str> = Code::ALL.iter().map(|code| code.slug()).collect();
    assert_eq!(slugs.len(), Code::ALL.len(), "a slug is given twice");
    let mut wrong: Vec<String> = codes.difference(&pages).map(|code| format!("{code} has no page")).collect();
    wrong.extend(pages.difference(&codes).map(|page| format!("{page}.md explains no code")));
    for code in Code::ALL {
        match explain::source(*code).map(Page::parse) {
            Some(Err(lack)) => wrong.push(format!("{code}: {lack}")),
            Some(Ok(page)) if page.code != code.number() || page.slug != code.slug() => {
                wrong.push(format!("{code}: the title must be `# {code} {}`", code.slug()));
            }
            Some(Ok(_)) | None => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn wrong_examples_give_their_code_alone() {
    let mut failed = Vec::new();
    for (code, page) in pages() {
        let (found, said) = run(&page.wrong);
        if found != BTreeSet::from([code]) {
            failed.push(format!("{code}: the wrong example gives\n{said}"));
        }
    }
    assert!(failed.is_empty(), "{} pages:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn right_examples_give_nothing() {
    let mut failed = Vec::new();
    for (code, page) in pages() {
        let (found, said) = run(&page.right);
        if !found.is_empty() {
            failed.push(format!("{code}: the right example gives\n{said}"));
        }
    }
    assert!(failed.is_empty(), "{} pages:\n{}", failed.len(), failed.join("\n"));
}

/// Every page that can be read, with its code.
fn pages() -> impl Iterator<Item = (Code, Page)> {
    Code::ALL.iter().filter_map(|&code| Some((code, explain::page(code)?)))
}

fn run(blocks: &[Block]) -> (BTreeSet<Code>, String) {
    let sources = explain::project(blocks);
    let found = compile(&sources).diagnostics;
    let said = plain::plain(View::new(&sources), &found);
    (found.iter().map(|diagnostic| diagnostic.code).collect(), if said.is_empty() { "nothing\n".into() } else { said })
}
