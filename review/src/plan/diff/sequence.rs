//! Sequences: who comes in, who stays out, what ends a run.

use flow_compiler::prove::Around;
use flow_graph::program::{Again, Location, Program, Sequence, Trigger};
use flow_graph::{Expr, Words};

use super::triggers::Listed;
use super::{Diff, Length, percent};
use crate::plan::code::Code;
use crate::plan::meaning::Relation;

impl<'p> Diff<'p> {
    pub(super) fn sequences(&mut self) {
        for (before, after) in self.pairs(|program| &program.sequences, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("sequence.{name}"));
            let line = |program: &Program, it: &Sequence| {
                format!("enter on {}, {} steps", Words::plain(program).triggers(&it.enter), it.steps.len())
            };
            match (before, after) {
                (Some(before), Some(after)) => self.sequence(before, after),
                (None, Some(it)) => {
                    let side = (line(self.new, it), Some(&it.at));
                    self.push(Code::ItemAdded, None, "the sequence is new", (None, Some(side)));
                    if it.enroll_existing {
                        self.existing(it);
                    }
                }
                (Some(it), None) => {
                    let side = (line(self.old, it), Some(&it.at));
                    self.push(Code::ItemRemoved, None, "the sequence is gone", (Some(side), None));
                }
                (None, None) => {}
            }
        }
    }

    fn existing(&mut self, it: &Sequence) {
        let side = ("enroll existing".to_owned(), Some(&it.at));
        let says = "whoever is where its triggers lead comes in at once";
        self.push(Code::EnrollExisting, Some("enroll existing"), says, (None, Some(side)));
    }

    fn sequence(&mut self, a: &'p Sequence, b: &'p Sequence) {
        let enter = Listed { clause: "enter on", does: "begins a run" };
        let placed = |all: &'p [Trigger], at: &'p Location| all.iter().map(|it| (it, at)).collect::<Vec<_>>();
        self.triggers(enter, &placed(&a.enter, &a.enter_at), &placed(&b.enter, &b.enter_at));
        self.held_out("unless", (a.unless.as_ref(), b.unless.as_ref()), (&a.at, &b.at));
        self.held_out("exit when", (a.exit_when.as_ref(), b.exit_when.as_ref()), (&a.at, &b.at));
        self.entries(a, b);
        let goal = Listed { clause: "goal", does: "counts as reaching the goal" };
        let goals = |it: &'p Sequence| {
            it.goal.iter().flat_map(|goal| goal.triggers.iter().map(|it| (it, &goal.at))).collect::<Vec<_>>()
        };
        self.triggers(goal, &goals(a), &goals(b));
        self.goal_within(a, b);
        let exit = Listed { clause: "exit on", does: "ends a run" };
        let exits = |it: &'p Sequence| it.exit_on.iter().map(|(trigger, at)| (trigger, at)).collect::<Vec<_>>();
        self.triggers(exit, &exits(a), &exits(b));
        let both = |was: String, is: String| (Some((was, Some(&a.at))), Some((is, Some(&b.at))));
        let holdout =
            |it: &Sequence| it.holdout.map_or("no holdout".to_owned(), |it| format!("holdout {}", percent(it)));
        self.clause(Code::HoldoutChanged, "holdout", "another share is never messaged", both(holdout(a), holdout(b)));
        if a.in_flight_finish != b.in_flight_finish {
            let says = if b.in_flight_finish {
                "those who are inside when it changes finish it as it was"
            } else {
                "those who are inside when it changes follow the change"
            };
            let words =
                |it: &Sequence| if it.in_flight_finish { "in flight finish" } else { "in flight follow" }.to_owned();
            self.push(Code::InFlight, Some("in flight"), says, both(words(a), words(b)));
        }
        // Only a new sequence takes those who are there already.
        if a.enroll_existing != b.enroll_existing {
            let words = |it: &Sequence| if it.enroll_existing { "enroll existing" } else { "" }.to_owned();
            let says = "the clause changes nothing for a sequence that is there already";
            self.push(Code::InFlight, Some("enroll existing"), says, both(words(a), words(b)));
        }
        self.steps(a, b);
    }

    /// Conditions that keep somebody out: wider ones let fewer in.
    fn held_out(&mut self, clause: &str, (was, is): (Option<&Expr>, Option<&Expr>), (a, b): (&Location, &Location)) {
        let side = |words: String, at| (format!("{clause} {words}"), Some(at));
        let before = was.map(|it| side(self.words_before(it), a));
        let after = is.map(|it| side(self.words_after(it), b));
        let out = if clause == "unless" { "kept out" } else { "let go" };
        match (was, is) {
            (None, None) => {}
            (None, Some(_)) => {
                let says = format!("whoever fulfils `{clause}` is {out} from now on");
                self.push(Code::ClauseAdded, Some(clause), says, (before, after));
            }
            (Some(_), None) => {
                let says = format!("nobody is {out} by `{clause}` any more");
                self.push(Code::ClauseRemoved, Some(clause), says, (before, after));
            }
            (Some(was), Some(is)) if !self.same(was, is) => {
                let around = Around { remembered: true, ..Around::default() };
                let found = self.meaning(Some(was), Some(is), around);
                let says = match found.relation {
                    Relation::Wider => format!("more are {out} by `{clause}`"),
                    Relation::Narrower => format!("fewer are {out} by `{clause}`"),
                    Relation::Same => format!("`{clause}` is written anew: exactly the same are {out}"),
                    Relation::Disjoint => format!("others are {out} by `{clause}`: nobody of before"),
                    Relation::Different | Relation::Unproved => format!("others are {out} by `{clause}`"),
                };
                self.tell(found.relation.turned().code(), Some(clause), says, (before, after), found.witnesses);
            }
            (Some(_), Some(_)) => {}
        }
    }

    /// What counts as one run, and whether a second one may begin.
    fn entries(&mut self, a: &Sequence, b: &Sequence) {
        let both = |was: String, is: String| (Some((was, Some(&a.enter_at))), Some((is, Some(&b.enter_at))));
        let key = |program: &Program, it: &Sequence| {
            let words = Words::plain(program);
            let parts = it.key.iter().flatten().map(|(event, slot)| {
                let name = program.events.get(*event).map_or("?", |event| &event.name);
                format!("{name}.{}", words.slot(*event, *slot))
            });
            let parts: Vec<String> = parts.collect();
            if parts.is_empty() { "one run for each contact".to_owned() } else { format!("key {}", parts.join(", ")) }
        };
        let sides = both(key(self.old, a), key(self.new, b));
        self.clause(Code::KeyChanged, "key", "what counts as one run was changed", sides);
        let again = |it: Again| match it {
            Again::Once => "once".to_owned(),
            Again::Always => "again".to_owned(),
            Again::After(span) => format!("again after {span}"),
        };
        let says = match (a.again, b.again) {
            (Again::After(a), Again::After(b)) if Length::of(a, b) == Length::Longer => {
                "somebody may come in again later"
            }
            (Again::After(a), Again::After(b)) if Length::of(a, b) == Length::Shorter => {
                "somebody may come in again sooner"
            }
            (Again::Once, _) | (_, Again::Always) => "somebody may come in more often",
            (_, Again::Once) | (Again::Always, _) => "somebody may come in less often",
            (Again::After(_), Again::After(_)) => "how soon somebody may come in again was changed",
        };
        self.clause(Code::AgainChanged, "again", says, both(again(a.again), again(b.again)));
    }

    fn goal_within(&mut self, a: &Sequence, b: &Sequence) {
        let (Some(was), Some(is)) = (&a.goal, &b.goal) else { return };
        if was.within == is.within {
            return;
        }
        let words = |within: Option<flow_graph::Span>| {
            within.map_or("goal at any time".to_owned(), |within| format!("goal within {within}"))
        };
        let code = Length::of_limits(was.within, is.within).code();
        let sides = (Some((words(was.within), Some(&was.at))), Some((words(is.within), Some(&is.at))));
        self.push(code, Some("goal"), "how long the goal counts was changed", sides);
    }
}
