//! `flow run` on several processors.

use flow_runtime::ingest::Rejection;
use flow_runtime::parallel::{self, Out, Plan, Watch};
use flow_runtime::{Summary, Tally};

use crate::failure::Failure;
use crate::input::{self, Source};
use crate::output::Output;
use crate::progress::Progress;
use crate::summary::Rejects;

/// What a run came to.
pub(crate) struct Done {
    pub(crate) summary: Summary,
    pub(crate) decisions: u64,
    pub(crate) refused: Rejects,
}

/// Where a run writes.
#[derive(Default)]
pub(crate) struct Outputs {
    pub(crate) decisions: Option<Output>,
    pub(crate) rejects: Option<Output>,
}

impl Outputs {
    /// Writes what is kept.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        [self.decisions.take(), self.rejects.take()].into_iter().flatten().try_for_each(Output::finish)
    }
}

/// Runs all inputs. What was decided up to a failure is written.
pub(crate) fn run(
    plan: &Plan,
    sources: Vec<Source>,
    outputs: &mut Outputs,
    progress: &mut Progress,
) -> Result<Done, Failure> {
    let Outputs { decisions, rejects } = outputs;
    let out = decisions.as_mut().map(|out| -> Out<'_> { Box::new(|lines| out.lines(lines)) });
    let sources = sources.into_iter().map(Source::into_parallel).collect();
    let mut watcher = Watcher { progress, refused: Rejects::default(), tally: Tally::default(), rejects };
    let ran = parallel::run(plan, sources, &mut watcher, out);
    let Watcher { refused, tally, .. } = watcher;
    let mut ran = ran.map_err(|unreadable| input::unreadable(&unreadable.name, &unreadable.error))?;
    let (summary, decisions) = (ran.summary(tally), ran.decisions());
    // The process ends soon and gives all back at once, which takes no time.
    std::mem::forget(ran);
    Ok(Done { summary, decisions, refused })
}

/// Counts what was not used, and shows how far the run is.
struct Watcher<'w> {
    progress: &'w mut Progress,
    refused: Rejects,
    tally: Tally,
    rejects: &'w mut Option<Output>,
}

impl Watch for Watcher<'_> {
    fn rejected(&mut self, rejection: Rejection) {
        self.tally.rejected(&rejection);
        if let Some(out) = self.rejects {
            out.record(&rejection);
        }
        self.refused.add(rejection);
    }

    fn read(&mut self, rows: usize, bytes: u64) {
        self.progress.steps(rows, bytes);
    }

    fn sorted(&mut self, inputs: usize) {
        self.progress.turn(inputs);
    }

    fn decided(&mut self, inputs: usize) {
        self.progress.decided(inputs);
    }
}
