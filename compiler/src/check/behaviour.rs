//! Figures over events: `count(…)`, `did …`, `time since last …`. Equal ones are one figure of the program.

use flow_graph::expr::CompareOp;
use flow_graph::program::{Behaviour, Event, Measure, Reach};
use flow_graph::{Expr, Id, Type, Value};

use super::compare::is_ordered;
use super::path::{field_ty, meta};
use super::{Check, Scope, Ty, Typed, arith};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Name, Span, Spanned};
use crate::syntax::tree::expr::{Aggregate, EventRef, Expr as Tree, Reach as TreeReach};

/// What is measured, of which type it is, and in which range.
type Figure = (Measure, Ty, Option<(f64, f64)>);

impl Check<'_> {
    /// `count(page_viewed where … in last 7 days)`, `sum(order_placed.value ever)`
    pub(super) fn aggregate(
        &mut self,
        scope: &Scope,
        function: &Spanned<Aggregate>,
        event: &EventRef,
        (field, reach): (Option<&Name>, Option<&TreeReach>),
        span: Span,
    ) -> Typed {
        let by_itself = matches!(function.value, Aggregate::First | Aggregate::Last);
        let reach = self.reach(reach, event, by_itself);
        let Some((id, filter)) = self.event_ref(&Scope::of_filter(), event) else { return Typed::error(span) };
        let Some((measure, ty, range)) = self.measure(function, id, field) else { return Typed::error(span) };
        let Some(reach) = reach else { return Typed::error(span) };
        if self.refuses_derived(scope, span) {
            return Typed::error(span);
        }
        let behaviour = self.intern((id, filter, measure, reach), span);
        let never_missing = matches!(measure, Measure::Count | Measure::Sum(_) | Measure::Distinct(_));
        let typed = Typed::new(Expr::Behaviour(behaviour), ty, span).or_missing(!never_missing);
        Typed { range, ..typed }
    }

    /// `did order_placed in last 30 days`, `never did order_placed`
    pub(super) fn did(
        &mut self,
        scope: &Scope,
        never: bool,
        event: &EventRef,
        reach: Option<&TreeReach>,
        span: Span,
    ) -> Typed {
        let reach = self.reach(reach, event, never);
        let found = self.event_ref(&Scope::of_filter(), event);
        let (Some((id, filter)), Some(reach)) = (found, reach) else { return Typed::error(span) };
        if self.refuses_derived(scope, span) {
            return Typed::error(span);
        }
        let behaviour = self.intern((id, filter, Measure::Count, reach), span);
        let op = if never { CompareOp::Less } else { CompareOp::GreaterEqual };
        let (left, right) = (Box::new(Expr::Behaviour(behaviour)), Box::new(Expr::Const(Value::Int(1))));
        Typed::bool(Expr::Compare { op, left, right }, span)
    }

    /// `time since last order_placed`
    pub(super) fn since_last(&mut self, scope: &Scope, event: &EventRef, span: Span) -> Typed {
        let Some((id, filter)) = self.event_ref(&Scope::of_filter(), event) else { return Typed::error(span) };
        if self.refuses_derived(scope, span) {
            return Typed::error(span);
        }
        let behaviour = self.intern((id, filter, Measure::LastTime, Reach::Ever), span);
        Typed::new(Expr::Behaviour(behaviour), Ty::Elapsed, span).or_missing(true)
    }

    /// `time since last x > 30 days`
    pub(super) fn elapsed(
        &mut self,
        scope: &Scope,
        op: &Spanned<CompareOp>,
        since: &Tree,
        length: &Tree,
        span: Span,
    ) -> Typed {
        let since = self.expr(scope, since, None);
        let Some((by, at)) = arith::duration(length) else {
            let wrong = Diagnostic::new(
                Code::NotConstant,
                length.span,
                "a time since an event is compared with a length of time",
            );
            self.report(wrong.help("write it out, for example `30 days` or `48h`"));
            return Typed::error(span);
        };
        let by = self.span(by, at);
        if matches!(op.value, CompareOp::Equal | CompareOp::NotEqual) {
            let wrong = Diagnostic::new(Code::NoOrder, op.span, "a time that passes is never exactly equal to another");
            self.report(wrong.help("use `<`, `<=`, `>` or `>=`"));
            return Typed::error(span);
        }
        if let (Expr::Behaviour(behaviour), false) = (&since.expr, since.is_error()) {
            Typed::bool(Expr::SinceLast { behaviour: *behaviour, op: op.value, span: by }, span)
        } else {
            Typed::error(span)
        }
    }

    fn reach(&mut self, reach: Option<&TreeReach>, event: &EventRef, ever_by_itself: bool) -> Option<Reach> {
        match reach {
            Some(TreeReach::Ever(_)) => Some(Reach::Ever),
            Some(TreeReach::Last(duration)) => Some(Reach::Last(self.spanned(duration))),
            None if ever_by_itself => Some(Reach::Ever),
            None => {
                let wrong = Diagnostic::new(Code::NoReach, event.span, "it is not said how far back this looks");
                let at = event.span.after();
                self.report(
                    wrong
                        .help("add `in last 30 days`, or `ever`")
                        .fix("add `ever`", at, " ever", Applicability::Unsafe)
                        .fix("add `in last 30 days`", at, " in last 30 days", Applicability::Display),
                );
                None
            }
        }
    }

    fn measure(&mut self, function: &Spanned<Aggregate>, event: Id<Event>, field: Option<&Name>) -> Option<Figure> {
        let word = self.text(function.span);
        let Some(name) = field else {
            if function.value == Aggregate::Count {
                return Some((Measure::Count, Ty::Of(Type::Int), Some((0.0, f64::INFINITY))));
            }
            let wrong =
                Diagnostic::new(Code::TypeMismatch, function.span, format!("`{word}` needs a field of the event"));
            let event = self.names.name(event).to_owned();
            self.report(wrong.help(format!("write `{word}({event}.field …)`")));
            return None;
        };
        if function.value == Aggregate::Count {
            let wrong = Diagnostic::new(Code::TypeMismatch, name.span, "`count` counts events, not a field");
            self.report(wrong.help("leave the field out, or use `distinct` for how many different values there are"));
            return None;
        }
        if self.names.member_number(event, &name.value).is_none() && meta(&[&name.value]).is_some() {
            return self.measure_time(function, name);
        }
        let slot = self.find_member(event, name)?;
        let field = self.program.events.get(event)?.fields.get(usize::from(slot))?;
        let (ty, range) = (field_ty(event, slot, &field.ty), field.range);
        let sum = matches!(ty, Ty::Of(Type::Int | Type::Number | Type::Money | Type::Duration));
        let avg = matches!(ty, Ty::Of(Type::Int | Type::Number | Type::Money | Type::Percent));
        let found = match function.value {
            Aggregate::Sum if sum => Some((Measure::Sum(slot), ty.clone(), None)),
            Aggregate::Avg if avg => {
                let mean = if ty == Ty::Of(Type::Int) { Ty::Of(Type::Number) } else { ty.clone() };
                Some((Measure::Avg(slot), mean, range))
            }
            Aggregate::Min if is_ordered(&ty) => Some((Measure::Min(slot), ty.clone(), range)),
            Aggregate::Max if is_ordered(&ty) => Some((Measure::Max(slot), ty.clone(), range)),
            Aggregate::First => Some((Measure::First(slot), ty.clone(), range)),
            Aggregate::Last => Some((Measure::Last(slot), ty.clone(), range)),
            Aggregate::Distinct => Some((Measure::Distinct(slot), Ty::Of(Type::Int), Some((0.0, f64::INFINITY)))),
            Aggregate::Count | Aggregate::Sum | Aggregate::Avg | Aggregate::Min | Aggregate::Max => None,
        };
        if found.is_none() && !ty.is_error() {
            let what = self.describe(&ty);
            let message = format!("`{word}` cannot be taken of {what}");
            let wrong = Diagnostic::new(Code::TypeMismatch, name.span, message);
            let declared = self.names.member_declared(event, slot);
            self.report(declared.into_iter().fold(wrong, |w, at| w.label(at, "declared here")));
        }
        found
    }

    /// `first(order_placed.time)`, `last(order_placed.time)`
    fn measure_time(&mut self, function: &Spanned<Aggregate>, name: &Name) -> Option<Figure> {
        let measure = match function.value {
            _ if name.value != "time" => None,
            Aggregate::First | Aggregate::Min => Some(Measure::FirstTime),
            Aggregate::Last | Aggregate::Max => Some(Measure::LastTime),
            Aggregate::Count | Aggregate::Sum | Aggregate::Avg | Aggregate::Distinct => None,
        };
        if measure.is_none() {
            let message = format!("`{}` cannot be taken of `{}`", self.text(function.span), name.value);
            let wrong = Diagnostic::new(Code::TypeMismatch, name.span, message);
            self.report(wrong.help("of what every event has, `first(x.time)` and `last(x.time)` can be taken"));
        }
        Some((measure?, Ty::Of(Type::DateTime), None))
    }

    fn intern(&mut self, what: (Id<Event>, Option<Expr>, Measure, Reach), span: Span) -> Id<Behaviour> {
        let key = serde_json::to_string(&what).unwrap_or_default();
        if let Some(known) = self.behaviours.get(&key) {
            return *known;
        }
        let (event, filter, measure, reach) = what;
        let (text, at) = (self.text(span), self.location(span));
        let id = self.program.behaviours.push(Behaviour { text, event, filter, measure, reach, at });
        self.behaviours.insert(key, id);
        id
    }
}
