//! Where everybody stands, looked at some contacts at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_graph::Timestamp;
use flow_graph::program::Sequence;
use flow_machine::Engine;
use flow_runtime::Summary;
use flow_runtime::identity::ContactNumber;
use serde::Serialize;

use crate::service::{Closed, Door};
use crate::shard::Shard;

/// So many contacts are looked at in one go: some milliseconds, then whoever waits has its turn.
const TOGETHER: ContactNumber = 10_000;

/// Where everybody stands. It is no picture of one instant: who moves on while others are looked at is seen where it
/// was or where it is, never twice.
#[derive(Debug)]
pub struct Standing {
    /// The program that ran all the while.
    pub engine: Arc<Engine>,
    /// Where the clock stood at the beginning.
    pub at: Timestamp,
    /// What was tallied, and who stands where.
    pub summary: Summary,
    /// How many runs stand at each step.
    steps: BTreeMap<Step, u64>,
    program: u32,
    contacts: ContactNumber,
}

/// A step: the sequence, the version of it where that is an earlier one, the position.
type Step = (usize, Option<usize>, u16);

/// How many are at a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AtStep {
    /// The step as it is written.
    pub step: String,
    /// Where it stands.
    pub line: u32,
    /// Runs that are there.
    pub runs: u64,
    /// They follow the sequence as an earlier program had it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub earlier: bool,
}

/// Where everybody stands now.
///
/// # Errors
/// When the daemon stops.
pub async fn take(door: &Door) -> Result<Standing, Closed> {
    loop {
        let mut standing = door.look(Standing::begin).await?;
        let mut from = 0;
        while from < standing.contacts {
            let to = from.saturating_add(TOGETHER).min(standing.contacts);
            let (goes_on, seen) = door
                .look(move |shard| {
                    let goes_on = standing.add(shard, from..to);
                    (goes_on, standing)
                })
                .await?;
            standing = seen;
            if !goes_on {
                break;
            }
            from = to;
        }
        // Where another program has taken over on the way, all are counted with that one.
        if from >= standing.contacts {
            return Ok(standing);
        }
    }
}

impl Standing {
    fn begin(shard: &Shard) -> Self {
        Self {
            engine: Arc::clone(shard.engine()),
            at: shard.now(),
            summary: shard.tallied(),
            steps: BTreeMap::new(),
            program: shard.lineage().number(),
            contacts: ContactNumber::try_from(shard.contacts()).unwrap_or(ContactNumber::MAX),
        }
    }

    /// Looks at some contacts; `false`: another program runs by now.
    fn add(&mut self, shard: &Shard, numbers: std::ops::Range<ContactNumber>) -> bool {
        if shard.lineage().number() != self.program {
            return false;
        }
        self.summary.look(shard.some(numbers.clone()), self.engine.program());
        for run in shard.some(numbers).flat_map(|contact| contact.journey.runs()) {
            let step = (run.sequence.index(), run.version.map(flow_graph::Id::index), run.step);
            *self.steps.entry(step).or_default() += 1;
        }
        true
    }

    /// How many runs of a sequence stand at each of its steps, in their order; steps at which nobody is are left out.
    #[must_use]
    pub fn steps_of(&self, sequence: usize) -> Vec<AtStep> {
        let program = self.engine.program();
        let here = self.steps.range((sequence, None, 0)..(sequence + 1, None, 0));
        let at_step = |((_, version, position), runs): (&Step, &u64)| {
            let found: &Sequence = match version {
                None => program.sequences.iter().nth(sequence)?,
                Some(version) => &program.earlier.iter().nth(*version)?.sequence,
            };
            let step = found.steps.get(usize::from(*position))?;
            Some(AtStep { step: step.text.clone(), line: step.at.line, runs: *runs, earlier: version.is_some() })
        };
        here.filter_map(at_step).collect()
    }
}
