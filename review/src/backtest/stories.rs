//! A contact under both programs: what happens under both stands in one line, what does not beside a gap.

use flow_runtime::backtest::stories::{Happened, Lived, Pair};
use serde::Serialize;

/// What is the same around a difference is told this far.
const AROUND: usize = 2;

/// A contact under both programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Story {
    /// Its id.
    pub contact: String,
    /// What happened, in order. What is the same far from any difference is left out.
    pub moments: Vec<Moment>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When, RFC 3339.
    pub at: String,
    /// It came from outside.
    pub input: bool,
    /// Before; none: it did not happen.
    pub before: Option<Said>,
    /// After; none: it does not happen.
    pub after: Option<Said>,
    /// So many moments before this one are the same under both, and left out.
    pub left_out: usize,
}

/// One thing that happened, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// What.
    pub line: String,
    /// The place that is responsible: `score.flow:12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl Moment {
    /// The same happens under both.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.before.as_ref().zip(self.after.as_ref()).is_some_and(|(before, after)| before.line == after.line)
    }
}

impl Story {
    pub(crate) fn new(pair: &Pair) -> Self {
        let all = side_by_side(&pair.base, &pair.head);
        let differs: Vec<usize> = (0..).zip(&all).filter(|(_, it)| !it.is_same()).map(|(at, _)| at).collect();
        let near = |at: usize| differs.iter().any(|other| at.abs_diff(*other) <= AROUND);
        let mut moments = Vec::new();
        let mut left_out = 0;
        for (at, moment) in all.into_iter().enumerate() {
            if near(at) {
                moments.push(Moment { left_out, ..moment });
                left_out = 0;
            } else {
                left_out += 1;
            }
        }
        Self { contact: pair.id.to_string(), moments }
    }
}

/// Both timelines in the order of time; of one instant, what is in both goes before what follows it in either.
fn side_by_side(base: &Lived, head: &Lived) -> Vec<Moment> {
    let mut found = Vec::new();
    let (mut before, mut after) = (base.moments.as_slice(), head.moments.as_slice());
    while let Some(at) = [before.first(), after.first()].into_iter().flatten().map(|it| it.moment.at).min() {
        let (ours, rest) = split(before, at);
        let (theirs, other) = split(after, at);
        (before, after) = (rest, other);
        together(ours, theirs, &mut found);
    }
    found
}

fn split(moments: &[Happened], at: flow_graph::Timestamp) -> (&[Happened], &[Happened]) {
    moments.split_at(moments.iter().take_while(|it| it.moment.at <= at).count())
}

/// What happens at one instant: the next line of one that the other has, too, is where both meet again.
fn together(mut before: &[Happened], mut after: &[Happened], found: &mut Vec<Moment>) {
    loop {
        match (before.split_first(), after.split_first()) {
            (Some((one, left)), Some((other, right))) if one.moment.line == other.moment.line => {
                found.push(moment(Some(one), Some(other)));
                (before, after) = (left, right);
            }
            (Some((one, left)), _) if !after.iter().any(|other| other.moment.line == one.moment.line) => {
                found.push(moment(Some(one), None));
                before = left;
            }
            (_, Some((other, right))) => {
                found.push(moment(None, Some(other)));
                after = right;
            }
            (Some((one, left)), None) => {
                found.push(moment(Some(one), None));
                before = left;
            }
            (None, None) => return,
        }
    }
}

fn moment(before: Option<&Happened>, after: Option<&Happened>) -> Moment {
    let either = before.or(after);
    Moment {
        at: either.map_or_else(String::new, |it| it.moment.at.to_string()),
        input: either.is_some_and(|it| it.moment.input),
        before: before.map(said),
        after: after.map(said),
        left_out: 0,
    }
}

fn said(happened: &Happened) -> Said {
    let place = happened.line.as_ref().map(|(file, line)| format!("{file}:{line}"));
    Said { line: happened.moment.line.clone(), place }
}
