//! Deliveries that come twice: with the same message id at once or later, or with another id and the same unique value.

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_graph::program::Program;
use flow_machine::Event;

use super::super::script::{Beat, Script, What};
use super::Rerun;
use crate::ingest::Incoming;

const TWICE: &str = "a message id that was seen before is dropped";
const UNIQUE: &str = "a second event with the value of a `unique` field is a duplicate";
/// How much later a delivery comes again, where the test does not move its clock before.
const LATER_MS: i64 = 3_600_000;

/// Three reruns at most, each of the whole test.
pub(super) fn reruns<'c>(program: &Program, script: &Script<'c>) -> Vec<Rerun<'c>> {
    let script = named(script);
    let again = |incoming: &Incoming| Some(incoming.clone());
    let mut reruns = vec![
        Rerun::new("repeated", "everything arrives twice, at once".to_owned(), TWICE, twice(&script, again)).exact(),
        Rerun::new("repeated later", "everything arrives again, up to an hour later".to_owned(), TWICE, later(&script))
            .exact(),
    ];
    let renamed = |incoming: &Incoming| renamed(program, incoming);
    if script.beats.iter().any(|beat| feed(beat).and_then(renamed).is_some()) {
        let words = "each event with a unique value arrives again under another message id".to_owned();
        reruns.push(Rerun::new("unique value again", words, UNIQUE, twice(&script, renamed)).exact());
    }
    reruns.retain(|rerun| rerun.readings.iter().any(|changed| changed.beats.len() > script.beats.len()));
    reruns
}

/// With a message id for each input, as real ones have.
fn named<'c>(script: &Script<'c>) -> Script<'c> {
    let mut script = script.clone();
    for (number, beat) in script.beats.iter_mut().enumerate() {
        if let (Some(_), What::Feed(_, incoming)) = (beat.line, &mut beat.what)
            && incoming.id.is_empty()
        {
            **incoming = with_id(incoming, &format!("test/{number}"));
        }
    }
    script
}

fn twice<'c>(script: &Script<'c>, again: impl Fn(&Incoming) -> Option<Incoming>) -> Script<'c> {
    let beats = script.beats.iter().flat_map(|beat| {
        let second = match &beat.what {
            What::Feed(contact, incoming) if beat.line.is_some() => {
                again(incoming).map(|incoming| Beat { what: What::Feed(*contact, Box::new(incoming)), ..beat.clone() })
            }
            What::Feed(..) | What::Look(..) | What::Pass => None,
        };
        [Some(beat.clone()), second].into_iter().flatten()
    });
    Script { beats: beats.collect(), ..*script }
}

fn later<'c>(script: &Script<'c>) -> Script<'c> {
    let mut beats: Vec<Beat<'c>> = Vec::new();
    let mut open: Vec<(Timestamp, Beat<'c>)> = Vec::new();
    for beat in &script.beats {
        let mut due: Vec<_> = open.extract_if(.., |(_, again)| again.at < beat.at).collect();
        due.sort_by_key(|(at, _)| (*at).min(beat.at));
        for (at, again) in due {
            beats.push(arriving(again, at.min(beat.at)));
        }
        beats.push(beat.clone());
        if beat.line.is_some() && matches!(beat.what, What::Feed(..)) {
            open.push((beat.at.plus(LATER_MS), beat.clone()));
        }
    }
    Script { beats, ..*script }
}

/// The same beat at another instant: what arrives then happened when it did.
pub(super) fn arriving<'c>(mut beat: Beat<'c>, at: Timestamp) -> Beat<'c> {
    beat.at = at;
    if let What::Feed(_, incoming) = &mut beat.what {
        incoming.arrival = Some(at);
    }
    beat
}

fn renamed(program: &Program, incoming: &Incoming) -> Option<Incoming> {
    let event = incoming.event.as_ref()?;
    let fields = &program.events.get(event.kind)?.fields;
    let mut unique = fields.iter().zip(&event.values).filter(|(field, value)| field.unique && value.is_known());
    unique.next()?;
    Some(with_id(incoming, &format!("{}/again", incoming.id)))
}

fn with_id(incoming: &Incoming, id: &str) -> Incoming {
    let id: Arc<str> = Arc::from(id);
    let event = incoming.event.as_ref().map(|event| Arc::new(Event { id: Arc::clone(&id), ..Event::clone(event) }));
    Incoming { id, event, ..incoming.clone() }
}

fn feed<'b>(beat: &'b Beat<'_>) -> Option<&'b Incoming> {
    if let What::Feed(_, incoming) = &beat.what { Some(incoming) } else { None }
}
