//! Visitors who turn out to be somebody in the middle of a test.

use std::sync::Arc;

use flow_graph::program::Program;

use super::super::script::{Beat, Script, What, name, says};
use super::Rerun;
use super::figures::Figures;
use super::order::some;
use crate::ingest::Who;

const VISITOR: &str = "who signs in takes along all that was known of the visitor, and a merge triggers nothing";
const DEVICE: &str = "behaviours and scores are computed anew from all events of both";
/// So many contacts of a test are split at most.
const CONTACTS: u16 = 2;
/// At so many points.
const POINTS: usize = 3;

/// At most six reruns for each of two contacts. One of which the test itself tells who it is stays as it is.
pub(super) fn reruns<'c>(program: &Program, script: &Script<'c>) -> Vec<Rerun<'c>> {
    let figures = Figures::new(program);
    let mut reruns = Vec::new();
    if figures.looks_at_the_contact(None) {
        // Events are counted anew with what is known at the merge, not with what was known when they arrived.
        return reruns;
    }
    let named = |beat: &Beat<'_>| matches!(&beat.what, What::Feed(_, it) if it.who.previous.is_some() || it.who.anonymous.is_some());
    if script.beats.iter().any(named) {
        return reruns;
    }
    for contact in (0..CONTACTS).filter(|contact| usize::from(*contact) < script.case.contacts.len()) {
        let own = |beat: &Beat<'_>| beat.line.is_some() && matches!(beat.what, What::Feed(it, _) if it == contact);
        let inputs: Vec<usize> = (0..).zip(&script.beats).filter(|(_, beat)| own(beat)).map(|(at, _)| at).collect();
        for at in some(inputs, POINTS) {
            reruns.extend(visitor(script, contact, at));
            reruns.extend(device(&figures, script, contact, at));
        }
    }
    reruns
}

/// Until a line the contact is a visitor who goes by the same id, so that chance is the same.
fn visitor<'c>(script: &Script<'c>, contact: u16, until: usize) -> Option<Rerun<'c>> {
    let id: Arc<str> = Arc::from(name(script.case, contact));
    let mut beats = Vec::new();
    for (position, beat) in script.beats.iter().enumerate() {
        if position == until {
            beats.push(merge(script, beat, contact, &id));
        }
        let mut beat = beat.clone();
        if let What::Feed(whose, incoming) = &mut beat.what
            && *whose == contact
            && position < until
        {
            incoming.who = Who { anonymous: Some(Arc::clone(&id)), ..Who::default() };
        }
        beats.push(beat);
    }
    let line = script.line(script.beats.get(until)?)?.line;
    let words = format!("{id} is a visitor until line {line} and signs in then");
    Some(Rerun::new("visitor", words, VISITOR, Script { beats, ..*script }).exact().at(Some(line)))
}

/// Until a line the events of the contact come from a device that nobody knows yet.
fn device<'c>(figures: &Figures<'_>, script: &Script<'c>, contact: u16, until: usize) -> Option<Rerun<'c>> {
    let who = name(script.case, contact);
    let id: Arc<str> = Arc::from(format!("a device of {who}"));
    let mut beats = Vec::new();
    let (mut moved, mut looks) = (false, false);
    for (position, beat) in script.beats.iter().enumerate() {
        if position == until {
            beats.push(merge(script, beat, contact, &id));
        }
        let mut beat = beat.clone();
        match &mut beat.what {
            What::Feed(whose, incoming) if *whose == contact && position < until && incoming.event.is_some() => {
                incoming.who = Who { anonymous: Some(Arc::clone(&id)), ..Who::default() };
                moved = true;
            }
            What::Look(whose, _) if *whose == contact && position < until => beat.what = What::Pass,
            What::Look(whose, expectation) if *whose == contact => looks |= figures.covers(expectation),
            What::Feed(..) | What::Look(..) | What::Pass => {}
        }
        if matches!(beat.what, What::Look(whose, _) if whose == contact) {
            figures.only(&mut beat);
        }
        beats.push(beat);
    }
    let line = script.line(script.beats.get(until)?)?.line;
    let words = format!("what {who} does until line {line} comes from a device that signs in then");
    let rerun = || Rerun::new("device", words, DEVICE, Script { beats, ..*script }).at(Some(line));
    (moved && looks).then(rerun)
}

fn merge<'c>(script: &Script<'c>, before: &Beat<'c>, contact: u16, id: &Arc<str>) -> Beat<'c> {
    let mut incoming = says(script.case, contact, before.at, before.at);
    incoming.who.previous = Some(Arc::clone(id));
    Beat { at: before.at, line: before.line, what: What::Feed(contact, Box::new(incoming)) }
}
