//! The ways that lead on from a step, as they were written: for those who read, not for the machine.

use flow_graph::program::Way;

use super::Check;
use crate::source::Span;
use crate::syntax::tree::step::{Block, Step, StepKind};
use crate::syntax::tree::trigger::Trigger;

impl Check<'_> {
    /// The ways of a step, in the order in which the machine numbers them.
    pub(super) fn ways(&self, tree: &Step) -> Vec<Way> {
        match &tree.kind {
            StepKind::Choose(choose) => {
                let arms = choose.arms.iter().map(|(condition, _)| self.way("when ", condition.span));
                arms.chain([self.last("otherwise", choose.otherwise.as_ref(), tree)]).collect()
            }
            StepKind::Split(split) => {
                let arm = |share: Span, name: Span| Span { end: name.end, ..share };
                split.arms.iter().map(|it| self.way("", arm(it.share.span, it.name.span))).collect()
            }
            StepKind::WaitFor(wait) => {
                let branches = wait.branches.iter().filter_map(|it| Some(self.way("on ", together(&it.triggers)?)));
                let timeout = wait.limit.as_ref().map(|_| self.last("timeout", wait.timeout.as_ref(), tree));
                branches.chain(timeout).collect()
            }
            StepKind::Wait(_)
            | StepKind::WaitUntil(_)
            | StepKind::Send(_)
            | StepKind::Set(_)
            | StepKind::Call(_)
            | StepKind::Notify(_)
            | StepKind::Emit(_)
            | StepKind::Enroll(_)
            | StepKind::Exit => Vec::new(),
        }
    }

    fn way(&self, word: &str, span: Span) -> Way {
        Way { text: format!("{word}{}", self.text(span)), at: self.location(span) }
    }

    fn last(&self, word: &str, block: Option<&Block>, step: &Step) -> Way {
        Way { text: word.to_owned(), at: self.location(block.map_or(step.head, |block| block.span)) }
    }
}

fn together(triggers: &[Trigger]) -> Option<Span> {
    let (first, last) = (triggers.first()?, triggers.last()?);
    Some(Span { end: last.span.end, ..first.span })
}
