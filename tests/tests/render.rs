//! The renderers on hand-made diagnostics: awkward texts, several files, the shape of each machine format.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use flow_compiler::diagnostic::{Applicability, Code, Diagnostic};
use flow_compiler::render::{self, View, miette::Style};
use flow_compiler::source::{FileId, FileKind, Sources, Span};
use serde_json::Value;

/// A project of some files; `«` and `»` in a text mark a span, which is returned.
fn project(files: &[(&str, &str)]) -> (Sources, Vec<Span>) {
    let mut sources = Sources::default();
    let mut spans = Vec::new();
    for (path, marked) in files {
        let file = FileId(u32::try_from(sources.iter().count()).unwrap());
        let mut text = String::new();
        let mut start = 0;
        for c in marked.chars() {
            let here = u32::try_from(text.len()).unwrap();
            match c {
                '«' => start = here,
                '»' => spans.push(Span::new(file, start, here)),
                c => text.push(c),
            }
        }
        let kind = if path.ends_with(".flow") { FileKind::Flow } else { FileKind::Template };
        sources.add(*path, kind, text);
    }
    (sources, spans)
}

fn draw(sources: &Sources, diagnostic: Diagnostic) -> String {
    render::miette::miette(View::new(sources), &[diagnostic], Style::default())
}

const fn style(unicode: bool, colour: bool) -> Style {
    Style { width: 80, unicode, colour }
}

#[test]
fn labels_in_three_files_keep_their_own_pieces() {
    let (sources, spans) = project(&[
        ("a.flow", "segment vip {\n  «cuntry» == DE\n}\n\n\n\n\n\n\n\nsegment last {\n}\n"),
        ("world.flow", "contact {\n  «country»: country?\n}\n"),
        ("templates/x.html", "<p>\n<b>{{ «contact.country» }}</b>\n"),
    ]);
    let diagnostic = Diagnostic::new(Code::Syntax, spans[0], "no field is called `cuntry`")
        .here("not a field of the contact")
        .label(spans[1], "a field with a similar name")
        .label(spans[2], "used here")
        .help("did you mean `country`?");
    let expected = "\
F1001 syntax

  × no field is called `cuntry`
   ╭─[a.flow:2:3]
 1 │ segment vip {
 2 │   cuntry == DE
   ·   ───┬──
   ·      ╰── not a field of the contact
 3 │ }
   ╰────
   ╭─[world.flow:2:3]
 1 │ contact {
 2 │   country: country?
   ·   ───┬───
   ·      ╰── a field with a similar name
 3 │ }
   ╰────
   ╭─[templates/x.html:2:7]
 1 │ <p>
 2 │ <b>{{ contact.country }}</b>
   ·       ───────┬───────
   ·              ╰── used here
   ╰────
  help: did you mean `country`?
";
    assert_eq!(draw(&sources, diagnostic.clone()), expected);
    let ascii = render::miette::miette(View::new(&sources), std::slice::from_ref(&diagnostic), style(false, false));
    assert!(ascii.is_ascii(), "{ascii}");
    let coloured = render::miette::miette(View::new(&sources), &[diagnostic], style(true, true));
    assert!(coloured.contains("\u{1b}["));
}

#[test]
fn awkward_texts_are_drawn() {
    for text in [
        "«»",
        "segment«»",
        "segment\n«»",
        "segment\r\n\tx «==»\r\ny\r\n",
        "\u{feff}«segment» vip\r\n",
        "// 🎉🎉 «🎉» 日本\n",
        "«one\ntwo\nthree\nfour\nfive\nsix\n»\n",
        "a\u{1b}[31m«b\0c»\n",
        "\t\t«x»\t",
    ] {
        let (sources, spans) = project(&[("a.flow", text)]);
        let out = draw(&sources, Diagnostic::new(Code::Syntax, spans[0], "x").here("here"));
        assert!(out.contains("here"), "{text:?} gives\n{out}");
        assert!(!out.contains("OutOfBounds") && !out.contains('\u{1b}'), "{text:?} gives\n{out}");
        for form in [render::plain::plain, render::json::json, render::sarif::sarif, render::github::github] {
            assert!(form(View::new(&sources), &[Diagnostic::new(Code::Syntax, spans[0], "x")]).contains("F1001"));
        }
    }
}

#[test]
fn nothing_is_wider_than_the_screen_and_no_file_is_shown_whole() {
    let long = format!("segment vip {{ {} «cuntry» == DE and {} }}\n", "x and ".repeat(60), "y and ".repeat(60));
    let text = format!("{}{long}{}", "// line\n".repeat(500), "// line\n".repeat(500));
    let (sources, spans) = project(&[("a.flow", &text)]);
    let words = "a label with very many words that would never fit behind the place where it starts";
    let out = draw(&sources, Diagnostic::new(Code::Syntax, spans[0], words).here(words).help(words.repeat(3)));
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    assert!(out.contains("cuntry") && out.lines().count() < 20, "{out}");
}

#[test]
fn many_labels_on_near_and_far_lines() {
    let (sources, spans) = project(&[("a.flow", "«a» «b» «c»\n\n«d»\n1\n2\n3\n4\n5\n6\n«e»\n")]);
    let mut diagnostic = Diagnostic::new(Code::Syntax, spans[4], "x").here("e");
    for (span, text) in spans[..4].iter().zip(["a", "b", "c", "d"]) {
        diagnostic = diagnostic.label(*span, text);
    }
    let out = draw(&sources, diagnostic);
    assert_eq!(out.matches("a.flow").count(), 2, "{out}");
    holds(&out, &["╰── a", "╰── b", "╰── c", "╰── d", "╰── e"]);
}

fn holds(out: &str, parts: &[&str]) {
    for part in parts {
        assert!(out.contains(part), "no {part:?} in\n{out}");
    }
}

#[test]
fn without_a_file_the_message_stands_alone() {
    let sources = Sources::default();
    let lost = Diagnostic::new(Code::Syntax, Span::new(FileId(u32::MAX), 0, 0), "nothing here").help("write one");
    assert_eq!(draw(&sources, lost.clone()), "F1001 syntax\n\n  × nothing here\n  help: write one\n");
    assert_eq!(render::plain::plain(View::new(&sources), &[lost]), "error[F1001]: nothing here\n");
}

#[test]
fn the_folder_stands_before_each_path() {
    let (sources, spans) = project(&[("a.flow", "«x»")]);
    let diagnostics = [Diagnostic::new(Code::Syntax, spans[0], "x")];
    let plain = |folder| render::plain::plain(View::new(&sources).within(folder), &diagnostics);
    assert_eq!(plain("examples/shop/"), "examples/shop/a.flow:1:1: error[F1001]: x\n");
    assert_eq!(plain("."), "a.flow:1:1: error[F1001]: x\n");
    assert_eq!(plain("/"), "/a.flow:1:1: error[F1001]: x\n");
}

#[test]
fn workflow_commands_are_escaped() {
    let (sources, spans) = project(&[("a,b:c.flow", "«x»")]);
    let diagnostic = Diagnostic::new(Code::Syntax, spans[0], "100% wrong").help("do\nthis");
    assert_eq!(
        render::github::github(View::new(&sources), &[diagnostic]),
        "::error file=a%2Cb%3Ac.flow,line=1,col=1,endLine=1,endColumn=2,title=F1001 syntax::100%25 wrong%0Ahelp: do%0Athis\n"
    );
}

#[test]
fn json_has_places_in_every_unit() {
    let (sources, spans) = project(&[("a.flow", "🎉ä «x» y")]);
    let diagnostic = Diagnostic::new(Code::Syntax, spans[0], "x").fix("write `y`", spans[0], "y", Applicability::Safe);
    let report: Value = serde_json::from_str(&render::json::json(View::new(&sources), &[diagnostic])).unwrap();
    assert_eq!(report["format_version"], 1);
    let found = &report["diagnostics"][0];
    assert_eq!(found["primary"]["bytes"], serde_json::json!([7, 8]));
    assert_eq!(found["primary"]["start"], serde_json::json!({"line": 1, "column": 4, "utf16": 4}));
    assert_eq!(found["fixes"][0]["applicability"], "safe");
    assert_eq!(found["fixes"][0]["edits"][0]["text"], "y");
    assert_eq!(found["explain"], "flow explain F1001");
}

/// What the schema of SARIF 2.1.0 requires of the parts that we write.
#[test]
fn sarif_has_the_required_structure() {
    let (sources, spans) = project(&[("a b.flow", "«x» «y»")]);
    let diagnostic = Diagnostic::new(Code::Syntax, spans[0], "x").label(spans[1], "and here").fix(
        "write `y`",
        spans[0],
        "y",
        Applicability::Safe,
    );
    let log: Value = serde_json::from_str(&render::sarif::sarif(View::new(&sources), &[diagnostic])).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert!(run["tool"]["driver"]["name"].is_string());
    assert!(["utf16CodeUnits", "unicodeCodePoints"].contains(&run["columnKind"].as_str().unwrap()));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), Code::ALL.len());
    for rule in rules {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string());
        assert!(
            ["none", "note", "warning", "error"].contains(&rule["defaultConfiguration"]["level"].as_str().unwrap())
        );
    }
    let result = &run["results"][0];
    assert!(result["message"]["text"].is_string());
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], result["ruleId"]);
    let related = &result["relatedLocations"][0];
    assert!(related["id"].is_u64() && related["message"]["text"].is_string());
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "y");
    for location in [&result["locations"][0]["physicalLocation"], &related["physicalLocation"]] {
        assert_eq!(location["artifactLocation"]["uri"], "a%20b.flow");
        let number = |name: &str| location["region"][name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!((number("endLine"), number("endColumn")) > (number("startLine"), number("startColumn")));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    /// Spans that fall anywhere, also into the middle of a character or behind the end, in texts of anything.
    #[test]
    fn any_span_of_any_text_is_drawn(
        parts in proptest::collection::vec(
            proptest::sample::select(vec!["a", " ", "\t", "\n", "\r\n", "\r", "é", "日", "🎉", "\u{200d}", "\u{feff}",
                "\0", "word ", "long_word_without_a_break_that_goes_on_and_on_and_on_"]), 0..60),
        spans in proptest::collection::vec((0u32..400, 0u32..60), 1..6),
        width in 20usize..120,
    ) {
        let (sources, _) = project(&[("a.flow", &parts.concat()), ("b.flow", "x")]);
        let span = |(start, len): (u32, u32)| Span::new(FileId(start % 2), start, start + len);
        let mut diagnostic = Diagnostic::new(Code::Syntax, span(spans[0]), "message").here("primary");
        for (i, at) in spans.iter().enumerate().skip(1) {
            diagnostic = diagnostic.label(span(*at), format!("label {i}"));
        }
        let view = View::new(&sources);
        let found = [diagnostic];
        let out = render::miette::miette(view, &found, Style { width, unicode: true, colour: false });
        proptest::prop_assert!(out.contains("primary"), "{out}");
        for i in 1..spans.len() {
            let words = format!("label {i}");
            proptest::prop_assert!(out.contains(&words), "{}", out);
        }
        for form in [render::plain::plain, render::json::json, render::sarif::sarif, render::github::github] {
            proptest::prop_assert!(form(view, &found).contains("F1001"));
        }
    }
}
