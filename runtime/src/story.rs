//! One contact's story for `flow why`: what came in, what was decided and why, and why the rest was not sent.

mod parting;
mod why_not;

use std::sync::Arc;

use flow_graph::Timestamp;
use flow_machine::{Engine, View};
use serde::Serialize;

use crate::driver::{Driver, Options};
use crate::identity::{ContactNumber, People};
use crate::ingest::Incoming;
use crate::render::Renderer;
use crate::timeline::{Entry, Moment, Timeline};

pub use why_not::{Came, NotSent, Way, not_sent, standing};

/// One contact's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// The id by which the contact goes.
    pub contact: String,
    /// The zone of the contact, else of the project. Instants stand in UTC all the same.
    pub zone: String,
    /// Where the story ends, RFC 3339.
    pub until: String,
    /// All that happened, in order.
    pub moments: Vec<Moment>,
    /// Where it stands at the end: stages, bands, segments, runs, consents.
    pub standing: Vec<String>,
    /// Messages that were never sent, with what stood in the way.
    pub not_sent: Vec<NotSent>,
}

/// Tells the story of a contact by one of its ids: a user id, else an anonymous one. `None`: nobody has it. Only the
/// inputs of this person are run; inputs are given in the order in which they arrive.
#[must_use]
pub fn tell(
    engine: &Arc<Engine>,
    renderer: &Arc<Renderer>,
    options: Options,
    inputs: &[Incoming],
    id: &str,
) -> Option<Story> {
    let mine = inputs_of(options, inputs, id)?;
    let mut driver = Driver::new(Arc::clone(engine), Arc::clone(renderer), options);
    let mut timeline = Timeline::new(engine);
    // The clock of all inputs is the clock of this one, too: what arrives out of order arrives late here as well.
    let mut came = Came::new();
    for (at, incoming) in mine.inputs {
        if let Some(event) = &incoming.event {
            *came.entry(event.kind.index()).or_default() += 1;
        }
        let incoming = Incoming { arrival: Some(at), ..incoming.clone() };
        driver.feed(&incoming, &mut timeline);
    }
    driver.run_until(mine.end, &mut timeline);
    driver.finish(&mut timeline);
    let people = driver.people();
    let number = people.find_user(id).or_else(|| people.find_anonymous(id))?;
    let contact = driver.contact(number)?;
    let records: Vec<_> = timeline.records(people, number).collect();
    Some(Story {
        contact: contact.id.to_string(),
        zone: contact.zone(engine).iana_name().unwrap_or("UTC").to_owned(),
        until: driver.now().to_string(),
        moments: timeline.of(people, number).map(Entry::moment).collect(),
        standing: standing(engine, contact, driver.now()),
        not_sent: not_sent(View::new(engine, contact, driver.now()), &came, &records),
    })
}

/// The inputs of one person with the instants of their arrival, and where the clock stands after all inputs.
struct Mine<'a> {
    inputs: Vec<(Timestamp, &'a Incoming)>,
    end: Timestamp,
}

fn inputs_of<'a>(options: Options, inputs: &'a [Incoming], id: &str) -> Option<Mine<'a>> {
    let mut people = People::default();
    let mut clock = Timestamp::FIRST_VALID;
    let mut resolved: Vec<(Timestamp, Option<ContactNumber>, &Incoming)> = Vec::with_capacity(inputs.len());
    for incoming in inputs {
        let at = incoming.arrives().max(clock);
        if options.until.is_some_and(|until| at > until) {
            continue;
        }
        clock = at;
        resolved.push((at, people.resolve(&options.ids(&incoming.who)).map(|found| found.contact), incoming));
    }
    let root = people.find_user(id).or_else(|| people.find_anonymous(id))?;
    let is_mine = |number: Option<ContactNumber>| number.is_some_and(|number| people.follow(number) == root);
    let own = resolved.into_iter().filter(|(_, number, _)| is_mine(*number));
    Some(Mine { inputs: own.map(|(at, _, incoming)| (at, incoming)).collect(), end: clock })
}
