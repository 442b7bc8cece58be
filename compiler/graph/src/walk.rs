//! Going through expressions.

use crate::Expr;

impl Expr {
    /// Visits this expression and all inside it, outer ones first.
    pub fn walk<'e>(&'e self, visit: &mut impl FnMut(&'e Self)) {
        visit(self);
        for part in self.parts() {
            part.walk(visit);
        }
    }

    /// Changes this expression and all inside it, outer ones first.
    pub fn walk_mut(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        for part in self.parts_mut() {
            part.walk_mut(change);
        }
    }

    /// The expressions directly inside this one.
    #[must_use]
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Const(_)
            | Self::Field(_)
            | Self::This(_)
            | Self::ThisMeta(_)
            | Self::Trigger(_)
            | Self::TriggerMeta(_)
            | Self::Key
            | Self::Behaviour(_)
            | Self::Score { .. }
            | Self::InBand { .. }
            | Self::InSegment(_)
            | Self::InStage { .. }
            | Self::InSequence(_)
            | Self::SinceLast { .. }
            | Self::Template(_) => Vec::new(),
            Self::Not(inner) | Self::Known(inner) => vec![inner],
            Self::And(parts) | Self::Or(parts) => parts.iter().collect(),
            Self::Compare { left, right, .. } | Self::Arith { left, right, .. } => vec![left, right],
            Self::OneOf { value, .. } | Self::Matches { value, .. } => vec![value],
            Self::TextTest { value, pattern, .. } => vec![value, pattern],
            Self::Contains { set, member } => vec![set, member],
            Self::Shift { moment, .. } => vec![moment],
            Self::Default { value, fallback } => vec![value, fallback],
            Self::If { condition, then, otherwise } => vec![condition, then, otherwise],
        }
    }

    /// The same to be changed, in the same order.
    #[must_use]
    pub fn parts_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Const(_)
            | Self::Field(_)
            | Self::This(_)
            | Self::ThisMeta(_)
            | Self::Trigger(_)
            | Self::TriggerMeta(_)
            | Self::Key
            | Self::Behaviour(_)
            | Self::Score { .. }
            | Self::InBand { .. }
            | Self::InSegment(_)
            | Self::InStage { .. }
            | Self::InSequence(_)
            | Self::SinceLast { .. }
            | Self::Template(_) => Vec::new(),
            Self::Not(inner) | Self::Known(inner) => vec![inner],
            Self::And(parts) | Self::Or(parts) => parts.iter_mut().collect(),
            Self::Compare { left, right, .. } | Self::Arith { left, right, .. } => vec![left, right],
            Self::OneOf { value, .. } | Self::Matches { value, .. } => vec![value],
            Self::TextTest { value, pattern, .. } => vec![value, pattern],
            Self::Contains { set, member } => vec![set, member],
            Self::Shift { moment, .. } => vec![moment],
            Self::Default { value, fallback } => vec![value, fallback],
            Self::If { condition, then, otherwise } => vec![condition, then, otherwise],
        }
    }
}
