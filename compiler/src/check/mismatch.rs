//! What to write where a value is not of the type that is needed, and scores that move where the machine needs rest.

use flow_graph::expr::ScorePart;
use flow_graph::program::Score;
use flow_graph::{Expr, Id, Type, Value};

use super::compare::is_text;
use super::{Check, Ty, Typed};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::syntax::tree::ItemKind;
use crate::syntax::tree::score::{RuleDecay, ScoreRule, ScoreRuleKind};

impl Check<'_> {
    /// Adds what to write instead of `found`, at a place where something like `wanted` is needed.
    pub(super) fn advise(&self, wrong: Diagnostic, wanted: &Typed, found: &Typed) -> Diagnostic {
        if let (Ty::Of(Type::Set(_)), Ty::Of(_)) = (&wanted.ty, &found.ty)
            && wanted.span != found.span
        {
            let (set, member) = (self.text(wanted.span), self.text(found.span));
            return wrong.help(format!("ask whether it is one of them: `{set} contains {member}`"));
        }
        let Ty::Of(ty) = &wanted.ty else { return wrong };
        if let Some(Value::Text(text)) = found.constant()
            && let Some((fixed, how)) = self.without_quotes(text, ty)
        {
            let what = self.describe(&wanted.ty);
            let help = format!("{what} is written without quotes: `{fixed}`");
            return wrong.help(help).fix(format!("write `{fixed}`"), found.span, fixed, how);
        }
        if is_text(&wanted.ty)
            && let Some(Value::Int(_) | Value::Number(_) | Value::Bool(_) | Value::Date(_)) = found.constant()
        {
            let fixed = format!("\"{}\"", self.text(found.span));
            let title = format!("write `{fixed}`");
            return wrong.help(format!("a text stands in quotes: `{fixed}`")).fix(
                title,
                found.span,
                fixed,
                Applicability::Unsafe,
            );
        }
        match self.example(ty) {
            Some(example) => {
                let what = self.describe(&wanted.ty);
                wrong.help(format!("write {what}, such as `{example}`"))
            }
            None => wrong,
        }
    }

    /// What stands in quotes as a value of a type, when it is one.
    fn without_quotes(&self, text: &str, ty: &Type) -> Option<(String, Applicability)> {
        let text = text.trim();
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.parse::<f64>().is_ok();
        let (fits, fixed, how) = match ty {
            Type::Int => (text.parse::<i64>().is_ok(), text.to_owned(), Applicability::Safe),
            Type::Number => (number(text), text.to_owned(), Applicability::Safe),
            Type::Bool => (matches!(text, "true" | "false"), text.to_owned(), Applicability::Safe),
            Type::Percent => {
                let share = text.trim_end_matches('%').trim();
                (number(share), format!("{share}%"), Applicability::Unsafe)
            }
            Type::Money => {
                let own = &self.program.project.currency;
                let amount = text.trim_end_matches(own.as_str()).trim();
                (number(amount), format!("{amount} {own}"), Applicability::Unsafe)
            }
            Type::Date => (text.parse::<jiff::civil::Date>().is_ok(), text.to_owned(), Applicability::Safe),
            Type::DateTime
            | Type::Text
            | Type::Duration
            | Type::Email
            | Type::Phone
            | Type::Url
            | Type::Country
            | Type::TimeZone
            | Type::Enum(_)
            | Type::Set(_) => return None,
        };
        fits.then_some((fixed, how))
    }

    /// What a value of a type looks like.
    fn example(&self, ty: &Type) -> Option<String> {
        let text = match ty {
            Type::Text => "\"text\"",
            Type::Int => "50",
            Type::Number => "3.5",
            Type::Bool => "true",
            Type::Money => return Some(format!("50 {}", self.program.project.currency)),
            Type::Percent => "75%",
            Type::Date => "2026-01-05",
            Type::DateTime => "2026-01-05T10:00",
            Type::Duration => "48h",
            Type::Email => "\"ana@x.example\"",
            Type::Phone => "\"+49 30 1234\"",
            Type::Url => "\"https://x.example\"",
            Type::Country => "DE",
            Type::TimeZone => "\"Europe/Berlin\"",
            Type::Enum(id) => return Some(self.names.entry(*id)?.members.first()?.name.clone()),
            Type::Set(_) => "[]",
        };
        Some(text.to_owned())
    }

    /// Whether the value runs with time by itself: a score that decays is in it.
    pub(super) fn moves(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Score { score, part } => *part != ScorePart::Fit && self.decays(*score),
            Expr::Arith { left, right, .. } => self.moves(left) || self.moves(right),
            Expr::Default { value, fallback } => self.moves(value) || self.moves(fallback),
            Expr::If { then, otherwise, .. } => self.moves(then) || self.moves(otherwise),
            Expr::Const(_)
            | Expr::Field(_)
            | Expr::This(_)
            | Expr::ThisMeta(_)
            | Expr::Trigger(_)
            | Expr::TriggerMeta(_)
            | Expr::Key
            | Expr::Behaviour(_)
            | Expr::InBand { .. }
            | Expr::InSegment(_)
            | Expr::InStage { .. }
            | Expr::InSequence(_)
            | Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare { .. }
            | Expr::OneOf { .. }
            | Expr::TextTest { .. }
            | Expr::Matches { .. }
            | Expr::Contains { .. }
            | Expr::Shift { .. }
            | Expr::SinceLast { .. }
            | Expr::Known(_)
            | Expr::Template(_) => false,
        }
    }

    fn decays(&self, score: Id<Score>) -> bool {
        let item = self.names.entry(score).and_then(|entry| entry.item);
        let tree = item.and_then(|item| if let ItemKind::Score(tree) = &item.kind { Some(tree) } else { None });
        tree.is_none_or(|tree| !tree.half_life.is_empty() || tree.rules.iter().any(decays))
    }

    pub(super) fn moving_divisor(&mut self, divisor: &Typed) {
        let text = self.text(divisor.span);
        let message = format!("`{text}` fades with time, so nothing can be divided by it exactly");
        let wrong = Diagnostic::new(Code::MovingScore, divisor.span, message);
        self.report(wrong.help(format!("multiply the other side: `a / {text} > 2` is `a > 2 * {text}`")));
    }

    pub(super) fn moving_member(&mut self, value: &Typed) {
        let text = self.text(value.span);
        let message = format!("`{text}` fades with time, so it is never found in a list exactly");
        let wrong = Diagnostic::new(Code::MovingScore, value.span, message);
        self.report(wrong.help(format!("ask for a range: `{text} >= 10 and {text} < 20`")));
    }
}

fn decays(rule: &ScoreRule) -> bool {
    matches!(rule.kind, ScoreRuleKind::On { decay: Some(RuleDecay::HalfLife(_)), .. })
}
