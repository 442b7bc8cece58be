//! Expressions: what they read is there, and there at that place.

use super::{Checked, Verifier, ensure, inside};
use crate::program::{Event, Lifecycle, Score};
use crate::{Expr, Id};

/// What an expression may look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The event behind `where`.
    pub(super) this: Option<Id<Event>>,
    /// Inside of a sequence.
    pub(super) run: bool,
    /// The sequence has a key.
    pub(super) key: bool,
}

impl Verifier<'_> {
    pub(super) fn exprs<'e>(
        &self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        around: &Place,
        place: impl Fn() -> String + Copy,
    ) -> Checked {
        for expr in exprs {
            let mut found = Ok(());
            expr.walk(&mut |part| {
                if found.is_ok() {
                    found = self.part(part, around, place);
                }
            });
            found?;
        }
        Ok(())
    }

    pub(super) fn band(&self, score: Id<Score>, band: u16, place: impl Fn() -> String) -> Checked {
        let bands = self.program.scores.get(score).map_or(0, |score| score.bands.len());
        ensure(usize::from(band) < bands, place, "there is no such band")
    }

    pub(super) fn stage(&self, lifecycle: Id<Lifecycle>, stage: u16, place: impl Fn() -> String) -> Checked {
        let stages = self.program.lifecycles.get(lifecycle).map_or(0, |lifecycle| lifecycle.stages.len());
        ensure(usize::from(stage) < stages, place, "there is no such stage")
    }

    fn part(&self, expr: &Expr, around: &Place, place: impl Fn() -> String + Copy) -> Checked {
        let p = self.program;
        match expr {
            Expr::Field(id) => inside(&p.fields, *id, place),
            Expr::This(slot) => match around.this {
                Some(event) => self.slot(event, *slot, place).map(|_| ()),
                None => ensure(false, place, "it reads an event where there is none"),
            },
            Expr::ThisMeta(_) => ensure(around.this.is_some(), place, "it reads an event where there is none"),
            Expr::Trigger(slots) => {
                ensure(around.run, place, "it reads the event of a run where there is none")?;
                slots.iter().try_for_each(|(event, slot)| self.slot(*event, *slot, place).map(|_| ()))
            }
            Expr::TriggerMeta(_) => ensure(around.run, place, "it reads the event of a run where there is none"),
            Expr::Key => ensure(around.key, place, "it reads a key where there is none"),
            Expr::Behaviour(id) => inside(&p.behaviours, *id, place),
            Expr::SinceLast { behaviour, .. } => inside(&p.behaviours, *behaviour, place),
            Expr::Score { score, .. } => inside(&p.scores, *score, place),
            Expr::InBand { score, band } => self.band(*score, *band, place),
            Expr::InSegment(id) => inside(&p.segments, *id, place),
            Expr::InStage { lifecycle, stage, .. } => self.stage(*lifecycle, *stage, place),
            Expr::InSequence(id) => inside(&p.sequences, *id, place),
            Expr::Const(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare { .. }
            | Expr::OneOf { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. }
            | Expr::Arith { .. }
            | Expr::Shift { .. }
            | Expr::Default { .. }
            | Expr::Known(_)
            | Expr::If { .. }
            | Expr::Template(_) => Ok(()),
        }
    }
}
