//! No panic, no hang, a clear answer: whatever the bytes.

#![allow(clippy::expect_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use flow_compiler::source::{FileKind, Sources};
use flow_tests::{project, root, texts};

/// A generous bound for one compilation on a busy machine: a hang is minutes, not seconds.
const PATIENCE: Duration = Duration::from_secs(20);

const EXAMPLES: [&str; 4] = ["cdnow", "saas", "shop", "mistakes"];

#[test]
fn every_truncation_of_every_example() {
    let files: Vec<_> = EXAMPLES.iter().flat_map(|example| flow_files(example)).collect();
    // Every second file on the other core.
    std::thread::scope(|scope| {
        for half in 0..2 {
            let files = &files;
            scope.spawn(move || files.iter().skip(half).step_by(2).for_each(|(path, text)| truncate(path, text)));
        }
    });
}

fn truncate(path: &str, text: &str) {
    for (end, _) in text.char_indices() {
        let taken = compile_one(path, text.get(..end).unwrap_or_default());
        assert!(taken < PATIENCE, "{path} cut at {end} took {taken:?}");
    }
}

#[test]
fn a_long_row_of_conditions_is_not_deep() {
    let row = |word: &str| vec!["visits > 3"; 1_000].join(word);
    let text =
        format!("contact {{ visits: int? }}\nsegment a {{ {} }}\nsegment b {{ {} }}\n", row(" or "), row(" and "));
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let found = small.spawn(move || {
        let mut sources = Sources::default();
        sources.add("flow.toml", FileKind::Settings, flow_compiler::explain::DEFAULT_SETTINGS);
        sources.add("main.flow", FileKind::Flow, text.as_str());
        flow_compiler::compile(&sources).diagnostics.len()
    });
    assert_eq!(found.expect("a thread").join().expect("no overflow"), 0);
}

#[test]
fn two_thousand_random_edits() {
    let mut chance = Chance(0x5eed);
    let files: Vec<_> = EXAMPLES.iter().flat_map(|example| flow_files(example)).collect();
    let pieces = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "//",
        "///",
        "\n",
        "\r\n",
        "\t",
        " ",
        "\0",
        "\u{feff}",
        "é",
        "🚀",
        "..",
        "->",
        "%",
        "1d",
        "2 hours",
        "-",
        "+",
        "??",
        "==",
        "=",
        "not",
        "in",
        "last",
        "ever",
        "where",
        "on",
        "when",
        "segment",
        "99999999999999999999",
        "2026-02-30",
        "25:00",
        "sequence x {",
        "test \"x\" {",
        "wait",
        "send",
        "choose {",
        "split s {",
        "1e309",
        "env:X",
    ];
    for round in 0..2_000 {
        let (path, text) = chance.pick(&files).clone();
        let mut edited: Vec<char> = text.chars().collect();
        for _ in 0..=chance.below(3) {
            let at = chance.below(edited.len() + 1);
            let until = (at + chance.below(12)).min(edited.len());
            match chance.below(3) {
                0 => drop(edited.drain(at..until)),
                1 => drop(edited.splice(at..at, chance.pick(&pieces).chars())),
                _ => {
                    let moved: Vec<char> = edited.drain(at..until).collect();
                    let to = chance.below(edited.len() + 1);
                    drop(edited.splice(to..to, moved));
                }
            }
        }
        let edited: String = edited.into_iter().collect();
        let seconds = compile_one(&path, &edited);
        assert!(seconds < PATIENCE, "round {round} took {seconds:?}");
    }
}

#[test]
fn a_whole_project_survives_an_edit_in_one_file() {
    let mut chance = Chance(0xf10e);
    for example in ["cdnow", "saas", "shop"] {
        for (path, text) in flow_files(example) {
            for _ in 0..4 {
                let cut = chance.below(text.len());
                let cut = (cut..text.len()).find(|&i| text.is_char_boundary(i)).unwrap_or(0);
                let sources = replaced(example, &path, text.get(..cut).unwrap_or_default());
                drop(flow_compiler::compile(&sources));
            }
        }
    }
}

#[test]
fn brackets_ten_thousand_deep() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("not ", ""), ("-", "")] {
        let text = format!("segment deep {{\n  {}true{}\n}}\n", open.repeat(10_000), close.repeat(10_000));
        let found = flow_compiler::compile(&texts(&[("deep.flow", &text)])).diagnostics;
        assert!(!found.is_empty() && found.len() < 10, "{open}: {} diagnostics", found.len());
    }
    let long = format!("segment long {{\n  true{}\n}}\n", " and true".repeat(10_000));
    drop(flow_compiler::compile(&texts(&[("long.flow", &long)])));
}

#[test]
fn odd_bytes_get_a_clear_answer() {
    let good = "segment a {\n  did signed_up ever\n}\n\nevent signed_up\n\ncontact {\n  email: email?\n}\n";
    let same = |text: &str| flow_compiler::compile(&texts(&[("a.flow", text)])).diagnostics;
    assert_eq!(same(good), [], "the text itself is right");
    assert_eq!(same(&good.replace('\n', "\r\n")).len(), 0, "CRLF");
    assert_eq!(same(&format!("\u{feff}{good}")).len(), 0, "a byte order mark");
    let found = same(&good.replace("did", "d\0d"));
    assert_eq!(found.len(), 1, "a NUL byte is one mistake: {found:?}");
    assert_eq!(same("").len(), 0, "an empty file");
}

#[test]
fn five_mistakes_five_diagnostics() {
    let text = "contact {\n  email: emial?\n  seats: int?\n}\n\nevent page_viewed as page { path: text }\n\n\
                segment a {\n  count(page_viewd ever) > 3\n}\n\nsegment b {\n  seats == \"many\"\n}\n\n\
                score s {\n  range 0..100\n  half-life 14d\n  +5 on page_viewed\n}\n\nsegment c {\n  in segment d\n}\n";
    let sources = texts(&[("five.flow", text)]);
    let found = flow_compiler::compile(&sources).diagnostics;
    assert_eq!(found.len(), 5, "{}", flow_tests::lines(&sources, &found));
}

/// Compiles one file by itself, within the default settings; how long it took.
fn compile_one(path: &str, text: &str) -> Duration {
    let begin = Instant::now();
    drop(flow_compiler::compile(&texts(&[(path, text)])));
    begin.elapsed()
}

fn flow_files(example: &str) -> Vec<(String, String)> {
    let sources = project(&root().join("examples").join(example));
    let flow = sources.iter().filter(|(_, file)| file.kind == FileKind::Flow);
    flow.map(|(_, file)| (file.path.clone(), file.text.to_string())).collect()
}

fn replaced(example: &str, path: &str, text: &str) -> Sources {
    let mut sources = Sources::default();
    for (_, file) in project(&root().join("examples").join(example)).iter() {
        let text = if file.path == path { text } else { &file.text };
        sources.add(file.path.clone(), file.kind, text);
    }
    sources
}

/// Small chance with a seed (xorshift64*): the same edits on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).unwrap_or(0) % limit.max(1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len());
        from.get(at).expect("something to pick from")
    }
}
