//! The syntax tree of every file in `language/syntax/`, against the `.tree` file beside it; and that no text panics.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use flow_compiler::diagnostic::{Diagnostic, Sink};
use flow_compiler::source::{FileKind, Sources, Span};
use flow_compiler::syntax;

#[path = "syntax/dump.rs"]
mod dump;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("language/syntax")
}

fn files(extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
    found.sort();
    found
}

fn read(text: &str) -> (Sources, syntax::tree::File, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let id = sources.add("case.flow", FileKind::Flow, text);
    let mut sink = Sink::default();
    let tree = syntax::parse(id, text, &mut sink);
    (sources, tree, sink.finish())
}

fn show(text: &str) -> String {
    let (sources, tree, diagnostics) = read(text);
    let mut out = String::new();
    for diagnostic in &diagnostics {
        show_diagnostic(&mut out, &sources, diagnostic);
    }
    for item in &tree.items {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&dump::dump(&format!("{item:?}"), text));
    }
    out
}

fn show_diagnostic(out: &mut String, sources: &Sources, diagnostic: &Diagnostic) {
    let place = |span: Span| {
        let at = sources.get(span.file).unwrap().position(span.start);
        format!("{}:{} `{}`", at.line, at.column, sources.slice(span).replace('\n', "⏎"))
    };
    let code = diagnostic.code;
    writeln!(out, "{code} {} {}: {}", code.slug(), place(diagnostic.primary.span), diagnostic.message).unwrap();
    for label in &diagnostic.labels {
        writeln!(out, "    {}: {}", place(label.span), label.text).unwrap();
    }
    if let Some(help) = &diagnostic.help {
        writeln!(out, "    help: {help}").unwrap();
    }
    for fix in &diagnostic.fixes {
        let edits: Vec<_> = fix.edits.iter().map(|edit| format!("{} → `{}`", place(edit.span), edit.text)).collect();
        writeln!(out, "    fix ({:?}): {}: {}", fix.applicability, fix.title, edits.join(", ")).unwrap();
    }
}

#[test]
fn trees_are_as_recorded() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for path in files("flow") {
        let text = std::fs::read_to_string(&path).unwrap();
        let golden = path.with_extension("tree");
        let found = show(&text);
        if std::fs::read_to_string(&golden).unwrap_or_default() == found {
            continue;
        }
        if update {
            std::fs::write(&golden, &found).unwrap();
        } else {
            let expected = std::fs::read_to_string(&golden).unwrap_or_default();
            let diff = similar::TextDiff::from_lines(&expected, &found).unified_diff().to_string();
            wrong.push(format!("{}\n{diff}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "run with UPDATE_EXPECT=1 to accept:\n{}", wrong.join("\n"));
}

#[test]
fn no_golden_file_is_left_over() {
    let inputs: BTreeSet<_> = files("flow").into_iter().map(|path| path.with_extension("tree")).collect();
    let goldens: BTreeSet<_> = files("tree").into_iter().collect();
    assert_eq!(inputs, goldens);
}

#[test]
fn five_independent_mistakes_give_five_diagnostics() {
    let text = std::fs::read_to_string(folder().join("five_mistakes.flow")).unwrap();
    let (_, tree, diagnostics) = read(&text);
    assert_eq!(diagnostics.len(), 5, "{diagnostics:#?}");
    assert_eq!(tree.items.len(), 6, "every item is still there");
}

/// Line breaks of other systems and a byte order mark change nothing but positions.
#[test]
fn crlf_and_a_byte_order_mark_are_space() {
    for path in files("flow") {
        let text = std::fs::read_to_string(&path).unwrap();
        let other = format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
        let codes = |text: &str| read(text).2.iter().map(|d| (d.code, d.message.clone())).collect::<Vec<_>>();
        assert_eq!(codes(&text), codes(&other), "{}", path.display());
    }
}

#[test]
fn no_truncation_panics() {
    for path in files("flow") {
        let text = std::fs::read_to_string(&path).unwrap();
        let ends = (0..text.len()).filter(|end| text.is_char_boundary(*end));
        // Every end in the neighbourhood of a line break, every eleventh elsewhere: the pieces in between are alike.
        for end in ends.filter(|end| end % 11 == 0 || text[*end..].starts_with('\n')) {
            sound(&text[..end]);
        }
    }
}

#[test]
fn no_random_edit_panics() {
    let pieces = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "'",
        "“",
        "\n",
        "//",
        "/*",
        "#",
        ";",
        ",",
        "\0",
        "\u{FEFF}",
        "é",
        "-",
        "->",
        "..",
        "not ",
        "if ",
        "where ",
        "did ",
        "\n}\n",
        "\nsegment x {",
        "99999999999999999999",
        "2026-02-30",
        "25:00",
        "\\",
        "=",
        "\t",
        "\r",
    ];
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % (below.max(1) as u64)).unwrap()
    };
    let texts: Vec<_> = files("flow").iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    for _ in 0..500 {
        let mut text = texts[next(texts.len())].clone();
        for _ in 0..=next(4) {
            let floor = |text: &str, mut at: usize| {
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let start = floor(&text, next(text.len()));
            let end = floor(&text, (start + next(6)).min(text.len()));
            text.replace_range(start..end.max(start), pieces[next(pieces.len())]);
        }
        sound(&text);
    }
}

/// Whatever was read: every place lies in the text, on character borders.
fn sound(text: &str) {
    let (_, tree, diagnostics) = read(text);
    let fits = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    for diagnostic in &diagnostics {
        assert!(fits(diagnostic.primary.span), "{diagnostic:?} in {text:?}");
        assert!(diagnostic.labels.iter().all(|label| fits(label.span)), "{diagnostic:?} in {text:?}");
        assert!(diagnostic.fixes.iter().flat_map(|fix| &fix.edits).all(|edit| fits(edit.span)), "{diagnostic:?}");
    }
    for item in &tree.items {
        assert!(fits(item.span), "{:?} in {text:?}", item.span);
        assert!(!item.broken || !diagnostics.is_empty(), "broken in silence: {text:?}");
    }
}

#[test]
fn depth_is_answered_not_crashed_on() {
    let nested =
        |open: &str, close: &str, n: usize| format!("segment x {{ {}a{} }}\n", open.repeat(n), close.repeat(n));
    for (open, close) in [
        ("(", ")"),
        ("not ", ""),
        ("-", ""),
        ("- not ", ""),
        ("a + ", ""),
        ("a and ", ""),
        ("[", "]"),
        ("did x where ", ""),
        ("if a then b else ", ""),
        ("if ", ""),
        ("count(x where ", ")"),
        ("count(x where not (a or ", "))"),
        ("(not (a and b ?? ", "))"),
        ("[if a then (", ") else c]"),
        ("sum(x.y where -(", ") in last 3 days)"),
    ] {
        for n in [10, 31, 32, 60, 63, 100, 127, 128, 10_000] {
            let text = nested(open, close, n) + "enum last { one }\n";
            let (_, tree, diagnostics) = read(&text);
            assert_eq!(tree.items.len(), 2, "{open} {n}");
            // A row of conditions is long, not deep.
            if n >= 10_000 && open != "[" && open != "a and " {
                assert_eq!(diagnostics.len(), 1, "{open} {n}: {diagnostics:#?}");
            }
        }
    }
}

/// Twice the text takes about twice the time, and deep nesting costs nothing; generous, since machines are shared.
#[test]
fn nothing_takes_for_ever() {
    // Generous on a busy machine: a grammar that goes back over what it has read would take hours.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
    let begin = std::time::Instant::now();
    let text = std::fs::read_to_string(folder().join("sequence.flow")).unwrap();
    read(&text.repeat(100));
    read(&format!("segment x {{ {}a == 1{} }}", "(not (b or ".repeat(20), "))".repeat(20)));
    assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
}
