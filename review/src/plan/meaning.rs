//! How a changed condition compares with what it was: by meaning, with somebody who shows it.

use flow_compiler::prove::{Answer, Around, Comparison, Prover, Subject, Term, Witness as Proved};
use flow_graph::program::{Measure, Program, Reach};
use flow_graph::words::Scope;
use flow_graph::{Expr, Value, Words};

use super::change::Witness;
use super::code::Code;
use super::written;

/// How two conditions compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// The second holds for more, and for all for whom the first holds.
    Wider,
    /// The second holds for fewer, and for nobody else.
    Narrower,
    /// The second holds for nobody for whom the first holds.
    Disjoint,
    /// Some are in the first alone, others in the second alone.
    Different,
    /// They hold for the same.
    Same,
    /// Nothing is proved.
    Unproved,
}

impl Relation {
    /// The reason as which it is told.
    pub(crate) fn code(self) -> Code {
        match self {
            Self::Wider => Code::AudienceWider,
            Self::Narrower => Code::AudienceNarrower,
            Self::Disjoint => Code::AudienceDisjoint,
            Self::Different => Code::AudienceDifferent,
            Self::Same => Code::AudienceSame,
            Self::Unproved => Code::AudienceUnproved,
        }
    }

    /// The same of who is kept out by it: who is kept out by more is let in by less.
    pub(crate) fn turned(self) -> Self {
        match self {
            Self::Wider => Self::Narrower,
            Self::Narrower => Self::Wider,
            Self::Disjoint | Self::Different | Self::Same | Self::Unproved => self,
        }
    }
}

/// How two conditions compare, and who shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meaning {
    /// The second against the first.
    pub(crate) relation: Relation,
    /// Who shows it.
    pub(crate) witnesses: Vec<Witness>,
}

/// Compares two conditions of one program.
pub(crate) fn compare<'p>(
    program: &'p Program,
    (before, after): (&Expr, &Expr),
    around: Around,
    tested: Tested<'p>,
) -> Meaning {
    let told = Told { program, around, tested };
    let of = |relation, before: Option<Proved>, after: Option<Proved>| {
        let gone = before.map(|witness| told.witness(&witness, false));
        Meaning {
            relation,
            witnesses: after.map(|witness| told.witness(&witness, true)).into_iter().chain(gone).collect(),
        }
    };
    let prover = Prover::new(program);
    match prover.compare(before, after, around) {
        Comparison::Equivalent => of(Relation::Same, None, None),
        Comparison::Narrower(witness) => of(Relation::Narrower, witness, None),
        Comparison::Wider(witness) => of(Relation::Wider, None, witness),
        Comparison::Disjoint => {
            let somebody = |condition| match prover.can_hold(condition, around) {
                Answer::Yes(witness) => Some(witness),
                Answer::No | Answer::CannotTell => None,
            };
            of(Relation::Disjoint, somebody(before), somebody(after))
        }
        Comparison::Different { first, second } => of(Relation::Different, Some(first), Some(second)),
        Comparison::CannotTell => of(Relation::Unproved, None, None),
    }
}

/// What a test would look at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tested<'t> {
    /// Who is in this segment.
    Segment(&'t str),
    /// Whether an event begins a run of this sequence.
    Entry(&'t str),
    /// No test can be written.
    Nothing,
}

struct Told<'p> {
    program: &'p Program,
    around: Around,
    tested: Tested<'p>,
}

impl Told<'_> {
    fn witness(&self, proved: &Proved, now: bool) -> Witness {
        let values: Vec<(String, String)> = proved.values.iter().map(|(term, value)| self.pair(term, value)).collect();
        let words: Vec<String> = proved.values.iter().map(|(term, value)| self.words(term, value)).collect();
        let who = match (words.as_slice(), self.around.event) {
            ([], None) => "anybody".to_owned(),
            ([], Some(_)) => "any such event".to_owned(),
            (words, None) => format!("a contact with {}", and(words)),
            (words, Some(event)) => {
                let event = self.program.events.get(event).map_or("?", |event| &event.name);
                format!("`{event}` with {}", and(words))
            }
        };
        let says = if now { format!("{who} now matches") } else { format!("{who} no longer matches") };
        let test = match (self.tested, self.around.event) {
            (Tested::Segment(name), _) => written::of_segment(self.program, name, &proved.values, now),
            (Tested::Entry(name), Some(event)) => written::of_entry(self.program, name, event, &proved.values, now),
            (Tested::Entry(_), None) | (Tested::Nothing, _) => None,
        };
        let certain = proved.certain;
        let reserve =
            if certain || values.len() < 2 { "" } else { " (each of it is possible; all at once is not proved)" };
        Witness { says, now, values, certain, reserve, test }
    }

    /// What has the value, and the value.
    fn pair(&self, term: &Term, value: &Value) -> (String, String) {
        let words = Words::plain(self.program);
        let scope = Scope { this: self.around.event };
        match &term.subject {
            Subject::Value(expr) => (words.expr(expr, scope), words.beside(value, expr, scope)),
            Subject::Band(score) => {
                let score = self.program.scores.get(*score);
                let band = place(value).and_then(|at| score?.bands.get(at));
                let band = band.map_or("none", |band| band.name.as_str());
                (format!("band of {}", score.map_or("?", |it| &it.name)), band.to_owned())
            }
            Subject::Stage(lifecycle) => {
                let lifecycle = self.program.lifecycles.get(*lifecycle);
                let stage = place(value).and_then(|at| lifecycle?.stages.get(at));
                let stage = stage.map_or("?", String::as_str);
                (format!("stage {}", lifecycle.map_or("?", |it| &it.name)), stage.to_owned())
            }
        }
    }

    /// Behind "a contact with".
    fn words(&self, term: &Term, value: &Value) -> String {
        if let Subject::Value(Expr::Behaviour(id)) = &term.subject
            && let Some(counted) = self.counted(*id, value)
        {
            return counted;
        }
        let (what, is) = self.pair(term, value);
        match (&term.subject, value) {
            (Subject::Band(score), Value::Missing) => {
                format!("{} below its bands", self.program.scores.get(*score).map_or("?", |it| &it.name))
            }
            (_, Value::Missing) => format!("no {what}"),
            _ => format!("{what} {is}"),
        }
    }

    /// `4 page_viewed in the last 7 days`
    fn counted(&self, id: flow_graph::Id<flow_graph::program::Behaviour>, value: &Value) -> Option<String> {
        let behaviour = self.program.behaviours.get(id)?;
        let (Measure::Count, Value::Int(n)) = (behaviour.measure, value) else { return None };
        let event = Words::plain(self.program).event(behaviour.event, behaviour.filter.as_ref());
        let reach = match behaviour.reach {
            Reach::Ever => String::new(),
            Reach::Last(span) => format!(" in the last {span}"),
        };
        let n = if *n == 0 { "no".to_owned() } else { n.to_string() };
        Some(format!("{n} `{event}`{reach}"))
    }
}

fn place(value: &Value) -> Option<usize> {
    if let Value::Enum(position) = value { Some(usize::from(*position)) } else { None }
}

/// `a, b and c`
pub(crate) fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// That a condition always holds.
pub(crate) const ALWAYS: Expr = Expr::Const(Value::Bool(true));
