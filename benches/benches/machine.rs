//! How fast the machine decides once input is parsed: `examples/shop`, mixed events, one core.
//!
//! `… machine -- fixed` runs one fixed workload once and measures nothing: for a count of its instructions by
//! `valgrind --tool=callgrind --toggle-collect='machine::run'`.

#![allow(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]

use std::sync::Arc;

use flow_benches::{report, resident, shop_inputs, show};
use flow_graph::Timestamp;
use flow_machine::contact::{WARM_AT_ONCE, warm};
use flow_machine::{Contact, Engine, Input, Transition, step};
use flow_tests::{project, root};

type Inputs = [(usize, Timestamp, Input)];

fn main() {
    let compiled = flow_compiler::compile(&project(&root().join("examples/shop")));
    let Some(program) = compiled.program else { return };
    let Ok(engine) = Engine::new(Arc::new(program)).map(Arc::new) else { return };
    if std::env::args().any(|argument| argument == "fixed") {
        let inputs = shop_inputs(&engine, 1_000, 40_000);
        run(&engine, &mut fresh(&engine, 1_000), &inputs);
        show("inputs of the fixed workload", inputs.len() as f64, "");
        return;
    }
    weigh(&engine, 100_000);
    for (contacts, events) in [(1_000, 200_000), (100_000, 200_000), (1_000_000, 2_000_000)] {
        let inputs = shop_inputs(&engine, contacts, events);
        let rounds = if contacts < 1_000_000 { 5 } else { 3 };
        // Contacts are made before and dropped after: whoever drives the machine does that once.
        let mut waiting: Vec<_> = (0..rounds).map(|_| fresh(&engine, contacts)).collect();
        let mut done = Vec::new();
        let name = format!("machine, examples/shop, {contacts} contacts");
        report(&name, "events/s", inputs.len() as f64, rounds, || {
            if let Some(mut states) = waiting.pop() {
                run(&engine, &mut states, &inputs);
                done.push(states);
            }
        });
    }
}

/// What the state of a contact takes, by what the process grows by; events are there before, and not counted.
fn weigh(engine: &Arc<Engine>, contacts: u64) {
    let inputs = shop_inputs(engine, contacts, 200_000);
    let before = resident();
    let mut states = fresh(engine, contacts);
    run(engine, &mut states, &inputs);
    let grown = resident().saturating_sub(before);
    let per = inputs.len() as f64 / states.len() as f64;
    let name = format!("state, examples/shop, {per:.1} events each");
    show(&name, grown as f64 / states.len() as f64, "bytes/contact");
}

fn fresh(engine: &Engine, contacts: u64) -> Vec<Contact> {
    (0..contacts).map(|n| Contact::new(engine, format!("u{n}"))).collect()
}

/// Every input in order, and nobody woken in between but by their next input: what is due happens then. Contacts are
/// warmed as `flow run` does it.
#[inline(never)]
fn run(engine: &Engine, states: &mut [Contact], inputs: &Inputs) {
    let mut out = Transition::default();
    for inputs in inputs.chunks(WARM_AT_ONCE) {
        warm(inputs.iter().filter_map(|input| states.get(input.0)));
        for (contact, now, input) in inputs {
            if let Some(state) = states.get_mut(*contact) {
                step(engine, state, input.clone(), *now, &mut out);
            }
        }
    }
}
