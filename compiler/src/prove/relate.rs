//! What ties different terms of one contact to each other, whatever the log.
//!
//! * Of events that are among others there are no more than of the others: a filter that implies another one, a reach
//!   that is never the longer one. So a count, a number of different values and a sum of what is never negative only
//!   grow with the reach.
//! * A value of some event (`last`, `min`, the time of the last one) is there only when there is such an event, and a
//!   sum is not 0 only then. The time of the first and of the last event is there whenever there is one.
//! * `time since last x > D` is `last + D < now`. An event within the last `D` has `now < event + D`, and none is later
//!   than the last one. Calendar time does not keep the order of instants (31 January and 30 January plus a month), so
//!   there only the bounds of a span are used.
//! * A band is kept from its `until` up to the `from` of the next one, and never left between its own `from` and there.
//!
//! Filters that read fields of the contact are asked when an event arrives, and a figure that a later program brings is
//! filled with the fields of then. So nothing is said of a figure by a filter that reads a field.

use flow_graph::expr::CompareOp;
use flow_graph::program::{Behaviour, Measure, Reach};
use flow_graph::{Expr, Span, Type, Value};

use super::domain::Test;
use super::facts::Facts;
use super::formula::TermId;
use super::spans;
use super::term::{Subject, Term, World};

/// Something that always holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Link {
    /// The first is never more than the second, where both are there.
    AtMost(TermId, TermId),
    /// When the first is there, the second is at least 1.
    Needs(TermId, TermId),
    /// When the first is at least 1, the second is there.
    Gives(TermId, TermId),
    /// When the first is not 0, the second is at least 1.
    NotZero(TermId, TermId),
    /// The time of the last event of all, and how many there were within a span.
    Window(TermId, TermId, Span),
    /// A score and its band.
    Band(TermId, TermId),
}

/// All ties among the terms of a query. `implies` says whether one filter implies another.
pub(crate) fn links(world: &World<'_>, terms: &[Term], implies: &dyn Fn(&Behaviour, &Behaviour) -> bool) -> Vec<Link> {
    let figures: Vec<(TermId, &Behaviour, bool)> =
        terms.iter().enumerate().filter_map(|(id, term)| Some((id, figure(world, term)?, term.past))).collect();
    let mut found = Vec::new();
    for &(a, narrow, past) in &figures {
        for &(b, wide, also_past) in &figures {
            if a == b || past != also_past || narrow.event != wide.event {
                continue;
            }
            let same = narrow.filter == wide.filter;
            let free = wide.filter.as_ref().is_none_or(|filter| !reads_fields(filter));
            if !free || !(same || wide.filter.is_none() || implies(narrow, wide)) {
                continue;
            }
            if within(narrow.reach, wide.reach) {
                found.extend(of_pair(world, (a, narrow), (b, wide)));
            }
            if let (true, Measure::LastTime, Reach::Ever, Measure::Count, Reach::Last(span)) =
                (same, wide.measure, wide.reach, narrow.measure, narrow.reach)
            {
                found.push(Link::Window(b, a, span));
            }
        }
    }
    for (band, term) in terms.iter().enumerate() {
        if let Subject::Band(score) = term.subject {
            let total = Term { subject: Subject::Value(World::total(score)), past: term.past };
            found.extend(terms.iter().position(|other| *other == total).map(|total| Link::Band(band, total)));
        }
    }
    found
}

fn figure<'p>(world: &World<'p>, term: &Term) -> Option<&'p Behaviour> {
    if let Subject::Value(Expr::Behaviour(id)) = term.subject { world.program.behaviours.get(id) } else { None }
}

/// What ties a figure to one of no fewer events.
fn of_pair(world: &World<'_>, (a, narrow): (TermId, &Behaviour), (b, wide): (TermId, &Behaviour)) -> Option<Link> {
    match (narrow.measure, wide.measure) {
        (Measure::Count | Measure::Distinct(_), Measure::Count) => Some(Link::AtMost(a, b)),
        (Measure::Distinct(of), Measure::Distinct(also)) if of == also => Some(Link::AtMost(a, b)),
        (Measure::Sum(of), Measure::Sum(also)) if of == also => {
            let ty = world.slot(wide.event, of).map(|field| &field.ty);
            let exact = matches!(ty, Some(Type::Int | Type::Money | Type::Duration));
            (exact && world.never_negative(wide.event, of)).then_some(Link::AtMost(a, b))
        }
        (Measure::Sum(_), Measure::Count) => Some(Link::NotZero(a, b)),
        (
            Measure::Min(_)
            | Measure::Max(_)
            | Measure::Avg(_)
            | Measure::First(_)
            | Measure::Last(_)
            | Measure::FirstTime
            | Measure::LastTime,
            Measure::Count,
        ) => Some(Link::Needs(a, b)),
        (Measure::Count | Measure::Distinct(_), Measure::FirstTime | Measure::LastTime) => Some(Link::Gives(a, b)),
        _ => None,
    }
}

/// Whether a reach is never longer than another.
fn within(a: Reach, b: Reach) -> bool {
    match (a, b) {
        (_, Reach::Ever) => true,
        (Reach::Ever, Reach::Last(_)) => false,
        (Reach::Last(a), Reach::Last(b)) => spans::at_most(a, b),
    }
}

/// Whether a filter asks for what is known of the contact.
pub(crate) fn reads_fields(filter: &Expr) -> bool {
    let mut reads = false;
    filter.walk(&mut |part| reads |= matches!(part, Expr::Field(_)));
    reads
}

impl Facts {
    /// Brings what always holds into the domains. False for a contradiction.
    pub(crate) fn apply(&mut self, world: &World<'_>, terms: &[Term], links: &[Link]) -> bool {
        let one = || Test::Compare(CompareOp::GreaterEqual, Value::Int(1));
        let zero = || Test::Compare(CompareOp::Equal, Value::Int(0));
        links.iter().all(|link| match *link {
            Link::AtMost(a, b) => {
                !(self.is_known(a) && self.is_known(b))
                    || self.order(a, CompareOp::LessEqual, b) && self.order(b, CompareOp::GreaterEqual, a)
            }
            Link::Needs(a, b) => {
                let first = !self.is_known(a) || self.keep(b, &one(), true);
                first && (!self.is_zero(b) || self.keep(a, &Test::Known, false))
            }
            Link::Gives(a, b) => {
                let first = !self.at_least_one(a) || self.keep(b, &Test::Known, true);
                let gone = self.domains.get(b).is_some_and(super::domain::Domain::is_missing);
                first && (!gone || self.keep(a, &zero(), true))
            }
            Link::NotZero(a, b) => !self.is_known(a) || self.may_be_zero(a) || self.keep(b, &one(), true),
            Link::Window(..) => true,
            Link::Band(band, total) => self.band(world, terms, band, total),
        })
    }

    /// A band and the score: bands that the score cannot be in go, and numbers that no band left has.
    fn band(&mut self, world: &World<'_>, terms: &[Term], band: TermId, total: TermId) -> bool {
        let Some(Term { subject: Subject::Band(id), .. }) = terms.get(band) else { return true };
        let Some(bands) = world.program.scores.get(*id).map(|score| &score.bands) else { return true };
        let Some(((low, _), (high, above))) = self.domains.get(total).and_then(super::domain::Domain::ends) else {
            return true;
        };
        let mut hull: Option<(f64, f64)> = None;
        let mut gone = Vec::new();
        for (position, it) in bands.iter().enumerate() {
            let value = Value::Enum(u16::try_from(position).unwrap_or(u16::MAX));
            let next = bands.get(position + 1..).unwrap_or_default().iter().map(|band| band.from);
            let next = next.fold(f64::INFINITY, f64::min);
            let possible = self.domains.get(band).is_some_and(|domain| {
                let mut kept = domain.clone();
                kept.keep(&Test::Compare(CompareOp::Equal, value.clone()), true);
                !kept.is_empty()
            });
            let least = it.until.min(it.from);
            if possible && high >= least && !(above && high == least) && low < next {
                hull = Some(hull.map_or((least, next), |(from, to)| (from.min(least), to.max(next))));
            } else {
                gone.push(value);
            }
        }
        if !gone.is_empty() && !self.keep(band, &Test::OneOf(gone.into()), false) {
            return false;
        }
        // Below the first band there is none; above its `from` there always is one.
        let first = bands.iter().map(|band| band.from).fold(f64::INFINITY, f64::min);
        if low >= first && !self.keep(band, &Test::Known, true) {
            return false;
        }
        let known = self.is_known(band);
        let certain = certain_band(bands, (low, high));
        if let Some(position) = certain
            && !self.keep(band, &Test::Compare(CompareOp::Equal, Value::Enum(position)), true)
        {
            return false;
        }
        match hull.filter(|_| known) {
            Some((from, to)) => {
                let Some(domain) = self.domains.get_mut(total) else { return true };
                domain.keep_number(CompareOp::GreaterEqual, from);
                domain.keep_number(CompareOp::Less, to);
                !domain.is_empty()
            }
            None => true,
        }
    }

    /// What was within a span, and how long ago the last was.
    pub(crate) fn elapsed(&mut self, links: &[Link], even_days: bool) -> bool {
        let mut windows: Vec<(TermId, CompareOp, Span)> = Vec::new();
        for (term, op, span, holds) in &self.since {
            if *holds {
                windows.push((*term, *op, *span));
            } else if self.is_known(*term) {
                windows.push((*term, super::domain::opposite(*op), *span));
            }
        }
        for link in links {
            let Link::Window(last, count, span) = *link else { continue };
            if self.at_least_one(count) {
                // Some event is inside; the last one is no earlier.
                let exact = even_days || matches!(span, Span::Elapsed(_));
                let span = if exact { span } else { Span::Elapsed(spans::bounds(span).1) };
                windows.push((last, CompareOp::Less, span));
            } else if self.is_zero(count) && self.is_known(last) {
                windows.push((last, CompareOp::GreaterEqual, span));
            }
        }
        let least = |op: CompareOp| matches!(op, CompareOp::Greater | CompareOp::GreaterEqual);
        let most = |op: CompareOp| matches!(op, CompareOp::Less | CompareOp::LessEqual);
        let none_yet = windows.iter().any(|(_, op, span)| match span {
            // What has happened is never in the future.
            Span::Elapsed(ms) => most(*op) && (*ms < 0 || *ms == 0 && *op == CompareOp::Less),
            Span::Calendar { months, days } => *op == CompareOp::Less && *months == 0 && *days == 0,
        });
        let apart = windows.iter().filter(|window| least(window.1)).any(|(term, low, from)| {
            windows.iter().filter(|window| window.0 == *term && most(window.1)).any(|(_, high, to)| {
                let strict = *low == CompareOp::Greater || *high == CompareOp::Less;
                let longer = |a: Span, b: Span| spans::bounds(a).1 < spans::bounds(b).0;
                spans::at_most(*to, *from) && (strict || longer(*to, *from))
            })
        });
        !none_yet && !apart
    }

    fn at_least_one(&self, term: TermId) -> bool {
        self.is_known(term)
            && self.domains.get(term).and_then(super::domain::Domain::ends).is_some_and(|((low, _), _)| low >= 1.0)
    }

    fn is_zero(&self, term: TermId) -> bool {
        self.domains.get(term).and_then(super::domain::Domain::ends).is_some_and(|(_, (high, _))| high <= 0.0)
    }

    fn may_be_zero(&self, term: TermId) -> bool {
        let ends = self.domains.get(term).and_then(super::domain::Domain::ends);
        ends.is_none_or(|((low, above), (high, below))| {
            (low < 0.0 || low == 0.0 && !above) && (high > 0.0 || high == 0.0 && !below)
        })
    }
}

/// The band that a score in an interval is in for certain: reached, and kept by none above.
fn certain_band(bands: &[flow_graph::program::Band], (low, high): (f64, f64)) -> Option<u16> {
    let position = bands.iter().rposition(|band| low >= band.from)?;
    let above = bands.get(position + 1..)?;
    let kept = above.iter().any(|band| high >= band.until.min(band.from));
    (!kept).then(|| u16::try_from(position).ok()).flatten()
}
