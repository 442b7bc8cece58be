//! The grammar of `editors/tree-sitter-flow` against the compiler: where items begin and end, and what words are.

use std::collections::BTreeSet;
use std::process::Command;

use flow_compiler::diagnostic::Sink;
use flow_compiler::keywords::Group;
use flow_compiler::source::FileId;
use flow_compiler::syntax::{self, Token, TokenKind};
use flow_tests::{root, services};
use serde_json::{Value, json};

use crate::ask;
use crate::corpus::{self, Text};

/// One item: its kind, its first byte and the one behind its last, and where its name stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    kind: String,
    range: (u32, u32),
    name: Option<(u32, u32)>,
}

/// What tree-sitter makes of texts: for each the items, with whether something in them is wrong, and what each of some
/// queries finds.
struct Parsed {
    items: Vec<(Item, bool)>,
    captures: Vec<Vec<(u32, u32, String)>>,
}

fn place(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

fn range(value: &Value) -> Option<(u32, u32)> {
    Some((place(&value[0])?, place(&value[1])?))
}

fn parsed(texts: &[Text], queries: &[&str]) -> Vec<Parsed> {
    let (_, python) = services(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let texts: Vec<_> = texts.iter().map(|text| &text.text).collect();
    let folder = root().join("editors/tree-sitter-flow");
    let queries: Vec<_> = queries.iter().map(|name| std::fs::read_to_string(root().join(name)).unwrap()).collect();
    let asked = json!({ "grammar": folder, "queries": queries, "texts": texts });
    let answer = ask(Command::new(python).arg(root().join("tests/editors/parse.py")), &asked);
    let item = |item: &Value| {
        let kind = item["kind"].as_str().unwrap().trim_end_matches("_item").to_owned();
        let whole = (place(&item["start"]).unwrap(), place(&item["end"]).unwrap());
        (Item { kind, range: whole, name: range(&item["name"]) }, item["error"].as_bool().unwrap())
    };
    let capture = |found: &Value| {
        let (start, end) = range(found).unwrap();
        (start, end, found[2].as_str().unwrap().to_owned())
    };
    let of_text = |found: &Value| Parsed {
        items: found["items"].as_array().unwrap().iter().map(item).collect(),
        captures: found["captures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| found.as_array().unwrap().iter().map(capture).collect())
            .collect(),
    };
    answer.as_array().unwrap().iter().map(of_text).collect()
}

/// How the compiler read an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    /// As it is written.
    Well,
    /// With a mistake that it could mend, such as `&&` instead of `and`.
    Mended,
    /// Only in part.
    Broken,
}

/// The items of a text as the compiler reads it.
fn compiled(text: &str) -> Vec<(Item, Read)> {
    let mut sink = Sink::default();
    let tree = syntax::parse(FileId(0), text, &mut sink);
    let found = sink.finish();
    let item = |item: syntax::tree::Item| {
        let source = &text[item.span.start as usize..item.span.end as usize];
        let kind = source.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or("").to_owned();
        let name = item.kind.name().map(|name| (name.span.start, name.span.end));
        let inside = |at: u32| item.span.start <= at && at <= item.span.end;
        let read = match found.iter().any(|diagnostic| inside(diagnostic.primary.span.start)) {
            _ if item.broken => Read::Broken,
            true => Read::Mended,
            false => Read::Well,
        };
        (Item { kind, range: (item.span.start, item.span.end), name }, read)
    };
    tree.items.into_iter().map(item).collect()
}

/// What differs between the two: an item that one of them reads and the other does not have.
fn differences(texts: &[Text], parsed: &[Parsed]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (text, parsed) in texts.iter().zip(parsed) {
        let compiled = compiled(&text.text);
        let shown = |item: &Item| text.text[item.range.0 as usize..item.range.1 as usize].to_owned();
        for (item, read) in &compiled {
            let same = parsed.items.iter().find(|(found, _)| found == item);
            let fine = match read {
                Read::Well => same.is_some_and(|(_, error)| !error),
                Read::Mended => same.is_some(),
                Read::Broken => true,
            };
            if !fine {
                wrong.push(format!("{}: tree-sitter does not read\n{item:?}\n{}", text.from, shown(item)));
            }
        }
        for (item, error) in &parsed.items {
            // What stands behind an item and is none belongs to the item, and so breaks it, for the compiler.
            let same =
                |found: &Item, read| found.range == item.range || found.range.0 == item.range.0 && read == Read::Broken;
            if !error && !compiled.iter().any(|(found, read)| found.kind == item.kind && same(found, *read)) {
                wrong.push(format!("{}: the compiler does not have\n{item:?}\n{}", text.from, shown(item)));
            }
        }
    }
    wrong
}

fn all_agree(texts: &[Text]) {
    let wrong = differences(texts, &parsed(texts, &[]));
    assert!(wrong.is_empty(), "{} of {} texts:\n{}", wrong.len(), texts.len(), wrong.join("\n\n"));
}

#[test]
fn items_begin_and_end_where_the_compiler_says() {
    let texts = corpus::all();
    assert!(texts.len() > 500, "only {} texts", texts.len());
    all_agree(&texts);
}

/// Each line of each example is left out: brackets and texts miss their other end.
#[test]
fn an_item_that_breaks_leaves_the_others_whole() {
    let mut texts = Vec::new();
    for example in corpus::examples() {
        for (at, line) in example.text.lines().enumerate().filter(|(_, line)| line.contains(['{', '}'])) {
            let kept = example.text.lines().enumerate().filter(|(number, _)| *number != at).map(|(_, line)| line);
            let text = kept.collect::<Vec<_>>().join("\n");
            texts.push(Text { from: format!("{} without line {}: {line}", example.from, at + 1), text });
        }
    }
    assert!(texts.len() > 300, "only {} texts", texts.len());
    all_agree(&texts);
}

/// Every word of the examples is highlighted as what it is: keywords, texts, numbers, comments, names of items.
#[test]
fn highlights_are_what_the_compiler_says() {
    let texts = corpus::examples();
    let mut wrong = Vec::new();
    for (text, parsed) in texts.iter().zip(parsed(&texts, &["editors/tree-sitter-flow/queries/highlights.scm"])) {
        for token in syntax::tokens(FileId(0), &text.text) {
            let (start, end) = (token.span.start, token.span.end);
            let over: BTreeSet<&str> = parsed.captures[0]
                .iter()
                .filter(|(from, to, _)| *from < end && start < *to)
                .map(|(.., name)| name.as_str())
                .collect();
            if !fits(token, &over) {
                let word = &text.text[start as usize..end as usize];
                wrong.push(format!("{}: `{word}` is {:?}, and shown as {over:?}", text.from, token.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "{} words:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether one of the highlights over a token is right for it.
fn fits(token: Token, over: &BTreeSet<&str>) -> bool {
    let has = |start: &str| over.iter().any(|name| name.starts_with(start));
    match token.kind {
        TokenKind::Comment => has("comment"),
        TokenKind::Keyword => has("keyword"),
        TokenKind::Constant => has("constant") || has("boolean"),
        TokenKind::ItemName => has("type.definition") || has("string.special"),
        TokenKind::Name => !has("keyword") && !over.is_empty(),
        TokenKind::Text => has("string"),
        TokenKind::Number => has("number"),
        TokenKind::Sign => true,
    }
}

/// The parser is made from the grammar that stands beside it. Making it takes a generator that nothing else needs, so a
/// stamp says of what it was made.
#[test]
fn the_parser_is_that_of_the_grammar() {
    let folder = root().join("editors/tree-sitter-flow");
    let stamp = std::fs::read_to_string(folder.join("src/stamp.txt")).unwrap();
    assert_eq!(stamp.lines().count(), 3, "{stamp}");
    for line in stamp.lines() {
        let (stamped, name) = line.split_once("  ").unwrap();
        let digest = hmac_sha256::Hash::hash(&std::fs::read(folder.join(name)).unwrap());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let make = "cargo run --manifest-path editors/tree-sitter-flow/generator/Cargo.toml";
        assert_eq!(stamped, digest, "{name} has changed: `{make}` makes the parser anew");
    }
}

/// The words of the grammar for editors are those of the compiler: none is missing, none is invented.
#[test]
fn its_words_are_those_of_the_table() {
    let grammar = std::fs::read_to_string(root().join("editors/tree-sitter-flow/src/grammar.json")).unwrap();
    let mut words = BTreeSet::new();
    strings(&serde_json::from_str(&grammar).unwrap(), &mut words);
    let of = |groups: &[Group]| -> BTreeSet<_> {
        groups.iter().flat_map(|group| group.words().iter().map(|word| (*word).to_owned())).collect()
    };
    let all =
        of(&[Group::Item, Group::Clause, Group::Step, Group::Inner, Group::Operator, Group::Constant, Group::Day]);
    let missing: Vec<_> = all.difference(&words).collect();
    let invented: Vec<_> = words.difference(&all).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing: {missing:?}, invented: {invented:?}");
}

/// The words in quotes of a grammar, and those that stand for a token of the scanner.
fn strings(value: &Value, words: &mut BTreeSet<String>) {
    let is_word =
        |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && word.len() > 1 && *word != "->";
    match value {
        Value::Object(object) => {
            let literal = object.get("type").is_some_and(|kind| kind == "STRING");
            let shown = object.get("type").is_some_and(|kind| kind == "ALIAS") && object["named"] == false;
            let word = object.get("value").and_then(Value::as_str).filter(|_| literal || shown).filter(is_word);
            words.extend(word.map(str::to_owned));
            object.values().for_each(|inner| strings(inner, words));
        }
        Value::Array(inner) => inner.iter().for_each(|inner| strings(inner, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Each query of each editor can be read with the grammar.
#[test]
fn queries_fit_the_grammar() {
    let queries: Vec<_> = flow_tests::files(&root().join("editors"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "scm"))
        .filter(|path| !path.to_string_lossy().contains("/templates/"))
        .map(|path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned())
        .collect();
    let names: Vec<_> = queries.iter().map(String::as_str).collect();
    let found = parsed(&corpus::examples(), &names);
    for (at, name) in names.iter().enumerate() {
        assert!(found.iter().any(|parsed| !parsed.captures[at].is_empty()), "{name} finds nothing in the examples");
    }
}
