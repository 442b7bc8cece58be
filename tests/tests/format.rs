//! The layout of `flow fmt`: it changes nothing but space, and it is the layout that this repository has.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

#[path = "format/words.rs"]
mod words;

use std::path::{Path, PathBuf};

use flow_compiler::diagnostic::Sink;
use flow_compiler::format::{format, same};
use flow_compiler::source::FileId;
use flow_compiler::syntax;
use flow_tests::{blocks, files, project, root};
use words::{Kind, Word, said, words};

/// All texts of the language that there are, right and wrong, with the names of their files.
fn texts() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["examples", "tests/scenarios", "tests/language", "cli/tests/projects", "cli/templates", "grammar"] {
        for path in files(&root().join(folder)).into_iter().filter(|path| path.extension().is_some_and(|e| e == "flow"))
        {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(found.len() > 80, "only {} files were found", found.len());
    found
}

/// The texts that people read to learn.
fn examples() -> Vec<(String, String)> {
    let folders = ["examples/", "tests/scenarios/", "cli/templates/"];
    let shown = |name: &str| folders.iter().any(|folder| name.starts_with(folder));
    texts().into_iter().filter(|(name, _)| shown(name)).collect()
}

fn formatted(text: &str) -> String {
    format(text).unwrap_or_else(|mismatch| panic!("{mismatch} at {}:\n{text}", mismatch.at)).text()
}

/// A tree, without where its parts stand.
fn tree(text: &str) -> String {
    let debug = format!("{:?}", syntax::parse(FileId(0), text, &mut Sink::default()));
    let mut out = String::with_capacity(debug.len());
    let mut parts = debug.split("Span { ");
    out.push_str(parts.next().unwrap_or(""));
    parts.for_each(|part| out.push_str(part.split_once('}').map_or("", |(_, rest)| rest)));
    out
}

#[test]
fn everything_here_is_formatted() {
    let mut wrong = Vec::new();
    let mut look = |name: String, text: &str| {
        let after = formatted(text);
        if after != text {
            let diff = similar::TextDiff::from_lines(text, after.as_str());
            wrong.push(diff.unified_diff().header(&name, "formatted").to_string());
        }
    };
    for (name, text) in examples() {
        look(name, &text);
    }
    for document in ["README.md", "grammar/README.md"] {
        for (words, line, block) in blocks(&std::fs::read_to_string(root().join(document)).unwrap()) {
            if words.starts_with("flow") {
                look(format!("{document}:{line}"), &block);
            }
        }
    }
    for code in flow_compiler::diagnostic::Code::ALL {
        let page = flow_compiler::explain::page(*code).expect("a page");
        for block in page.right.iter().filter(|block| block.path.ends_with(".flow")) {
            look(format!("compiler/explain/{code}.md, right, {}", block.path), &block.text);
        }
    }
    for topic in flow_compiler::explain::topics() {
        for (_, line, block) in blocks(topic.text).into_iter().filter(|(words, ..)| words.starts_with("flow")) {
            look(format!("compiler/explain/topics/{}.md, block at line {line}", topic.name), &block);
        }
    }
    assert!(wrong.is_empty(), "`flow fmt` would change\n{}", wrong.join("\n"));
}

#[test]
fn a_formatted_text_stays_as_it_is() {
    for (name, text) in texts() {
        let once = formatted(&text);
        assert_eq!(formatted(&once), once, "{name}");
    }
}

#[test]
fn the_tree_and_the_words_are_the_same() {
    for (name, text) in texts() {
        let after = formatted(&text);
        assert_eq!(said(&after), said(&text), "{name}");
        assert_eq!(tree(&after), tree(&text), "{name}");
        assert_eq!(same(&text, &after), Ok(()), "{name}");
    }
}

#[test]
fn the_program_is_the_same() {
    let folders = ["examples/shop", "examples/saas", "examples/cdnow", "cli/tests/projects/right"];
    let deploys = files(&root().join("tests/scenarios/deploys")).into_iter().filter(|path| path.ends_with("flow.toml"));
    let deploys: Vec<PathBuf> = deploys.map(|path| path.parent().unwrap().to_owned()).collect();
    for folder in folders.iter().map(|folder| root().join(folder)).chain(deploys) {
        assert_eq!(
            program(&folder, str::to_owned),
            program(&folder, |text| formatted(&mangled(text, 7))),
            "{folder:?}"
        );
    }
}

/// What a project means, without the lines on which it stands.
fn program(folder: &Path, change: impl Fn(&str) -> String) -> String {
    let before = project(folder);
    let mut sources = flow_compiler::source::Sources::default();
    for (_, file) in before.iter() {
        let flow = file.path.ends_with(".flow");
        sources.add(file.path.clone(), file.kind, if flow { change(&file.text) } else { file.text.to_string() });
    }
    let compilation = flow_compiler::compile(&sources);
    let program = compilation.program.unwrap_or_else(|| panic!("{folder:?} is not right"));
    let text = format!("{program:?}\n{:?}", compilation.tests);
    let digits = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
    text.split("line: ").map(digits).collect::<Vec<_>>().join("line: ")
}

/// A text whose space is another one, while the lines that the author chose stay: what formatting has to undo.
fn mangled(text: &str, seed: u64) -> String {
    let mut random = seed;
    let mut next = move |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut out = String::new();
    let mut start = 0;
    let mut first = true;
    for Word { range, kind } in words(text) {
        let gap = text.get(start..range.start).unwrap();
        let breaks = gap.matches('\n').count();
        // In the first column begins an item, and nothing else.
        let item = range.start == 0 || text.get(..range.start).is_some_and(|before| before.ends_with('\n'));
        let spaces = |n: u64| " ".repeat(usize::try_from(n).unwrap());
        if breaks > 0 {
            out.push_str(&spaces(next(3)));
            let lines = if breaks > 1 { 2 + next(3) } else { 1 };
            (0..lines).for_each(|_| out.push_str(if next(4) == 0 { " \t\n" } else { "\n" }));
            if !item {
                out.push_str(if next(5) == 0 { "\t" } else { " " });
                out.push_str(&spaces(next(12)));
            }
        } else if !gap.is_empty() {
            out.push_str(&spaces(1 + next(3)));
        } else if !first && kind == Kind::Sign && next(4) == 0 {
            out.push_str(&spaces(next(2)));
        }
        out.push_str(&text[range.clone()]);
        start = range.end;
        first = false;
    }
    out.push_str(if next(2) == 0 { "" } else { "\n\n \n" });
    out
}

#[test]
fn space_has_no_say() {
    for (name, text) in examples() {
        if !format(&text).unwrap().broken.is_empty() {
            continue;
        }
        let known = formatted(&text);
        for seed in 0..6 {
            let other = mangled(&known, seed);
            let after = formatted(&other);
            if after != known {
                let diff = similar::TextDiff::from_lines(known.as_str(), after.as_str());
                panic!("{name}, seed {seed}\n{}", diff.unified_diff());
            }
        }
    }
}

/// A comment between any two words of any example stays there, whatever it is and however it stands.
#[test]
fn a_comment_anywhere_survives() {
    let (mut kept, mut broken) = (0, 0);
    let shown = |name: &str| name.starts_with("examples/") || name.starts_with("tests/language/syntax/");
    for (name, text) in texts().into_iter().filter(|(name, _)| shown(name)) {
        for item in items(&text) {
            if !format(item).unwrap().broken.is_empty() {
                continue;
            }
            for Word { range, .. } in words(item) {
                for comment in [" // x\n", "\n// x\n", "\n   /// x\n"] {
                    let mut other = item.to_owned();
                    other.insert_str(range.end, comment);
                    let after = format(&other).unwrap();
                    assert_eq!(said(&after.text()), said(&other), "{name}: {other}");
                    *(if after.broken.is_empty() { &mut kept } else { &mut broken }) += 1;
                    // What is checked for each text elsewhere is checked here for some.
                    if (kept + broken) % 8 == 0 {
                        assert_eq!(formatted(&after.text()), after.text(), "{name}: {other}");
                        assert_eq!(tree(&after.text()), tree(&other), "{name}: {other}");
                    }
                }
            }
        }
    }
    // Between the words of `at most` no comment may stand: then the item cannot be read, and stays as it is.
    assert!(kept > 20_000 && broken * 12 < kept, "{kept} kept, {broken} broken");
}

/// A text cut at each item.
fn items(text: &str) -> Vec<&str> {
    let starts = text.match_indices('\n').map(|(at, _)| at + 1);
    let starts: Vec<usize> = std::iter::once(0)
        .chain(starts.filter(|&at| text[at..].starts_with(|c: char| c.is_ascii_lowercase())))
        .chain([text.len()])
        .collect();
    starts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

#[test]
fn a_text_cut_anywhere_loses_nothing() {
    for (name, text) in examples() {
        // Each cut costs as much as the whole: long files are cut at each word, short ones at each character.
        let cuts: Vec<usize> = match text.len() {
            0..1500 => (0..text.len()).filter(|&at| text.is_char_boundary(at)).collect(),
            _ => words(&text)
                .into_iter()
                .step_by(3)
                .map(|word| word.range.end - 1)
                .filter(|&at| text.is_char_boundary(at))
                .collect(),
        };
        for cut in cuts {
            let cut = &text[..cut];
            let after = formatted(cut);
            assert_eq!(said(&after), said(cut), "{name}: {cut}");
            assert_eq!(formatted(&after), after, "{name}: {cut}");
        }
    }
}

#[test]
fn line_endings_and_marks_are_kept() {
    let text = "segment a { industry == saas } // one\nsegment bb {\n\tx == 1\n}\n";
    let shape = "segment a { industry == saas }  // one\n\nsegment bb {\n  x == 1\n}\n";
    assert_eq!(formatted(text), shape);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(formatted(&crlf(text)), crlf(shape));
    assert_eq!(formatted(&format!("\u{FEFF}{text}")), format!("\u{FEFF}{shape}"));
    assert_eq!(formatted("\n \n"), "");
    assert_eq!(formatted("// only\n\n\n// this"), "// only\n\n// this\n");
}

#[test]
fn a_broken_item_stays_and_the_others_are_formatted() {
    let text = "segment  a{x==1}\n\nsegment b {\n   x = = 1 ;\n   // why\n }\n\n\nsegment  c{x==1}\n";
    let after = format(text).unwrap();
    assert_eq!(
        after.text(),
        "segment a { x == 1 }\n\nsegment b {\n   x = = 1 ;\n   // why\n }\n\nsegment c { x == 1 }\n"
    );
    assert_eq!(after.broken.len(), 1);
}

/// Where the inside of an item that cannot be read ends is guessed by its lines, so these are left alone.
#[test]
fn the_lines_of_a_broken_item_stay() {
    for (text, shape) in [
        // The indentation of the first item, with and without something above.
        ("  segmen a {\n x }\nenum  b { c }\n", "  segmen a {\n x }\nenum b { c }\n"),
        ("\n\n  segmen a {\n x }\nenum  b { c }\n", "  segmen a {\n x }\nenum b { c }\n"),
        ("\u{FEFF}\n segment a { (\n", "\u{FEFF} segment a { (\n"),
        // Items beside one that is broken, before and behind it.
        ("enum  a { x } segment b { = }\nenum  c { y }\n", "enum  a { x } segment b { = }\nenum c { y }\n"),
        ("segment b { = } enum  a { x } enum  c { y }\n", "segment b { = } enum  a { x } enum  c { y }\n"),
        // Space behind a text that is not closed, and blank lines.
        ("segment a { x == \"b  \n\n\nenum  c {\n y }\n", "segment a { x == \"b  \n\nenum c {\n  y\n}\n"),
        ("segment a { x == \"b\nenum  c {\n y }\n", "segment a { x == \"b\nenum c {\n  y\n}\n"),
        // What stands further in may have been meant as its inside.
        (
            "segment a { x } \"b\n  enum  c { y }\nenum  d { z }\n",
            "segment a { x } \"b\n  enum  c { y }\nenum d { z }\n",
        ),
    ] {
        let after = format(text).unwrap_or_else(|mismatch| panic!("{mismatch}: {text}"));
        assert_eq!((after.text().as_str(), after.broken.len()), (shape, 1), "{text}");
        assert_eq!(formatted(shape), shape);
    }
}

/// What is no comment and was meant as one; characters that cannot be seen; carriage returns alone.
#[test]
fn signs_that_have_no_place_are_no_obstacle() {
    for (text, shape) in [
        ("event  a# why\nenum  b { c }\n", "event a  # why\nenum b { c }\n"),
        ("event  a // why\u{b} \n", "event a  // why\u{b}\n"),
        ("event  a\r// why\renum  b { c }\r", "event a\n// why\nenum b { c }\n"),
        ("segment a { = }\r\r\nenum  b { c }\r\n", "segment a { = }\n\nenum b { c }\n"),
        ("segment a {\r= }\renum  b { c }\r", "segment a {\r= }\nenum b { c }\n"),
        ("\u{201c}segment a \"b\n\nenum  b { c }\n", "\u{201c}segment a \"b\n\nenum b { c }\n"),
    ] {
        assert_eq!(formatted(text), shape, "{text:?}");
        assert_eq!(formatted(shape), shape);
    }
}

#[test]
fn a_range_is_formatted_by_itself() {
    let text = "segment  a{x==1}\n\nsegment  b{x==1}\n";
    let found = format(text).unwrap().within(text, 20..22);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].range.clone(), found[0].text.as_str()), (18..34, "segment b { x == 1 }"));
}

#[test]
fn another_meaning_is_seen() {
    let known = "segment a { x == 1 }\n";
    for other in ["segment a { x == 2 }\n", "segment a { x == 1 } // b\n", "segment a { x == 1 }\nenum b { c }\n", ""] {
        assert!(same(known, other).is_err(), "{other}");
    }
    // What stands where decides: `at` on its own line moves the clock.
    let test = |at: &str| format!("test \"t\" {{\n  contact a {{ }}\n  expect a sent m{at}at 2026-01-01T10:00\n}}\n");
    assert!(same(&test(" "), &test("\n  ")).is_err());
    assert!(same("event a {\n  /// doc\n  x: int\n}\n", "event a {\n  x: int\n}\n").is_err());
}
