//! `moved` and `retired` clauses of the new program of which nothing of the old one takes notice.

use flow_graph::Program;
use flow_graph::program::{Location, Sequence, Step};

use super::steps;

/// A clause that does nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle {
    /// Of what it speaks: `sequence.cart.step.nudge`.
    pub address: String,
    /// Where that went; none: it is retired.
    pub to: Option<String>,
    /// Where it stands, in the new program.
    pub at: Location,
    /// Why it does nothing.
    pub why: WhyIdle,
}

/// Why a clause does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyIdle {
    /// The old program has nothing under that address.
    Absent,
    /// The new program has the step, too: people stay there.
    Kept,
}

/// Clauses that do nothing, in the order in which they stand.
pub(super) fn idle(old: &Program, new: &Program) -> Vec<Idle> {
    let moved = new.moved.iter().filter_map(|clause| {
        let why = (!exists(old, &clause.from)).then_some(WhyIdle::Absent)?;
        Some(Idle { address: clause.from.clone(), to: Some(clause.to.clone()), at: clause.at, why })
    });
    let retired = new.retired.iter().filter_map(|clause| {
        let why = match exists(old, &clause.address) {
            false => WhyIdle::Absent,
            true if is_kept(old, new, &clause.address) => WhyIdle::Kept,
            true => return None,
        };
        Some(Idle { address: clause.address.clone(), to: None, at: clause.at, why })
    });
    let mut all: Vec<_> = moved.chain(retired).collect();
    all.sort_by_key(|idle| (idle.at.file, idle.at.line));
    all
}

fn exists(old: &Program, address: &str) -> bool {
    let mut parts = address.splitn(4, '.');
    let (Some(kind), Some(name)) = (parts.next(), parts.next()) else { return false };
    let member = parts.nth(1);
    match (kind, member) {
        ("segment", None) => old.segments.iter().any(|it| it.name == name),
        ("message", None) => old.messages.iter().any(|it| it.name == name),
        ("sla", None) => old.slas.iter().any(|it| it.name == name),
        ("score", _) => {
            let found = old.scores.iter().find(|it| it.name == name);
            found.is_some_and(|it| member.is_none_or(|member| it.bands.iter().any(|band| band.name == member)))
        }
        ("lifecycle", _) => {
            let found = old.lifecycles.iter().find(|it| it.name == name);
            found.is_some_and(|it| member.is_none_or(|member| it.stages.iter().any(|stage| stage == member)))
        }
        ("sequence", None) => old.versions().any(|it| it.name == name),
        ("sequence", Some(_)) => at(old, address).next().is_some(),
        _ => false,
    }
}

/// Steps of the old program that have an address, each with its sequence.
fn at<'p>(old: &'p Program, address: &'p str) -> impl Iterator<Item = (&'p Sequence, &'p Step)> {
    let steps = old.versions().flat_map(|sequence| sequence.steps.iter().map(move |step| (sequence, step)));
    steps.filter(move |(sequence, step)| steps::addresses(&sequence.name, step).iter().any(|it| it == address))
}

/// Whether each step of an address is found again without the clause.
fn is_kept(old: &Program, new: &Program, address: &str) -> bool {
    let mut steps = at(old, address).peekable();
    let found = |(sequence, step): (&Sequence, &Step)| {
        let same = new.sequences.iter().find(|it| it.name == sequence.name);
        same.is_some_and(|same| steps::find_same(same, step).is_some())
    };
    steps.peek().is_some() && steps.all(found)
}
