//! The comparison, item by item and part by part.
//!
//! Whether two parts are the same is asked of their exact words, which are what the canonical form holds; so nothing
//! that decides anything is passed over. What is said of a change is in plain words.

mod data;
mod lifecycle;
mod limits;
mod message;
mod score;
mod segment;
mod sequence;
mod settings;
mod sla;
mod steps;
mod triggers;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use flow_compiler::prove::{Around, is_at_most};
use flow_graph::canonical::{Item, items_of};
use flow_graph::program::{Event, Location, Program};
use flow_graph::words::Scope;
use flow_graph::{Expr, Id, Span, Table, Words};
use serde_json::Value as Json;

use super::change::{Change, Said, Witness};
use super::code::Code;
use super::joined::Joined;
use super::meaning::{self, ALWAYS, Meaning, Relation, Tested};
use crate::place::Place;

/// A comparison under way.
pub(crate) struct Diff<'p> {
    /// Before, with the names of now.
    pub(crate) old: &'p Program,
    /// After.
    pub(crate) new: &'p Program,
    joined: Joined<'p>,
    changes: Vec<Change>,
    /// The item that is looked at.
    item: String,
}

/// Somewhere in a program: what stands there, and where.
pub(crate) type At<'t> = (String, Option<&'t Location>);

impl<'p> Diff<'p> {
    /// All changes, in the order of the language and then of names.
    pub(crate) fn all(old: &'p Program, new: &'p Program) -> Vec<Change> {
        let joined = Joined::new(old, new);
        let mut diff = Self { old, new, joined, changes: Vec::new(), item: String::new() };
        diff.settings();
        diff.data();
        diff.segments();
        diff.scores();
        diff.lifecycles();
        diff.topics();
        diff.messages();
        diff.limits();
        diff.sequences();
        diff.calendars();
        diff.slas();
        diff.rest();
        diff.changes
    }

    /// Whatever the canonical form tells apart and nothing else has told: there is always something to see.
    fn rest(&mut self) {
        let (old, new) = (items_of(self.old), items_of(self.new));
        let told: BTreeSet<String> = self.changes.iter().map(|change| change.item.clone()).collect();
        let all: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for address in all {
            // These speak of people who are inside; what they do is told where it is done.
            let clause = ["moved.", "retired.", "earlier."].iter().any(|kind| address.starts_with(kind));
            let (before, after) = (old.get(address), new.get(address));
            let same = before.map(|it| &it.fingerprint) == after.map(|it| &it.fingerprint);
            if clause || same || told.contains(address) {
                continue;
            }
            self.item.clone_from(address);
            match (before, after) {
                (None, Some(_)) => self.push(Code::ItemAdded, None, "it is new", (None, None)),
                (Some(_), None) => self.push(Code::ItemRemoved, None, "it is gone", (None, None)),
                (Some(before), Some(after)) if in_order(&before.definition) == in_order(&after.definition) => {
                    self.push(Code::OrderChanged, None, "its parts come in another order", (None, None));
                }
                (Some(before), Some(after)) => {
                    let text = |item: &Item| Some((item.definition.to_string(), None));
                    self.push(Code::Changed, None, "its meaning was changed", (text(before), text(after)));
                }
                (None, None) => {}
            }
        }
    }

    /// How many changes have been told so far.
    fn told(&self) -> usize {
        self.changes.len()
    }

    /// What changes belong to from now on.
    fn of(&mut self, item: impl Into<String>) {
        self.item = item.into();
    }

    fn push(
        &mut self,
        code: Code,
        part: Option<&str>,
        says: impl Into<String>,
        sides: (Option<At<'_>>, Option<At<'_>>),
    ) {
        self.tell(code, part, says.into(), sides, Vec::new());
    }

    fn tell(
        &mut self,
        code: Code,
        part: Option<&str>,
        says: String,
        (before, after): (Option<At<'_>>, Option<At<'_>>),
        witnesses: Vec<Witness>,
    ) {
        let said = |program: &Program, (text, at): At<'_>| Said { text, at: at.and_then(|at| Place::of(program, *at)) };
        self.changes.push(Change {
            code,
            aspect: code.aspect(),
            item: self.item.clone(),
            part: part.map(str::to_owned),
            says,
            before: before.map(|it| said(self.old, it)),
            after: after.map(|it| said(self.new, it)),
            witnesses,
            needs_approval: code.needs_approval(),
            affects: Vec::new(),
        });
    }

    /// Something that stands on one side alone, or on both with other words.
    fn clause(&mut self, code: Code, part: &str, says: &str, sides: (Option<At<'_>>, Option<At<'_>>)) {
        let words = |side: &Option<At<'_>>| side.as_ref().map(|(text, _)| text.clone());
        if words(&sides.0) != words(&sides.1) {
            self.push(code, Some(part), says, sides);
        }
    }

    /// A condition in plain words of before or after.
    fn words_before(&self, expr: &Expr) -> String {
        Words::plain(self.old).expr(expr, Scope::default())
    }

    fn words_after(&self, expr: &Expr) -> String {
        Words::plain(self.new).expr(expr, Scope::default())
    }

    /// Whether two expressions are the same but for how they are written.
    fn same(&self, before: &Expr, after: &Expr) -> bool {
        let exact = |program, expr| Words::exact(program).expr(expr, Scope::default());
        exact(self.old, before) == exact(self.new, after)
    }

    /// How a condition compares with what it was; a missing one always holds.
    fn meaning(&mut self, before: Option<&Expr>, after: Option<&Expr>, around: Around) -> Meaning {
        let before = match before {
            Some(before) => self.joined.expr(before, None),
            None => Some(ALWAYS),
        };
        self.compare(before, after, around)
    }

    /// The same of the conditions of an event; `before` comes with the event in the numbers of before.
    fn filters(
        &mut self,
        (before, event): (Option<&Expr>, Id<Event>),
        after: Option<&Expr>,
        around: Around,
    ) -> Meaning {
        let before = match before {
            Some(before) => self.joined.expr(before, Some(event)),
            None => Some(ALWAYS),
        };
        self.compare(before, after, around)
    }

    fn compare(&mut self, before: Option<Expr>, after: Option<&Expr>, around: Around) -> Meaning {
        let Some(before) = before else { return Meaning { relation: Relation::Unproved, witnesses: Vec::new() } };
        let tested = match self.item.split_once('.') {
            Some(("segment", name)) => Tested::Segment(name),
            Some(("sequence", name)) if around.event.is_some() => Tested::Entry(name),
            _ => Tested::Nothing,
        };
        meaning::compare(&self.joined.program, (&before, after.unwrap_or(&ALWAYS)), around, tested)
    }

    /// Items of a kind by name: on both sides, gone, new; in the order of names.
    fn pairs<T>(
        &self,
        of: impl Fn(&'p Program) -> &'p Table<T>,
        name: impl Fn(&T) -> &str,
    ) -> Vec<(Option<&'p T>, Option<&'p T>)> {
        let (old, new) = (of(self.old), of(self.new));
        let mut all: BTreeSet<&str> = old.iter().map(&name).collect();
        all.extend(new.iter().map(&name));
        let find = |table: &'p Table<T>, wanted: &str| table.iter().find(|it| name(it) == wanted);
        all.into_iter().map(|wanted| (find(old, wanted), find(new, wanted))).collect()
    }
}

/// A definition with the parts of each list in one order.
fn in_order(json: &Json) -> Json {
    match json {
        Json::Array(parts) => {
            let mut parts: Vec<Json> = parts.iter().map(in_order).collect();
            parts.sort_by_key(Json::to_string);
            Json::Array(parts)
        }
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), in_order(value))).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => json.clone(),
    }
}

/// How one length of time compares with another, in whichever zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Longer,
    Shorter,
    Other,
}

impl Length {
    /// The second against the first: proved for every zone and season, else by what the lengths are as a rule.
    fn of(before: Span, after: Span) -> Self {
        match (is_at_most(before, after), is_at_most(after, before)) {
            (true, _) => Self::Longer,
            (_, true) => Self::Shorter,
            (false, false) => match before.nominal_ms().cmp(&after.nominal_ms()) {
                Ordering::Less => Self::Longer,
                Ordering::Greater => Self::Shorter,
                Ordering::Equal => Self::Other,
            },
        }
    }

    /// The same where one of them may be without an end.
    fn of_limits(before: Option<Span>, after: Option<Span>) -> Self {
        match (before, after) {
            (Some(before), Some(after)) if before != after => Self::of(before, after),
            (Some(_), None) => Self::Longer,
            (None, Some(_)) => Self::Shorter,
            (Some(_), Some(_)) | (None, None) => Self::Other,
        }
    }

    fn code(self) -> Code {
        match self {
            Self::Longer => Code::WaitLonger,
            Self::Shorter => Code::WaitShorter,
            Self::Other => Code::TimeChanged,
        }
    }

    /// The word behind "is".
    fn word(self) -> &'static str {
        match self {
            Self::Longer => "longer",
            Self::Shorter => "shorter",
            Self::Other => "different",
        }
    }
}

/// A share as percent.
fn percent(share: f64) -> String {
    format!("{} %", (share * 1e8).round() / 1e6)
}

/// Points with their sign.
fn points(points: f64) -> String {
    format!("{points:+}")
}
