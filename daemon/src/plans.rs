//! What a program would do to everybody, if it took over: worked out beside the shard, which goes on meanwhile.
//!
//! Contacts are copied some at a time, between two batches, and tried elsewhere. So it is no picture of one instant: who
//! moves on while others are looked at is seen where it was or where it is.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flow_graph::canonical::fingerprint_of;
use flow_graph::{Program, Timestamp};
use flow_machine::adopt::Version;
use flow_machine::{Contact, Engine};
use flow_runtime::identity::ContactNumber;
use flow_runtime::log::Entry;
use flow_runtime::rehearsal::{People, Rehearsal, Token};

use crate::deploys::{Carried, Progress};
use crate::http::App;
use crate::log::{History, Near, Place, Recent};
use crate::service::{Closed, Door};
use crate::shard::Shard;
use crate::shard::lineage::Lineage;
use crate::store::StoreError;
use crate::store::sqlite::stand;

/// So many contacts are copied in one go: some milliseconds, then whoever waits has its turn.
const TOGETHER: ContactNumber = 2_000;
/// So many plans are kept for whoever asks again what one came to.
const KEPT: usize = 16;

/// What a program would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The fingerprint of the program.
    pub fingerprint: String,
    /// The number of the program that runs.
    pub number: u32,
    /// Its fingerprint.
    pub base: String,
    /// What becomes of everybody; none: it runs already.
    pub people: Option<People>,
    /// What it delivers by and the daemon has not opened.
    pub lacks: Vec<String>,
}

impl Planned {
    /// With what it can be deployed; none where it would be refused.
    #[must_use]
    pub fn token(&self) -> Option<Token> {
        let stands = self.people.as_ref().is_none_or(|people| people.stranded.is_empty());
        (stands && self.lacks.is_empty()).then(|| Token::new(self.number, &self.base, &self.fingerprint))
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoPlan {
    /// The daemon stops, or has too much to do.
    Closed(Closed),
    /// The program cannot be run.
    Unusable(String),
}

impl From<Closed> for NoPlan {
    fn from(closed: Closed) -> Self {
        Self::Closed(closed)
    }
}

/// What a plan came to.
pub type Outcome = Result<Planned, NoPlan>;

/// Plans, one at a time.
#[derive(Debug, Default)]
pub struct Plans {
    alone: tokio::sync::Mutex<()>,
    progress: Progress,
    last: Mutex<VecDeque<(String, Arc<Outcome>)>>,
}

impl Plans {
    /// How far one is that is under way.
    #[must_use]
    pub fn under_way(&self) -> Option<Carried> {
        self.progress.carried()
    }

    /// What the latest one of a program came to.
    #[must_use]
    pub fn of(&self, fingerprint: &str) -> Option<Arc<Outcome>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().rev().find(|(of, _)| of == fingerprint).map(|(_, outcome)| Arc::clone(outcome))
    }

    fn keep(&self, fingerprint: String, outcome: &Arc<Outcome>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.retain(|(of, _)| *of != fingerprint);
        if last.len() >= KEPT {
            last.pop_front();
        }
        last.push_back((fingerprint, Arc::clone(outcome)));
    }

    /// One is asked for anew: what it came to before counts no more.
    fn forget(&self, fingerprint: &str) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _)| of != fingerprint);
    }
}

impl App {
    /// Says what a program would do to everybody. Nothing is changed.
    pub async fn plan(&self, program: Arc<Program>) -> Arc<Outcome> {
        let fingerprint = fingerprint_of(&program);
        self.plans.forget(&fingerprint);
        let _alone = self.plans.alone.lock().await;
        let outcome = Arc::new(self.planned(program, &fingerprint).await);
        self.plans.progress.end();
        self.plans.keep(fingerprint, &outcome);
        outcome
    }

    async fn planned(&self, program: Arc<Program>, fingerprint: &str) -> Outcome {
        let lacks = self.deploys.lacks(&program);
        loop {
            let begun = self.door.look(Begun::new).await?;
            let (number, base) = (begun.number, fingerprint_of(begun.engine.program()));
            let planned = |people| {
                let (fingerprint, base, lacks) = (fingerprint.to_owned(), base.clone(), lacks.clone());
                Planned { fingerprint, number, base, people, lacks }
            };
            if base == fingerprint {
                return Ok(planned(None));
            }
            self.plans.progress.begin(begun.contacts.into());
            // Where another program has taken over on the way, all are looked at with that one.
            if let Some(people) = begun.rehearse(&self.door, &program, &self.plans.progress).await? {
                return Ok(planned(Some(people)));
            }
        }
    }
}

/// Why there is no plan over a store.
#[derive(Debug)]
pub enum NoStanding {
    /// It cannot be read.
    Store(StoreError),
    /// The program cannot be run.
    Unusable(String),
}

/// Says what a program would do to everybody in a store or a backup, as it stands there. It is only read, and a daemon
/// may run with it meanwhile.
///
/// # Errors
/// When it cannot be read, or the program cannot be run.
pub fn over_store(path: &Path, program: &Program, progress: &Arc<Progress>) -> Result<Planned, NoStanding> {
    let mut shard = stand(path).map_err(NoStanding::Store)?;
    shard.tell_progress(Arc::clone(progress));
    let (number, fingerprint) = (shard.lineage().number(), fingerprint_of(program));
    let base = fingerprint_of(shard.engine().program());
    let people = (base != fingerprint).then(|| shard.rehearse(program)).transpose();
    let people = people.map_err(|error| NoStanding::Unusable(error.to_string()))?;
    Ok(Planned { fingerprint, number, base, people, lacks: Vec::new() })
}

/// The daemon as it was when a plan was begun.
#[derive(Debug)]
struct Begun {
    engine: Arc<Engine>,
    lineage: Arc<Lineage>,
    number: u32,
    contacts: ContactNumber,
    at: Timestamp,
}

/// Some contacts, and the log as it was then.
struct Batch {
    contacts: Vec<(Contact, Place)>,
    recent: Recent,
}

impl Begun {
    fn new(shard: &Shard) -> Self {
        Self {
            engine: Arc::clone(shard.engine()),
            lineage: Arc::new(shard.lineage().clone()),
            number: shard.lineage().number(),
            contacts: ContactNumber::try_from(shard.contacts()).unwrap_or(ContactNumber::MAX),
            at: shard.now(),
        }
    }

    /// Tries the program on everybody; none: another one runs by now.
    async fn rehearse(&self, door: &Door, program: &Program, progress: &Progress) -> Result<Option<People>, NoPlan> {
        let Some(inhabited) = self.inhabited(door).await? else { return Ok(None) };
        let unusable = |error: flow_machine::engine::EngineError| NoPlan::Unusable(error.to_string());
        let engine = Arc::clone(&self.engine);
        let mut rehearsal = Rehearsal::new(engine, program.clone(), inhabited, self.at).map_err(unusable)?;
        loop {
            for range in self.ranges() {
                let number = self.number;
                let some = door.look(move |shard| Batch::of(shard, number, range)).await?;
                let Some(some) = some else { return Ok(None) };
                let lineage = Arc::clone(&self.lineage);
                let add = move || {
                    some.add(&mut rehearsal, &lineage);
                    rehearsal
                };
                let added = tokio::task::spawn_blocking(add).await;
                rehearsal = added.map_err(|_| NoPlan::Closed(Closed::Stopping))?;
                progress.advance(TOGETHER.into());
            }
            if !rehearsal.begin_again().map_err(unusable)? {
                return Ok(Some(rehearsal.finish()));
            }
            progress.begin(self.contacts.into());
        }
    }

    /// The versions of sequences that somebody is in; none: another program runs by now.
    async fn inhabited(&self, door: &Door) -> Result<Option<BTreeSet<Version>>, Closed> {
        let mut inhabited = BTreeSet::new();
        for range in self.ranges() {
            let number = self.number;
            let versions = door.look(move |shard| {
                let runs = |range| shard.some(range).flat_map(|contact| contact.journey.runs());
                let versions = || runs(range).map(|run| (run.sequence, run.version)).collect::<BTreeSet<_>>();
                (shard.lineage().number() == number).then(versions)
            });
            let Some(versions) = versions.await? else { return Ok(None) };
            inhabited.extend(versions);
        }
        Ok(Some(inhabited))
    }

    /// The numbers of all contacts, some at a time.
    fn ranges(&self) -> impl Iterator<Item = Range<ContactNumber>> {
        let contacts = self.contacts;
        let steps = usize::try_from(TOGETHER).unwrap_or(1);
        (0..contacts).step_by(steps).map(move |from| from..from.saturating_add(TOGETHER).min(contacts))
    }
}

impl Batch {
    /// Copies of some contacts; none: another program runs by now.
    fn of(shard: &Shard, number: u32, range: Range<ContactNumber>) -> Option<Self> {
        if shard.lineage().number() != number {
            return None;
        }
        let with_place = |number| Some((shard.some(number..number + 1).next()?.clone(), shard.place(number)));
        Some(Self { contacts: range.filter_map(with_place).collect(), recent: shard.recent() })
    }

    fn add(self, rehearsal: &mut Rehearsal, lineage: &Lineage) {
        let near = Near::new(Arc::new(self.recent));
        for (contact, place) in self.contacts {
            let log = rehearsal.reads_log().then(|| events(place, &near, lineage));
            rehearsal.add(contact, log.as_deref());
        }
    }
}

/// What a contact has done, in the numbers of the program that runs.
fn events(place: Place, blocks: &Near, lineage: &Lineage) -> Vec<Entry> {
    let events = History::new(place, blocks).events_without(0).into_iter();
    events.filter_map(|(at, event, program)| Some((at, lineage.current(event, program)?))).collect()
}
