//! Lifecycles: stages and what moves somebody.

use flow_compiler::prove::Around;
use flow_graph::Words;
use flow_graph::program::{Cause, Expect, Lifecycle, Transition, Trigger};
use flow_graph::words::Scope;

use super::triggers::Listed;
use super::{Diff, Length};
use crate::plan::code::Code;
use crate::plan::meaning::Relation;

impl Diff<'_> {
    pub(super) fn lifecycles(&mut self) {
        for (before, after) in self.pairs(|program| &program.lifecycles, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("lifecycle.{name}"));
            let line = |it: &Lifecycle| format!("stages {}", it.stages.join(", "));
            match (before, after) {
                (Some(before), Some(after)) => self.lifecycle(before, after),
                (None, Some(it)) => {
                    self.push(Code::ItemAdded, None, "the lifecycle is new", (None, Some((line(it), Some(&it.at)))));
                }
                (Some(it), None) => {
                    self.push(Code::ItemRemoved, None, "the lifecycle is gone", (Some((line(it), Some(&it.at))), None));
                }
                (None, None) => {}
            }
        }
    }

    fn lifecycle(&mut self, before: &Lifecycle, after: &Lifecycle) {
        let stages = |it: &Lifecycle| {
            let start = it.stages.get(usize::from(it.start)).map_or("?", String::as_str);
            format!("stages {}; start {start}", it.stages.join(", "))
        };
        if stages(before) != stages(after) {
            let sides = (Some((stages(before), Some(&before.at))), Some((stages(after), Some(&after.at))));
            self.push(Code::StagesChanged, Some("stages"), "its stages, or where somebody starts, were changed", sides);
        }
        self.transitions(before, after);
        self.expectations(before, after);
    }

    fn transitions(&mut self, before: &Lifecycle, after: &Lifecycle) {
        let way = |of: &Lifecycle, it: &Transition| {
            let stage = |stage: u16| of.stages.get(usize::from(stage)).map_or("?", String::as_str);
            let from: Vec<&str> = it.from.iter().map(|from| stage(*from)).collect();
            format!("{} -> {}", from.join(", "), stage(it.to))
        };
        let at = |it: &Transition| before.transitions.iter().position(|known| std::ptr::eq(known, it));
        let cause = |program, it: &Transition| cause_words(Words::exact(program), &it.cause);
        let exactly = |diff: &Self, a: &Transition, b: &Transition| {
            way(before, a) == way(after, b) && cause(diff.old, a) == cause(diff.new, b)
        };
        let same_way = |_: &Self, a: &Transition, b: &Transition| way(before, a) == way(after, b);
        let same_cause = |diff: &Self, a: &Transition, b: &Transition| cause(diff.old, a) == cause(diff.new, b);
        let pairs = self.paired(&before.transitions, &after.transitions, &[&exactly, &same_way, &same_cause]);
        let mut order = Vec::new();
        for (a, b) in pairs {
            if let Some(position) = a.and_then(at)
                && b.is_some()
            {
                order.push(position);
            }
            let words = |program, of: &Lifecycle, it: &Transition| {
                format!("{} {}", way(of, it), cause_words(Words::plain(program), &it.cause))
            };
            let sides = (
                a.map(|it| (words(self.old, before, it), Some(&it.at))),
                b.map(|it| (words(self.new, after, it), Some(&it.at))),
            );
            match (a, b) {
                (Some(a), Some(b)) if exactly(self, a, b) => {}
                (Some(a), Some(b)) if same_way(self, a, b) => self.cause(&way(after, b), (a, b), sides),
                (Some(_), Some(b)) => {
                    let says = format!("it leads another way: {}", way(after, b));
                    self.push(Code::TransitionChanged, Some("transition"), says, sides);
                }
                (None, Some(b)) => {
                    self.push(
                        Code::TriggerAdded,
                        Some("transition"),
                        format!("there is a new way {}", way(after, b)),
                        sides,
                    );
                }
                (Some(a), None) => {
                    let says = format!("the way {} is gone", way(before, a));
                    self.push(Code::TriggerRemoved, Some("transition"), says, sides);
                }
                (None, None) => {}
            }
        }
        if !order.is_sorted() {
            let says = "the transitions come in another order: the first that can happen wins";
            let all = |of: &Lifecycle| of.transitions.iter().map(|it| way(of, it)).collect::<Vec<_>>().join("\n");
            let sides = (Some((all(before), Some(&before.at))), Some((all(after), Some(&after.at))));
            self.push(Code::TransitionChanged, Some("transitions"), says, sides);
        }
    }

    /// Why somebody moves.
    fn cause(
        &mut self,
        way: &str,
        (a, b): (&Transition, &Transition),
        sides: (Option<super::At<'_>>, Option<super::At<'_>>),
    ) {
        match (&a.cause, &b.cause) {
            (Cause::When { condition: was, hold: held }, Cause::When { condition: is, hold }) => {
                if !self.same(was, is) {
                    let around = Around { remembered: true, ..Around::default() };
                    let meaning = self.meaning(Some(was), Some(is), around);
                    let says = match meaning.relation {
                        Relation::Wider => format!("more contacts go {way}"),
                        Relation::Narrower => format!("fewer contacts go {way}"),
                        Relation::Disjoint => format!("others go {way}: nobody of before"),
                        Relation::Same => format!("{way} is written anew, and exactly the same go it"),
                        Relation::Different | Relation::Unproved => format!("others may go {way}"),
                    };
                    self.tell(meaning.relation.code(), Some("transition"), says, sides.clone(), meaning.witnesses);
                }
                if held != hold {
                    let zero = flow_graph::Span::Elapsed(0);
                    let length = Length::of(held.unwrap_or(zero), hold.unwrap_or(zero));
                    let says = format!("how long it has to hold for {way} is {}", length.word());
                    self.push(length.code(), Some("transition"), says, sides);
                }
            }
            (Cause::On(was), Cause::On(is)) => {
                let list = Listed { clause: "on", does: &format!("leads {way}") };
                let before: Vec<(&Trigger, _)> = was.iter().map(|it| (it, &a.at)).collect();
                let after: Vec<(&Trigger, _)> = is.iter().map(|it| (it, &b.at)).collect();
                let told = self.told();
                self.triggers(list, &before, &after);
                if self.told() == told {
                    self.push(
                        Code::TransitionChanged,
                        Some("transition"),
                        format!("what leads {way} was changed"),
                        sides,
                    );
                }
            }
            (Cause::When { .. }, Cause::On(_)) | (Cause::On(_), Cause::When { .. }) => {
                self.push(Code::TransitionChanged, Some("transition"), format!("what leads {way} was changed"), sides);
            }
        }
    }

    fn expectations(&mut self, before: &Lifecycle, after: &Lifecycle) {
        let words = |of: &Lifecycle, it: &Expect| {
            let stage = |stage: u16| of.stages.get(usize::from(stage)).map_or("?", String::as_str);
            format!("expect {} -> {} within {}", stage(it.from), stage(it.to), it.within)
        };
        let line = |of: &Lifecycle| of.expects.iter().map(|it| words(of, it)).collect::<Vec<_>>().join("\n");
        if line(before) != line(after) {
            let at = |of: &Lifecycle, all: &Lifecycle| of.expects.first().map_or(all.at, |it| it.at);
            let (was, is) = (at(before, before), at(after, after));
            let side = |of: &Lifecycle| Some(line(of)).filter(|line| !line.is_empty());
            let sides = (side(before).map(|it| (it, Some(&was))), side(after).map(|it| (it, Some(&is))));
            self.push(
                Code::TimeChanged,
                Some("expect"),
                "how soon a stage is expected to be reached was changed",
                sides,
            );
        }
    }
}

/// `when lead is hot for 7 days`, `on sales_accepted`
fn cause_words(words: Words<'_>, cause: &Cause) -> String {
    match cause {
        Cause::When { condition, hold } => {
            let hold = hold.map_or(String::new(), |hold| format!(" for {hold}"));
            format!("when {}{hold}", words.expr(condition, Scope::default()))
        }
        Cause::On(triggers) => format!("on {}", words.triggers(triggers)),
    }
}
