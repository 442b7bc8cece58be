//! Expressions: what each kind means is in the files beside this one.

use flow_graph::expr::ScorePart;
use flow_graph::program::{Lifecycle, Score, Segment, Sequence};
use flow_graph::{Expr, Id, Type};

use super::{Check, Scope, Ty, Typed};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Name, Span};
use crate::suggest;
use crate::syntax::tree::ItemKind;
use crate::syntax::tree::expr::{BinaryOp, Expr as Tree, ExprKind};

impl Check<'_> {
    /// Checks an expression. `expected` is the type that the place wants: names of enums and countries are looked up
    /// in it, and a literal without the unit that it needs is reported. Whether the type fits is for the caller.
    pub(crate) fn expr(&mut self, scope: &Scope, tree: &Tree, expected: Option<&Ty>) -> Typed {
        let mut typed = self.any(scope, tree, expected);
        if typed.optional && scope.known.contains(&typed.expr) {
            typed.optional = false;
        }
        typed
    }

    /// Checks a condition; what is wrong has been said and is false.
    pub(crate) fn condition(&mut self, scope: &Scope, tree: &Tree) -> Expr {
        self.bool_of(scope, tree).expr
    }

    /// Like [`Check::condition`], with what is known of it.
    pub(crate) fn bool_of(&mut self, scope: &Scope, tree: &Tree) -> Typed {
        let typed = self.expr(scope, tree, Some(&Ty::Of(Type::Bool)));
        if typed.ty.is_bool() {
            return typed;
        }
        let found = self.describe(&typed.ty);
        let mut wrong =
            Diagnostic::new(Code::TypeMismatch, tree.span, format!("a condition is needed here, this is {found}"));
        if let Some(declared) = typed.declared {
            wrong = wrong.label(declared, "declared here");
        }
        self.report(wrong.help("compare it with something, for example `… >= 1` or `… is known`"));
        Typed::error(tree.span)
    }

    fn any(&mut self, scope: &Scope, tree: &Tree, expected: Option<&Ty>) -> Typed {
        let span = tree.span;
        match &tree.kind {
            ExprKind::Literal(literal) => self.literal(literal, span, expected),
            ExprKind::Path(names) => self.path(scope, names, span, expected),
            ExprKind::List(items) => self.list(scope, items, span, expected),
            ExprKind::Not(inner) => self.not(scope, inner, span),
            ExprKind::Negate(inner) => self.negate(scope, inner, span, expected),
            ExprKind::Binary { op, left, right } => match op.value {
                BinaryOp::And => self.and(scope, left, right, span),
                BinaryOp::Or => self.or(scope, left, right, span),
                BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::Less
                | BinaryOp::LessEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterEqual => self.comparison(scope, op, left, right, span),
                BinaryOp::Contains | BinaryOp::StartsWith | BinaryOp::EndsWith => {
                    self.text_test(scope, op, left, right, span)
                }
                BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
                    self.arithmetic(scope, op, left, right, expected)
                }
                BinaryOp::Default => self.default(scope, left, right, expected),
            },
            ExprKind::In { value, list, negated } => self.membership(scope, value, list, *negated, span),
            ExprKind::Matches { value, pattern } => self.matches(scope, value, pattern, span),
            ExprKind::Known { value, negated } => self.known(scope, value, *negated, span),
            ExprKind::If { condition, then, otherwise } => {
                self.if_then(scope, condition, (then, otherwise), span, expected)
            }
            ExprKind::Aggregate { function, event, field, reach } => {
                self.aggregate(scope, function, event, (field.as_ref(), reach.as_ref()), span)
            }
            ExprKind::Did { never, event, reach } => self.did(scope, *never, event, reach.as_ref(), span),
            ExprKind::TimeSinceLast(event) => self.since_last(scope, event, span),
            ExprKind::InSegment(_)
            | ExprKind::Score { .. }
            | ExprKind::IsBand { .. }
            | ExprKind::Stage { .. }
            | ExprKind::InSequence(_) => self.derived(scope, tree),
        }
    }

    /// What is derived of the contact: segments, scores, stages, runs.
    fn derived(&mut self, scope: &Scope, tree: &Tree) -> Typed {
        let span = tree.span;
        let read = match &tree.kind {
            ExprKind::InSegment(name) => self.find::<Segment>(name).map(Expr::InSegment),
            ExprKind::Score { score, part } => return self.score_read(scope, score, part.as_ref(), span),
            ExprKind::IsBand { score, band } => self.band(score, band, span),
            ExprKind::Stage { lifecycle, at_least, stage } => {
                let found = self.find::<Lifecycle>(lifecycle);
                let found = found.and_then(|id| Some((id, self.find_member(id, stage)?)));
                found.map(|(lifecycle, stage)| Expr::InStage { lifecycle, stage, at_least: *at_least })
            }
            ExprKind::InSequence(name) => self.find::<Sequence>(name).map(Expr::InSequence),
            ExprKind::Literal(_)
            | ExprKind::Path(_)
            | ExprKind::List(_)
            | ExprKind::Not(_)
            | ExprKind::Negate(_)
            | ExprKind::Binary { .. }
            | ExprKind::In { .. }
            | ExprKind::Matches { .. }
            | ExprKind::Known { .. }
            | ExprKind::If { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::Did { .. }
            | ExprKind::TimeSinceLast(_) => None,
        };
        match read {
            Some(expr) if !self.refuses_derived(scope, span) => Typed::bool(expr, span),
            Some(_) | None => Typed::error(span),
        }
    }

    fn band(&mut self, score: &Name, band: &Name, span: Span) -> Option<Expr> {
        if self.names.number::<Score>(&score.value).is_none()
            && self.names.number::<flow_graph::program::Field>(&score.value).is_some()
        {
            let message = format!("`is` asks for the band of a score, and `{}` is a contact field", score.value);
            let wrong = Diagnostic::new(Code::UnknownName, score.span, message);
            let fixed = format!("{} == {}", score.value, band.value);
            let title = format!("write `{fixed}`");
            let help = "compare a field with `==`";
            self.report(wrong.help(help).fix(title, span, fixed, Applicability::Unsafe));
            return None;
        }
        if self.names.number::<Score>(&score.value).is_none() && self.stage_without_its_word(score, band, span) {
            return None;
        }
        let score = self.find::<Score>(score)?;
        let band = self.find_member(score, band)?;
        Some(Expr::InBand { score, band })
    }

    /// `stage is customer`, `buyer is customer`
    fn stage_without_its_word(&mut self, score: &Name, stage: &Name, span: Span) -> bool {
        let has = |id: Id<Lifecycle>| self.names.member_number(id, &stage.value).is_some();
        let named = self.names.number::<Lifecycle>(&score.value);
        let all = self.names.items::<Lifecycle>();
        let of_stage = all.iter().map(|(id, _)| *id).find(|id| has(*id)).filter(|_| score.value == "stage");
        let Some(lifecycle) = named.or(of_stage) else { return false };
        let fixed = format!("stage {} is {}", self.names.name(lifecycle), stage.value);
        let message = match named {
            Some(_) => format!("`{}` is a lifecycle, and its stage is read with `stage`", score.value),
            None => "it is not said of which lifecycle this is the stage".to_owned(),
        };
        let mut wrong = Diagnostic::new(Code::UnknownName, score.span, message);
        if let Some(declared) = self.names.declared(lifecycle) {
            wrong = wrong.label(declared, "the lifecycle is declared here");
        }
        let title = format!("write `{fixed}`");
        self.report(wrong.help(title.clone()).fix(title, span, fixed, Applicability::Unsafe));
        true
    }

    fn score_read(&mut self, scope: &Scope, name: &Name, part: Option<&Name>, span: Span) -> Typed {
        let Some(score) = self.find::<Score>(name) else { return Typed::error(span) };
        let part = match part.map(|part| (part, part.value.as_str())) {
            None => ScorePart::Total,
            Some((_, "fit")) => ScorePart::Fit,
            Some((_, "engagement")) => ScorePart::Engagement,
            Some((part, other)) => {
                let wrong = Diagnostic::new(Code::UnknownName, part.span, format!("a score has no part `{other}`"));
                let near = suggest::nearest(other, ["fit", "engagement"]);
                self.report(match near {
                    Some(near) => wrong.help(format!("did you mean `{near}`?")).fix(
                        format!("write `{near}`"),
                        part.span,
                        near,
                        Applicability::Unsafe,
                    ),
                    None => wrong.help("its parts are `fit` and `engagement`"),
                });
                return Typed::error(span);
            }
        };
        if self.refuses_derived(scope, span) {
            return Typed::error(span);
        }
        let mut typed = Typed::of(Expr::Score { score, part }, Type::Number, span);
        typed.declared = self.names.declared(score);
        if part == ScorePart::Total {
            typed.range = self.names.entry(score).and_then(|entry| match &entry.item?.kind {
                ItemKind::Score(item) => item.range.first().map(|range| range.value),
                ItemKind::Enum(_)
                | ItemKind::Contact(_)
                | ItemKind::Event(_)
                | ItemKind::Segment(_)
                | ItemKind::Lifecycle(_)
                | ItemKind::Topic(_)
                | ItemKind::Message(_)
                | ItemKind::Limits(_)
                | ItemKind::Sequence(_)
                | ItemKind::Calendar(_)
                | ItemKind::Team(_)
                | ItemKind::Sla(_)
                | ItemKind::Test(_)
                | ItemKind::Moved(_)
                | ItemKind::Retired(_)
                | ItemKind::Broken { .. } => None,
            });
        }
        typed
    }

    /// In a filter nothing but the event and fields of the contact may be read; says so.
    pub(super) fn refuses_derived(&mut self, scope: &Scope, span: Span) -> bool {
        if scope.facts_only {
            let message = "this `where` may read only the event and fields of the contact";
            let wrong = Diagnostic::new(Code::FilterReads, span, message);
            self.report(
                wrong.help("whether an event counts is decided once, when it arrives: move this condition outside"),
            );
        }
        scope.facts_only
    }
}
