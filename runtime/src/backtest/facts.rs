//! What is counted of contacts, under one number for both programs: by name, as people know it.

use std::collections::BTreeMap;

use flow_graph::Program;
use flow_graph::program::{Lifecycle, Message, Score, Segment, Sequence, Sla};
use flow_graph::{Id, Table as Items};
use flow_machine::decision::{ExitReason, Gate};
use serde::Serialize;

use crate::record::exit_word;

/// The number of a fact.
pub type FactNumber = u32;

/// What can become of a contact. The order is that of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// A stage of a lifecycle was entered.
    Stage,
    /// A stage is where the contact stands at the end.
    StageAtEnd,
    /// A segment was entered.
    Segment,
    /// The contact is in a segment at the end.
    SegmentAtEnd,
    /// A band of a score was reached from below.
    Band,
    /// The contact is in a band at the end.
    BandAtEnd,
    /// A message was sent.
    Sent,
    /// A message was held by a gate.
    Held,
    /// A message was dropped by a gate.
    Dropped,
    /// A run of a sequence began.
    Entered,
    /// A run began that is held out.
    HeldOut,
    /// A run reached its goal.
    Goal,
    /// A run reached its goal in time.
    Converted,
    /// A run ended without its goal.
    Exited,
    /// The clock of a service level started.
    SlaStarted,
    /// A service level was met in time.
    SlaMet,
    /// A service level was not met in time.
    SlaBreached,
    /// A connector was asked.
    Call,
    /// A team was told.
    Notice,
}

/// What is counted of contacts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Fact {
    /// What it is.
    pub kind: FactKind,
    /// Of what: the name of the item.
    pub item: String,
    /// Of which part: a stage, a band, a gate, a reason; empty where there is none.
    pub part: String,
    /// Whether the program before has it.
    pub base: bool,
    /// Whether the program after has it.
    pub head: bool,
}

/// All facts of two programs.
#[derive(Debug, Default)]
pub struct Facts {
    facts: Vec<Fact>,
    numbers: BTreeMap<(FactKind, String, String), FactNumber>,
}

/// Which of two programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one before.
    Base,
    /// The one after.
    Head,
}

impl Facts {
    /// By their numbers.
    #[must_use]
    pub fn all(&self) -> &[Fact] {
        &self.facts
    }

    fn number(&mut self, kind: FactKind, item: &str, part: &str, which: Which) -> FactNumber {
        let next = FactNumber::try_from(self.facts.len()).unwrap_or(FactNumber::MAX);
        let key = (kind, item.to_owned(), part.to_owned());
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            let (item, part) = (item.to_owned(), part.to_owned());
            self.facts.push(Fact { kind, item, part, base: false, head: false });
        }
        if let Some(fact) = usize::try_from(number).ok().and_then(|at| self.facts.get_mut(at)) {
            match which {
                Which::Base => fact.base = true,
                Which::Head => fact.head = true,
            }
        }
        number
    }
}

/// The numbers of the facts of one program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbers {
    stages: Vec<Vec<FactNumber>>,
    stages_at_end: Vec<Vec<FactNumber>>,
    segments: Vec<FactNumber>,
    segments_at_end: Vec<FactNumber>,
    bands: Vec<Vec<FactNumber>>,
    bands_at_end: Vec<Vec<FactNumber>>,
    sent: Vec<FactNumber>,
    held: Vec<Vec<FactNumber>>,
    dropped: Vec<Vec<FactNumber>>,
    runs: Vec<[FactNumber; 4]>,
    exits: Vec<Vec<FactNumber>>,
    slas: Vec<[FactNumber; 3]>,
    calls: Vec<FactNumber>,
    notices: Vec<FactNumber>,
}

/// What became of a run, beside exits.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RunPart {
    Entered = 0,
    HeldOut = 1,
    Goal = 2,
    Converted = 3,
}

/// What became of the clock of a service level.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SlaPart {
    Started = 0,
    Met = 1,
    Breached = 2,
}

/// Reasons for which runs end, in the order of their numbers.
const EXITS: [ExitReason; 9] = [
    ExitReason::Finished,
    ExitReason::ExitStep,
    ExitReason::ExitOn,
    ExitReason::ExitWhen,
    ExitReason::Unless,
    ExitReason::MomentPassed,
    ExitReason::Merged,
    ExitReason::Retired,
    ExitReason::Erased,
];

/// Numbers what one program can do; `renamed` says how the other one calls an item or a part of it.
pub(crate) struct Numbering<'a> {
    pub(crate) facts: &'a mut Facts,
    pub(crate) which: Which,
    pub(crate) program: &'a Program,
    pub(crate) names: &'a Names<'a>,
}

/// How things are called in the program after: `moved` clauses say where names went.
pub(crate) struct Names<'a> {
    /// The clauses, or none where names are those of the program after.
    pub(crate) moved: &'a [flow_graph::program::Moved],
}

impl Names<'_> {
    pub(crate) fn item(&self, kind: &str, name: &str) -> String {
        self.of(&format!("{kind}.{name}")).unwrap_or_else(|| name.to_owned())
    }

    fn part(&self, kind: &str, item: &str, part: &str, name: &str) -> String {
        self.of(&format!("{kind}.{item}.{part}.{name}")).unwrap_or_else(|| name.to_owned())
    }

    fn of(&self, address: &str) -> Option<String> {
        let moved = self.moved.iter().find(|moved| moved.from == address)?;
        moved.to.rsplit('.').next().map(ToOwned::to_owned)
    }
}

impl Numbering<'_> {
    pub(crate) fn numbers(mut self) -> Numbers {
        use FactKind as K;
        let program = self.program;
        let stages = |l: &Lifecycle| ("lifecycle", "stage", l.name.clone(), l.stages.clone());
        let bands =
            |s: &Score| ("score", "band", s.name.clone(), s.bands.iter().map(|band| band.name.clone()).collect());
        let message = |m: &Message| m.name.clone();
        let segment = |s: &Segment| s.name.clone();
        let sequence = |s: &Sequence| s.name.clone();
        let sla = |s: &Sla| s.name.clone();
        Numbers {
            stages: self.parts(&program.lifecycles, K::Stage, stages),
            stages_at_end: self.parts(&program.lifecycles, K::StageAtEnd, stages),
            segments: self.items(&program.segments, "segment", K::Segment, segment),
            segments_at_end: self.items(&program.segments, "segment", K::SegmentAtEnd, segment),
            bands: self.parts(&program.scores, K::Band, bands),
            bands_at_end: self.parts(&program.scores, K::BandAtEnd, bands),
            sent: self.items(&program.messages, "message", K::Sent, message),
            held: self.gates(K::Held),
            dropped: self.gates(K::Dropped),
            runs: {
                let kinds = [K::Entered, K::HeldOut, K::Goal, K::Converted];
                self.several(&program.sequences, "sequence", kinds, sequence)
            },
            exits: {
                let names = program.sequences.iter().map(|it| self.names.item("sequence", &it.name));
                let names: Vec<_> = names.collect();
                let exit = |name: &String| self.each(K::Exited, name, &EXITS.map(exit_word));
                names.iter().map(exit).collect()
            },
            slas: self.several(&program.slas, "sla", [K::SlaStarted, K::SlaMet, K::SlaBreached], sla),
            calls: self.items(&program.connectors, "connector", K::Call, |it| it.name.clone()),
            notices: self.items(&program.teams, "team", K::Notice, |it| it.name.clone()),
        }
    }

    fn items<T>(
        &mut self,
        table: &Items<T>,
        word: &str,
        kind: FactKind,
        name: impl Fn(&T) -> String,
    ) -> Vec<FactNumber> {
        let names = table.iter().map(|it| self.names.item(word, &name(it))).collect::<Vec<_>>();
        names.iter().map(|name| self.facts.number(kind, name, "", self.which)).collect()
    }

    fn several<T, const N: usize>(
        &mut self,
        table: &Items<T>,
        word: &str,
        kinds: [FactKind; N],
        name: impl Fn(&T) -> String,
    ) -> Vec<[FactNumber; N]> {
        let names = table.iter().map(|it| self.names.item(word, &name(it))).collect::<Vec<_>>();
        names.iter().map(|name| kinds.map(|kind| self.facts.number(kind, name, "", self.which))).collect()
    }

    fn parts<T>(
        &mut self,
        table: &Items<T>,
        kind: FactKind,
        parts: impl Fn(&T) -> (&'static str, &'static str, String, Vec<String>),
    ) -> Vec<Vec<FactNumber>> {
        let mut found = Vec::new();
        for it in table.iter() {
            let (word, part, name, parts) = parts(it);
            let now = self.names.item(word, &name);
            let parts = parts.iter().map(|it| self.names.part(word, &name, part, it)).collect::<Vec<_>>();
            found.push(parts.iter().map(|part| self.facts.number(kind, &now, part, self.which)).collect());
        }
        found
    }

    fn gates(&mut self, kind: FactKind) -> Vec<Vec<FactNumber>> {
        let names = self.program.messages.iter().map(|it| self.names.item("message", &it.name)).collect::<Vec<_>>();
        names.iter().map(|name| self.each(kind, name, &Gate::ALL.map(Gate::name))).collect()
    }

    fn each(&mut self, kind: FactKind, name: &str, parts: &[&str]) -> Vec<FactNumber> {
        parts.iter().map(|part| self.facts.number(kind, name, part, self.which)).collect()
    }
}

/// What is not of this program has no number.
impl Numbers {
    pub(crate) fn stage(&self, lifecycle: Id<Lifecycle>, stage: u16) -> Option<FactNumber> {
        two(&self.stages, lifecycle.index(), stage.into())
    }

    pub(crate) fn stage_at_end(&self, lifecycle: Id<Lifecycle>, stage: u16) -> Option<FactNumber> {
        two(&self.stages_at_end, lifecycle.index(), stage.into())
    }

    pub(crate) fn segment(&self, segment: Id<Segment>) -> Option<FactNumber> {
        self.segments.get(segment.index()).copied()
    }

    pub(crate) fn segment_at_end(&self, segment: Id<Segment>) -> Option<FactNumber> {
        self.segments_at_end.get(segment.index()).copied()
    }

    pub(crate) fn band(&self, score: Id<Score>, band: u16) -> Option<FactNumber> {
        two(&self.bands, score.index(), band.into())
    }

    pub(crate) fn band_at_end(&self, score: Id<Score>, band: u16) -> Option<FactNumber> {
        two(&self.bands_at_end, score.index(), band.into())
    }

    pub(crate) fn sent(&self, message: Id<Message>) -> Option<FactNumber> {
        self.sent.get(message.index()).copied()
    }

    pub(crate) fn held(&self, message: Id<Message>, gate: Gate) -> Option<FactNumber> {
        two(&self.held, message.index(), gate_position(gate))
    }

    pub(crate) fn dropped(&self, message: Id<Message>, gate: Gate) -> Option<FactNumber> {
        two(&self.dropped, message.index(), gate_position(gate))
    }

    pub(crate) fn run(&self, sequence: Id<Sequence>, part: RunPart) -> Option<FactNumber> {
        self.runs.get(sequence.index())?.get(part as usize).copied()
    }

    pub(crate) fn exit(&self, sequence: Id<Sequence>, reason: ExitReason) -> Option<FactNumber> {
        two(&self.exits, sequence.index(), EXITS.iter().position(|known| *known == reason)?)
    }

    pub(crate) fn sla(&self, sla: Id<Sla>, part: SlaPart) -> Option<FactNumber> {
        self.slas.get(sla.index())?.get(part as usize).copied()
    }

    pub(crate) fn call(&self, connector: usize) -> Option<FactNumber> {
        self.calls.get(connector).copied()
    }

    pub(crate) fn notice(&self, team: usize) -> Option<FactNumber> {
        self.notices.get(team).copied()
    }
}

fn gate_position(gate: Gate) -> usize {
    Gate::ALL.iter().position(|known| *known == gate).unwrap_or(usize::MAX)
}

fn two(lists: &[Vec<FactNumber>], item: usize, part: usize) -> Option<FactNumber> {
    lists.get(item)?.get(part).copied()
}
