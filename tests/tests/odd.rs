//! Depth, size, and bytes that are no text: a clear answer, in bounded time.

#![allow(clippy::expect_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use flow_compiler::diagnostic::{Diagnostic, Sink};
use flow_compiler::source::{FileId, FileKind, Sources};
use flow_compiler::syntax::decode;
use flow_tests::{lines, texts};

/// A generous bound on a busy machine, in a build without optimisation.
const PATIENCE: Duration = Duration::from_secs(60);

const GOOD: &str = "segment a {\n  did signed_up ever\n}\n\nevent signed_up\n\ncontact {\n  email: email?\n}\n";

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

/// What is never closed was once tried with each way to close what stands inside it.
#[test]
fn brackets_that_are_never_closed_take_no_time() {
    for open in ["(", "[", "{", "not (", "if (", "count(e where (", "[(", "({", "if x then ("] {
        for deep in [20, 60, 120] {
            for end in ["", "you are", "visits >", "\"here.", ")", "} ) ]"] {
                let text = format!("segment deep {{\n  {}{end}\n}}\n\nevent e\n", open.repeat(deep));
                let begin = Instant::now();
                let found = said(&[("deep.flow", &text)]);
                assert!(begin.elapsed() < Duration::from_secs(5), "{open} {deep} {end}: {:?}", begin.elapsed());
                assert!(!found.is_empty(), "{text}");
            }
        }
    }
}

/// Each encoding is named once, and what is written in it is read where that can be.
#[test]
fn other_encodings_are_named_once() {
    let wide = |bytes: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{GOOD}").encode_utf16().flat_map(bytes).collect()
    };
    let latin: Vec<u8> = [b"/// Gr\xFC\xDFe\n".as_slice(), GOOD.as_bytes()].concat();
    let all: Vec<u8> = (0..=255_u8).cycle().take(50_000).collect();
    for (bytes, said) in [
        (wide(u16::to_le_bytes, "\u{feff}"), "this file is written in UTF-16"),
        (wide(u16::to_be_bytes, "\u{feff}"), "this file is written in UTF-16"),
        (wide(u16::to_le_bytes, ""), "this file is written in UTF-16"),
        (latin, "the byte FC is not UTF-8"),
        (all, "this file is not text"),
    ] {
        let mut sink = Sink::default();
        let text = decode(&bytes, FileId(1), &mut sink);
        let found: Vec<String> = sink.finish().into_iter().map(|found| found.message).collect();
        assert_eq!(found, [said]);
        assert_eq!(self::said(&[("a.flow", &text)]), [""; 0], "{said}: what could be read is right");
    }
}

/// Lines that end with a carriage return alone are one mistake, and each item is read.
#[test]
fn carriage_returns_alone_are_one_mistake() {
    let found = said(&[("a.flow", &GOOD.replace('\n', "\r"))]);
    assert_eq!(found, ["a.flow:1: F1017 a line ends with a carriage return alone (U+000D)"]);
}

#[test]
fn numbers_and_times_beyond_all_bounds_are_each_one_mistake() {
    for (condition, said) in [
        ("count(e ever) > 99999999999999999999", "this number is too large"),
        ("count(e in last 99999999999 days) > 1", "this number is too large"),
        ("count(e in last 99999999999999999999999h) > 1", "this number is too large"),
        ("last(e.time) > 2026-13-45T10:00", "there is no instant `2026-13-45T10:00`"),
        ("last(e.time) > 2026-02-29T25:61", "there is no instant `2026-02-29T25:61`"),
    ] {
        let found = self::said(&[("a.flow", &format!("event e\nsegment s {{ {condition} }}\n"))]);
        assert_eq!(found, [format!("a.flow:2: F1013 {said}")], "{condition}");
    }
    // The largest values that there are can be written, and nothing is counted past them.
    for condition in [
        "count(e ever) >= 9223372036854775807",
        "count(e in last 4294967295 days) >= 1",
        "count(e in last 4294967295 years) >= 1",
        "count(e in last 4294967295h) >= 1",
    ] {
        drop(said(&[("a.flow", &format!("event e\nsegment s {{ {condition} }}\n"))]));
    }
}

/// Each of these took time that grows with the square of the size at some time, or could.
#[test]
fn large_files_take_time_like_their_size() {
    let many = |line: &str, count: usize| line.repeat(count);
    let cases = [
        ("one line", format!("segment a {{ {} true }}\n", many("true and ", 200_000))),
        ("a long text", format!("message m {{ subject \"{}\" }}\n", many("word ", 400_000))),
        ("a comment", format!("// {}\n", many("word ", 400_000))),
        ("documentation", many("/// word\n", 200_000)),
        ("no words", many("{ ) ] } ", 100_000)),
        ("odd letters", many("\u{a0}x\u{200b}y\n", 50_000)),
        ("odd letters and mistakes", many("segment a { \u{a0}b c \u{200b}d e }\n", 5_000)),
        ("quotes", many("\"", 500_000)),
        ("unclosed", many("segment a { (\n", 20_000)),
        ("mistakes", (0..10_000).map(|n| format!("segment s{n} {{ there is no way }}\n")).collect()),
        ("like names", (0..20_000).map(|_| "event same\n").collect()),
        ("unknown names", (0..5_000).map(|n| format!("segment s{n} {{ did nobody{n} ever }}\n")).collect()),
        ("items", (0..20_000).map(|n| format!("event e{n}\nsegment s{n} {{ did e{n} ever }}\n")).collect()),
        ("readers", (1..3_000).map(|n| format!("segment s{n} {{ in segment s{} }}\n", n - 1)).collect()),
    ];
    for (name, text) in &cases {
        let begin = Instant::now();
        drop(said(&[("large.flow", text)]));
        assert!(begin.elapsed() < PATIENCE, "{name}: {} bytes took {:?}", text.len(), begin.elapsed());
    }
}

#[test]
fn deep_templates_are_answered() {
    let message = "topic t { consent opt_in }\nmessage m { channel email topic t subject \"s\" body file \"templates/a.html\" }\n";
    for (open, close) in
        [("{{ (", ")"), ("{% if 1 %}", "{% endif %}"), ("{{ [", "]"), ("{{ not ", ""), ("{% for x in y %}", "")]
    {
        let text = format!("{}1{}", open.repeat(5_000), close.repeat(5_000));
        let found = said(&[("a.flow", message), ("templates/a.html", &text)]);
        assert!(!found.is_empty() && found.len() < 10, "{open}: {found:#?}");
    }
}

/// The author's words in a message do nothing but stand there.
#[test]
fn a_message_is_one_line_that_does_nothing_to_a_terminal() {
    let message = |path: &str| {
        let text = format!(
            "contact {{ email: email? }}\ntopic t {{ consent opt_in }}\nmessage m {{ channel email topic t subject \"s\" body file \"{path}\" }}\n"
        );
        said(&[("a.flow", &text)]).into_iter().filter(|line| line.contains("F2052")).collect::<Vec<_>>()
    };
    assert_eq!(message("templates/a\\nb\\tc"), ["a.flow:3: F2052 there is no file `templates/a\\nb\\tc`"]);
    let esc = message("\u{1b}[2J\u{7}\u{9b}");
    assert_eq!(esc, [r"a.flow:3: F2052 there is no file `\u{1b}[2J\u{7}\u{9b}`"]);
}

/// What is said of some files, a line each.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let sources = texts(files);
    let found: Vec<Diagnostic> = flow_compiler::compile(&sources).diagnostics;
    lines(&sources, &found).lines().map(str::to_owned).collect()
}
