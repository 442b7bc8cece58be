//! The definitions of items. Each is taken apart in full: a new part does not compile until it is put here.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::sequence;
use crate::program::{
    Band, Calendar, CalendarWindow, Cap, CapPolicy, Cause, Consent, Expect, FitRule, HitRule, Lifecycle, Limits,
    Message, Program, Reminder, Route, Score, ScoreCap, Segment, Sla, Team, Topic, Transition, Trigger,
};
use crate::words::Scope;
use crate::{Expr, Words};

/// Adds the definition of each item.
pub(super) fn items(program: &Program, found: &mut BTreeMap<String, Json>) {
    let form = Form { program, words: Words::exact(program) };
    for Segment { name, doc: _, condition, at: _ } in &program.segments {
        found.insert(format!("segment.{name}"), json!({ "when": form.expr(condition) }));
    }
    for score in &program.scores {
        found.insert(format!("score.{}", score.name), form.score(score));
    }
    for lifecycle in &program.lifecycles {
        found.insert(format!("lifecycle.{}", lifecycle.name), form.lifecycle(lifecycle));
    }
    for Topic { name, consent, transactional, at: _ } in &program.topics {
        let consent = match consent {
            Consent::OptIn => "opt_in",
            Consent::OptOut => "opt_out",
            Consent::None => "none",
        };
        found.insert(format!("topic.{name}"), json!({ "consent": consent, "transactional": transactional }));
    }
    for message in &program.messages {
        found.insert(format!("message.{}", message.name), form.message(message));
    }
    found.insert("limits".to_owned(), form.limits(&program.limits));
    for sequence in &program.sequences {
        found.insert(format!("sequence.{}", sequence.name), sequence::definition(form, sequence));
    }
    for (number, earlier) in program.earlier.iter().enumerate() {
        let of = program.sequences.get(earlier.of).map_or("?", |sequence| &sequence.name);
        found.insert(format!("earlier.{of}#{number}"), sequence::definition(form, &earlier.sequence));
    }
    for calendar in &program.calendars {
        found.insert(format!("calendar.{}", calendar.name), form.calendar(calendar));
    }
    for Team { name, routes } in &program.teams {
        let routes: Vec<Json> = routes.iter().map(route).collect();
        found.insert(format!("team.{name}"), json!({ "routes": routes }));
    }
    for sla in &program.slas {
        found.insert(format!("sla.{}", sla.name), form.sla(sla));
    }
}

/// How definitions are written.
#[derive(Clone, Copy)]
pub(super) struct Form<'p> {
    pub(super) program: &'p Program,
    pub(super) words: Words<'p>,
}

impl Form<'_> {
    pub(super) fn expr(self, expr: &Expr) -> String {
        self.words.expr(expr, Scope::default())
    }

    pub(super) fn some(self, expr: Option<&Expr>) -> Option<String> {
        expr.map(|expr| self.expr(expr))
    }

    pub(super) fn triggers<'t>(self, triggers: impl IntoIterator<Item = &'t Trigger>) -> Vec<String> {
        triggers.into_iter().map(|trigger| self.words.trigger(trigger)).collect()
    }

    fn score(self, score: &Score) -> Json {
        let Score { name: _, doc: _, range, fit, hits, bands, at: _ } = score;
        let when = |FitRule { points, when, at: _ }: &FitRule| json!({ "points": points, "when": self.expr(when) });
        let bands =
            bands.iter().map(|Band { name, from, until, at: _ }| json!({ "name": name, "from": from, "until": until }));
        json!({
            "range": range.map(|(from, to)| [from, to]),
            "when": fit.iter().map(when).collect::<Vec<_>>(),
            "on": hits.iter().map(|hit| self.hit(hit)).collect::<Vec<_>>(),
            "bands": bands.collect::<Vec<_>>(),
        })
    }

    fn hit(self, hit: &HitRule) -> Json {
        let HitRule { points, event, filter, half_life_ms, cap, once_per, at: _ } = hit;
        json!({
            "points": points,
            "on": self.words.event(*event, filter.as_ref()),
            "half_life_ms": half_life_ms,
            "at_most": cap.map(|ScoreCap { points, per }| json!({ "points": points, "per": per.to_string() })),
            "once_per": once_per.map(|slot| self.words.slot(*event, slot)),
        })
    }

    fn lifecycle(self, lifecycle: &Lifecycle) -> Json {
        let Lifecycle { name: _, doc: _, stages, start, transitions, expects, at: _ } = lifecycle;
        let stage = |stage: u16| stages.get(usize::from(stage)).map_or("?", String::as_str);
        let transitions = transitions.iter().map(|Transition { from, to, cause, text: _, at: _ }| {
            let from: Vec<&str> = from.iter().map(|from| stage(*from)).collect();
            let (when, hold, on) = match cause {
                Cause::When { condition, hold } => (Some(self.expr(condition)), *hold, Vec::new()),
                Cause::On(triggers) => (None, None, self.triggers(triggers)),
            };
            json!({ "from": from, "to": stage(*to), "when": when, "for": hold.map(|hold| hold.to_string()), "on": on })
        });
        let expects = expects.iter().map(|Expect { from, to, within, at: _ }| {
            json!({ "from": stage(*from), "to": stage(*to), "within": within.to_string() })
        });
        json!({
            "stages": stages,
            "start": stage(*start),
            "transitions": transitions.collect::<Vec<_>>(),
            "expects": expects.collect::<Vec<_>>(),
        })
    }

    fn message(self, message: &Message) -> Json {
        let Message { name: _, doc: _, channel, topic, subject, body, body_file, text, priority, at: _ } = message;
        json!({
            "channel": self.program.channels.get(*channel).map(|channel| &channel.name),
            "topic": self.program.topics.get(*topic).map(|topic| &topic.name),
            "subject": subject,
            // What stands in a file is there, as `template.PATH`.
            "body": if body_file.as_ref().is_some_and(|path| self.program.templates.get(path) == Some(body)) { None } else { Some(body) },
            "body_file": body_file,
            "text": text,
            "priority": priority,
        })
    }

    fn limits(self, limits: &Limits) -> Json {
        let Limits { caps, quiet, quiet_at: _, when_capped } = limits;
        let mut caps: Vec<Json> = caps
            .iter()
            .map(|Cap { channel, count, per, at: _ }| {
                let channel = self.program.channels.get(*channel).map(|channel| &channel.name);
                json!({ "channel": channel, "count": count, "per": per.to_string() })
            })
            .collect();
        caps.sort_by_key(Json::to_string);
        json!({
            "caps": caps,
            "quiet": quiet.map(|quiet| self.words.clock(crate::Weekdays::ALL, quiet, false)),
            "when_capped": match when_capped {
                CapPolicy::Skip => json!("skip"),
                CapPolicy::WaitUpTo(span) => json!({ "wait_up_to": span.to_string() }),
            },
        })
    }

    fn calendar(self, calendar: &Calendar) -> Json {
        let Calendar { name: _, open, zone, except, at: _ } = calendar;
        let open = open.iter().map(|CalendarWindow { days, window }| self.words.clock(*days, *window, false));
        let except: Vec<String> = except.iter().map(ToString::to_string).collect();
        json!({ "open": open.collect::<Vec<_>>(), "zone": zone, "except": except })
    }

    fn sla(self, sla: &Sla) -> Json {
        let Sla {
            name: _,
            doc: _,
            per,
            start,
            met,
            within,
            calendar,
            reminders,
            breach,
            pause,
            target,
            at: _,
            met_at: _,
        } = sla;
        let reminders = reminders.iter().map(
            |Reminder { after, actions, at: _ }| json!({ "after": after.to_string(), "do": self.actions(actions) }),
        );
        json!({
            "per": self.some(per.as_ref()),
            "start": self.triggers(start),
            "met": self.triggers(met),
            "within": within.to_string(),
            "calendar": calendar.and_then(|id| self.program.calendars.get(id)).map(|calendar| &calendar.name),
            "reminders": reminders.collect::<Vec<_>>(),
            "breach": self.actions(breach),
            "pause": self.some(pause.as_ref()),
            "target": target,
        })
    }

    fn actions(self, actions: &[(crate::program::StepKind, crate::program::Location)]) -> Vec<String> {
        actions.iter().map(|(action, _)| self.words.step(action)).collect()
    }
}

fn route(route: &Route) -> Json {
    match route {
        Route::Email(address) => json!({ "email": address }),
        Route::Webhook(connector) => json!({ "webhook": connector }),
    }
}
