//! A shard that stops at any moment, and one that goes on from what was kept: the same as one that never stopped.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fmt::Write as _;
use std::sync::Arc;

use flow_daemon::shard::{Release, Shard};
use flow_daemon::store::Store;
use flow_daemon::store::memory::MemoryStore;
use flow_machine::Contact;
use flow_runtime::Summary;
use flow_runtime::driver::Counts;
use flow_runtime::ingest::Incoming;
use flow_runtime::log::Entry;
use flow_tests::history;

struct Sample {
    name: &'static str,
    release: Release,
    inputs: Vec<Incoming>,
}

/// The shop, with its own events and with a crowd.
fn samples() -> [Sample; 2] {
    let sample = |name, (release, inputs)| Sample { name, release, inputs };
    [sample("shop", history::own("shop").unwrap()), sample("crowd", history::of("shop", &crowd()).unwrap())]
}

/// Somebody new comes every hour, first without a name, and half of them say later who they are: so states are written
/// of contacts that nobody knew when the writing of states began.
fn crowd() -> String {
    let mut text = String::new();
    for hour in 0..240_u64 {
        let time = |hour: u64| format!("2026-03-{:02}T{:02}:30:00.000Z", 1 + hour / 24, hour % 24);
        let at = time(hour);
        let page = r#""type":"page","properties":{"path":"/shelf/1","title":"Shelf"}"#;
        let _ = writeln!(text, r#"{{"messageId":"p{hour}","timestamp":"{at}","anonymousId":"a{hour}",{page}}}"#);
        if let Some(before) = hour.checked_sub(5).filter(|before| before % 2 == 0) {
            let ids = format!(r#""userId":"u{before}","anonymousId":"a{before}""#);
            let traits = format!(r#""traits":{{"email":"u{before}@x.example","timezone":"Europe/Berlin"}}"#);
            let _ = writeln!(text, r#"{{"messageId":"i{hour}","timestamp":"{at}",{ids},"type":"identify",{traits}}}"#);
            let order = format!(r#""event":"Order Completed","properties":{{"order_id":"o{hour}","revenue":30.0}}"#);
            let _ = writeln!(text, r#"{{"messageId":"o{hour}","timestamp":"{at}",{ids},"type":"track",{order}}}"#);
        }
    }
    text
}

/// All that is left at the end.
#[derive(Debug, PartialEq)]
struct End {
    contacts: Vec<Contact>,
    summary: Summary,
    keys: Vec<String>,
    logs: Vec<Vec<Entry>>,
}

/// Takes all inputs with a day behind them; `crash` says before which commit the shard is lost, and whether the commit
/// is kept. `states`: how many states a commit may have.
fn run(sample: &Sample, states: usize, mut crash: impl FnMut() -> Option<bool>) -> End {
    let mut store = MemoryStore::default();
    let begin = sample.inputs[0].arrives();
    let mut shard = Shard::new(&sample.release, begin, Arc::new(store.clone())).unwrap();
    store.commit(&shard.commit(states)).unwrap();
    let mut next = 0;
    let end = sample.inputs.iter().map(Incoming::arrives).max().unwrap().plus(40 * 86_400_000);
    let mut now = begin;
    let mut kept = 0;
    while kept < sample.inputs.len() || now < end {
        now = match sample.inputs.get(next) {
            Some(input) => now.max(input.arrives()),
            None => now.plus(7 * 86_400_000).min(end),
        };
        for _ in 0..7 {
            let Some(input) = sample.inputs.get(next).filter(|input| input.arrives() <= now) else { break };
            shard.take(input.clone(), now);
            next += 1;
        }
        let passed = shard.pass(now);
        let crashed = crash();
        if crashed != Some(false) {
            store.commit(&shard.commit(states)).unwrap();
            kept = next;
        }
        if crashed.is_some() {
            next = kept;
            let blocks = Arc::new(store.clone());
            shard = Shard::restore(&mut store, blocks).unwrap().unwrap();
        }
        while !passed && !shard.pass(now) {
            store.commit(&shard.commit(states)).unwrap();
        }
    }
    while !shard.pass(end) {}
    store.commit(&shard.commit(states)).unwrap();
    let numbers = 0..u32::try_from(shard.contacts()).unwrap();
    let events =
        |number| shard.history(number).events_without(0).into_iter().map(|(at, event, _)| (at, event)).collect();
    let mut keys: Vec<_> = store.deliveries().into_iter().map(|row| row.delivery.key).collect();
    keys.sort();
    End {
        contacts: numbers.clone().map(|number| shard.contact(number).unwrap().clone()).collect(),
        // How often a contact was looked at is no part of what happened.
        summary: Summary { counts: Counts { turns: 0, ..shard.counts() }, ..shard.summary() },
        keys,
        logs: numbers.map(events).collect(),
    }
}

/// Small numbers by chance, others for each seed (splitmix64).
fn chance(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0xd134_2543_de82_ef95);
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

#[test]
fn a_crash_changes_nothing() {
    for sample in samples() {
        let example = sample.name;
        let calm = run(&sample, 3, || None);
        assert!(calm.keys.len() > 10, "{example}: {} deliveries", calm.keys.len());
        for round in 0..60_u64 {
            let mut random = chance(round);
            let states = usize::try_from(random(6)).unwrap();
            let often = 2 + random(12);
            let crash = move || (random(often) == 0).then(|| random(2) == 0);
            let end = run(&sample, states, crash);
            let missing: Vec<_> = calm.keys.iter().filter(|key| !end.keys.contains(key)).collect();
            let extra: Vec<_> = end.keys.iter().filter(|key| !calm.keys.contains(key)).collect();
            assert!(
                missing.is_empty() && extra.is_empty(),
                "{example}, round {round}: missing {missing:?}, extra {extra:?}"
            );
            assert!(end.contacts == calm.contacts, "{example}, round {round}: states of contacts");
            assert!(end.logs == calm.logs, "{example}, round {round}: logs of contacts");
            assert_eq!(end.summary, calm.summary, "{example}, round {round}");
        }
    }
}
