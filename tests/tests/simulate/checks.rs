//! What has to hold at the end of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_daemon::log::{Kind, entries};
use flow_daemon::shard::Shard;
use flow_daemon::store::memory::{MemoryStore, Row};
use flow_daemon::store::{Fate, Store};
use flow_graph::Timestamp;
use flow_machine::Contact;
use flow_machine::decision::Outcome;

use super::clients::{PLAIN, Sent};
use super::world::{HOUR, World};

/// How the daemon stands that was up last.
pub(crate) struct State {
    contacts: Vec<Option<Contact>>,
    next: Option<Timestamp>,
    now: Timestamp,
    pub(crate) merged: u64,
}

impl State {
    pub(crate) fn of(shard: &Shard) -> Self {
        let numbers = 0..u32::try_from(shard.contacts()).unwrap();
        let contacts = numbers.map(|number| shard.contact(number).cloned()).collect();
        Self { contacts, next: shard.next_wake(), now: shard.now(), merged: shard.counts().merged }
    }
}

/// Everything.
pub(crate) fn all(world: &World, store: &MemoryStore, sent: &Sent, state: &State) {
    let taken = taken(store);
    for id in &sent.acknowledged {
        assert!(taken.contains_key(id), "{id} was acknowledged and is lost");
    }
    assert!(taken.values().all(|taken| taken.len() == 1), "a call took effect twice: {taken:?}");
    let rows: BTreeMap<String, Row> =
        store.deliveries().into_iter().map(|row| (row.delivery.key.clone(), row)).collect();
    assert_eq!(rows.len(), store.deliveries().len(), "each key is there once");
    for row in rows.values() {
        let over = matches!(row.fate, Some(Fate::Left { .. } | Fate::Dead { .. }));
        assert!(over && row.next.is_none(), "{} is stuck: {row:?}", row.delivery.key);
    }
    foretold(&rows, &taken);
    nobody_is_stuck(state);
    replayed(store, &rows, state);
    world.say(|| "all is well".to_owned());
}

/// Message ids, and of each when it was taken as something new, and when it says that it happened.
type Taken = BTreeMap<String, Vec<(Timestamp, Timestamp)>>;

fn taken(store: &MemoryStore) -> Taken {
    let mut taken = Taken::new();
    let mut from = 1;
    loop {
        let blocks = store.clone().blocks(from).unwrap();
        let Some(last) = blocks.last() else { return taken };
        from = last.end();
        for entry in blocks.iter().flat_map(|block| entries(&block.bytes, block.start)) {
            if let Kind::Input { at, incoming, became: Outcome::Accepted | Outcome::Late } = entry.kind
                && !incoming.id.is_empty()
            {
                taken.entry(incoming.id.to_string()).or_default().push((at, incoming.time));
            }
        }
    }
}

/// Of people with one id it is known what they get, and when it is decided.
fn foretold(rows: &BTreeMap<String, Row>, taken: &Taken) {
    for number in 0..PLAIN {
        let of = |name: &str| {
            let prefix = format!("p{number}/");
            let mine = rows.values().filter(|row| row.delivery.key.starts_with(&prefix));
            let named = mine.filter(|row| row.delivery.key.contains(&format!("/send {name}/")));
            named.map(|row| row.delivery.at).collect::<BTreeSet<_>>()
        };
        let came = |what: &str| {
            let prefix = format!("p{number}-{what}");
            let mine = taken.iter().filter(|(id, _)| id.starts_with(&prefix));
            mine.flat_map(|(_, at)| at).copied().collect::<BTreeSet<_>>()
        };
        let after = |what, millis| came(what).iter().map(|(at, _)| at.plus(millis)).collect::<BTreeSet<_>>();
        assert_eq!(of("hello"), after("s", 0), "p{number} is greeted at once");
        assert_eq!(of("later"), after("s", 2 * HOUR), "p{number} is asked after two hours");
        assert_eq!(of("thanks"), after("b", HOUR / 2), "p{number} is thanked after half an hour");
        assert_eq!(of("vip"), regular(&came("b")), "p{number} bought twice within three days");
    }
}

/// When somebody is written to who bought then (as it was taken, and as it says): an hour after having become a regular,
/// who has bought twice within three days.
fn regular(bought: &BTreeSet<(Timestamp, Timestamp)>) -> BTreeSet<Timestamp> {
    let mut told: BTreeSet<Timestamp> = BTreeSet::new();
    for (now, _) in bought {
        let recent = |known: fn(&Timestamp, &Timestamp) -> bool| {
            let mine = bought.iter().filter(|(at, _)| known(at, now));
            mine.filter(|(_, time)| time.plus(3 * 24 * HOUR) > *now).count()
        };
        let (before, after) = (recent(|at, now| at < now), recent(|at, now| at <= now));
        // One run at a time.
        if before < 2 && after >= 2 && told.last().is_none_or(|told| told <= now) {
            told.insert(now.plus(HOUR));
        }
    }
    told
}

fn nobody_is_stuck(state: &State) {
    assert!(state.next.is_none_or(|next| next > state.now), "a timer is overdue");
    for contact in state.contacts.iter().flatten() {
        let runs: Vec<_> = contact.journey.runs().iter().collect();
        assert!(runs.is_empty(), "{} is still in a sequence: {runs:?}", contact.id);
    }
}

/// A later start, and all of the log from its beginning, come to the same.
fn replayed(store: &MemoryStore, rows: &BTreeMap<String, Row>, state: &State) {
    let mut fork = store.fork();
    let blocks = Arc::new(fork.clone());
    let restored = Shard::restore(&mut fork, Arc::clone(&blocks) as _).unwrap().unwrap();
    let again = State::of(&restored);
    assert!(again.contacts == state.contacts, "a start comes to other states");
    let replayed = restored.replay(&mut fork, blocks).unwrap();
    assert!(replayed.wrong.is_empty(), "{:?}", replayed.wrong);
    let keys: BTreeSet<String> = rows.keys().cloned().collect();
    let differ: Vec<_> = replayed.keys.symmetric_difference(&keys).collect();
    assert!(differ.is_empty(), "what leaves is not what is decided: {differ:?}");
}
