//! Whoever is told to stay alone does: no contact of theirs is merged into another one, and none into theirs.

use std::io::Cursor;
use std::sync::Arc;

use super::*;
use crate::identity::People;
use crate::ingest::prepared::Writer;
use crate::ingest::{Catalog, Format, Inputs, Read};
use crate::parallel::{Source, Watch, look};
use crate::sample;

struct Nobody;

impl Watch for Nobody {
    fn rejected(&mut self, _: crate::ingest::Rejection) {}
}

fn below(seed: &mut u64, end: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % end
}

/// Calls of a few users with a few devices; some are in batches, have numbers as ids, escapes, or cannot be used.
fn history(seed: &mut u64, calls: usize) -> String {
    let mut lines = Vec::new();
    while lines.len() < calls {
        let call = |seed: &mut u64| {
            let user = match below(seed, 5) {
                0 => below(seed, 14).to_string(),
                _ => format!(r#""{}""#, below(seed, 14)),
            };
            let device = format!(r#""a{}""#, below(seed, 40));
            let what = match below(seed, 8) {
                0 => r#""type":"track","event":"Unknown""#,
                1 => r#""type":"identify""#,
                _ => r#""type":"page","properties":{"path":"/"}"#,
            };
            let who = match below(seed, 24) {
                0..8 => format!(r#""userId":{user}"#),
                8..13 => format!(r#""anonymousId":{device}"#),
                13..20 => format!(r#""userId":{user},"anonymousId":{device}"#),
                20 => format!(r#""userId":{user},"\u0061nonymousId":{device}"#),
                21 => format!(r#""userId":null,"userId":{user},"anonymousId":"","anonymousId":{device}"#),
                22 => format!(r#""anonymousId":{user}"#),
                _ if below(seed, 4) > 0 => format!(r#""userId":{user},"previousId":{device}"#),
                _ => {
                    return format!(
                        r#"{{"userId":{user},"previousId":{device},"type":"alias","timestamp":"2026-03-01T10:00:00Z"}}"#
                    );
                }
            };
            format!(r#"{{{who},{what},"timestamp":"2026-03-01T10:00:00Z"}}"#)
        };
        lines.push(match below(seed, 12) {
            0 => format!(r#"{{"batch":[{},{}]}}"#, call(seed), call(seed)),
            1 => "no call".to_owned(),
            _ => call(seed),
        });
    }
    lines.join("\n")
}

fn prepared(text: &str) -> (Dictionary, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(&mut bytes).unwrap();
    (1..).zip(text.lines()).for_each(|(number, line)| writer.line(line.as_bytes(), number).unwrap());
    writer.finish().unwrap();
    let mut file = Cursor::new(bytes);
    let dictionary = Dictionary::open(&mut file).unwrap().unwrap();
    let start = usize::try_from(file.position()).unwrap();
    (dictionary, file.into_inner().split_off(start))
}

/// Runs all calls of some files and looks at each merge; how many contacts there were, and how many were alone.
fn check(files: &[Vec<crate::ingest::Incoming>]) -> (usize, usize) {
    let mut people = People::default();
    let mut alone = Vec::new();
    for incoming in files.iter().flatten() {
        let resolved = people.resolve(&incoming.who).unwrap();
        if resolved.created.is_some() {
            alone.push(incoming.who.alone);
        }
        for other in &resolved.merged {
            let at = |contact: u32| alone[usize::try_from(contact).unwrap()];
            assert!(!at(*other) && !at(resolved.contact), "{incoming:?}");
        }
    }
    (alone.len(), alone.iter().filter(|alone| **alone).count())
}

fn incoming(catalog: &Arc<Catalog>, bytes: &[u8], format: &Format) -> Vec<crate::ingest::Incoming> {
    let inputs = Inputs::new(Arc::clone(catalog), bytes, "in", 0, format).unwrap();
    let used = |read: Read| match read {
        Read::Incoming(incoming) => Some(*incoming),
        Read::Rejected(_) => None,
    };
    inputs.filter_map(|read| used(read.unwrap())).collect()
}

#[test]
fn who_stays_alone_is_never_merged() {
    let catalog = Arc::new(Catalog::new(&sample::engine()));
    let (mut contacts, mut alone) = ([0; 3], [0; 3]);
    for seed in 1..=300 {
        let mut seed: u64 = seed;
        let count = 4 + usize::try_from(below(&mut seed, 60)).unwrap();
        let texts = [history(&mut seed, count), history(&mut seed, count / 2)];
        let source = |text: &str, format| {
            let reader = Cursor::new(text.to_owned().into_bytes());
            Source { name: "in".to_owned(), reader, format, joining: None }
        };
        let lines = texts.iter().map(|text| source(text, Format::Segment)).collect();
        let joining = look(lines, 2, &mut Nobody).unwrap().joining();
        let read = |text: &String| {
            let mut all = incoming(&catalog, text.as_bytes(), &Format::Segment);
            all.iter_mut().for_each(|incoming| incoming.who.alone = joining.alone(&incoming.who));
            all
        };
        // Lines alone; one prepared log; a prepared log beside lines, in both orders.
        let lines: Vec<_> = texts.iter().map(read).collect();
        let (dictionary, bytes) = prepared(&texts.join("\n"));
        let whole = incoming(&catalog, &bytes, &Format::Prepared(Arc::new(dictionary)));
        let (mut dictionary, bytes) = prepared(&texts[0]);
        let mut ties = look(vec![source(&texts[1], Format::Segment)], 1, &mut Nobody).unwrap();
        ties.log(&dictionary);
        let joining = ties.joining();
        dictionary.settle(&joining);
        let first = incoming(&catalog, &bytes, &Format::Prepared(Arc::new(dictionary)));
        let mut second = incoming(&catalog, texts[1].as_bytes(), &Format::Segment);
        second.iter_mut().for_each(|incoming| incoming.who.alone = joining.alone(&incoming.who));
        for (way, files) in
            [lines, vec![whole], vec![first.clone(), second.clone()], vec![second, first]].into_iter().enumerate()
        {
            let (all, some) = check(&files);
            contacts[way.min(2)] += all;
            alone[way.min(2)] += some;
        }
    }
    assert_eq!((contacts[0], alone[0]), (contacts[1], alone[1]), "lines and a log of them know the same");
    assert!(alone[0] * 5 > contacts[0] && alone[2] * 8 > contacts[2], "{alone:?} of {contacts:?}");
    assert!(alone[0] * 10 < contacts[0] * 9, "{alone:?} of {contacts:?}");
}
