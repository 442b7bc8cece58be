//! No panic, no hang, a clear answer: whatever the bytes.

#![allow(clippy::expect_used, reason = "a test may panic")]

use std::ops::Range;
use std::time::{Duration, Instant};

use flow_compiler::diagnostic::{Diagnostic, Sink};
use flow_compiler::source::{FileId, FileKind, Sources, Span};
use flow_compiler::syntax::tree::{File, Item};
use flow_compiler::syntax::{decode, parse};
use flow_tests::{project, root, texts};

/// A generous bound for one compilation on a busy machine: a hang is minutes, not seconds.
const PATIENCE: Duration = Duration::from_secs(20);

#[rustfmt::skip]
const PIECES: [&str; 46] = [
    "{", "}", "(", ")", "[", "]", "\"", "//", "///", "\n", "\r\n", "\r", "\t", " ", "\0", "\u{feff}", "é", "🚀", "..", "->", "%", "1d",
    "2 hours", "-", "+", "??", "==", "=", "not", "in", "last", "ever", "where", "on", "when", "\u{202e}",
    "99999999999999999999", "2026-02-30", "25:00", "е", "test \"x\" {", "wait", "send", "choose {", "split s {", "1e309",
];

const EXAMPLES: [&str; 4] = ["cdnow", "saas", "shop", "mistakes"];

/// The end of each prefix is read, with the two items before it; every fortieth goes through the whole compiler, from
/// its beginning.
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

/// What stands before the item that is cut is read as in the whole file.
fn truncate(path: &str, text: &str) {
    let (whole, _) = read(text);
    let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let mut base = (usize::MAX, read(""));
    for (end, _) in text.char_indices() {
        let begin = Instant::now();
        let before = whole.items.iter().take_while(|item| (item.span.end as usize) < end).count();
        let first = before.checked_sub(2).and_then(|first| whole.items.get(first));
        let from = first.map_or(0, |item| item.span.start as usize);
        if base.0 != from {
            let until = whole.items.get(before + 1).map_or(text.len(), |item| item.span.end as usize);
            base = (from, read(slice(from, until)));
        }
        let (items, said) = (&base.1.0.items, &base.1.1);
        let (file, found) = read(slice(from, end));
        // The last item before the cut may go on behind what looks like its end.
        let sure = before.min(2).saturating_sub(1);
        let same = items.iter().take(sure).eq(file.items.iter().take(sure));
        assert!(same, "{path} cut at {end}: an item before it is read otherwise");
        let until = items.iter().take(sure).next_back().map_or(0, |item| item.span.end);
        let early = |found: &[Diagnostic]| -> Vec<Diagnostic> {
            found.iter().filter(|found| found.primary.span.end < until).cloned().collect()
        };
        assert_eq!(early(said), early(&found), "{path} cut at {end}");
        if end % 40 == 0 {
            drop(flow_compiler::compile(&texts(&[(path, slice(0, end))])));
        }
        assert!(begin.elapsed() < PATIENCE, "{path} cut at {end} took {:?}", begin.elapsed());
    }
}

/// Bytes, words and lines of one item are deleted, inserted, doubled and swapped: the items around it are read as if
/// nothing had happened.
#[test]
fn twenty_thousand_random_edits() {
    let mut chance = Chance(0x5eed);
    let files: Vec<_> = EXAMPLES.iter().flat_map(|example| flow_files(example)).collect();
    let places: Vec<Neighbours> = files.iter().flat_map(|(path, text)| neighbours(path, text)).collect();
    for round in 0..20_000 {
        let place = chance.pick(&places);
        let mut edited = place.item.clone().into_bytes();
        for _ in 0..=chance.below(3) {
            edit(&mut chance, &mut edited);
        }
        let begin = Instant::now();
        place.read(&edited, round);
        if round % 10 == 0 {
            let bytes = [place.before.as_bytes(), &edited, place.after.as_bytes()].concat();
            let text = decode(&bytes, FileId(0), &mut Sink::default());
            drop(flow_compiler::compile(&texts(&[(&place.path, &text)])));
        }
        assert!(begin.elapsed() < PATIENCE, "round {round} took {:?}", begin.elapsed());
    }
}

/// An item with those before and behind it.
struct Neighbours {
    path: String,
    before: String,
    item: String,
    after: String,
}

impl Neighbours {
    /// Reads the three with another text for the item, and compares its neighbours with how they are read without it.
    fn read(&self, edited: &[u8], round: usize) {
        let mut sink = Sink::default();
        let item = decode(edited, FileId(0), &mut sink);
        if !sink.is_empty() && item.is_empty() {
            // No text at all; there is nothing to compare.
            return;
        }
        let blank: String = item.chars().flat_map(|c| std::iter::repeat_n(' ', c.len_utf8())).collect();
        let (with, found) = read(&format!("{}{item}{}", self.before, self.after));
        let (without, said) = read(&format!("{}{blank}{}", self.before, self.after));
        let end = self.before.len() + item.len();
        // What does not begin with a word at the start of its line goes on with the item before.
        let goes_on = !item.starts_with(|c: char| c.is_ascii_alphabetic());
        let last = without.items.iter().take_while(|item| (item.span.start as usize) < self.before.len()).last();
        let start = last.filter(|_| goes_on).map_or(self.before.len(), |last| last.span.start as usize);
        // A place between two characters at its border is the item's own: something is missing there.
        let outside = |span: Span| {
            let (from, to) = (span.start as usize, span.end as usize);
            (to <= start && from < start) || (from >= end && to > end)
        };
        let told = |found: &[Diagnostic]| -> Vec<String> {
            let outer = found.iter().filter(|found| outside(found.primary.span));
            outer.map(|found| format!("{:?} {}", found.primary.span, found.message)).collect()
        };
        let items = |file: &File| -> Vec<Item> {
            let mut items: Vec<Item> = file.items.iter().filter(|item| outside(item.span)).cloned().collect();
            // A comment for the next item may have been written into this one.
            if let Some(next) = items.iter_mut().find(|item| item.span.start as usize >= end) {
                next.doc = None;
            }
            items
        };
        let shown = || format!("round {round} in {}:\n{item}", self.path);
        assert_eq!(items(&with), items(&without), "{}", shown());
        assert_eq!(told(&found), told(&said), "{}", shown());
    }
}

/// Each item of a file with up to two items before and behind it.
fn neighbours(path: &str, text: &str) -> Vec<Neighbours> {
    let (file, _) = read(text);
    let line = |at: u32| text.get(..at as usize).and_then(|text| text.rfind('\n')).map_or(0, |end| end + 1);
    let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
    let of = |number: usize, item: &Item| {
        let first = file.items.get(number.saturating_sub(2)).unwrap_or(item);
        let last = file.items.get(number + 2).or(file.items.last()).unwrap_or(item);
        let (start, end) = (line(item.span.start), item.span.end as usize);
        Neighbours {
            path: path.to_owned(),
            before: slice(line(first.span.start).min(start), start),
            item: slice(start, end),
            after: slice(end, last.span.end as usize),
        }
    };
    file.items.iter().enumerate().map(|(number, item)| of(number, item)).collect()
}

/// One edit: of bytes, of a word, of a line.
fn edit(chance: &mut Chance, text: &mut Vec<u8>) {
    let at = chance.below(text.len() + 1);
    let from_to = match chance.below(3) {
        0 => at..(at + chance.below(8)).min(text.len()),
        1 => around(text, at, |byte| !byte.is_ascii_alphanumeric() && byte != b'_'),
        _ => around(text, at, |byte| byte == b'\n'),
    };
    match chance.below(4) {
        0 => drop(text.drain(from_to)),
        1 => {
            let piece = chance.pick(&PIECES).as_bytes();
            drop(text.splice(at..at, piece.iter().copied()));
        }
        2 => {
            let twice = text.get(from_to.clone()).unwrap_or_default().to_vec();
            drop(text.splice(from_to.end..from_to.end, twice));
        }
        _ => {
            let moved: Vec<u8> = text.drain(from_to).collect();
            let to = chance.below(text.len() + 1);
            drop(text.splice(to..to, moved));
        }
    }
}

/// The stretch around a place up to the next byte that ends it.
fn around(text: &[u8], at: usize, ends: impl Fn(u8) -> bool) -> Range<usize> {
    let before = text.get(..at).unwrap_or_default();
    let start = before.iter().rposition(|byte| ends(*byte)).map_or(0, |end| end + 1);
    let behind = text.get(at..).unwrap_or_default();
    start..behind.iter().position(|byte| ends(*byte)).map_or(text.len(), |end| at + end)
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
fn five_mistakes_five_diagnostics() {
    let text = "contact {\n  email: emial?\n  seats: int?\n}\n\nevent page_viewed as page { path: text }\n\n\
                segment a {\n  count(page_viewd ever) > 3\n}\n\nsegment b {\n  seats == \"many\"\n}\n\n\
                score s {\n  range 0..100\n  half-life 14d\n  +5 on page_viewed\n}\n\nsegment c {\n  in segment d\n}\n";
    let sources = texts(&[("five.flow", text)]);
    let found = flow_compiler::compile(&sources).diagnostics;
    assert_eq!(found.len(), 5, "{}", flow_tests::lines(&sources, &found));
}

/// The tree of a text, and what was said of it.
fn read(text: &str) -> (File, Vec<Diagnostic>) {
    let mut sink = Sink::default();
    let file = parse(FileId(0), text, &mut sink);
    (file, sink.finish())
}

fn flow_files(example: &str) -> Vec<(String, String)> {
    let sources = project(&root().join("examples").join(example));
    let flow = sources.iter().filter(|(_, file)| file.kind == FileKind::Flow);
    flow.map(|(_, file)| (file.path.to_string(), file.text.to_string())).collect()
}

fn replaced(example: &str, path: &str, text: &str) -> Sources {
    let mut sources = Sources::default();
    for (_, file) in project(&root().join("examples").join(example)).iter() {
        let text = if *file.path == *path { text } else { &file.text };
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
