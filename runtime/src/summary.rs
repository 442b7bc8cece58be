//! What a run comes to: figures for the end of `flow run`, as data.

mod moves;
mod sum;
mod tally;

use std::borrow::Cow;
use std::collections::BTreeMap;

use flow_graph::Timestamp;
use flow_graph::program::Program;
use flow_machine::Contact;
use serde::{Deserialize, Serialize};

use crate::driver::deploy::Deployed;
use crate::driver::{Counts, Driver};

pub(crate) use tally::HeldOut;
pub use tally::Tally;

/// What a run comes to. Lists are in the order of the program, maps are sorted.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Where the clock stood at the end, RFC 3339.
    pub until: String,
    /// Contacts at the end, merged ones not counted.
    pub contacts: u64,
    /// Inputs and turns.
    pub counts: Counts,
    /// The funnel of each lifecycle.
    pub lifecycles: Vec<Funnel>,
    /// How many are in each segment.
    pub segments: Vec<Size>,
    /// How many are in each band of each score.
    pub scores: Vec<Bands>,
    /// What became of each message.
    pub messages: Vec<MessageFigures>,
    /// What became of the runs of each sequence.
    pub sequences: Vec<SequenceFigures>,
    /// Service levels.
    pub slas: Vec<SlaFigures>,
    /// Calls by `connector.action`.
    pub calls: BTreeMap<String, u64>,
    /// Notices by team.
    pub notices: BTreeMap<String, u64>,
    /// Calls that were rejected, by reason.
    pub rejected: BTreeMap<Cow<'static, str>, u64>,
    /// Values that were refused while the rest of their call was taken, by reason.
    pub refused_values: BTreeMap<Cow<'static, str>, u64>,
    /// Programs that took over on the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deployed: Vec<Deployed>,
}

/// The funnel of a lifecycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Funnel {
    /// Its name.
    pub lifecycle: String,
    /// Its stages in order.
    pub stages: Vec<StageFigures>,
}

/// A stage of a funnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageFigures {
    /// Its name.
    pub stage: String,
    /// How many are there at the end.
    pub contacts: u64,
    /// How often it was entered.
    pub entered: u64,
}

/// How many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Size {
    /// Of what.
    pub name: String,
    /// How many contacts.
    pub contacts: u64,
}

/// The bands of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bands {
    /// Its name.
    pub score: String,
    /// How many are below the first band.
    pub below: u64,
    /// How many are in each.
    pub bands: Vec<Size>,
}

/// What became of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFigures {
    /// Its name.
    pub message: String,
    /// How often it was sent.
    pub sent: u64,
    /// How often each gate held it.
    pub held: BTreeMap<String, u64>,
    /// How often each gate dropped it.
    pub dropped: BTreeMap<String, u64>,
}

/// What became of the runs of a sequence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SequenceFigures {
    /// Its name.
    pub sequence: String,
    /// Runs that may be messaged.
    pub messaged: Conversion,
    /// Runs that are held out.
    pub held_out: Conversion,
    /// Runs that ended without the goal, by reason.
    pub exited: BTreeMap<String, u64>,
    /// Runs under way at the end.
    pub under_way: u64,
}

/// How many runs reached the goal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversion {
    /// Runs that began.
    pub entered: u64,
    /// Runs that reached the goal.
    pub goal: u64,
    /// Those that count: in time.
    pub converted: u64,
    /// `converted / entered`; none where nobody entered.
    pub share: Option<f64>,
}

/// How a service level was kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SlaFigures {
    /// Its name.
    pub sla: String,
    /// Share that shall be met.
    pub target: Option<f64>,
    /// All clocks.
    pub all: SlaCounts,
    /// By what it is reported per, where it is.
    pub per: BTreeMap<String, SlaCounts>,
}

/// Clocks of a service level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct SlaCounts {
    /// Started.
    pub started: u64,
    /// Met in time.
    pub met: u64,
    /// Not met in time.
    pub breached: u64,
    /// Of them: met later.
    pub met_late: u64,
    /// Reminders sent.
    pub reminded: u64,
    /// `met / (met + breached)`; none where nothing is decided.
    pub share: Option<f64>,
}

/// Where a run has ended.
pub(crate) struct End<'a> {
    pub(crate) program: &'a Program,
    pub(crate) until: Timestamp,
    pub(crate) counts: Counts,
    pub(crate) deployed: &'a [Deployed],
}

impl Summary {
    /// What a run comes to: what was tallied on the way, and where everybody stands at the end.
    #[must_use]
    pub fn new(driver: &Driver, tally: &Tally) -> Self {
        let program = driver.engine().program();
        let end = End { program, until: driver.now(), counts: driver.counts(), deployed: driver.deployed() };
        Self::of(&end, tally, driver.contacts())
    }

    /// What was tallied on the way alone: where everybody stands is looked at with [`Summary::look`].
    #[must_use]
    pub fn tallied(driver: &Driver, tally: &Tally) -> Self {
        let program = driver.engine().program();
        let end = End { program, until: driver.now(), counts: driver.counts(), deployed: driver.deployed() };
        Self::of(&end, tally, std::iter::empty())
    }

    /// The same of contacts that are elsewhere.
    pub(crate) fn of<'c>(end: &End<'_>, tally: &Tally, contacts: impl Iterator<Item = &'c Contact>) -> Self {
        let mut summary = Self {
            until: end.until.to_string(),
            counts: end.counts,
            deployed: end.deployed.to_vec(),
            ..Self::empty(end.program)
        };
        tally.write(&mut summary);
        summary.look(contacts, end.program);
        summary
    }

    /// Nothing but names.
    fn empty(program: &Program) -> Self {
        let size = |name: &String| Size { name: name.clone(), contacts: 0 };
        let stage = |stage: &String| StageFigures { stage: stage.clone(), contacts: 0, entered: 0 };
        Self {
            lifecycles: program
                .lifecycles
                .iter()
                .map(|l| Funnel { lifecycle: l.name.clone(), stages: l.stages.iter().map(stage).collect() })
                .collect(),
            segments: program.segments.iter().map(|segment| size(&segment.name)).collect(),
            scores: program
                .scores
                .iter()
                .filter(|score| !score.bands.is_empty())
                .map(|score| Bands {
                    score: score.name.clone(),
                    below: 0,
                    bands: score.bands.iter().map(|band| size(&band.name)).collect(),
                })
                .collect(),
            messages: program
                .messages
                .iter()
                .map(|message| MessageFigures { message: message.name.clone(), ..MessageFigures::default() })
                .collect(),
            sequences: program
                .sequences
                .iter()
                .map(|sequence| SequenceFigures { sequence: sequence.name.clone(), ..SequenceFigures::default() })
                .collect(),
            slas: program
                .slas
                .iter()
                .map(|sla| SlaFigures { sla: sla.name.clone(), target: sla.target, ..SlaFigures::default() })
                .collect(),
            ..Self::default()
        }
    }

    /// Adds where contacts stand; each of them may be looked at once.
    pub fn look<'c>(&mut self, contacts: impl Iterator<Item = &'c Contact>, program: &Program) {
        for contact in contacts {
            self.contacts += 1;
            for ((id, _), funnel) in program.lifecycles.enumerate().zip(&mut self.lifecycles) {
                if let Some(stage) = funnel.stages.get_mut(usize::from(contact.journey.stage(id))) {
                    stage.contacts += 1;
                }
            }
            for (id, size) in program.segments.ids().zip(&mut self.segments) {
                size.contacts += u64::from(contact.facts.in_segment(id));
            }
            let banded = program.scores.enumerate().filter(|(_, score)| !score.bands.is_empty());
            for ((id, _), figures) in banded.zip(&mut self.scores) {
                match contact.facts.band(id).map(usize::from) {
                    Some(band) => {
                        if let Some(size) = figures.bands.get_mut(band) {
                            size.contacts += 1;
                        }
                    }
                    None => figures.below += 1,
                }
            }
            for run in contact.journey.runs() {
                if let Some(figures) = self.sequences.get_mut(run.sequence.index()) {
                    figures.under_way += 1;
                }
            }
        }
    }
}
