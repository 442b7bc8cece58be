//! People are taken out while shards are lost at any commit: nobody else notices.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_daemon::shard::{Release, Shard};
use flow_daemon::store::Store;
use flow_daemon::store::memory::MemoryStore;
use flow_machine::Contact;
use flow_runtime::Incoming;
use flow_runtime::ingest::{Reason, Who};
use flow_tests::history;

struct Sample {
    release: Release,
    inputs: Vec<Incoming>,
}

fn sample() -> Sample {
    let (release, inputs) = history::own("shop").unwrap();
    Sample { release, inputs }
}

/// What has become of everybody, by ids; the ids that were erased, and how many calls were refused because of them.
type End = (BTreeMap<String, Contact>, BTreeSet<String>, usize);

fn run(sample: &Sample, mut random: impl FnMut(u64) -> u64, erases: bool) -> End {
    let mut store = MemoryStore::default();
    let begin = sample.inputs[0].arrives();
    let mut shard = Shard::new(&sample.release, begin, Arc::new(store.clone())).unwrap();
    store.commit(&shard.commit(2)).unwrap();
    let mut erased = BTreeSet::new();
    for (number, input) in sample.inputs.iter().enumerate() {
        let now = shard.now().max(input.arrives());
        while !shard.pass(now) {}
        shard.take(input.clone(), now);
        if erases && random(8) == 0 {
            let before = &sample.inputs[usize::try_from(random(number as u64 + 1)).unwrap()].who;
            let id = before.user.as_ref().or(before.anonymous.as_ref()).unwrap();
            erased.extend(shard.person(id).into_iter().flat_map(|(_, person)| person.ids));
            shard.erase(id);
        }
        if random(3) == 0 || !erases {
            store.commit(&shard.commit(usize::try_from(random(4)).unwrap())).unwrap();
            if random(4) == 0 {
                let blocks = Arc::new(store.clone());
                shard = Shard::restore(&mut store, blocks).unwrap().unwrap();
            }
        }
    }
    let end = shard.now().plus(40 * 86_400_000);
    while !shard.pass(end) {}
    store.commit(&shard.commit(usize::MAX)).unwrap();
    let blocks = Arc::new(store.clone());
    let again = Shard::restore(&mut store, blocks).unwrap().unwrap();
    let all = |shard: &Shard| {
        let numbers = 0..u32::try_from(shard.contacts()).unwrap();
        let contacts = numbers.filter_map(|number| shard.contact(number).cloned());
        contacts.filter(|it| !it.id.is_empty()).map(|it| (it.id.to_string(), it)).collect::<BTreeMap<_, _>>()
    };
    let contacts = all(&shard);
    assert!(all(&again) == contacts, "a start comes to the same");
    let refused = store.rejects().iter().filter(|reject| reject.reason == Reason::Erased).count();
    (contacts, erased, refused)
}

#[test]
fn who_is_forgotten_takes_nobody_else_along() {
    let sample = sample();
    let (calm, ..) = run(&sample, |_| 1, false);
    let (mut forgotten, mut refusals, mut compared) = (0, 0, 0);
    for round in 1..=30_u64 {
        let mut seed = round.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let random = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let (contacts, erased, refused) = run(&sample, random, true);
        assert!(contacts.len() < calm.len(), "round {round}");
        // A call that speaks of two, one of whom was erased, was refused.
        let ids =
            |who: &Who| [&who.user, &who.anonymous, &who.previous].map(|id| id.as_deref().unwrap_or("").to_owned());
        let shares = |id: &str| {
            let mut calls = sample.inputs.iter().map(|input| ids(&input.who));
            calls.any(|ids| ids.iter().any(|it| it == id) && ids.iter().any(|it| erased.contains(it)))
        };
        for (id, contact) in contacts.iter().filter(|(id, _)| !shares(id)) {
            compared += 1;
            assert!(calm.get(id) == Some(contact), "round {round}: {id} is another one");
        }
        (forgotten, refusals) = (forgotten + erased.len(), refusals + refused);
    }
    assert!(forgotten > 60 && refusals > 60 && compared > 60, "{forgotten} erased, {refusals} refused");
}
