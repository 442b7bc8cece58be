//! Conditions in English, as what goes on behind "somebody": "did `order_placed` in the last 30 days".
//!
//! What has no plain English form is shown as the language writes it: that is always true, and never wrong.

use flow_graph::expr::{CompareOp, ScorePart, TextOp};
use flow_graph::graph::Node;
use flow_graph::program::{Behaviour, Measure, Reach};
use flow_graph::words::Scope;
use flow_graph::{Expr, Id, Value};

use super::{Said, filtered, span, written};
use crate::html::{code, or};
use crate::items::Site;

/// A condition.
pub(crate) fn condition(site: &Site<'_>, expr: &Expr, scope: Scope) -> Said {
    let parts = |list: &[Expr]| list.iter().map(|part| condition(site, part, scope)).collect();
    if let Expr::And(list) = expr {
        return Said::All(parts(list));
    }
    if let Expr::Or(list) = expr {
        return Said::Any(parts(list));
    }
    let (expr, negated) = if let Expr::Not(inner) = expr { (&**inner, true) } else { (expr, false) };
    let plain = state(site, expr, negated).or_else(|| known(site, expr, scope, negated)).or_else(|| {
        let said = behaviour(site, expr).or_else(|| compared(site, expr, scope))?;
        Some(if negated { format!("it is not so that they {said}") } else { said })
    });
    Said::One(plain.unwrap_or_else(|| {
        let not = if negated { "does not fulfil" } else { "fulfils" };
        format!("{not} {}", written(site, expr, scope))
    }))
}

/// In a segment, a band, a stage, a sequence.
fn state(site: &Site<'_>, expr: &Expr, negated: bool) -> Option<String> {
    let is = if negated { "is not" } else { "is" };
    let program = site.program;
    if let Expr::InSegment(id) = expr {
        return Some(format!("{is} in the segment {}", site.link(Node::Segment(*id))));
    }
    if let Expr::InSequence(id) = expr {
        return Some(format!("{is} in the sequence {}", site.link(Node::Sequence(*id))));
    }
    if let Expr::InBand { score, band } = expr {
        let band = program.scores.get(*score)?.bands.get(usize::from(*band))?;
        return Some(format!("{is} {} by the score {}", code(&band.name), site.link(Node::Score(*score))));
    }
    let Expr::InStage { lifecycle, stage, at_least } = expr else { return None };
    let stage = program.lifecycles.get(*lifecycle)?.stages.get(usize::from(*stage))?;
    let more = if *at_least { " or further" } else { "" };
    Some(format!("{is} {}{more} in {}", code(stage), site.link(Node::Lifecycle(*lifecycle))))
}

/// Whether something is known.
fn known(site: &Site<'_>, expr: &Expr, scope: Scope, negated: bool) -> Option<String> {
    let Expr::Known(value) = expr else { return None };
    let is = if negated { "is not known" } else { "is known" };
    Some(format!("is somebody of whom {} {is}", subject(site, value, scope)?))
}

/// What somebody did.
fn behaviour(site: &Site<'_>, expr: &Expr) -> Option<String> {
    if let Expr::SinceLast { behaviour, op, span: length } = expr {
        let (event, rest, _) = looked_at(site, *behaviour)?;
        let (more, length) = (comparison(*op)?, span(*length));
        return Some(format!("did {event}{rest} for the last time {more}{length} ago"));
    }
    let Expr::Compare { op, left, right } = expr else { return None };
    let (Expr::Behaviour(id), Expr::Const(value)) = (&**left, &**right) else { return None };
    let figure = site.program.behaviours.get(*id)?;
    let (event, rest, reach) = looked_at(site, *id)?;
    if figure.measure == Measure::Count
        && let Value::Int(n) = value
    {
        let times = |n: i64| if n == 1 { "once".to_owned() } else { format!("{n} times") };
        return Some(match (op, n) {
            (CompareOp::GreaterEqual, 1) | (CompareOp::Greater, 0) => format!("did {event}{rest}{reach}"),
            (CompareOp::Equal | CompareOp::LessEqual, 0) | (CompareOp::Less, 1) => {
                format!("never did {event}{rest}{reach}")
            }
            (CompareOp::GreaterEqual, n) => format!("did {event}{rest} at least {}{reach}", times(*n)),
            (CompareOp::Greater, n) => format!("did {event}{rest} more than {}{reach}", times(*n)),
            (CompareOp::Equal, n) => format!("did {event}{rest} exactly {}{reach}", times(*n)),
            (CompareOp::LessEqual, n) => format!("did {event}{rest} at most {}{reach}", times(*n)),
            (CompareOp::Less, n) => format!("did {event}{rest} less than {}{reach}", times(*n)),
            (CompareOp::NotEqual, n) => format!("did {event}{rest} any number of times but {n}{reach}"),
        });
    }
    let value = code(&site.words().beside(value, left, Scope::default()));
    let amount = comparison(*op)?;
    let (kind, slot) = part(figure.measure)?;
    let fields = site.program.events.get(figure.event)?.fields.as_slice();
    let field = code(&fields.get(usize::from(slot))?.name);
    Some(match kind {
        // No event has no total, and this says the right thing of it.
        Some(kind) => format!("has a {kind} {field} of {amount}{value} in {event}{rest}{reach}"),
        None => format!("has {amount}{value} different {field} in {event}{rest}{reach}"),
    })
}

/// Which part of the events is looked at, in a word; none of different values, which are counted.
fn part(measure: Measure) -> Option<(Option<&'static str>, u16)> {
    Some(match measure {
        Measure::Sum(slot) => (Some("total"), slot),
        Measure::Min(slot) => (Some("smallest"), slot),
        Measure::Max(slot) => (Some("largest"), slot),
        Measure::Avg(slot) => (Some("mean"), slot),
        Measure::First(slot) => (Some("first"), slot),
        Measure::Last(slot) => (Some("last"), slot),
        Measure::Distinct(slot) => (None, slot),
        Measure::Count | Measure::FirstTime | Measure::LastTime => return None,
    })
}

/// The event of a figure, what is asked of it, and how far it looks back.
fn looked_at(site: &Site<'_>, id: Id<Behaviour>) -> Option<(String, String, String)> {
    let figure = site.program.behaviours.get(id)?;
    let (message, rest) = filtered(site, figure.event, figure.filter.as_ref());
    let event = match message {
        Some(message) => format!("{} of {message}", site.event(figure.event)),
        None => site.event(figure.event),
    };
    let reach = match figure.reach {
        Reach::Ever => String::new(),
        Reach::Last(length) => format!(" in the last {}", span(length)),
    };
    let rest = if rest.is_empty() || reach.is_empty() { rest } else { format!("{rest},") };
    Some((event, rest, reach))
}

/// A field, a score or the like against a value.
fn compared(site: &Site<'_>, expr: &Expr, scope: Scope) -> Option<String> {
    if let Expr::Compare { op, left, right } = expr {
        return comparing(site, *op, left, right, scope);
    }
    if let Expr::OneOf { value, list } = expr {
        let subject = subject(site, value, scope)?;
        let members: Vec<String> = list.iter().map(|member| code(&site.words().beside(member, value, scope))).collect();
        return Some(format!("has {subject} of {}", or(&members)));
    }
    if let Expr::TextTest { op, value, pattern } = expr {
        let how = match op {
            TextOp::Contains => "with",
            TextOp::StartsWith => "that starts with",
            TextOp::EndsWith => "that ends with",
        };
        return Some(format!("has {} {how} {}", subject(site, value, scope)?, written(site, pattern, scope)));
    }
    let Expr::Contains { set, member } = expr else { return None };
    let Expr::Field(id) = &**set else { return None };
    Some(format!("has {} among {}", written(site, member, scope), site.link(Node::Field(*id))))
}

fn comparing(site: &Site<'_>, op: CompareOp, left: &Expr, right: &Expr, scope: Scope) -> Option<String> {
    let subject = subject(site, left, scope)?;
    if let (CompareOp::Equal, Expr::Const(Value::Bool(yes))) = (op, right) {
        return Some(format!("has {subject} set to {}", if *yes { "yes" } else { "no" }));
    }
    let value = if let Expr::Const(value) = right {
        code(&site.words().beside(value, left, scope))
    } else {
        written(site, right, scope)
    };
    if op == CompareOp::NotEqual {
        return Some(format!("has {subject} other than {value}"));
    }
    Some(format!("has {subject} of {}{value}", comparison(op)?))
}

/// What is compared.
fn subject(site: &Site<'_>, expr: &Expr, scope: Scope) -> Option<String> {
    if let Expr::Field(id) = expr {
        return Some(site.link(Node::Field(*id)));
    }
    if let Expr::Score { score, part } = expr {
        let score = site.link(Node::Score(*score));
        return Some(match part {
            ScorePart::Total => format!("a score {score}"),
            ScorePart::Fit => format!("a fit in {score}"),
            ScorePart::Engagement => format!("an engagement in {score}"),
        });
    }
    let Expr::Default { value, fallback } = expr else { return None };
    let instead = written(site, fallback, scope);
    Some(format!("{} (where it is not known: {instead})", subject(site, value, scope)?))
}

/// Words in front of a value; none for one that is met exactly.
fn comparison(op: CompareOp) -> Option<&'static str> {
    Some(match op {
        CompareOp::Equal => "",
        CompareOp::NotEqual => return None,
        CompareOp::Less => "less than ",
        CompareOp::LessEqual => "at most ",
        CompareOp::Greater => "more than ",
        CompareOp::GreaterEqual => "at least ",
    })
}
