//! A prepared log says what its lines say; what is damaged is refused.

use std::io::{Cursor, Read as _, Seek as _};
use std::sync::Arc;

use super::*;
use crate::ingest::calls::{File, Sink};
use crate::ingest::segment::Sieve;
use crate::ingest::{Catalog, Format, Incoming, Inputs, Read, Rejection, Scope};
use crate::sample;

mod calls;

const LINES: [&str; 14] = [
    r#"{"type":"track","event":"Order Completed","userId":"u1","messageId":"m1","timestamp":"2026-03-01T10:00:00Z","properties":{"revenue":39.95,"items":3,"tags":["a","b"],"new":true}}"#,
    r#"{"type":"track","event":"Order Completed","userId":"u2","messageId":"m2","timestamp":"2026-03-01T10:00:00.250+02:00","properties":{"revenue":12,"items":-3,"tags":[],"new":false}}"#,
    r#"{"type":"identify","userId":"u1","anonymousId":"a1","timestamp":"2026-03-01 11:00","traits":{"email":"a@b.example","first_name":"\u00dcnal"}}"#,
    r#"{"type":"page","anonymousId":"a2","receivedAt":"2026-03-01T12:00:00Z","properties":{"path":"/x"},"context":{"timezone":"Asia/Tokyo"}}"#,
    r#"{"type":"alias","userId":"u3","previousId":"u4","timestamp":"2026-03-01T12:00:00Z"}"#,
    r#"{"batch":[{"type":"track","event":"Signed Up","userId":"u5","timestamp":"2026-03-01T12:00:00Z"},{"type":"page","userId":"u6","anonymousId":"a6","timestamp":"2026-03-01T12:00:00Z"}]}"#,
    r#"{"type":"track","event":"Unknown","userId":7,"timestamp":"2026-03-01T12:00:00Z"}"#,
    r#"{"type":"track","event":"Order Completed","userId":"","anonymousId":null,"timestamp":"2026-03-01T12:00:00Z"}"#,
    r#"{"type":"track","event":"Order Completed","userId":"u1","timestamp":"yesterday"}"#,
    r#"{"type":"dance","userId":"u1","userId":"u9","timestamp":"2026-03-01T12:00:00Z"}"#,
    "{}",
    "not json",
    "",
    "[1]",
];

fn prepared() -> (Vec<u8>, Packed) {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes).unwrap();
    for (number, line) in (1..).zip(LINES) {
        writer.line(line.as_bytes(), number).unwrap();
    }
    let packed = writer.finish().unwrap();
    (bytes, packed)
}

#[test]
fn what_is_read_of_it_is_what_the_lines_say() {
    let (bytes, packed) = prepared();
    assert_eq!((packed.calls, packed.unusable, packed.bytes), (11, 2, bytes.len() as u64));
    let catalog = Arc::new(Catalog::new(&sample::engine()));
    let mut file = Cursor::new(bytes);
    let dictionary = Arc::new(Dictionary::open(&mut file).unwrap().unwrap());
    assert_eq!(dictionary.calls(), 11);
    let known = |id: &str| {
        let id = dictionary.ids.iter().find(|known| *known.text == *id).unwrap();
        (id.alone, id.together)
    };
    assert!(["u3", "u4"].into_iter().all(|id| known(id) == (false, true)), "an alias");
    assert!(["u1", "a1", "u6", "a6"].into_iter().all(|id| known(id) == (true, true)), "no device of its own");
    assert!(["u2", "a2", "u5", "u9", "7"].into_iter().all(|id| known(id) == (true, false)), "by itself");
    let all = |format: &Format, bytes: &[u8]| all(&catalog, format, bytes);
    let usable = |line: &&str| line.starts_with('{') || line.is_empty();
    let text = LINES.map(|line| if usable(&line) { line } else { "" }).join("\n");
    let mut blocks = Vec::new();
    file.read_to_end(&mut blocks).unwrap();
    assert_eq!(all(&Format::Prepared(dictionary), &blocks), all(&Format::Segment, text.as_bytes()));
}

/// What is read, but for what a prepared log cannot say of a line, or says beside it.
fn all(catalog: &Arc<Catalog>, format: &Format, bytes: &[u8]) -> Vec<Read> {
    let inputs = Inputs::new(Arc::clone(catalog), bytes, "f", 0, format).unwrap();
    let mut reads: Vec<Read> = inputs.map(Result::unwrap).collect();
    for read in &mut reads {
        match read {
            Read::Incoming(incoming) => incoming.who.alone = false,
            Read::Rejected(rejection) => rejection.raw.clear(),
        }
    }
    reads
}

#[test]
fn all_sorts_of_calls_say_what_their_lines_say() {
    let engine = sample::engine();
    let mut later = sample::program();
    later.events.iter_mut().for_each(|event| event.fields.reverse());
    let later = Arc::new(Catalog::new(&Arc::new(flow_machine::Engine::new(Arc::new(later)).unwrap())));
    let change = flow_graph::Timestamp(1_772_359_200_000);
    let catalogs = [Catalog::new(&engine), Catalog::new(&engine).until(change, later)].map(Arc::new);
    let (mut taken, mut rejected) = (0, 0);
    for seed in 1..=60 {
        let lines = calls::lines(seed);
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes).unwrap();
        (1..).zip(&lines).for_each(|(number, line)| writer.line(line.as_bytes(), number).unwrap());
        assert_eq!(writer.finish().unwrap().unusable, 0);
        let mut file = Cursor::new(bytes);
        let dictionary = Arc::new(Dictionary::open(&mut file).unwrap().unwrap());
        let mut blocks = Vec::new();
        file.read_to_end(&mut blocks).unwrap();
        for catalog in &catalogs {
            let expected = all(catalog, &Format::Segment, lines.join("\n").as_bytes());
            let found = all(catalog, &Format::Prepared(Arc::clone(&dictionary)), &blocks);
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found, expected, "seed {seed}");
            }
            assert_eq!(found.len(), expected.len());
            let used = expected.iter().filter(|read| matches!(read, Read::Incoming(_))).count();
            (taken, rejected) = (taken + used, rejected + expected.len() - used);
        }
    }
    assert!(taken > 1_000 && rejected > 2_000, "{taken} {rejected}");
}

/// What stands in a log, by a reader that passes over others than some ids lead to.
#[derive(Default)]
struct Taken(Vec<Incoming>, Vec<Rejection>);

impl Sink for Taken {
    fn accept(&mut self, incoming: Incoming) {
        self.0.push(incoming);
    }

    fn reject(&mut self, rejection: Rejection) {
        self.1.push(rejection);
    }
}

#[test]
fn of_others_it_is_read_whom_calls_speak_of_and_when() {
    let catalog = Arc::new(Catalog::new(&sample::engine()));
    let only = Arc::new(Sieve::new(&[Arc::from("u1"), Arc::from("nobody")]));
    let (mut passed, mut full) = (0, 0);
    for seed in 1..=40 {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes).unwrap();
        (1..).zip(calls::lines(seed)).for_each(|(number, line)| writer.line(line.as_bytes(), number).unwrap());
        writer.finish().unwrap();
        let mut file = Cursor::new(bytes);
        let dictionary = Arc::new(Dictionary::open(&mut file).unwrap().unwrap());
        let mut block = Vec::new();
        while next_block(&mut file, &mut block).unwrap() {
            let read = |only: Option<&Arc<Sieve>>| {
                let mut taken = Taken::default();
                let file = File { name: Arc::from("f"), number: 0, joining: None };
                Unpacker::new(Arc::clone(&catalog), only.cloned()).read(&dictionary, &file, &block, &mut taken);
                taken.1.retain(|rejection| rejection.scope == Scope::Call);
                taken
            };
            let (all, some) = (read(None), read(Some(&only)));
            assert_eq!(all.1, some.1, "seed {seed}");
            assert_eq!(all.0.len(), some.0.len());
            for (all, some) in all.0.iter().zip(&some.0) {
                let key = |it: &Incoming| (it.who.clone(), it.arrives(), it.origin);
                assert_eq!(key(all), key(some));
                let wanted = !all.who.alone || all.who.user.as_deref() == Some("u1");
                passed += usize::from(all != some);
                full += usize::from(wanted);
                assert!(all == some || !wanted, "{all:?}");
            }
        }
    }
    assert!(passed > 50 && full > 50, "{passed} {full}");
}

#[test]
fn what_is_damaged_is_told_and_what_is_something_else_is_left_alone() {
    let (bytes, _) = prepared();
    let mut lines = Cursor::new(LINES.join("\n").into_bytes());
    assert!(Dictionary::open(&mut lines).unwrap().is_none());
    assert_eq!(lines.stream_position().unwrap(), 0);
    assert!(Dictionary::open(&mut Cursor::new(b"FLOW")).unwrap().is_none());
    for end in [8, 12, 20, bytes.len() - 1] {
        assert!(Dictionary::open(&mut Cursor::new(&bytes[..end])).is_err(), "{end} bytes");
    }
    let catalog = Arc::new(Catalog::new(&sample::engine()));
    for at in (0..bytes.len()).step_by(3) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        let mut file = Cursor::new(damaged);
        let Ok(Some(dictionary)) = Dictionary::open(&mut file) else { continue };
        let mut blocks = Vec::new();
        file.read_to_end(&mut blocks).unwrap();
        let inputs =
            Inputs::new(Arc::clone(&catalog), blocks.as_slice(), "f", 0, &Format::Prepared(Arc::new(dictionary)));
        let broken = inputs.unwrap().any(|read| read.is_err());
        assert!(broken || at + 32 > bytes.len() || at < 16, "byte {at} of {}", bytes.len());
    }
}
