//! Expressions: a flat row of operands and operators becomes a tree by climbing precedence.

use std::iter::Peekable;

use super::{Builder, Cursor, Pair, Rule};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::syntax::chunk::MAX_DEPTH;
use crate::syntax::tree::expr::{BinaryOp, Expr, ExprKind};

/// How strongly things bind, from weak to strong.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const DEFAULT: u8 = 5;
const SUM: u8 = 6;
const PRODUCT: u8 = 7;
const NEGATE: u8 = 8;

/// How deep conditions may stand in brackets and behind signs: each level takes stack.
const MAX_LEVELS: usize = 64;

/// How many parts of a chain lean to the left; a longer chain is halved.
const SHORT_CHAIN: usize = 8;

/// An expression and how deep its tree is: the depth is limited, since everything after the parser walks it.
pub(super) struct Deep {
    pub(super) expr: Expr,
    pub(super) depth: usize,
}

impl Deep {
    pub(super) fn leaf(kind: ExprKind, span: Span) -> Self {
        Self { expr: Expr { kind, span }, depth: 1 }
    }
}

type Row<'i> = Peekable<Cursor<'i>>;

impl Builder<'_> {
    /// The expression of an `expr` or `condition` node.
    pub(super) fn expr(&mut self, pair: &Pair<'_>) -> Option<Expr> {
        self.deep(pair).map(|deep| deep.expr)
    }

    pub(super) fn deep(&mut self, pair: &Pair<'_>) -> Option<Deep> {
        if self.levels >= MAX_LEVELS {
            return self.too_deep(pair);
        }
        self.levels += 1;
        let mut row = Cursor::of(pair).peekable();
        let found = match row.next_if(|first| first.as_rule() == Rule::if_else) {
            Some(first) => self.if_else(&first),
            None => self.climb(&mut row, 0),
        };
        self.levels -= 1;
        found
    }

    /// A node over others; `None`, with a diagnostic, when the tree would be too deep.
    pub(super) fn over(&mut self, kind: ExprKind, span: Span, depth: usize) -> Option<Deep> {
        if depth >= MAX_DEPTH {
            self.report_deep(span);
            return None;
        }
        Some(Deep { expr: Expr { kind, span }, depth: depth + 1 })
    }

    fn too_deep(&mut self, pair: &Pair<'_>) -> Option<Deep> {
        let span = self.span(pair);
        self.report_deep(span);
        None
    }

    fn report_deep(&mut self, span: Span) {
        // One is enough for all the levels that follow from it.
        if !self.broken {
            let message =
                format!("this condition is nested too deep: more than {MAX_LEVELS} brackets or {MAX_DEPTH} operators");
            let help = "split it into segments, or write a list: `industry in [saas, retail]`";
            self.report(Diagnostic::new(Code::TooDeep, span, message).help(help));
        }
        self.broken = true;
    }

    fn if_else(&mut self, pair: &Pair<'_>) -> Option<Deep> {
        let span = self.span(pair);
        let conditions: Vec<_> = Cursor::of(pair).filter(|inner| inner.as_rule() == Rule::condition).collect();
        let mut parts = conditions.iter().rev();
        let mut last = self.deep(parts.next()?)?;
        while let (Some(then), Some(condition)) = (parts.next(), parts.next()) {
            let condition = self.deep(condition)?;
            let then = self.deep(then)?;
            let depth = condition.depth.max(then.depth).max(last.depth);
            let span =
                Span { start: condition.expr.span.start.min(span.end), ..last.expr.span.to(condition.expr.span) };
            let kind = ExprKind::If {
                condition: Box::new(condition.expr),
                then: Box::new(then.expr),
                otherwise: Box::new(last.expr),
            };
            last = self.over(kind, span, depth)?;
        }
        last.expr.span = span;
        Some(last)
    }

    /// Everything that binds at least as strongly as `floor`.
    fn climb(&mut self, row: &mut Row<'_>, floor: u8) -> Option<Deep> {
        let mut left = self.prefixed(row)?;
        let mut compared = false;
        while let Some(next) = row.peek() {
            let strength = match next.as_rule() {
                Rule::infix => strength(next.as_str()),
                _ => COMPARE,
            };
            if strength < floor {
                break;
            }
            let Some(next) = row.next() else { break };
            left = match next.as_rule() {
                Rule::infix if matches!(strength, OR | AND) => self.chain(row, next, left, strength)?,
                Rule::infix => {
                    let right = self.climb(row, strength + 1)?;
                    match compared && strength == COMPARE {
                        true => self.chained(&next, left, right)?,
                        false => self.binary(&next, left, right)?,
                    }
                }
                _ => self.suffix(&next, left)?,
            };
            compared |= strength == COMPARE;
        }
        Some(left)
    }

    /// `a and b and c …`: a long row becomes a flat tree, so that its length costs no depth.
    fn chain(&mut self, row: &mut Row<'_>, first: Pair<'_>, left: Deep, strength: u8) -> Option<Deep> {
        let mut signs = vec![first];
        let mut parts = vec![left, self.climb(row, strength + 1)?];
        while let Some(sign) =
            row.next_if(|next| next.as_rule() == Rule::infix && self::strength(next.as_str()) == strength)
        {
            parts.push(self.climb(row, strength + 1)?);
            signs.push(sign);
        }
        let count = parts.len();
        self.balanced(&mut parts.into_iter(), &mut signs.into_iter(), count)
    }

    /// The next `count` parts as one tree.
    fn balanced<'i>(
        &mut self,
        parts: &mut std::vec::IntoIter<Deep>,
        signs: &mut std::vec::IntoIter<Pair<'i>>,
        count: usize,
    ) -> Option<Deep> {
        if count <= SHORT_CHAIN {
            let mut left = parts.next()?;
            for _ in 1..count {
                let sign = signs.next()?;
                left = self.binary(&sign, left, parts.next()?)?;
            }
            return Some(left);
        }
        let left = self.balanced(parts, signs, count - count / 2)?;
        let sign = signs.next()?;
        let right = self.balanced(parts, signs, count / 2)?;
        self.binary(&sign, left, right)
    }

    /// An operand with the signs and the `not`s before it.
    fn prefixed(&mut self, row: &mut Row<'_>) -> Option<Deep> {
        let Some(prefix) = row.next_if(|next| next.as_rule() == Rule::prefix) else {
            let operand = row.next()?;
            return self.primary(&operand);
        };
        if self.levels >= MAX_LEVELS {
            return self.too_deep(&prefix);
        }
        self.levels += 1;
        let start = self.span(&prefix);
        let negate = prefix.as_str() == "-";
        if prefix.as_str() == "!" {
            self.wrong_operator("!", "not ", start);
        }
        let strength = if prefix.as_str().starts_with("not") { NOT } else { NEGATE };
        let operand = self.climb(row, strength);
        self.levels -= 1;
        let operand = operand?;
        let span = start.to(operand.expr.span);
        let inner = Box::new(operand.expr);
        let kind = if negate { ExprKind::Negate(inner) } else { ExprKind::Not(inner) };
        self.over(kind, span, operand.depth)
    }

    fn binary(&mut self, sign: &Pair<'_>, left: Deep, right: Deep) -> Option<Deep> {
        let place = self.span(sign);
        let (op, better) = operator(sign.as_str())?;
        if let Some(better) = better {
            self.wrong_operator(sign.as_str(), better, place);
        }
        let span = left.expr.span.to(right.expr.span);
        let depth = left.depth.max(right.depth);
        let op = Spanned::new(op, place);
        self.over(ExprKind::Binary { op, left: Box::new(left.expr), right: Box::new(right.expr) }, span, depth)
    }

    fn suffix(&mut self, pair: &Pair<'_>, left: Deep) -> Option<Deep> {
        let span = left.expr.span.to(self.span(pair));
        let depth = left.depth;
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::in_list | Rule::not_in => {
                let list = self.list(&inner.find(Rule::list)?)?;
                let depth = depth.max(list.depth);
                let negated = pair.as_rule() == Rule::not_in;
                let kind = ExprKind::In { value: Box::new(left.expr), list: Box::new(list.expr), negated };
                self.over(kind, span, depth)
            }
            Rule::matches => {
                let pattern = self.pattern(&inner.find(Rule::text)?);
                self.over(ExprKind::Matches { value: Box::new(left.expr), pattern }, span, depth)
            }
            Rule::is_suffix => self.is(pair, left, span),
            _ => None,
        }
    }

    /// `x is known`, `x is missing`, `lead is hot`
    fn is(&mut self, pair: &Pair<'_>, left: Deep, span: Span) -> Option<Deep> {
        let mut inner = Cursor::of(pair);
        inner.find(Rule::kw_is)?;
        let not = inner.next_if(Rule::kw_not);
        let word = inner.find(Rule::name)?;
        let (known, missing) = (word.as_str().trim_end() == "known", word.as_str().trim_end() == "missing");
        if let Some(not) = &not {
            let place = self.span(not).to(self.span(&word));
            let (found, better) = match (known, missing) {
                (true, _) => ("is not known", "missing"),
                (_, true) => ("is not missing", "known"),
                _ => {
                    let (left, band) = (self.slice_of(&left), self.text(&word));
                    let help = format!("write `not {left} is {band}`; a field is compared with `{left} != {band}`");
                    self.report(Diagnostic::new(Code::WrongOperator, place, "there is no `is not`").help(help));
                    return None;
                }
            };
            self.report(
                Diagnostic::new(Code::WrongOperator, place, format!("`{found}` is written `is {better}`")).fix(
                    format!("write `is {better}`"),
                    place,
                    better,
                    Applicability::Safe,
                ),
            );
        }
        if known || missing {
            let negated = missing != not.is_some();
            let depth = left.depth;
            return self.over(ExprKind::Known { value: Box::new(left.expr), negated }, span, depth);
        }
        let band = self.name(&word);
        let ExprKind::Path(names) = left.expr.kind else { return self.bad_is(band.span) };
        let mut names = names.into_iter();
        match (names.next(), names.next()) {
            (Some(score), None) => Some(Deep::leaf(ExprKind::IsBand { score, band }, span)),
            _ => self.bad_is(band.span),
        }
    }

    fn slice_of(&self, deep: &Deep) -> String {
        let place = |at: u32| usize::try_from(at.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let span = deep.expr.span;
        self.source.get(place(span.start)..place(span.end)).unwrap_or("lead").to_owned()
    }

    fn bad_is(&mut self, span: Span) -> Option<Deep> {
        let message = "`is` must be followed by `known` or `missing` here";
        let help = "write `phone is known`; the band of a score is `lead is hot`, with the score's name before `is`";
        self.broken = true;
        self.report(Diagnostic::new(Code::Syntax, span, message).help(help));
        None
    }

    fn wrong_operator(&mut self, found: &str, better: &str, place: Span) {
        let word = better.trim();
        self.report(Diagnostic::new(Code::WrongOperator, place, format!("`{found}` is written `{word}` here")).fix(
            format!("write `{word}`"),
            place,
            better,
            Applicability::Safe,
        ));
    }

    /// `a < b < c` is reported and read as what it means: `a < b and b < c`.
    fn chained(&mut self, sign: &Pair<'_>, left: Deep, right: Deep) -> Option<Deep> {
        let place = self.span(sign);
        let diagnostic = Diagnostic::new(Code::ChainedComparison, place, "comparisons cannot be chained")
            .help("write `a < b and b < c`, or put one of them in parentheses");
        let ExprKind::Binary { right: middle, .. } = &left.expr.kind else {
            self.report(diagnostic);
            return Some(left);
        };
        let middle = Deep { expr: (**middle).clone(), depth: left.depth };
        let text = usize::try_from(middle.expr.span.start.saturating_sub(self.base)).ok();
        let text = text.and_then(|start| self.source.get(start..sign.as_span().start())).unwrap_or("").trim();
        let span = Span { end: place.start, ..place };
        self.report(diagnostic.fix("compare twice", span, format!("and {text} "), Applicability::Unsafe));
        let second = self.binary(sign, middle, right)?;
        let depth = left.depth.max(second.depth);
        let whole = left.expr.span.to(second.expr.span);
        let op = Spanned::new(BinaryOp::And, place);
        let kind = ExprKind::Binary { op, left: Box::new(left.expr), right: Box::new(second.expr) };
        self.over(kind, whole, depth)
    }

    /// `[a, b]`
    pub(super) fn list(&mut self, pair: &Pair<'_>) -> Option<Deep> {
        let span = self.span(pair);
        let mut items = Vec::new();
        let mut depth = 0;
        for inner in Cursor::of(pair).filter(|inner| inner.as_rule() == Rule::expr) {
            let item = self.deep(&inner)?;
            depth = depth.max(item.depth);
            items.push(item.expr);
        }
        self.over(ExprKind::List(items), span, depth)
    }
}

fn strength(sign: &str) -> u8 {
    match sign {
        "or" | "||" => OR,
        "and" | "&&" => AND,
        "??" => DEFAULT,
        "+" | "-" => SUM,
        "*" | "/" => PRODUCT,
        _ => COMPARE,
    }
}

/// The operator of a sign, and the right sign where it is another.
fn operator(sign: &str) -> Option<(BinaryOp, Option<&'static str>)> {
    let found = match sign {
        "or" => (BinaryOp::Or, None),
        "||" => (BinaryOp::Or, Some("or")),
        "and" => (BinaryOp::And, None),
        "&&" => (BinaryOp::And, Some("and")),
        "==" => (BinaryOp::Equal, None),
        "=" | "===" => (BinaryOp::Equal, Some("==")),
        "!=" => (BinaryOp::NotEqual, None),
        "<>" => (BinaryOp::NotEqual, Some("!=")),
        "<" => (BinaryOp::Less, None),
        "<=" => (BinaryOp::LessEqual, None),
        ">" => (BinaryOp::Greater, None),
        ">=" => (BinaryOp::GreaterEqual, None),
        "contains" => (BinaryOp::Contains, None),
        "+" => (BinaryOp::Add, None),
        "-" => (BinaryOp::Subtract, None),
        "*" => (BinaryOp::Multiply, None),
        "/" => (BinaryOp::Divide, None),
        "??" => (BinaryOp::Default, None),
        other if other.starts_with("starts") => (BinaryOp::StartsWith, None),
        other if other.starts_with("ends") => (BinaryOp::EndsWith, None),
        _ => return None,
    };
    Some(found)
}
