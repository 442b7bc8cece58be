//! The only door: one contact, one input, one instant.
//!
//! First everything due up to now happens, each at its own exact instant; then the input has its turn. So stepping
//! through every wake and jumping over them all give the same decisions.
//!
//! Decisions where the language is silent:
//! * An instant earlier than where the contact stands is held there: inputs are handled in the order of arrival.
//! * [`Input::Wake`] does what is due and nothing else: waking at other instants, or never, changes nothing. Only the
//!   first input of all is a turn in any case.

use flow_graph::Timestamp;

use crate::contact::Contact;
use crate::decision::Transition;
use crate::engine::Engine;
use crate::input::Input;
use crate::turn::{self, Begin};
use crate::{decision, merge, trace};

/// Steps a contact to an instant with an input. `out` is the result of this step alone: it is emptied first.
pub fn step(engine: &Engine, contact: &mut Contact, input: Input, now: Timestamp, out: &mut Transition) {
    let now = begin(contact, now, out);
    catch_up(engine, contact, now, out);
    let counted = out.trace.is_some().then(|| trace::counted(engine, contact, &input));
    take(engine, contact, input, now, out);
    out.next_wake = contact.journey.wake;
    if let Some(counted) = counted {
        trace::look(engine, contact, counted, out);
    }
}

/// Empties what is to be told; the instant, which is none before the contact's.
pub(crate) fn begin(contact: &Contact, now: Timestamp, out: &mut Transition) -> Timestamp {
    out.decisions.clear();
    out.outcome = decision::Outcome::default();
    out.cut_off = false;
    now.clamp(Timestamp::FIRST_VALID, Timestamp::LAST_VALID).max(contact.now)
}

/// The input has its turn.
pub(crate) fn take(engine: &Engine, contact: &mut Contact, input: Input, now: Timestamp, out: &mut Transition) {
    match input {
        Input::Event(event) => turn::run(engine, contact, Begin::Event(event), now, out),
        Input::Attributes(attributes) => turn::run(engine, contact, Begin::Attributes(attributes), now, out),
        Input::Wake | Input::Adopted if contact.born => contact.now = now,
        Input::Wake | Input::Adopted => turn::run(engine, contact, Begin::Time, now, out),
        Input::Merge(merge) => merge::merge(engine, contact, *merge, now, out),
    }
}

/// Everything due up to now happens, each at its own instant.
pub(crate) fn catch_up(engine: &Engine, contact: &mut Contact, now: Timestamp, out: &mut Transition) {
    while let Some(due) = contact.journey.wake.filter(|due| *due <= now) {
        // A turn sets a wake after its own instant, so each round leads on.
        turn::run(engine, contact, Begin::Time, due, out);
    }
}
