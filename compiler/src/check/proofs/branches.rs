//! Branches: arms of `choose` and of waits that an earlier one, a goal or an exit always forestalls.

use flow_graph::program::{Sequence, Trigger};
use flow_graph::{Expr, Id};

use super::conditions::holds;
use super::{Arms, Later, Proofs, Waiting, is_constant};
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::{Answer, Around};
use crate::source::Span;

impl Proofs<'_> {
    pub(super) fn branches(&mut self) {
        for arms in &self.check.asked.arms {
            self.arms(arms);
        }
        for wait in &self.check.asked.waits {
            self.wait(wait);
        }
    }

    fn arms(&mut self, arms: &Arms) {
        let around = Around::default();
        let mut before: Vec<(&Expr, bool)> = arms.path.iter().map(|(_, expr, holds)| (expr, *holds)).collect();
        let path = before.len();
        for (position, (span, condition)) in arms.arms.iter().enumerate() {
            let alone = is_constant(condition) || self.hangs_on_settled(condition) || self.never(condition, around);
            before.push((condition, true));
            let taken = alone || self.prover.all_can_hold(&before, around) != Answer::No;
            before.pop();
            if !taken {
                let hidden = |subset: &[(&Expr, bool)]| {
                    let all = [subset, &[(condition, true)]].concat();
                    self.prover.all_can_hold(&all, around) == Answer::No
                };
                let by_path = before.get(..path).is_some_and(hidden);
                let earlier = arms.arms.get(..position).unwrap_or_default();
                let one = earlier.iter().find(|(_, earlier)| hidden(&[(earlier, false)]));
                let places: Vec<Span> = match one {
                    _ if by_path => arms.path.iter().map(|(place, ..)| *place).collect(),
                    Some((place, _)) => vec![*place],
                    None => earlier.iter().map(|(place, _)| *place).collect(),
                };
                self.hidden_arm(*span, &places, by_path);
            }
            before.push((condition, false));
        }
        if let Some(otherwise) = arms.otherwise
            && arms.arms.iter().all(|(_, condition)| !is_constant(condition) && !self.hangs_on_settled(condition))
            && self.prover.all_can_hold(before.get(path..).unwrap_or_default(), around) == Answer::No
            // Who always takes the one arm has been told that its condition always holds.
            && arms.arms.len() > 1
        {
            let wrong = Diagnostic::new(Code::HiddenBranch, otherwise, "nobody ever takes `otherwise`");
            let wrong = arms.arms.iter().fold(wrong, |wrong, (place, _)| wrong.label(*place, ""));
            self.report(wrong.help("one of the conditions above always holds: remove `otherwise`, or correct them"));
        }
    }

    fn hidden_arm(&mut self, span: Span, places: &[Span], by_path: bool) {
        let message = if by_path {
            "nobody who comes here takes this branch"
        } else {
            "nobody ever takes this branch: an earlier one is always taken first"
        };
        let mut wrong = Diagnostic::new(Code::HiddenBranch, span, message);
        for place in places {
            wrong = wrong.label(*place, if by_path { "only who fulfils this comes here" } else { "taken first" });
        }
        let help = if by_path {
            "remove the branch, or correct one of the conditions"
        } else {
            "the first branch that holds is taken: put the narrower one first"
        };
        self.report(wrong.help(help));
    }

    fn wait(&mut self, wait: &Waiting) {
        let Some(sequence) = self.program.sequences.get(wait.sequence) else { return };
        for (position, branch) in wait.branches.iter().enumerate() {
            if branch.triggers.is_empty() {
                continue;
            }
            let ended = branch.triggers.iter().all(|trigger| self.ends_the_run(sequence, trigger).is_some());
            if ended {
                let what = branch.triggers.iter().find_map(|trigger| self.ends_the_run(sequence, trigger));
                let what = what.unwrap_or("goal");
                let message = format!("this branch is never taken: the {what} ends the run first");
                let later = if what == "goal" { Later::Goal } else { Later::Exit };
                let place = self.place_of(later, wait.sequence);
                let wrong = Diagnostic::new(Code::HiddenBranch, branch.at, message);
                let wrong =
                    place.into_iter().fold(wrong, |wrong, at| wrong.label(at, "acts at once, wherever a run stands"));
                self.report(wrong.help("goals and exits come before waits: remove the branch, or the clause"));
                continue;
            }
            let earlier = wait.branches.get(..position).unwrap_or_default();
            let by = |trigger: &Trigger| {
                earlier.iter().find(|earlier| earlier.triggers.iter().any(|first| self.covers(first, trigger)))
            };
            let places: Option<Vec<Span>> = branch.triggers.iter().map(|trigger| by(trigger).map(|it| it.at)).collect();
            if let Some(mut places) = places {
                places.dedup();
                let message = "this branch is never taken: an earlier one always is";
                let mut wrong = Diagnostic::new(Code::HiddenBranch, branch.at, message);
                for place in places {
                    wrong = wrong.label(place, "taken first");
                }
                self.report(wrong.help("put the narrower branch first, or remove it"));
            }
        }
    }

    /// Where the goal or the exits of a sequence stand.
    fn place_of(&self, clause: Later, sequence: Id<Sequence>) -> Option<Span> {
        let whole =
            self.check.names.items::<Sequence>().iter().find(|(id, _)| *id == sequence).map(|(_, it)| it.span)?;
        let mut places = self.check.asked.later.iter().filter(|(later, ..)| *later == clause).map(|(_, span, _)| *span);
        places.find(|span| holds(whole, *span))
    }

    /// What ends a run whenever a trigger fires.
    fn ends_the_run(&self, sequence: &Sequence, trigger: &Trigger) -> Option<&'static str> {
        let goal = sequence.goal.iter().flat_map(|goal| &goal.triggers).any(|goal| self.covers(goal, trigger));
        let exit = || sequence.exit_on.iter().any(|(exit, _)| self.covers(exit, trigger));
        if goal {
            Some("goal")
        } else if exit() {
            Some("exit")
        } else {
            None
        }
    }

    /// Whether one trigger fires whenever another one does.
    pub(super) fn covers(&self, wide: &Trigger, narrow: &Trigger) -> bool {
        match (wide, narrow) {
            (Trigger::Event { event: a, filter: wide }, Trigger::Event { event: b, filter: narrow }) => {
                let around = Around { event: Some(*a), remembered: true, even_days: false };
                a == b
                    && match (wide, narrow) {
                        (None, _) => true,
                        (Some(wide), Some(narrow)) => wide == narrow || self.prover.implies(narrow, wide, around),
                        (Some(wide), None) => self.always(wide, around),
                    }
            }
            (Trigger::EnteredSegment(a), Trigger::EnteredSegment(b))
            | (Trigger::LeftSegment(a), Trigger::LeftSegment(b)) => a == b,
            (Trigger::BecomesBand { score: a, band: x }, Trigger::BecomesBand { score: b, band: y }) => {
                (a, x) == (b, y)
            }
            (Trigger::EnteredStage { lifecycle: a, stage: x }, Trigger::EnteredStage { lifecycle: b, stage: y }) => {
                (a, x) == (b, y)
            }
            (
                Trigger::Event { .. }
                | Trigger::EnteredSegment(_)
                | Trigger::LeftSegment(_)
                | Trigger::BecomesBand { .. }
                | Trigger::EnteredStage { .. },
                _,
            ) => false,
        }
    }
}
