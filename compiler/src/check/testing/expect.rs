//! What a test expects.

use flow_graph::Id;
use flow_graph::expr::{CompareOp, ScorePart};
use flow_graph::program::{Connector, Lifecycle, Message, Score, Segment, Sequence, Sla, StepId, Team};
use flow_graph::testcase::{Expectation, GATES, HOLDING_GATES, SlaState};

use super::Check;
use crate::check::Scope;
use crate::diagnostic::{Code, Diagnostic};
use crate::names::lookup;
use crate::source::{Name, Spanned};
use crate::suggest;
use crate::syntax::tree::expr::{BinaryOp, Literal};
use crate::syntax::tree::test::{Expectation as Tree, NumberCheck};

impl Check<'_> {
    /// One expectation; `None` when something in it is wrong, which has been said.
    pub(super) fn expectation(&mut self, tree: &Spanned<Tree>) -> Option<Expectation> {
        match &tree.value {
            Tree::Sent { message, negated, times, at } => {
                let message = self.find::<Message>(message)?;
                let times = if *negated { Some(0) } else { *times };
                let at = match at {
                    Some(at) => Some(self.instant(at.value, at.span)?),
                    None => None,
                };
                Some(Expectation::Sent { message, times, at })
            }
            Tree::Held { message, gate } => {
                let gate = self.gate(gate.as_ref(), &HOLDING_GATES, "hold");
                Some(Expectation::Held { message: self.find::<Message>(message)?, gate: gate? })
            }
            Tree::Dropped { message, gate } => {
                let gate = self.gate(gate.as_ref(), &GATES, "drop");
                Some(Expectation::Dropped { message: self.find::<Message>(message)?, gate: gate? })
            }
            Tree::InSegment { segment, negated } => {
                Some(Expectation::InSegment { segment: self.find::<Segment>(segment)?, expected: !negated })
            }
            Tree::Score { score, part, check } => self.expect_score(score, part.as_ref(), check),
            Tree::Band { score, band } => {
                let score = self.find::<Score>(score)?;
                Some(Expectation::Band { score, band: self.find_member(score, band)? })
            }
            Tree::Stage { lifecycle, stage } => {
                let lifecycle = self.find::<Lifecycle>(lifecycle)?;
                Some(Expectation::Stage { lifecycle, stage: self.find_member(lifecycle, stage)? })
            }
            Tree::InSequence { sequence, negated } => {
                Some(Expectation::InSequence { sequence: self.find::<Sequence>(sequence)?, expected: !negated })
            }
            Tree::AtStep { sequence, step } => self.expect_step(sequence.as_ref(), step),
            Tree::Condition(condition) => Some(Expectation::Condition(self.condition(&Scope::contact(), condition))),
            Tree::Sla { sla, state } => {
                let state = self.sla_state(state);
                Some(Expectation::Sla { sla: self.find::<Sla>(sla)?, state: state? })
            }
            Tree::Called { connector, action, negated } => {
                let connector = self.of_settings::<Connector>(connector)?;
                Some(Expectation::Called { connector, action: action.value.clone(), expected: !negated })
            }
            Tree::Notified { team, negated } => {
                Some(Expectation::Notified { team: self.find::<Team>(team)?, expected: !negated })
            }
        }
    }

    /// The gate that is named, if one is; nothing when there is no such gate.
    fn gate(&mut self, name: Option<&Name>, gates: &[&str], does: &str) -> Option<Option<String>> {
        let Some(name) = name else { return Some(None) };
        if gates.contains(&name.value.as_str()) {
            return Some(Some(name.value.clone()));
        }
        let message = if GATES.contains(&name.value.as_str()) {
            format!("the gate `{}` does not {does} messages", name.value)
        } else {
            format!("there is no gate `{}`", name.value)
        };
        self.word(name, &message, gates);
        None
    }

    fn sla_state(&mut self, name: &Name) -> Option<SlaState> {
        match name.value.as_str() {
            "met" => Some(SlaState::Met),
            "breached" => Some(SlaState::Breached),
            "running" => Some(SlaState::Running),
            other => {
                let message = format!("an sla is never `{other}`");
                self.word(name, &message, &["met", "breached", "running"]);
                None
            }
        }
    }

    /// Says that a word is none of those that may stand here.
    fn word(&mut self, name: &Name, message: &str, words: &[&str]) {
        let wrong = lookup::suggest(Diagnostic::new(Code::UnknownName, name.span, message), name, words);
        let help = wrong.help.clone().unwrap_or_else(|| format!("there are {}", suggest::list(words.iter().copied())));
        self.report(wrong.help(help));
    }

    fn expect_score(&mut self, name: &Name, part: Option<&Name>, check: &NumberCheck) -> Option<Expectation> {
        let score = self.find::<Score>(name)?;
        let part = match part {
            None => ScorePart::Total,
            Some(part) => match part.value.as_str() {
                "fit" => ScorePart::Fit,
                "engagement" => ScorePart::Engagement,
                other => {
                    let message = format!("a score has no part `{other}`");
                    self.word(part, &message, &["fit", "engagement"]);
                    return None;
                }
            },
        };
        let checks = match check {
            NumberCheck::Compare(op, literal) => vec![(compare(*op)?, self.number(literal)?)],
            NumberCheck::Between(low, high) => {
                let (low_number, high_number) = (self.number(low)?, self.number(high)?);
                if low_number > high_number {
                    let message = format!("nothing is between {low_number} and {high_number}");
                    self.amount(low.span.to(high.span), message, "write the smaller number first");
                }
                vec![(CompareOp::GreaterEqual, low_number), (CompareOp::LessEqual, high_number)]
            }
        };
        Some(Expectation::Score { score, part, checks })
    }

    fn number(&mut self, literal: &Spanned<Literal>) -> Option<f64> {
        match &literal.value {
            #[expect(clippy::cast_precision_loss, reason = "a score is small")]
            Literal::Int(int) => Some(*int as f64),
            Literal::Number(number) => Some(*number),
            Literal::Text(_)
            | Literal::Percent(_)
            | Literal::Money { .. }
            | Literal::Bool(_)
            | Literal::Date(_)
            | Literal::DateTime(_)
            | Literal::Clock(_)
            | Literal::Duration(_) => {
                self.report(Diagnostic::new(Code::TypeMismatch, literal.span, "a score is a number, and this is none"));
                None
            }
        }
    }

    /// Every step that bears the label, in the sequence that is named or in all.
    fn expect_step(&mut self, sequence: Option<&Name>, step: &Name) -> Option<Expectation> {
        let only = match sequence {
            Some(name) => {
                let id = self.find::<Sequence>(name)?;
                self.find_member(id, step)?;
                Some(id)
            }
            None => None,
        };
        let mut steps: Vec<(Id<Sequence>, StepId)> = Vec::new();
        let mut labels = Vec::new();
        for (id, sequence) in self.program.sequences.enumerate().filter(|(id, _)| only.is_none_or(|only| only == *id)) {
            for (number, found) in (0..).zip(&sequence.steps) {
                labels.extend(found.label.clone());
                if found.label.as_deref() == Some(step.value.as_str()) {
                    steps.push((id, number));
                }
            }
        }
        if only.is_none() {
            for (id, _) in &steps {
                if let Some(member) = self.names.member_number(*id, &step.value) {
                    self.refer(step.span, lookup::member_symbol(*id, member));
                }
            }
        }
        if steps.is_empty() {
            if !self.flow.unsure {
                let message = format!("no step has the label `{}`", step.value);
                let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
                let wrong = lookup::suggest(Diagnostic::new(Code::UnknownName, step.span, message), step, &labels);
                let help =
                    wrong.help.clone().unwrap_or_else(|| format!("give the step a label: `step {}: …`", step.value));
                self.report(wrong.help(help));
            }
            return None;
        }
        Some(Expectation::AtStep { steps })
    }
}

fn compare(op: BinaryOp) -> Option<CompareOp> {
    match op {
        BinaryOp::Equal => Some(CompareOp::Equal),
        BinaryOp::NotEqual => Some(CompareOp::NotEqual),
        BinaryOp::Less => Some(CompareOp::Less),
        BinaryOp::LessEqual => Some(CompareOp::LessEqual),
        BinaryOp::Greater => Some(CompareOp::Greater),
        BinaryOp::GreaterEqual => Some(CompareOp::GreaterEqual),
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Contains
        | BinaryOp::StartsWith
        | BinaryOp::EndsWith
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Default => None,
    }
}
