//! Any body of a request through the door: read, taken, kept, and gone on with after a crash.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a check of tests; a finding is a panic")]

use std::sync::{Arc, OnceLock};

use flow_daemon::shard::{Release, Shard};
use flow_daemon::store::memory::MemoryStore;
use flow_daemon::store::{Reject, Store};
use flow_graph::Timestamp;
use flow_machine::Engine;
use flow_runtime::ingest::Catalog;
use flow_runtime::ingest::request::{Refused, Requests};

use crate::{lines, texts};

const RECEIVED: Timestamp = Timestamp(1_780_000_000_000);

/// The types of calls that a path says; the first byte takes one of them.
const KINDS: [Option<&str>; 7] =
    [None, Some("track"), Some("identify"), Some("page"), Some("screen"), Some("group"), Some("alias")];

/// Every type of a field, and something that happens because of it.
const WORLD: &str = r#"enum size { small, large }
contact { email: email?  zone: timezone?  size: size?  spent: money?  tags: set of text  born: date?  seats: int? }
event ordered as "Order Completed" { order: text unique  value: money as "revenue"  items: int in 0..100  at: datetime? }
event looked as page { path: text?  share: number? }
topic news { consent none  transactional }
message thanks { channel email  topic news  subject "{{ event.order }}"  body "{{ contact.size or \"none\" }}" }
segment buyers { count(ordered in last 3 days) >= 2 }
sequence orders { enter on ordered  key order  again  wait 1h  send thanks }
"#;

fn release() -> &'static (Release, Catalog) {
    static RELEASE: OnceLock<(Release, Catalog)> = OnceLock::new();
    RELEASE.get_or_init(|| {
        let sources = texts(&[("a.flow", WORLD)]);
        let compilation = flow_compiler::compile(&sources);
        let program = compilation.program.unwrap_or_else(|| panic!("{}", lines(&sources, &compilation.diagnostics)));
        let program = Arc::new(program);
        let catalog = Catalog::new(&Arc::new(Engine::new(Arc::clone(&program)).unwrap()));
        (Release { program, who: "test".to_owned(), commit: None }, catalog)
    })
}

/// Takes a body: the first byte says on which path it came.
///
/// # Panics
/// When something is not as it has to be: that is a finding.
pub fn takes(bytes: &[u8]) {
    let (release, catalog) = release();
    let Some((path, body)) = bytes.split_first() else { return };
    let kind = KINDS.get(usize::from(*path) % KINDS.len()).copied().flatten();
    let request = Requests::default().read(catalog, kind, body, RECEIVED);
    let raw = request.refused.iter().map(|refused| refused.raw.len()).max().unwrap_or(0);
    assert!(raw <= body.len() * 3, "what was refused is no longer than what came, even where it is no UTF-8");
    let mut store = MemoryStore::default();
    let mut shard = Shard::new(release, RECEIVED, Arc::new(store.clone())).unwrap();
    store.commit(&shard.commit(0)).unwrap();
    for (_, call) in request.accepted.iter().chain(&request.accepted) {
        let who = &call.who;
        assert!(who.user.is_some() || who.anonymous.is_some(), "somebody it speaks of");
        assert!(Timestamp::FIRST_VALID <= call.time && call.time <= Timestamp::LAST_VALID, "a time that is one");
        shard.take(call.clone(), RECEIVED);
    }
    shard.reject(request.refused.into_iter().map(reject));
    store.commit(&shard.commit(1)).unwrap();
    let later = RECEIVED.plus(7 * 86_400_000);
    while !shard.pass(later) {}
    let blocks = Arc::new(store.clone());
    let mut again = Shard::restore(&mut store, blocks).unwrap().unwrap();
    while !again.pass(later) {}
    let all = |shard: &Shard| {
        (0..u32::try_from(shard.contacts()).unwrap()).map(|it| shard.contact(it).cloned()).collect::<Vec<_>>()
    };
    assert!(all(&shard) == all(&again), "after a crash it is another one");
}

fn reject(refused: Refused) -> Reject {
    let Refused { scope, reason, detail, raw, .. } = refused;
    Reject { id: 0, at: RECEIVED, source: "http".to_owned(), scope, reason, detail, raw }
}
