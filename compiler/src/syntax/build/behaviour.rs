//! Operands: names, literals, lists, and what looks at behaviour or at what is derived.

use super::expr::Deep;
use super::{Builder, Cursor, Pair, Rule};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::keywords;
use crate::source::{Name, Spanned};
use crate::suggest;
use crate::syntax::tree::expr::{Aggregate, EventRef, Expr, ExprKind, Reach};

impl Builder<'_> {
    pub(super) fn primary(&mut self, pair: &Pair<'_>) -> Option<Deep> {
        let span = self.span(pair);
        let mut inner = Cursor::of(pair);
        self.filter_depth = 0;
        let kind = match pair.as_rule() {
            Rule::paren => return self.deep(&inner.find(Rule::expr)?),
            Rule::list => return self.list(pair),
            Rule::path => {
                ExprKind::Path(inner.filter(|part| part.as_rule() == Rule::name).map(|n| self.name(&n)).collect())
            }
            Rule::in_group => {
                let segment = Cursor::of(pair).find(Rule::kw_segment).is_some();
                let name = self.name(&inner.find(Rule::name)?);
                if segment { ExprKind::InSegment(name) } else { ExprKind::InSequence(name) }
            }
            Rule::did | Rule::never_did => ExprKind::Did {
                never: pair.as_rule() == Rule::never_did,
                event: self.event_ref(&inner.find(Rule::event_ref)?)?,
                reach: self.reach(inner.find(Rule::reach))?,
            },
            Rule::since_last => ExprKind::TimeSinceLast(self.event_ref(&inner.find(Rule::event_short)?)?),
            Rule::score_ref => {
                let (score, part) = self.score_name(&inner.find(Rule::score_name)?)?;
                ExprKind::Score { score, part }
            }
            Rule::stage_ref => ExprKind::Stage {
                lifecycle: self.name(&inner.find(Rule::name)?),
                at_least: Cursor::of(pair).find(Rule::kw_at_least).is_some(),
                stage: self.name(&inner.find(Rule::name)?),
            },
            Rule::aggregate => self.aggregate(pair)?,
            _ => ExprKind::Literal(self.literal(pair)?.value),
        };
        self.over(kind, span, self.filter_depth)
    }

    /// `lead`, `lead.fit`
    pub(super) fn score_name(&mut self, pair: &Pair<'_>) -> Option<(Name, Option<Name>)> {
        let mut inner = Cursor::of(pair);
        let score = self.name(&inner.find(Rule::name)?);
        Some((score, inner.find(Rule::name).map(|part| self.name(&part))))
    }

    /// An event with its message and its condition.
    pub(super) fn event_ref(&mut self, pair: &Pair<'_>) -> Option<EventRef> {
        let span = self.span(pair);
        let mut inner = Cursor::of(pair);
        let (name, message) = self.event_name(&inner.find(Rule::event_name)?)?;
        let condition = inner.find_any(&[Rule::filter, Rule::paren]);
        let filter = match condition {
            None => None,
            Some(condition) => Some(Box::new(self.filter(&condition)?)),
        };
        Some(EventRef { name, message, filter, span })
    }

    /// The condition behind `where`. It counts as two levels, since it takes twice the stack.
    fn filter(&mut self, pair: &Pair<'_>) -> Option<Expr> {
        let condition = Cursor::of(pair).find(Rule::expr)?;
        self.levels += 1;
        let found = self.deep(&condition);
        self.levels -= 1;
        let found = found?;
        self.filter_depth = found.depth;
        Some(found.expr)
    }

    fn event_name(&mut self, pair: &Pair<'_>) -> Option<(Name, Option<Name>)> {
        let mut inner = Cursor::of(pair);
        let name = self.name(&inner.find(Rule::name)?);
        Some((name, inner.find(Rule::name).map(|message| self.name(&message))))
    }

    fn aggregate(&mut self, pair: &Pair<'_>) -> Option<ExprKind> {
        let mut inner = Cursor::of(pair);
        let function = self.name(&inner.find(Rule::name)?);
        let of = inner.find(Rule::event_field)?;
        let mut parts = Cursor::of(&of);
        let (name, message) = self.event_name(&parts.find(Rule::event_name)?)?;
        let field = parts.find(Rule::field_of).and_then(|field| Cursor::of(&field).find(Rule::name));
        let field = field.map(|field| self.name(&field));
        let mut span = self.span(&of);
        let filter = match inner.next_if(Rule::filter) {
            Some(filter) => {
                span = span.to(self.span(&filter));
                Some(Box::new(self.filter(&filter)?))
            }
            None => None,
        };
        let reach = self.reach(inner.find(Rule::reach))?;
        let event = EventRef { name, message, filter, span };
        let Some(kind) = aggregate(&function.value) else {
            self.unknown_function(&function);
            return None;
        };
        Some(ExprKind::Aggregate { function: Spanned::new(kind, function.span), event, field, reach })
    }

    fn unknown_function(&mut self, found: &Name) {
        self.broken = true;
        let near = crate::syntax::recover::near(&found.value, keywords::AGGREGATES);
        let mut diagnostic =
            Diagnostic::new(Code::Syntax, found.span, format!("there is no function `{}`", found.value));
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("write `{near}`"),
                found.span,
                near,
                Applicability::Unsafe,
            );
        } else if matches!(found.value.as_str(), "opened" | "clicked" | "delivered" | "bounced" | "complained") {
            let help = format!("`{0}(…)` is an event: write `did {0}(…) in last 7 days`", found.value);
            diagnostic = diagnostic.help(help);
        } else {
            diagnostic = diagnostic.help(format!("there are {}", suggest::list(keywords::AGGREGATES.iter().copied())));
        }
        self.report(diagnostic);
    }

    /// The outer `None`: it was there and could not be read.
    fn reach(&mut self, pair: Option<Pair<'_>>) -> Option<Option<Reach>> {
        let Some(pair) = pair else { return Some(None) };
        let span = self.span(&pair);
        let mut inner = Cursor::of(&pair);
        match inner.find_duration() {
            Some(duration) => Some(Some(Reach::Last(self.duration(&duration)?))),
            None => Some(Some(Reach::Ever(span))),
        }
    }
}

fn aggregate(word: &str) -> Option<Aggregate> {
    let function = match word {
        "count" => Aggregate::Count,
        "sum" => Aggregate::Sum,
        "min" => Aggregate::Min,
        "max" => Aggregate::Max,
        "avg" => Aggregate::Avg,
        "first" => Aggregate::First,
        "last" => Aggregate::Last,
        "distinct" => Aggregate::Distinct,
        _ => return None,
    };
    Some(function)
}
