//! Conditions on their own: those that never hold, and those that always do.

use flow_graph::Expr;
use flow_graph::program::Derived;

use super::{Place, Proofs, Question, is_constant};
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::Around;
use crate::source::Span;

impl Proofs<'_> {
    pub(super) fn conditions(&mut self) {
        let questions = &self.check.asked.questions;
        // What is read comes before what reads it, so that the root of a mistake is found first.
        for derived in &self.program.order {
            let Derived::Segment(id) = derived else { continue };
            if let Some(question) = questions.iter().find(|question| question.place == Place::Segment(*id)) {
                self.condition(question);
            }
        }
        for question in questions.iter().filter(|question| !matches!(question.place, Place::Segment(_))) {
            self.condition(question);
        }
        for (span, expr) in &self.check.asked.alternatives {
            let around = questions.iter().find(|question| holds(question.span, *span)).map(|question| question.around);
            let Some(around) = around else { continue };
            let told =
                self.found.iter().any(|wrong| holds(*span, wrong.primary.span) || holds(wrong.primary.span, *span));
            if !told && !self.hangs_on_settled(expr) && self.never(expr, around) {
                let culprits = self.culprits(*span, expr, around);
                self.never_holds(*span, &culprits);
            }
        }
    }

    fn condition(&mut self, question: &Question) {
        let Question { place, span, expr, around } = question;
        if is_constant(expr) {
            return;
        }
        if self.hangs_on_settled(expr) {
            // What reads this one hangs on the same mistake.
            if let Place::Segment(id) = place {
                self.settled.segments.insert(*id);
            }
            return;
        }
        if self.never(expr, *around) {
            let culprits = self.culprits(*span, expr, *around);
            match *place {
                Place::Segment(id) => {
                    self.settled.segments.insert(id);
                    let name = self.check.names.name(id);
                    let at = self.check.names.declared(id).unwrap_or(*span);
                    let wrong =
                        Diagnostic::new(Code::EmptySegment, at, format!("nobody can ever be in the segment `{name}`"));
                    let wrong = if culprits.len() > 1 { wrong } else { wrong.label(*span, "this never holds") };
                    let wrong = self.point(wrong, &culprits);
                    self.report(wrong.help(advice(&culprits)));
                }
                Place::Where | Place::Rule | Place::Transition(_) | Place::Arm => self.never_holds(*span, &culprits),
                Place::Unless | Place::ExitWhen | Place::Pause => {
                    let word = word(*place);
                    let message = format!("this never holds, so `{word}` does nothing");
                    let wrong = self.point(Diagnostic::new(Code::DeadClause, *span, message), &culprits);
                    self.report(wrong.help(format!("correct the condition, or remove `{word}`")));
                }
            }
        } else if self.always(expr, *around) {
            self.always_holds(question);
        } else if tells_time(expr) {
            self.hardly_ever(question);
        }
    }

    /// A condition that would never hold if calendar time kept the order of instants.
    fn hardly_ever(&mut self, question: &Question) {
        let around = Around { even_days: true, ..question.around };
        if !self.never(&question.expr, around) {
            return;
        }
        let culprits = self.culprits(question.span, &question.expr, around);
        let at = culprits.last().map_or(question.span, |(span, _)| *span);
        let message = "these hold at once for moments only, when clocks change or a month ends";
        let wrong = self.point(Diagnostic::new(Code::HardlyEver, at, message), &culprits);
        self.report(wrong.help("who did it within that time did not do it longer ago: change one of them"));
    }

    fn never_holds(&mut self, span: Span, culprits: &[(Span, Expr)]) {
        let (at, message) = match culprits {
            [(only, _)] => (*only, "this condition never holds"),
            [.., (last, _)] => (*last, "these conditions never hold at once"),
            [] => (span, "this condition never holds"),
        };
        let wrong = Diagnostic::new(Code::NeverHolds, at, message);
        let wrong = if culprits.len() > 1 { wrong.here("not together with the rest") } else { wrong };
        let wrong = self.point(wrong, culprits);
        self.report(wrong.help(advice(culprits)));
    }

    fn always_holds(&mut self, question: &Question) {
        let span = question.span;
        match question.place {
            Place::Segment(id) => {
                self.settled.segments.insert(id);
                let name = self.check.names.name(id);
                let at = self.check.names.declared(id).unwrap_or(span);
                let message = format!("everybody is always in the segment `{name}`");
                let wrong = Diagnostic::new(Code::SegmentOfAll, at, message).label(span, "this always holds");
                self.report(wrong.help("say who is meant, or remove the segment"));
            }
            Place::Where | Place::Rule | Place::Transition(_) | Place::Arm | Place::Pause => {
                let wrong = Diagnostic::new(Code::AlwaysHolds, span, "this condition always holds");
                let help = match question.place {
                    Place::Where => "leave out `where`, or compare with a value that is not always there",
                    Place::Arm => "write what comes next without `choose`, or correct the condition",
                    Place::Segment(_)
                    | Place::Rule
                    | Place::Transition(_)
                    | Place::Unless
                    | Place::ExitWhen
                    | Place::Pause => "correct the condition, or remove it",
                };
                self.report(wrong.help(help));
            }
            Place::Unless | Place::ExitWhen => {
                let word = word(question.place);
                let message = format!("`{word}` always holds, so nobody ever enters this sequence");
                let wrong = Diagnostic::new(Code::NobodyEnters, span, message);
                self.report(wrong.help("correct the condition: it says who is kept out"));
            }
        }
    }
}

/// Whether a condition asks how long ago something was.
fn tells_time(expr: &Expr) -> bool {
    let mut tells = false;
    expr.walk(&mut |part| tells |= matches!(part, Expr::SinceLast { .. } | Expr::InSegment(_)));
    tells
}

fn word(place: Place) -> &'static str {
    match place {
        Place::Unless => "unless",
        Place::ExitWhen => "exit when",
        Place::Pause => "pause while",
        Place::Where => "where",
        Place::Segment(_) | Place::Rule | Place::Transition(_) | Place::Arm => "when",
    }
}

fn advice(culprits: &[(Span, Expr)]) -> &'static str {
    if culprits.len() > 1 {
        "no value fulfils all of them: change one, or join them with `or`"
    } else {
        "no value fulfils it: compare with a value that can be there"
    }
}

/// Whether one place lies inside another.
pub(super) fn holds(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}
