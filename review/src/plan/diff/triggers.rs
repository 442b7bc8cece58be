//! Lists of triggers: what begins, ends, meets or moves something.

use flow_compiler::prove::Around;
use flow_graph::program::{Event, Location, Program, Trigger};
use flow_graph::{Expr, Id, Words};

use super::Diff;
use crate::plan::code::Code;
use crate::plan::meaning::Relation;

/// A list of triggers, and what it is for.
#[derive(Clone, Copy)]
pub(super) struct Listed<'t> {
    /// The words before the triggers: `enter on`, `goal`.
    pub(super) clause: &'t str,
    /// What such a trigger does, behind its name: "begins a run".
    pub(super) does: &'t str,
}

/// A trigger and where it stands.
pub(super) type Placed<'t> = (&'t Trigger, &'t Location);

impl Diff<'_> {
    /// What is in one list and not in the other; of events on both sides, how their conditions compare.
    pub(super) fn triggers(&mut self, list: Listed<'_>, before: &[Placed<'_>], after: &[Placed<'_>]) {
        let exact = |program: &Program, (trigger, _): &Placed<'_>| Words::exact(program).trigger(trigger);
        let old: Vec<String> = before.iter().map(|it| exact(self.old, it)).collect();
        let new: Vec<String> = after.iter().map(|it| exact(self.new, it)).collect();
        let mut gone: Vec<Placed<'_>> =
            before.iter().zip(&old).filter(|(_, words)| !new.contains(words)).map(|(it, _)| *it).collect();
        let fresh: Vec<Placed<'_>> =
            after.iter().zip(&new).filter(|(_, words)| !old.contains(words)).map(|(it, _)| *it).collect();
        for it in fresh {
            let pair = event(it.0).and_then(|(id, _)| {
                let name = &self.new.events.get(id)?.name;
                let named = |other: &Placed<'_>| event(other.0).and_then(|(id, _)| self.old.events.get(id));
                gone.iter().position(|other| named(other).is_some_and(|it| it.name == *name))
            });
            match pair {
                Some(at) => {
                    let was = gone.remove(at);
                    self.filter(list, was, it);
                }
                None => {
                    let words = Words::plain(self.new).trigger(it.0);
                    let says = format!("`{words}` {}, too", list.does);
                    let side = (format!("{} {words}", list.clause), Some(it.1));
                    self.push(Code::TriggerAdded, Some(list.clause), says, (None, Some(side)));
                }
            }
        }
        for it in gone {
            let words = Words::plain(self.old).trigger(it.0);
            let says = format!("`{words}` no longer {}", list.does);
            let side = (format!("{} {words}", list.clause), Some(it.1));
            self.push(Code::TriggerRemoved, Some(list.clause), says, (Some(side), None));
        }
    }

    /// The condition of an event.
    fn filter(&mut self, list: Listed<'_>, before: Placed<'_>, after: Placed<'_>) {
        let (Some((old, was)), Some((new, is))) = (event(before.0), event(after.0)) else { return };
        let around = Around { event: Some(new), remembered: true, even_days: false };
        let meaning = self.filters((was, old), is, around);
        let name = self.new.events.get(new).map_or("?", |event| event.name.as_str());
        let says = match meaning.relation {
            Relation::Wider => format!("`{name}` {} more often", list.does),
            Relation::Narrower => format!("`{name}` {} less often", list.does),
            Relation::Disjoint => format!("`{name}` {} in other cases: in none of before", list.does),
            Relation::Same => format!("`{name}` is written anew and {} in exactly the same cases", list.does),
            Relation::Different | Relation::Unproved => format!("`{name}` {} in other cases", list.does),
        };
        let text =
            |program, (trigger, _): Placed<'_>| format!("{} {}", list.clause, Words::plain(program).trigger(trigger));
        let sides = (Some((text(self.old, before), Some(before.1))), Some((text(self.new, after), Some(after.1))));
        self.tell(meaning.relation.code(), Some(list.clause), says, sides, meaning.witnesses);
    }
}

/// The event of a trigger, and its condition.
fn event(trigger: &Trigger) -> Option<(Id<Event>, Option<&Expr>)> {
    match trigger {
        Trigger::Event { event, filter } => Some((*event, filter.as_ref())),
        Trigger::EnteredSegment(_)
        | Trigger::LeftSegment(_)
        | Trigger::BecomesBand { .. }
        | Trigger::EnteredStage { .. } => None,
    }
}
