//! How fast the machine decides once input is parsed: `examples/shop`, mixed events, one core.

#![allow(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

use flow_benches::{report, shop_events};
use flow_graph::Timestamp;
use flow_machine::input::Attributes;
use flow_machine::{Contact, Engine, Input, Transition, step};
use flow_runtime::Inputs;
use flow_runtime::ingest::{Catalog, Format, Incoming, Read};
use flow_tests::{project, root};

const EVENTS: u64 = 200_000;

fn main() {
    let compiled = flow_compiler::compile(&project(&root().join("examples/shop")));
    let Some(program) = compiled.program else { return };
    let Ok(engine) = Engine::new(Arc::new(program)).map(Arc::new) else { return };
    for contacts in [1_000, 20_000, 100_000] {
        let inputs = parsed(&engine, contacts);
        let name = format!("machine, examples/shop, {contacts} contacts");
        report(&name, "events/s", inputs.len() as f64, 5, || run(&engine, contacts, &inputs));
    }
}

/// Every input in order, and nobody woken in between but by their next input: what is due happens then.
fn run(engine: &Engine, contacts: u64, inputs: &[(usize, Timestamp, Input)]) {
    let mut states: Vec<Contact> = (0..contacts).map(|n| Contact::new(engine, format!("u{n}"))).collect();
    let mut out = Transition::default();
    for (contact, now, input) in inputs {
        if let Some(state) = states.get_mut(*contact) {
            step(engine, state, input.clone(), *now, &mut out);
        }
    }
}

fn parsed(engine: &Arc<Engine>, contacts: u64) -> Vec<(usize, Timestamp, Input)> {
    let text = shop_events(contacts, EVENTS, 7);
    let catalog = Arc::new(Catalog::new(engine));
    let Ok(inputs) = Inputs::new(catalog, Cursor::new(text), "bench", 0, &Format::Segment) else { return Vec::new() };
    let mut numbers = HashMap::new();
    let mut all = Vec::new();
    for read in inputs.flatten() {
        let Read::Incoming(incoming) = read else { continue };
        let Incoming { who, time, id, event, changes, .. } = *incoming;
        let next = numbers.len();
        let number = *numbers.entry(who.user).or_insert(next);
        let input = match event {
            Some(event) => Input::Event(event),
            None => Input::Attributes(Attributes { id, time, changes }),
        };
        all.push((number, time, input));
    }
    all
}
