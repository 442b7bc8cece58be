//! The pages behind the codes: each code has one, its wrong example gives that code and no other, its right example
//! nothing at all. And the pages from which the language is learnt: what they show compiles, and each code and each
//! word that begins something has one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_compiler::compile;
use flow_compiler::diagnostic::Code;
use flow_compiler::explain::{self, Block, GROUPS, PAGES, Page, Topic};
use flow_compiler::keywords::{self, Group};
use flow_compiler::render::{View, plain};
use flow_machine::Engine;
use flow_runtime::testing::Bench;
use flow_tests::{blocks, lines, root, texts};

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

#[test]
fn each_topic_can_be_read_and_has_its_place() {
    let placed: Vec<&str> = GROUPS.iter().flat_map(|group| group.topics).copied().collect();
    let files: BTreeSet<&str> = explain::topic_sources().iter().map(|(name, _)| *name).collect();
    assert_eq!(placed.iter().copied().collect::<BTreeSet<_>>(), files, "pages and their order differ");
    assert_eq!(placed.len(), files.len(), "a page stands in two places");
    let mut wrong = Vec::new();
    for (name, source) in explain::topic_sources() {
        if let Err(lack) = Topic::parse(name, source) {
            wrong.push(format!("{name}: {lack}"));
        }
    }
    for topic in explain::topics() {
        for near in topic.near.iter().filter(|near| !files.contains(**near) || **near == topic.name) {
            wrong.push(format!("{}: there is no page `{near}` beside it", topic.name));
        }
        if topic.summary.contains('\n')
            || topic.summary.replace('`', "").chars().count() > 67
            || !topic.summary.ends_with('.')
        {
            wrong.push(format!("{}: a page begins with one short sentence: {}", topic.name, topic.summary));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_code_and_each_word_has_a_topic() {
    let mut wrong = Vec::new();
    for code in Code::ALL.iter().filter(|code| explain::topics_of(**code).next().is_none()) {
        wrong.push(format!("no page under explain/topics lists {code}"));
    }
    let begins = |group| matches!(group, Group::Item | Group::Clause | Group::NotYet | Group::Type);
    let begins: BTreeSet<&str> =
        keywords::all().into_iter().filter(|(_, group)| begins(*group)).map(|(word, _)| word).collect();
    for word in begins.into_iter().filter(|word| explain::topic(word).is_none()) {
        wrong.push(format!("no page under explain/topics has the word `{word}`"));
    }
    let mut leads: BTreeMap<&str, &str> = BTreeMap::new();
    for topic in explain::topics() {
        for word in &topic.words {
            let other = leads.insert(word, topic.name);
            if explain::topic(word) != Some(topic) {
                wrong.push(format!("`{word}` leads to {other:?} and to `{}`", topic.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_topics_show_compiles_and_its_tests_pass() {
    let prelude = std::fs::read_to_string(root().join("grammar/prelude.flow")).unwrap_or_default();
    let (mut wrong, mut shown, mut tests) = (Vec::new(), 0, 0);
    for topic in explain::topics() {
        for (words, line, block) in blocks(topic.text) {
            let sources = match words.as_str() {
                "flow" => texts(&[("prelude.flow", &prelude), ("block.flow", &block)]),
                "flow alone" => texts(&[("block.flow", &block)]),
                "toml" | "json" => continue,
                other => {
                    wrong.push(format!("{}, line {line}: a block of `{other}`", topic.name));
                    continue;
                }
            };
            shown += 1;
            // As in the reference: a page shows one thing, and not what hangs on it.
            let compiled = compile(&sources);
            let found = compiled.diagnostics.into_iter().filter(|d| !d.code.number().starts_with("F9"));
            let found: Vec<_> = found.collect();
            if !found.is_empty() {
                wrong.push(format!("{}, block at line {line}:\n{}", topic.name, lines(&sources, &found)));
            }
            let engine = compiled.program.and_then(|program| Engine::new(Arc::new(program)).ok());
            let Some(bench) = engine.map(|engine| Bench::new(Arc::new(engine))) else { continue };
            for case in &compiled.tests {
                tests += 1;
                if let Some(failure) = bench.run(case) {
                    wrong.push(format!("{}, test \"{}\": {failure:#?}", topic.name, case.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(shown >= explain::topics().len() - 5, "only {shown} blocks were found");
    assert!(tests >= 5, "only {tests} tests were run");
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
