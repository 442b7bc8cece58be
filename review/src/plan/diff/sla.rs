//! Service levels, and the calendars and teams that they need.

use flow_compiler::prove::Around;
use flow_graph::Words;
use flow_graph::program::{Calendar, Location, Program, Route, Sla, StepKind, Team, Trigger};
use flow_graph::words::quoted;

use super::steps::in_full;
use super::triggers::Listed;
use super::{Diff, Length, percent};
use crate::plan::code::Code;
use crate::plan::meaning::Relation;

impl<'p> Diff<'p> {
    pub(super) fn slas(&mut self) {
        for (before, after) in self.pairs(|program| &program.slas, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("sla.{name}"));
            let line = |it: &Sla| format!("within {}", it.within);
            match (before, after) {
                (Some(before), Some(after)) => self.sla(before, after),
                (None, Some(it)) => {
                    let side = (line(it), Some(&it.at));
                    self.push(Code::ItemAdded, None, "the service level is new", (None, Some(side)));
                }
                (Some(it), None) => {
                    let side = (line(it), Some(&it.at));
                    self.push(Code::ItemRemoved, None, "the service level is gone", (Some(side), None));
                }
                (None, None) => {}
            }
        }
    }

    fn sla(&mut self, a: &'p Sla, b: &'p Sla) {
        let placed = |all: &'p [Trigger], at: &'p Location| all.iter().map(|it| (it, at)).collect::<Vec<_>>();
        let start = Listed { clause: "start", does: "starts the clock" };
        self.triggers(start, &placed(&a.start, &a.at), &placed(&b.start, &b.at));
        let met = Listed { clause: "met", does: "stops the clock" };
        self.triggers(met, &placed(&a.met, &a.met_at), &placed(&b.met, &b.met_at));
        let both = |was: String, is: String| (Some((was, Some(&a.at))), Some((is, Some(&b.at))));
        if a.within != b.within {
            let length = Length::of(a.within, b.within);
            let says = format!("the time in which it has to be met is {}", length.word());
            self.push(
                length.code(),
                Some("within"),
                says,
                both(format!("within {}", a.within), format!("within {}", b.within)),
            );
        }
        let calendar = |program: &Program, it: &Sla| {
            let name = it.calendar.and_then(|id| program.calendars.get(id)).map(|it| it.name.clone());
            name.map_or("all time counts".to_owned(), |name| format!("calendar {name}"))
        };
        let sides = both(calendar(self.old, a), calendar(self.new, b));
        self.clause(Code::TimeChanged, "calendar", "another working time counts", sides);
        let per = |diff: &Self, it: &Sla, before: bool| {
            let words = it.per.as_ref().map(|per| if before { diff.words_before(per) } else { diff.words_after(per) });
            words.map_or("in one".to_owned(), |per| format!("per {per}"))
        };
        let sides = both(per(self, a, true), per(self, b, false));
        self.clause(Code::SettingChanged, "per", "it is reported by another value", sides);
        let target = |it: &Sla| it.target.map_or("no target".to_owned(), |it| format!("target {}", percent(it)));
        self.clause(
            Code::SettingChanged,
            "target",
            "the share that has to be met was changed",
            both(target(a), target(b)),
        );
        self.paused(a, b);
        self.actions(a, b);
    }

    fn paused(&mut self, a: &Sla, b: &Sla) {
        let side = |words: String, at| Some((format!("pause while {words}"), Some(at)));
        let before = a.pause.as_ref().and_then(|it| side(self.words_before(it), &a.at));
        let after = b.pause.as_ref().and_then(|it| side(self.words_after(it), &b.at));
        match (&a.pause, &b.pause) {
            (Some(was), Some(is)) if !self.same(was, is) => {
                let found = self.meaning(Some(was), Some(is), Around { remembered: true, ..Around::default() });
                let says = match found.relation {
                    Relation::Wider => "the clock stands in more cases",
                    Relation::Narrower => "the clock stands in fewer cases",
                    Relation::Same => "it is written anew, and the clock stands in exactly the same cases",
                    Relation::Disjoint | Relation::Different | Relation::Unproved => "the clock stands in other cases",
                };
                self.tell(
                    found.relation.code(),
                    Some("pause while"),
                    says.to_owned(),
                    (before, after),
                    found.witnesses,
                );
            }
            (None, Some(_)) => {
                self.push(Code::ClauseAdded, Some("pause while"), "the clock stands at times", (before, after));
            }
            (Some(_), None) => {
                self.push(Code::ClauseRemoved, Some("pause while"), "the clock never stands", (before, after));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    fn actions(&mut self, a: &'p Sla, b: &'p Sla) {
        let at = |it: &Sla| it.breach.first().map_or(it.at, |(_, at)| *at);
        let (was, is) = (at(a), at(b));
        let side = |text: String, at| Some(text).filter(|text| !text.is_empty()).map(|text| (text, Some(at)));
        if exact(self.old, &a.breach) != exact(self.new, &b.breach) {
            let sides = (side(plain(self.old, &a.breach), &was), side(plain(self.new, &b.breach), &is));
            self.push(Code::ActionChanged, Some("breach"), "what happens at a breach was changed", sides);
        }
        let reminders = |program, it: &Sla, form: fn(&Program, &[(StepKind, Location)]) -> String| {
            let all = it.reminders.iter().map(|it| format!("remind at {}: {}", it.after, form(program, &it.actions)));
            all.collect::<Vec<_>>().join("\n")
        };
        if reminders(self.old, a, exact) != reminders(self.new, b, exact) {
            let at = |it: &Sla| it.reminders.first().map_or(it.at, |it| it.at);
            let (was, is) = (at(a), at(b));
            let sides = (side(reminders(self.old, a, plain), &was), side(reminders(self.new, b, plain), &is));
            self.push(Code::TimeChanged, Some("remind"), "when somebody is reminded, or of what, was changed", sides);
        }
    }

    pub(super) fn calendars(&mut self) {
        let words = |program: &Program, it: &Calendar| {
            let open = it.open.iter().map(|at| Words::plain(program).clock(at.days, at.window, false));
            let except: Vec<String> = it.except.iter().map(ToString::to_string).collect();
            let except = if except.is_empty() { String::new() } else { format!("\nexcept {}", except.join(", ")) };
            format!("{}\nzone {}{except}", open.collect::<Vec<_>>().join(", "), it.zone)
        };
        for (before, after) in self.pairs(|program| &program.calendars, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("calendar.{name}"));
            let sides = (
                before.map(|it| (words(self.old, it), Some(&it.at))),
                after.map(|it| (words(self.new, it), Some(&it.at))),
            );
            match (before, after) {
                (Some(_), Some(_)) => self.clause(Code::TimeChanged, "open", "other hours are working time", sides),
                (None, _) => self.push(Code::ItemAdded, None, "the calendar is new", sides),
                (_, None) => self.push(Code::ItemRemoved, None, "the calendar is gone", sides),
            }
        }
        let words = |it: &Team| {
            let route = |it: &Route| match it {
                Route::Email(address) => format!("email {}", quoted(address)),
                Route::Webhook(connector) => format!("webhook {connector}"),
            };
            it.routes.iter().map(route).collect::<Vec<_>>().join(", ")
        };
        for (before, after) in self.pairs(|program| &program.teams, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("team.{name}"));
            let sides = (before.map(|it| (words(it), None)), after.map(|it| (words(it), None)));
            match (before, after) {
                (Some(_), Some(_)) => self.clause(Code::SettingChanged, "routes", "it is told in another way", sides),
                (None, _) => self.push(Code::ItemAdded, None, "the team is new", sides),
                (_, None) => self.push(Code::ItemRemoved, None, "the team is gone", sides),
            }
        }
    }
}

fn exact(program: &Program, actions: &[(StepKind, Location)]) -> String {
    actions.iter().map(|(action, _)| Words::exact(program).step(action)).collect::<Vec<_>>().join("; ")
}

fn plain(program: &Program, actions: &[(StepKind, Location)]) -> String {
    actions.iter().map(|(action, _)| in_full(program, action)).collect::<Vec<_>>().join("; ")
}
