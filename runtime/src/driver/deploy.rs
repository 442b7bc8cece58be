//! Another program takes the place of the one that runs.
//!
//! Everything due up to that instant happens under the old program; then every contact is carried over, in the order
//! in which they were first seen. When anybody would be stranded nothing at all is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_graph::program::{Location, Program};
use flow_machine::adopt::{Change, Moves, Stranded, Version, WhyStranded};
use flow_machine::engine::EngineError;
use flow_machine::{Contact, Transition};
use serde::Serialize;

use super::{Driver, Observer};
use crate::ingest::Incoming;
use crate::log::Entry;
use crate::rehearsal::{People, Rehearsal};

/// A program that has taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deployed {
    /// When, RFC 3339.
    pub at: String,
    /// How many contacts were carried over.
    pub contacts: u64,
    /// What became of their runs.
    pub runs: Moves,
}

/// Why a program did not take over. Nothing was changed but the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// People would stand where the new program has nothing.
    Stranded(Vec<Left>),
    /// The new program cannot be run.
    Unusable(EngineError),
}

/// A place where people would be stranded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Name of the sequence.
    pub sequence: String,
    /// The step as it is written; none: all of the sequence.
    pub step: Option<String>,
    /// The file in the old program.
    pub file: String,
    /// Its line.
    pub line: u32,
    /// How many are there.
    pub people: u64,
    /// Why.
    pub why: WhyStranded,
    /// Clauses that say what becomes of them: one of these is to be written.
    pub clauses: Vec<String>,
}

impl Driver {
    /// Lets another program take over at an instant, not before what has already happened.
    ///
    /// # Errors
    /// When people would be stranded, or when the program cannot be run: the old one goes on.
    pub fn deploy(
        &mut self,
        program: &Program,
        at: Timestamp,
        observer: &mut impl Observer,
    ) -> Result<Deployed, Refused> {
        self.run_until(at, observer);
        let inhabited = self.versions().into_keys().map(|place| place.0).collect::<BTreeSet<_>>();
        let change = Change::new(Arc::clone(self.engine()), program, inhabited).map_err(Refused::Unusable)?;
        let left = self.left(&change.stranded());
        if !left.is_empty() {
            return Err(Refused::Stranded(left));
        }
        let adopted =
            self.partition.adopt(&change, observer).map_err(|stranded| Refused::Stranded(self.left(&[stranded])))?;
        let deployed = self.exchange((at, Arc::new(change)), adopted, observer);
        self.deployed.push(deployed.clone());
        Ok(deployed)
    }

    /// Programs that have taken over, in order.
    #[must_use]
    pub fn deployed(&self) -> &[Deployed] {
        &self.deployed
    }

    /// An input in the numbers of the program that runs. Whoever reads inputs reads each with the program of its own
    /// arrival; one that is later than others was read with an earlier program.
    pub(super) fn current(&self, incoming: &mut Incoming) {
        let arrives = incoming.arrives();
        for (_, change) in self.changes.iter().filter(|(at, _)| arrives < *at) {
            incoming.event = incoming.event.take().and_then(|event| change.event(&event));
            let changes = incoming.changes.iter().filter_map(|(field, value)| change.field(*field, value));
            incoming.changes = changes.collect();
        }
    }

    /// How many are at which step of which version.
    fn versions(&self) -> BTreeMap<(Version, u16), u64> {
        let mut places = BTreeMap::new();
        for run in self.contacts().flat_map(|contact| contact.journey.runs()) {
            *places.entry(((run.sequence, run.version), run.step)).or_default() += 1;
        }
        places
    }

    /// Who would be left behind, in the order of the old program.
    fn left(&self, stranded: &[Stranded]) -> Vec<Left> {
        let places = self.versions();
        let people = |place: &(Version, u16)| places.get(place).copied().unwrap_or(0);
        let left = left_behind(self.engine().program(), stranded, people);
        left.into_iter().map(|(left, _)| left).collect()
    }

    /// What a program would do to everybody, if it took over now. Nothing is changed.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn rehearse(&self, program: Program, observer: &mut impl Observer) -> Result<People, EngineError> {
        let inhabited = self.versions().into_keys().map(|place| place.0).collect();
        let mut rehearsal = Rehearsal::new(Arc::clone(self.engine()), program, inhabited, self.now())?;
        loop {
            self.partition.rehearse(&mut rehearsal, observer);
            if !rehearsal.begin_again()? {
                return Ok(rehearsal.finish());
            }
        }
    }

    /// Nobody is stranded: the new program takes over.
    fn exchange(
        &mut self,
        (at, change): (Timestamp, Arc<Change>),
        carried: Vec<Carried>,
        observer: &mut impl Observer,
    ) -> Deployed {
        let mut runs = Moves::default();
        carried.iter().for_each(|carried| runs.add(carried.moves));
        self.partition.exchange(&change, carried, observer);
        self.changes.push((at, change));
        let contacts = u64::try_from(self.contacts().count()).unwrap_or(u64::MAX);
        Deployed { at: self.now().to_string(), contacts, runs }
    }
}

/// A contact that is carried over, with what was decided.
#[derive(Debug)]
pub(super) struct Carried {
    pub(super) contact: Contact,
    pub(super) moves: Moves,
    /// What the old program decided.
    pub(super) before: Transition,
    /// What the new one does.
    pub(super) after: Transition,
}

impl Carried {
    /// What is left of a contact that was merged into another one.
    pub(super) fn shell(change: &Change, gone: &Contact) -> Self {
        Self {
            contact: Contact::new(change.engine(), Arc::clone(&gone.id)),
            moves: Moves::default(),
            before: Transition::default(),
            after: Transition::default(),
        }
    }

    pub(super) fn new(
        change: &Change,
        contact: Contact,
        log: Option<&[Entry]>,
        now: Timestamp,
    ) -> Result<Self, Stranded> {
        let (mut before, mut after) = (Transition::default(), Transition::default());
        let adopted = change.adopt(contact, log, now, &mut before, &mut after)?;
        Ok(Self { moves: adopted.moves(), contact: adopted.contact, before, after })
    }
}

/// Who would be left behind in the order of the old program, each with the steps there. `people` says how many are at a
/// step.
pub(crate) fn left_behind(
    program: &Program,
    stranded: &[Stranded],
    people: impl Fn(&(Version, u16)) -> u64,
) -> Vec<(Left, Vec<(Version, u16)>)> {
    let mut all: Vec<(Left, Vec<(Version, u16)>)> = Vec::new();
    let mut sequences: Vec<Version> = Vec::new();
    for found in stranded {
        let Some(sequence) = program.version(found.version.0, found.version.1) else { continue };
        let whole = matches!(found.why, WhyStranded::Sequence | WhyStranded::Lacks(_));
        if whole && sequences.contains(&found.version) {
            continue;
        }
        let here = |other: &&Stranded| other.version == found.version && (whole || other.step == found.step);
        let steps: Vec<_> = stranded.iter().filter(here).map(|it| (it.version, it.step)).collect();
        let (file, line) = place(program, if whole { sequence.at } else { found.at });
        let left = Left {
            sequence: sequence.name.clone(),
            step: (!whole).then(|| found.text.clone()),
            file,
            line,
            people: steps.iter().map(&people).sum(),
            why: found.why.clone(),
            clauses: clauses(found),
        };
        all.push((left, steps));
        sequences.extend(whole.then_some(found.version));
    }
    all
}

/// File and line of a place.
pub(crate) fn place(program: &Program, at: Location) -> (String, u32) {
    (program.files.get(at.file).map(|file| file.path.clone()).unwrap_or_default(), at.line)
}

/// What could be written; capital letters stand for names that only the author knows.
fn clauses(found: &Stranded) -> Vec<String> {
    let Stranded { address, whole, .. } = found;
    match &found.why {
        WhyStranded::Step => vec![
            format!("retired {address} {{ exit }}"),
            format!("retired {address} {{ continue at step.LABEL }}"),
            format!("moved {address} to {whole}.step.LABEL"),
        ],
        WhyStranded::Sequence => {
            vec![format!("retired {whole} {{ exit }}"), format!("moved {whole} to sequence.NAME")]
        }
        WhyStranded::Clause => vec![format!("retired {address} {{ exit }}")],
        WhyStranded::Lacks(_) => Vec::new(),
    }
}

impl Left {
    /// What is wrong, in one sentence.
    #[must_use]
    pub fn message(&self) -> String {
        let (people, are) = match self.people {
            0 => ("people".to_owned(), "can be"),
            1 => ("1 person".to_owned(), "is"),
            n => (format!("{n} people"), "are"),
        };
        let sequence = format!("the sequence `{}`", self.sequence);
        let step = self.step.as_ref().map(|step| format!("`{step}` of ")).unwrap_or_default();
        match &self.why {
            WhyStranded::Step => {
                format!("{people} {are} at {step}{sequence}, and the new program has no such step there")
            }
            WhyStranded::Sequence => format!("{people} {are} in {sequence}, and the new program has no such sequence"),
            WhyStranded::Clause => {
                format!("{people} {are} at {step}{sequence}, and the clause sends them to a step that is not there")
            }
            WhyStranded::Lacks(lack) => {
                format!("{people} {are} to finish {sequence} as it was, and the new program lacks {lack}")
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match &self.why {
            WhyStranded::Step | WhyStranded::Sequence | WhyStranded::Clause if self.clauses.len() == 1 => {
                "let them leave it with this clause".to_owned()
            }
            WhyStranded::Step | WhyStranded::Sequence | WhyStranded::Clause => {
                "say in the new program what becomes of them, with one of these clauses".to_owned()
            }
            WhyStranded::Lacks(_) => "keep that until they are through, say with `moved` what it is called now, \
                                      or take `in flight finish` out: they follow the new steps then"
                .to_owned(),
        }
    }
}
