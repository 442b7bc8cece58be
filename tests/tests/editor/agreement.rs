//! Colours are worked out from words, names and tables, so that a broken text has them too; where the text is sound, each word
//! has to be what the grammar takes it for.

use std::path::Path;

use flow_compiler::source::{FileKind, Sources};
use flow_compiler::syntax::{TokenKind, tokens};
use flow_lsp::Snapshot;
use flow_lsp::features::formatting::formatting;
use flow_lsp::features::semantic::{Class, semantic};
use flow_tests::{files, project, root, texts};

#[test]
fn a_word_has_the_colour_of_what_the_grammar_takes_it_for() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for sources in projects() {
        let snapshot = Snapshot::new(sources, Vec::new());
        for (id, file) in snapshot.sources.iter().filter(|(_, file)| file.kind == FileKind::Flow) {
            let coloured = semantic(&snapshot, id, None);
            for token in tokens(id, &file.text) {
                let at = coloured.partition_point(|word| word.span.start < token.span.start);
                let found = coloured.get(at).filter(|word| word.span.start == token.span.start);
                let class = found.map(|word| word.class);
                seen += 1;
                if !fits(token.kind, class, file.slice(token.span)) {
                    let line = file.position(token.span.start).line;
                    let word = file.slice(token.span);
                    wrong.push(format!("{}:{line} `{word}` is {:?}, not {class:?}", file.path, token.kind));
                }
            }
        }
    }
    assert!(seen > 10_000, "{seen} words were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Names that are none of an author.
const FIXED: [&str; 5] = ["score", "stage", "segment", "sequence", "step"];

/// Whether what the grammar says of a word allows a colour.
fn fits(kind: TokenKind, class: Option<Class>, word: &str) -> bool {
    let Some(class) = class else {
        // A word that is neither of the language nor a name that is declared: `page`, `opt_in`, the name of a gate.
        return matches!(kind, TokenKind::Sign | TokenKind::Name);
    };
    match kind {
        TokenKind::Comment => class == Class::Comment,
        TokenKind::Keyword => matches!(class, Class::Keyword | Class::Operator | Class::Function | Class::Local),
        TokenKind::Constant => class == Class::Value,
        // The grammar takes what `varies` names and the kinds in an address for names.
        TokenKind::Name if class == Class::Keyword => FIXED.contains(&word),
        TokenKind::Name | TokenKind::ItemName => !matches!(class, Class::Operator | Class::Number | Class::Comment),
        TokenKind::Text => class == Class::Text,
        // A sign before a number is a sign.
        TokenKind::Number => class == Class::Number || class == Class::Operator && word.starts_with(['+', '-']),
        TokenKind::Sign => class == Class::Operator,
    }
}

/// The examples, and each scenario with the world of all scenarios.
fn projects() -> Vec<Sources> {
    let mut found: Vec<Sources> =
        ["shop", "saas", "cdnow"].map(|name| project(&root().join("examples").join(name))).into();
    let folder = root().join("tests/scenarios");
    let read = |path: &Path| std::fs::read_to_string(path).expect("a readable scenario");
    let (settings, world) = (read(&folder.join("flow.toml")), read(&folder.join("world.flow")));
    for path in files(&folder) {
        let own = path.parent() == Some(&folder) && !path.ends_with("world.flow");
        if own && path.extension().is_some_and(|ending| ending == "flow") {
            found.push(texts(&[("flow.toml", &settings), ("world.flow", &world), ("main.flow", &read(&path))]));
        }
    }
    found
}

#[test]
fn the_edits_of_a_layout_give_the_layout_and_touch_nothing_but_space() {
    let mut edited = 0;
    for sources in projects() {
        let snapshot = Snapshot::new(crowded(&sources), Vec::new());
        for (id, file) in snapshot.sources.iter().filter(|(_, file)| file.kind == FileKind::Flow) {
            let edits = formatting(&snapshot, id, None).expect("a layout that means the same");
            for edit in &edits {
                assert_eq!(file.slice(edit.span).trim(), "", "{}", file.path);
                assert_eq!(edit.text.trim(), "", "{}", file.path);
            }
            let changed = flow_compiler::fix::apply(&snapshot.sources, &edits.iter().collect::<Vec<_>>());
            let wanted = flow_compiler::format::format(&file.text).expect("a layout that means the same").text();
            assert_eq!(changed.get(id).map(|file| &*file.text), Some(wanted.as_str()), "{}", file.path);
            edited += edits.len();
        }
    }
    assert!(edited > 1_000, "{edited} edits");
}

/// The same files with other space between the words.
fn crowded(sources: &Sources) -> Sources {
    let mut changed = sources.clone();
    for (id, file) in sources.iter().filter(|(_, file)| file.kind == FileKind::Flow) {
        changed.set(id, file.text.replace("\n  ", "\n").replace(" {", "{").replace(" >= ", ">=   "));
    }
    changed
}
