//! All contacts with their timers, and their only writer: inputs and time come in, commits go out.
//!
//! Nothing here waits, reads a clock or writes a file: whoever drives it says what time it is, keeps each [`Commit`],
//! and acknowledges afterwards what is in it. So a test may drive it through years and crashes.

mod changed;
mod checkpoint;
mod compose;
mod erase;
pub mod feedback;
mod keeper;
pub mod lineage;
mod replay;
mod restore;

use std::sync::Arc;

use flow_graph::{Program, Timestamp, Value};
use flow_machine::contact::WARM_AT_ONCE;
use flow_machine::engine::EngineError;
use flow_machine::{Contact, Engine};
use flow_runtime::driver::Counts;
use flow_runtime::driver::deploy::{self, Refused};
use flow_runtime::driver::restore::Standing;
use flow_runtime::identity::{self, ContactNumber};
use flow_runtime::rehearsal::People;
use flow_runtime::{Driver, Incoming, Options, Renderer, Summary};

use crate::deploys::Progress;
use crate::erasure::{Erased, Erasure, refusal};
use crate::http::keys::KeyChange;
use crate::log::{Blocks, History, Near, Place, Recent, Writer};
use crate::store::{Act, Commit, Deployed, Reject, Settled};
use checkpoint::Round;
pub use erase::Forgotten;
use keeper::Keeper;
use lineage::Lineage;
pub use replay::Replayed;

/// Most turns of timers in one commit: so many inputs wait for no longer than they take.
const TURNS: usize = 4_000;

/// What a driver is told: contacts may turn out to be one, and the log is kept by the shard.
const OPTIONS: Options = Options { until: None, merges: true, deploys: false };

/// All contacts with their timers.
#[derive(Debug)]
pub struct Shard {
    driver: Driver,
    keeper: Keeper,
    round: Round,
    rejects: Vec<Reject>,
    replayed: Vec<i64>,
    settled: Vec<Settled>,
    acts: Vec<Act>,
    keys: Vec<KeyChange>,
    /// What the folder says by now, to be kept.
    folder: Option<String>,
    /// A program that took over, to be kept.
    deployed: Option<Deployed>,
    /// Who was erased.
    erased: Arc<Erased>,
    /// People who are taken out of everything with the next commit.
    erasures: Vec<Erasure>,
}

/// A program that shall run, and where it comes from.
#[derive(Debug, Clone)]
pub struct Release {
    /// It.
    pub program: Arc<Program>,
    /// Who has it take over.
    pub who: String,
    /// The commit of its sources, where that is known.
    pub commit: Option<String>,
}

impl Shard {
    /// A shard without contacts, which runs a program from an instant on.
    ///
    /// # Errors
    /// When the program cannot be run.
    pub fn new(release: &Release, now: Timestamp, blocks: Arc<dyn Blocks>) -> Result<Self, Refused> {
        let engine = Arc::new(Engine::new(Arc::clone(&release.program)).map_err(Refused::Unusable)?);
        let mut lineage = Lineage::default();
        lineage.push(Arc::clone(&engine)).map_err(Refused::Unusable)?;
        let deployed = deployed(1, now, release, engine.program());
        let standing =
            Standing { people: identity::People::noting(), contacts: Vec::new(), counts: Counts::default(), now };
        let driver = Driver::restore(Arc::clone(&engine), Renderer::shared(&engine), OPTIONS, standing);
        let keeper = Keeper::new(engine, lineage, Writer::new(1, 1, Vec::new()), blocks);
        Ok(Self { deployed: Some(deployed), ..Self::with(driver, keeper) })
    }

    /// With nothing to be kept yet.
    fn with(driver: Driver, keeper: Keeper) -> Self {
        Self {
            driver,
            keeper,
            round: Round::default(),
            rejects: Vec::new(),
            replayed: Vec::new(),
            settled: Vec::new(),
            acts: Vec::new(),
            keys: Vec::new(),
            folder: None,
            deployed: None,
            erased: Arc::default(),
            erasures: Vec::new(),
        }
    }

    /// Takes an input at an instant: not before what has happened already.
    pub fn take(&mut self, incoming: Incoming, at: Timestamp) {
        let incoming = Incoming { arrival: Some(at.max(self.driver.now())), ..incoming };
        if self.erased.refuses(&incoming, self.engine().program()) {
            self.rejects.push(refusal(at, "daemon"));
            return;
        }
        self.driver.take(incoming, &mut self.keeper);
    }

    /// The same with inputs that were read with the program of a number, which may not be the one that runs any more.
    pub fn take_all(&mut self, program: u32, inputs: Vec<Incoming>, at: Timestamp) {
        let mut inputs = inputs.into_iter();
        while inputs.len() > 0 {
            self.driver.warm(inputs.as_slice().iter().take(WARM_AT_ONCE).map(|input| &input.who));
            for incoming in inputs.by_ref().take(WARM_AT_ONCE) {
                let incoming = self.keeper.lineage.current_call(incoming, program);
                self.take(incoming, at);
            }
        }
    }

    /// Lets time pass up to an instant; `false`: there is more to do up to then, and what was done wants to be kept
    /// first.
    pub fn pass(&mut self, now: Timestamp) -> bool {
        self.driver.run_some(now, TURNS, &mut self.keeper)
    }

    /// Keeps what was refused.
    pub fn reject(&mut self, rejects: impl IntoIterator<Item = Reject>) {
        self.rejects.extend(rejects);
    }

    /// Keeps that what was refused has been taken since, by its numbers in the store.
    pub fn replayed(&mut self, ids: impl IntoIterator<Item = i64>) {
        self.replayed.extend(ids);
    }

    /// Keeps what became of deliveries.
    pub fn settle(&mut self, settled: impl IntoIterator<Item = Settled>) {
        self.settled.extend(settled);
    }

    /// Keeps an administrative act.
    pub fn act(&mut self, act: Act) {
        self.acts.push(act);
    }

    /// Keeps what becomes of keys.
    pub fn keys(&mut self, changes: impl IntoIterator<Item = KeyChange>) {
        self.keys.extend(changes);
    }

    /// All that has happened since this was asked last; with it go some states, of no more than so many contacts.
    /// Each commit has to be kept, in order, and before this is asked for the fourth time after it.
    pub fn commit(&mut self, states: usize) -> Commit {
        let now = self.driver.now();
        let mut commit = Commit {
            blocks: self.keeper.take_blocks(now),
            deliveries: std::mem::take(&mut self.keeper.deliveries),
            failures: std::mem::take(&mut self.keeper.failures),
            rejects: std::mem::take(&mut self.rejects),
            replayed: std::mem::take(&mut self.replayed),
            settled: std::mem::take(&mut self.settled),
            program: self.deployed.take(),
            acts: std::mem::take(&mut self.acts),
            keys: std::mem::take(&mut self.keys),
            folder: self.folder.take(),
            erasures: std::mem::take(&mut self.erasures),
            ..Commit::default()
        };
        match commit.program.is_some() {
            // A program that takes over rewrites every contact: all states are kept with it.
            true => self.checkpoint_all(&mut commit),
            false if !commit.erasures.is_empty() => self.checkpoint_changed(&mut commit),
            false => self.checkpoint(states, &mut commit),
        }
        commit
    }

    /// Another program has taken over since the last commit: the next one has to be asked for before a further program
    /// takes over.
    #[must_use]
    pub fn takes_over(&self) -> bool {
        self.deployed.is_some()
    }

    /// Lets another program take over at an instant.
    ///
    /// # Errors
    /// When people would be stranded, or it cannot be run: the old one goes on, and nothing has changed but the time.
    pub fn deploy(&mut self, release: &Release, now: Timestamp) -> Result<deploy::Deployed, Refused> {
        self.keeper.progress.begin(u64::try_from(self.contacts()).unwrap_or(u64::MAX));
        // What all contacts have done is read, in their order.
        let blocks = Arc::clone(&self.keeper.blocks);
        self.keeper.blocks = Arc::new(Near::new(Arc::clone(&blocks)));
        let moved = self.driver.deploy(&release.program, now, &mut self.keeper);
        self.keeper.blocks = blocks;
        self.keeper.progress.end();
        let moved = moved?;
        let number = self.keeper.lineage.number();
        self.deployed = Some(deployed(number, self.driver.now(), release, self.driver.engine().program()));
        Ok(moved)
    }

    /// What a program would do to everybody, if it took over now. Nothing is changed.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn rehearse(&mut self, program: &Program) -> Result<People, EngineError> {
        self.keeper.progress.begin(u64::try_from(self.contacts()).unwrap_or(u64::MAX));
        let blocks = Arc::clone(&self.keeper.blocks);
        self.keeper.blocks = Arc::new(Near::new(Arc::clone(&blocks)));
        let people = self.driver.rehearse(program.clone(), &mut self.keeper);
        self.keeper.blocks = blocks;
        self.keeper.progress.end();
        people
    }

    /// Has somebody else look how far it is.
    pub(crate) fn tell_progress(&mut self, progress: Arc<Progress>) {
        self.keeper.progress = progress;
    }

    /// How far a program is that takes over, for whoever looks from outside.
    #[must_use]
    pub fn progress(&self) -> &Arc<Progress> {
        &self.keeper.progress
    }

    /// Keeps what the folder of the daemon says by now: the fingerprint of its program.
    pub fn folder(&mut self, fingerprint: String) {
        self.folder = Some(fingerprint);
    }

    /// When the first contact is due, if any is.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.driver.next_wake()
    }

    /// Where the clock stands.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.driver.now()
    }

    /// What is run.
    #[must_use]
    pub fn engine(&self) -> &Arc<Engine> {
        self.driver.engine()
    }

    /// The programs that have run.
    #[must_use]
    pub fn lineage(&self) -> &Lineage {
        &self.keeper.lineage
    }

    /// The place behind the last entry of the log.
    #[must_use]
    pub fn end(&self) -> Place {
        self.keeper.log.next()
    }

    /// A contact by one of its ids: a user id, else an anonymous one.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<ContactNumber> {
        let people = self.driver.people();
        people.find_user(id).or_else(|| people.find_anonymous(id))
    }

    /// A contact by its number.
    #[must_use]
    pub fn contact(&self, number: ContactNumber) -> Option<&Contact> {
        self.driver.contact(number)
    }

    /// Whether a contact's own id is a user id.
    #[must_use]
    pub fn is_user(&self, id: &str) -> bool {
        self.driver.people().find_user(id).is_some()
    }

    /// The ids of the contacts that have an address, whatever the size of its letters; all contacts are looked at.
    #[must_use]
    pub fn with_address(&self, address: &str) -> Vec<String> {
        let Some(field) = self.engine().program().email_field else { return Vec::new() };
        let has = |contact: &&Contact| matches!(contact.facts.field(field), Value::Text(own) if own.eq_ignore_ascii_case(address));
        self.driver.contacts().filter(has).map(|contact| contact.id.to_string()).collect()
    }

    /// How many contacts there are, those that became part of others too.
    #[must_use]
    pub fn contacts(&self) -> usize {
        self.driver.people().len()
    }

    /// The latest entry of a contact.
    #[must_use]
    pub fn place(&self, contact: ContactNumber) -> Place {
        self.keeper.log.place(contact)
    }

    /// What the log says of a contact, the latest first; what is not kept yet too.
    #[must_use]
    pub fn history(&self, contact: ContactNumber) -> History<'_> {
        History::new(self.place(contact), &*self.keeper.blocks).with(&self.keeper.log)
    }

    /// The log as it is now, for whoever reads it beside the shard.
    #[must_use]
    pub fn recent(&self) -> Recent {
        Recent::new(&self.keeper.log, &self.keeper.blocks)
    }

    /// What it has come to.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::new(&self.driver, &self.keeper.tally)
    }

    /// What it has come to, without where everybody stands.
    #[must_use]
    pub fn tallied(&self) -> Summary {
        Summary::tallied(&self.driver, &self.keeper.tally)
    }

    /// The contacts with these numbers, those left out that became part of others or were erased.
    pub fn some(&self, numbers: std::ops::Range<ContactNumber>) -> impl Iterator<Item = &Contact> {
        let people = self.driver.people();
        let there = |number: &ContactNumber| people.follow(*number) == *number && !people.is_erased(*number);
        numbers.filter(there).filter_map(|number| self.contact(number))
    }

    /// Inputs and turns.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.driver.counts()
    }
}

fn deployed(number: u32, at: Timestamp, release: &Release, program: &Program) -> Deployed {
    Deployed {
        number,
        at,
        who: release.who.clone(),
        commit: release.commit.clone(),
        fingerprint: flow_graph::canonical::fingerprint_of(program),
        program: serde_json::to_string(program).unwrap_or_default(),
    }
}
