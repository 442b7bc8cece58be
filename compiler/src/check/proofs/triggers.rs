//! Triggers and bands that cannot come: a stage that is only ever entered at the start, a band that no score reaches.

use flow_graph::Id;
use flow_graph::program::{Lifecycle, Score, Trigger};

use super::Proofs;
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::score_bounds;
use crate::source::Span;

/// Where a trigger stands that can only fire after something else has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Later {
    /// `goal`
    Goal,
    /// `exit on`
    Exit,
    /// A branch of a wait; true without a limit.
    Wait(bool),
    /// `met on`
    Met,
}

impl Proofs<'_> {
    /// Bands that no score is ever in. Runs before conditions, which hang on them.
    pub(super) fn bands(&mut self) {
        for (id, score) in self.program.scores.enumerate() {
            let (low, high) = score_bounds(score);
            for (position, band) in (0_u16..).zip(&score.bands) {
                let next = score.bands.get(usize::from(position) + 1);
                let too_high = band.from > high;
                let too_low = next.is_some_and(|next| low >= next.from);
                if too_high || too_low {
                    self.settled.scores.insert(id);
                    self.no_band(id, position, &band.name, if too_high { Side::Above(high) } else { Side::Below(low) });
                }
            }
        }
    }

    fn no_band(&mut self, id: Id<Score>, position: u16, name: &str, side: Side) {
        let Some(at) = self.check.names.member_declared(id, position) else { return };
        let message = format!("no score is ever in the band `{name}`");
        let wrong = Diagnostic::new(Code::BandUnreached, at, message);
        let score = self.check.names.name(id).to_owned();
        let (label, help) = match side {
            Side::Above(most) => (
                format!("`{score}` is at most {most}: all its rules together give no more"),
                "let it begin lower, or give more points",
            ),
            Side::Below(least) => {
                (format!("`{score}` is never below {least}"), "let the next band begin higher, or remove this one")
            }
        };
        let wrong = self.check.names.declared(id).into_iter().fold(wrong, |wrong, at| wrong.label(at, label.clone()));
        self.report(wrong.help(help));
    }

    /// A stage that nobody enters after the first input, where something waits for it.
    pub(super) fn triggers(&mut self) {
        for (place, span, trigger) in &self.check.asked.later {
            let Trigger::EnteredStage { lifecycle, stage } = trigger else { continue };
            if self.only_at_the_start(*lifecycle, *stage) {
                self.never_again(*place, *span, *lifecycle, *stage);
            }
        }
    }

    fn only_at_the_start(&self, id: Id<Lifecycle>, stage: u16) -> bool {
        let lifecycle = self.program.lifecycles.get(id);
        lifecycle.is_some_and(|it| it.start == stage && it.transitions.iter().all(|transition| transition.to != stage))
    }

    fn never_again(&mut self, place: Later, span: Span, id: Id<Lifecycle>, stage: u16) {
        let lifecycle = self.check.names.name(id);
        let name = self.check.names.member_declared(id, stage).map(|at| self.check.text(at)).unwrap_or_default();
        let (code, message) = match place {
            Later::Goal => {
                (Code::ImpossibleTrigger, format!("this goal is never reached: nobody comes back to `{name}`"))
            }
            Later::Exit => (Code::ImpossibleTrigger, format!("this never ends a run: nobody comes back to `{name}`")),
            Later::Wait(false) => {
                (Code::ImpossibleTrigger, format!("this branch is never taken: nobody comes back to `{name}`"))
            }
            Later::Wait(true) => (Code::EndlessWait, format!("this waits for ever: nobody comes back to `{name}`")),
            Later::Met => (Code::ImpossibleTrigger, format!("this is never met: nobody comes back to `{name}`")),
        };
        let wrong = Diagnostic::new(code, span, message);
        let words = format!("everybody starts `{lifecycle}` here, and no transition leads back");
        let wrong = self
            .check
            .names
            .member_declared(id, stage)
            .into_iter()
            .fold(wrong, |wrong, at| wrong.label(at, words.clone()));
        self.report(wrong.help("name a stage that a transition leads to"));
    }
}

#[derive(Clone, Copy)]
enum Side {
    Above(f64),
    Below(f64),
}
