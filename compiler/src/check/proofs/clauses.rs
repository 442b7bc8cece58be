//! Which clauses of a condition contradict each other: the fewest that cannot hold at once.

use flow_graph::Expr;

use super::Proofs;
use crate::diagnostic::Diagnostic;
use crate::prove::{Answer, Around};
use crate::source::Span;

/// How many clauses are tried: each is a search of its own.
const CLAUSES_AT_MOST: usize = 24;

impl Proofs<'_> {
    /// The clauses of a condition that never holds which alone make it so, with their places.
    pub(super) fn culprits(&self, span: Span, expr: &Expr, around: Around) -> Vec<(Span, Expr)> {
        let mut clauses = Vec::new();
        self.flatten(span, expr, &mut clauses);
        if clauses.len() > CLAUSES_AT_MOST {
            return vec![(span, expr.clone())];
        }
        let contradict = |clauses: &[(Span, Expr)]| {
            let all: Vec<(&Expr, bool)> = clauses.iter().map(|(_, expr)| (expr, true)).collect();
            self.prover.all_can_hold(&all, around) == Answer::No
        };
        let mut at = 0;
        while at < clauses.len() {
            let mut fewer = clauses.clone();
            fewer.remove(at);
            if contradict(&fewer) {
                clauses = fewer;
            } else {
                at += 1;
            }
        }
        clauses
    }

    /// Points at the clauses of a condition, the first of them at least, and at the segments that they speak of.
    pub(super) fn point(&self, mut wrong: Diagnostic, culprits: &[(Span, Expr)]) -> Diagnostic {
        let several = culprits.len() > 1;
        for (position, (span, expr)) in culprits.iter().enumerate() {
            if *span != wrong.primary.span && several {
                let words = if position == 0 { "this" } else { "and this" };
                let words =
                    if position + 1 == culprits.len() { format!("{words}, never at once") } else { words.into() };
                wrong = wrong.label(*span, words);
            }
            if let Some((name, place)) = self.segment_of(expr).filter(|(_, place)| *place != wrong.primary.span) {
                wrong = wrong.label(place, format!("who is in `{name}`"));
            }
        }
        wrong
    }

    fn segment_of(&self, expr: &Expr) -> Option<(String, Span)> {
        let inner = if let Expr::Not(inner) = expr { inner } else { expr };
        let Expr::InSegment(id) = *inner else { return None };
        let place = self.check.asked.questions.iter().find(|question| question.place == super::Place::Segment(id))?;
        Some((self.check.names.name(id).to_owned(), place.span))
    }

    fn flatten(&self, span: Span, expr: &Expr, found: &mut Vec<(Span, Expr)>) {
        match self.check.asked.ands.get(&span) {
            Some(sides) => sides.iter().for_each(|(span, expr)| self.flatten(*span, expr, found)),
            None => found.push((span, expr.clone())),
        }
    }
}
