//! Comparisons, and which types go together.

use flow_graph::expr::{CompareOp, TextOp};
use flow_graph::{Expr, Type, Value};

use super::{Check, Scope, Ty, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Name, Span, Spanned};
use crate::syntax::tree::expr::{BinaryOp, Expr as Tree, ExprKind};

impl Check<'_> {
    /// `==`, `!=`, `<`, `<=`, `>`, `>=`
    pub(super) fn comparison(
        &mut self,
        scope: &Scope,
        op: &Spanned<BinaryOp>,
        left: &Tree,
        right: &Tree,
        span: Span,
    ) -> Typed {
        let how = compare_op(op.value);
        if matches!(left.kind, ExprKind::TimeSinceLast(_)) {
            return self.elapsed(scope, &Spanned::new(how, op.span), left, right, span);
        }
        if matches!(right.kind, ExprKind::TimeSinceLast(_)) {
            return self.elapsed(scope, &Spanned::new(flipped(how), op.span), right, left, span);
        }
        let (l, r) = self.pair_of((scope, left), (scope, right), None);
        let Some(ty) = self.common(&l, &r, "a comparison", span) else { return Typed::error(span) };
        let by_order = !matches!(how, CompareOp::Equal | CompareOp::NotEqual);
        if by_order && !is_ordered(&ty) {
            let what = self.describe(&ty);
            let wrong =
                Diagnostic::new(Code::NoOrder, op.span, format!("{what} is neither smaller nor larger than another"));
            self.report(wrong.help("use `==`, `!=` or `in [..]`"));
            return Typed::error(span);
        }
        if how == CompareOp::NotEqual {
            let constant = |typed: &Typed| typed.constant().cloned().into_iter().collect::<Vec<_>>();
            if !(self.must_differ(&l, "!=", &constant(&r), span) && self.must_differ(&r, "!=", &constant(&l), span)) {
                return Typed::error(span);
            }
        }
        if let Some(always) = self.constant_comparison(how, &l, &r, span) {
            return Typed::bool(Expr::Const(Value::Bool(always)), span);
        }
        Typed::bool(Expr::Compare { op: how, left: Box::new(l.expr), right: Box::new(r.expr) }, span)
    }

    /// `contains`, `starts with`, `ends with`
    pub(super) fn text_test(
        &mut self,
        scope: &Scope,
        op: &Spanned<BinaryOp>,
        left: &Tree,
        right: &Tree,
        span: Span,
    ) -> Typed {
        let value = self.expr(scope, left, None);
        if let (BinaryOp::Contains, Ty::Of(Type::Set(member))) = (op.value, &value.ty) {
            let wanted = Ty::Of((**member).clone());
            let member = self.expr(scope, right, Some(&wanted));
            let set_of = Typed { ty: wanted, ..value.clone() };
            if self.common(&set_of, &member, "`contains`", span).is_none() {
                return Typed::error(span);
            }
            return Typed::bool(Expr::Contains { set: Box::new(value.expr), member: Box::new(member.expr) }, span);
        }
        let how = match op.value {
            BinaryOp::StartsWith => TextOp::StartsWith,
            BinaryOp::EndsWith => TextOp::EndsWith,
            BinaryOp::Contains
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Default => TextOp::Contains,
        };
        let pattern = self.expr(scope, right, Some(&Ty::Of(Type::Text)));
        let name = self.text(op.span);
        if !(self.must_be_text(&value, &name) & self.must_be_text(&pattern, &name)) {
            return Typed::error(span);
        }
        let (value, pattern) = (Box::new(value.expr), Box::new(pattern.expr));
        Typed::bool(Expr::TextTest { op: how, value, pattern }, span)
    }

    /// `x matches "regex"`
    pub(super) fn matches(&mut self, scope: &Scope, value: &Tree, pattern: &Name, span: Span) -> Typed {
        let value = self.expr(scope, value, Some(&Ty::Of(Type::Text)));
        let sound = self.must_be_text(&value, "matches");
        let anchored = format!("^(?:{})$", pattern.value);
        if let Err(error) = regex::RegexBuilder::new(&anchored).size_limit(PATTERN_BYTES).build() {
            let said = error.to_string();
            let said = said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_lowercase();
            let wrong = Diagnostic::new(Code::BadPattern, pattern.span, format!("this pattern cannot be used: {said}"));
            self.report(wrong.help("a pattern is a regular expression without look-around and back references"));
            return Typed::error(span);
        }
        if !sound {
            return Typed::error(span);
        }
        Typed::bool(Expr::Matches { value: Box::new(value.expr), pattern: pattern.value.clone() }, span)
    }

    /// Two expressions of which each may help to understand the other: a literal, a list or the name of a value is
    /// looked at after the one that has a type by itself.
    pub(super) fn pair_of(
        &mut self,
        (left_scope, left): (&Scope, &Tree),
        (right_scope, right): (&Scope, &Tree),
        expected: Option<&Ty>,
    ) -> (Typed, Typed) {
        if self.is_open(left_scope, left) && !self.is_open(right_scope, right) {
            let r = self.expr(right_scope, right, expected);
            let l = self.expr(left_scope, left, Some(&r.ty));
            (l, r)
        } else {
            let l = self.expr(left_scope, left, expected);
            let r = self.expr(right_scope, right, Some(&l.ty));
            (l, r)
        }
    }

    /// The type that two values share; says so when there is none.
    pub(super) fn common(&mut self, l: &Typed, r: &Typed, user: &str, span: Span) -> Option<Ty> {
        if l.is_error() || r.is_error() {
            return None;
        }
        if let Some(ty) = shared(&l.ty, &r.ty) {
            return Some(ty);
        }
        let (left, right) = (self.describe(&l.ty), self.describe(&r.ty));
        let message = format!("{user} needs two values of one type, these are {left} and {right}");
        // Labels that lie inside of one another cannot be read.
        let mut wrong = if l.span == r.span || r.span == span {
            Diagnostic::new(Code::TypeMismatch, span, message)
        } else {
            Diagnostic::new(Code::TypeMismatch, r.span, message).here(right).label(l.span, left)
        };
        wrong = if l.constant().is_some() && r.constant().is_none() {
            self.advise(wrong, r, l)
        } else {
            self.advise(wrong, l, r)
        };
        for declared in [l.declared, r.declared].into_iter().flatten() {
            wrong = wrong.label(declared, "declared here");
        }
        self.report(wrong);
        None
    }

    /// A type with its article.
    pub(crate) fn describe(&self, ty: &Ty) -> String {
        match ty {
            Ty::Error => "something unknown".to_owned(),
            Ty::NameOf(kind) => format!("the name of {}", kind.with_article()),
            Ty::Elapsed => "a time since an event".to_owned(),
            Ty::CalendarSpan => "a length of calendar time".to_owned(),
            Ty::EmptySet => "an empty list".to_owned(),
            Ty::Of(ty) => self.describe_type(ty),
        }
    }

    fn describe_type(&self, ty: &Type) -> String {
        let word = match ty {
            Type::Enum(id) => return format!("a value of the enum `{}`", self.names.name(*id)),
            Type::Set(member) => {
                let member = self.describe_type(member);
                let bare = member.strip_prefix("a ").or_else(|| member.strip_prefix("an ")).unwrap_or(&member);
                return format!("a set of {bare}");
            }
            Type::Text => "a text",
            Type::Int => "an int",
            Type::Number => "a number",
            Type::Bool => "a bool",
            Type::Money => "an amount of money",
            Type::Percent => "a percentage",
            Type::Date => "a date",
            Type::DateTime => "a datetime",
            Type::Duration => "a duration",
            Type::Email => "an email address",
            Type::Phone => "a phone number",
            Type::Url => "a url",
            Type::Country => "a country",
            Type::TimeZone => "a time zone",
        };
        word.to_owned()
    }

    pub(super) fn must_be_text(&mut self, typed: &Typed, user: &str) -> bool {
        if typed.is_error() || is_text(&typed.ty) {
            return !typed.is_error();
        }
        let found = self.describe(&typed.ty);
        let wrong =
            Diagnostic::new(Code::TypeMismatch, typed.span, format!("`{user}` looks into a text, this is {found}"));
        let wrong = typed.declared.into_iter().fold(wrong, |wrong, at| wrong.label(at, "declared here"));
        self.report(wrong);
        false
    }

    fn is_open(&self, scope: &Scope, tree: &Tree) -> bool {
        match &tree.kind {
            ExprKind::Literal(_) | ExprKind::List(_) => true,
            ExprKind::Negate(inner) => self.is_open(scope, inner),
            ExprKind::Path(names) => match names.as_slice() {
                [name] => self.is_open_name(scope, &name.value),
                _ => false,
            },
            ExprKind::Not(_)
            | ExprKind::Binary { .. }
            | ExprKind::In { .. }
            | ExprKind::Matches { .. }
            | ExprKind::Known { .. }
            | ExprKind::If { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::Did { .. }
            | ExprKind::TimeSinceLast(_)
            | ExprKind::InSegment(_)
            | ExprKind::Score { .. }
            | ExprKind::IsBand { .. }
            | ExprKind::Stage { .. }
            | ExprKind::InSequence(_) => false,
        }
    }
}

/// A pattern that needs more than this when compiled is refused: it would be slow for every event.
pub(super) const PATTERN_BYTES: usize = 1 << 20;

/// The type that values of two types share, if they go together.
fn shared(a: &Ty, b: &Ty) -> Option<Ty> {
    if a == b && !matches!(a, Ty::Elapsed | Ty::CalendarSpan) {
        return Some(a.clone());
    }
    if is_text(a) && is_text(b) {
        return Some(Ty::Of(Type::Text));
    }
    match (a, b) {
        (Ty::Of(Type::Int | Type::Number), Ty::Of(Type::Int | Type::Number)) => Some(Ty::Of(Type::Number)),
        (Ty::EmptySet, Ty::Of(Type::Set(_))) => Some(b.clone()),
        (Ty::Of(Type::Set(_)), Ty::EmptySet) => Some(a.clone()),
        _ => None,
    }
}

/// Text, and what is kept as text.
pub(super) fn is_text(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::NameOf(_) | Ty::Of(Type::Text | Type::Email | Type::Phone | Type::Url | Type::TimeZone | Type::Country)
    )
}

/// Whether one value can be smaller than another.
pub(super) fn is_ordered(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Of(Type::Int | Type::Number | Type::Money | Type::Percent | Type::Date | Type::DateTime | Type::Duration)
    )
}

/// How a comparison reads with its sides exchanged.
pub(super) fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal => CompareOp::Equal,
        CompareOp::NotEqual => CompareOp::NotEqual,
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
    }
}

/// The comparison of an operator; operators that compare nothing do not come here.
pub(crate) fn compare_op(op: BinaryOp) -> CompareOp {
    match op {
        BinaryOp::NotEqual => CompareOp::NotEqual,
        BinaryOp::Less => CompareOp::Less,
        BinaryOp::LessEqual => CompareOp::LessEqual,
        BinaryOp::Greater => CompareOp::Greater,
        BinaryOp::GreaterEqual => CompareOp::GreaterEqual,
        BinaryOp::Equal
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Contains
        | BinaryOp::StartsWith
        | BinaryOp::EndsWith
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Default => CompareOp::Equal,
    }
}
