//! Sequences that cause each other in a circle which no wait breaks: such a turn would never end.
//!
//! The graph of causes has an edge where a sequence, before its first wait, makes another one begin in the same turn:
//! by `emit`, by `enroll in`, or by a `set` that takes the contact into a segment or out of it. An edge is left out where
//! the prover excludes it: a `where` that what is emitted never fulfils, a segment that the value never changes.
//!
//! Not every circle is a loop. It ends by itself where a sequence cannot begin twice in a turn (`once`, `again after`,
//! without a key), where its run stays under way behind the step, where what is emitted is a duplicate (`unique`), and
//! where a stage would have to be entered twice in a turn. A circle through `set` hangs on values: it is told only with
//! values of the contact's fields for which it really goes round, which the prover has to find. Circles through scores
//! and their bands are not looked for: whether points suffice hangs on the log.

mod example;
mod links;
mod substitute;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow_graph::program::{Field, Sequence};
use flow_graph::{Expr, Id, Value};

use super::Proofs;
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::{Answer, Around, Subject};

use links::{How, Link};

/// How many sequences a circle through `set` has at most: longer ones are not looked for.
const LONGEST: usize = 4;
/// How many circles through `set` are tried in one project.
const TRIES_AT_MOST: usize = 200;

/// Constants that steps have written to fields.
type Written = BTreeMap<Id<Field>, Value>;

impl Proofs<'_> {
    pub(super) fn loops(&mut self) {
        let links = self.causes();
        let mut told = BTreeSet::new();
        let sure: Links =
            links.iter().map(|(id, all)| (*id, all.iter().filter(|it| !it.by_value()).cloned().collect())).collect();
        for id in self.program.sequences.ids() {
            if told.contains(&id) {
                continue;
            }
            if let Some(round) = shortest(&sure, id) {
                told.extend(round.iter().map(|link| link.from));
                let start = self.example(&round, &Written::new());
                self.endless(&round, start);
            }
        }
        let mut tries = TRIES_AT_MOST;
        for id in self.program.sequences.ids() {
            if told.contains(&id) {
                continue;
            }
            let mut way = Vec::new();
            if let Some((round, start)) = self.round_by_value(&links, id, &mut way, &mut tries) {
                told.extend(round.iter().map(|link| link.from));
                let example = self.example(&round, &start);
                self.endless(&round, example);
            }
        }
    }

    /// A circle through `set` that goes round for some contact, with the fields of such a one.
    fn round_by_value(
        &self,
        links: &Links,
        start: Id<Sequence>,
        way: &mut Vec<Link>,
        tries: &mut usize,
    ) -> Option<(Vec<Link>, Written)> {
        let at = way.last().map_or(start, |link| link.to);
        for link in links.get(&at).into_iter().flatten() {
            if *tries == 0 {
                return None;
            }
            way.push(link.clone());
            let found = if link.to == start {
                *tries -= 1;
                let by_value = way.iter().any(Link::by_value);
                if by_value { self.goes_round(way).map(|start| (way.clone(), start)) } else { None }
            } else if way.len() < LONGEST && way.iter().all(|earlier| earlier.from != link.to) {
                self.round_by_value(links, start, way, tries)
            } else {
                None
            };
            if found.is_some() {
                return found;
            }
            way.pop();
        }
        None
    }

    /// Fields of a contact for which a circle goes round: in each round every segment is left and entered again.
    fn goes_round(&self, round: &[Link]) -> Option<Written> {
        // What the round has written at its end is what it finds at its beginning.
        let mut written = Written::new();
        for link in round {
            written.extend(self.writes_first(link.from)?);
        }
        let begin = written.clone();
        let mut asked: Vec<(Expr, bool)> = Vec::new();
        for link in round {
            let before = written.clone();
            written.extend(self.writes_first(link.from)?);
            let (segment, enters) = match link.how {
                How::Entered(segment) => (Some(segment), true),
                How::Left(segment) => (Some(segment), false),
                How::Emit(_) | How::Enroll => (None, true),
            };
            if let Some(condition) = segment.and_then(|id| self.program.segments.get(id)).map(|it| &it.condition) {
                asked.push((self.with(condition, &before)?, !enters));
                asked.push((self.with(condition, &written)?, enters));
            }
            let sequence = self.program.sequences.get(link.to)?;
            for refusal in sequence.unless.iter().chain(&sequence.exit_when) {
                asked.push((self.with(refusal, &written)?, false));
            }
        }
        let asked: Vec<(&Expr, bool)> = asked.iter().map(|(expr, holds)| (expr, *holds)).collect();
        let Answer::Yes(witness) = self.prover.all_can_hold(&asked, Around::default()) else { return None };
        let mut fields = begin;
        for (term, value) in witness.values.iter().filter(|_| witness.certain) {
            let Subject::Value(Expr::Field(field)) = term.subject else { return None };
            fields.insert(field, value.clone());
        }
        witness.certain.then_some(fields)
    }

    fn endless(&mut self, round: &[Link], example: Option<String>) {
        let Some(first) = round.first() else { return };
        let place = |link: &Link| self.check.flow.places.get(&(link.from, link.step)).copied();
        let Some(primary) = place(first) else { return };
        let name = self.check.names.name(first.from);
        let message = format!("the sequence `{name}` begins itself again in the same turn, without end");
        let mut wrong = Diagnostic::new(Code::CauseLoop, primary, message).here(first.words.clone());
        for link in round.iter().skip(1) {
            if let Some(span) = place(link) {
                wrong = wrong.label(span, link.words.clone());
            }
        }
        let way: Vec<&str> = round.iter().map(|link| link.words.as_str()).collect();
        let mut help = format!("at one instant {}, and so on: put a `wait` between", way.join(", then "));
        if let Some(example) = example {
            help.push_str("\nthis is how it comes about (`flow test --unproved` plays it):\n");
            help.push_str(example.trim_end());
        }
        self.report(wrong.help(help));
    }
}

/// For each sequence, what it begins.
type Links = BTreeMap<Id<Sequence>, Vec<Link>>;

/// The shortest way from a sequence back to itself.
fn shortest(links: &Links, start: Id<Sequence>) -> Option<Vec<Link>> {
    let mut seen = BTreeSet::new();
    let mut open: VecDeque<(Id<Sequence>, Vec<Link>)> = VecDeque::from([(start, Vec::new())]);
    while let Some((at, way)) = open.pop_front() {
        for link in links.get(&at).into_iter().flatten() {
            let mut further = way.clone();
            further.push(link.clone());
            if link.to == start {
                return Some(further);
            }
            if seen.insert(link.to) {
                open.push_back((link.to, further));
            }
        }
    }
    None
}
