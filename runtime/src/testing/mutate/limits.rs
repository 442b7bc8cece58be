//! Changes of consent, limits and service levels.

use flow_graph::program::{CapPolicy, Consent, Location, Message, Program, Sla, StepKind};
use flow_graph::{ClockWindow, Id, Span};
use flow_machine::Point;
use flow_machine::decision::Gate;

use super::{List, Site};

impl List<'_> {
    pub(super) fn limits(&mut self) {
        self.topics();
        self.quiet();
        self.caps();
    }

    fn messages(&self, wanted: impl Fn(&Message) -> bool) -> Vec<Id<Message>> {
        self.program.messages.enumerate().filter(|(_, message)| wanted(message)).map(|(id, _)| id).collect()
    }

    fn topics(&mut self) {
        for (id, topic) in self.program.topics.enumerate() {
            let messages = self.messages(|message| message.topic == id);
            let name = format!("topic {}", topic.name);
            let dropped: Vec<Point> = messages.iter().map(|id| Point::Dropped(*id, Gate::Consent)).collect();
            let sent: Vec<Point> = messages.iter().map(|id| Point::Sent(*id)).collect();
            let asked = Site::new(topic.at, name, sent);
            let only = asked.only(topic.at, dropped);
            let (site, words, consent) = match topic.consent {
                Consent::OptIn => (&only, "`consent opt_in` became `consent none`", Consent::None),
                Consent::OptOut => (&only, "`consent opt_out` became `consent none`", Consent::None),
                Consent::None => (&asked, "`consent none` became `consent opt_in`", Consent::OptIn),
            };
            self.add(site, "consent", words, move |program| {
                if let Some(topic) = program.topics.get_mut(id) {
                    topic.consent = consent;
                }
            });
            if topic.transactional {
                self.add(&asked, "consent", "`transactional` was left out", move |program| {
                    if let Some(topic) = program.topics.get_mut(id) {
                        topic.transactional = false;
                    }
                });
            }
        }
    }

    fn quiet(&mut self) {
        let limits = &self.program.limits;
        let (Some(quiet), Some(at)) = (limits.quiet, limits.quiet_at) else { return };
        let all = self.messages(|_| true);
        let held: Vec<Point> = all.iter().map(|id| Point::Held(*id, Gate::Quiet)).collect();
        let site = Site::new(at, "limits".to_owned(), held.clone());
        self.add(&site.only(at, held), "limit", "`quiet` was left out", |program| program.limits.quiet = None);
        let hour = jiff::SignedDuration::from_hours(1);
        let begins = quiet.from.wrapping_add(hour);
        let words = format!("`quiet {}..` became `{}..`", quiet.from.strftime("%H:%M"), begins.strftime("%H:%M"));
        let later = ClockWindow { from: begins, ..quiet };
        self.add(&site, "limit", words, move |program| program.limits.quiet = Some(later));
        let ends = quiet.to.wrapping_add(hour);
        let words = format!("`quiet ..{}` became `..{}`", quiet.to.strftime("%H:%M"), ends.strftime("%H:%M"));
        let longer = ClockWindow { to: ends, ..quiet };
        self.add(&site, "limit", words, move |program| program.limits.quiet = Some(longer));
    }

    fn caps(&mut self) {
        for (position, cap) in self.program.limits.caps.iter().enumerate() {
            let messages = self.messages(|message| message.channel == cap.channel);
            let stopped = |id: &Id<Message>| [Point::Held(*id, Gate::Cap), Point::Dropped(*id, Gate::Cap)];
            let stopped: Vec<Point> = messages.iter().flat_map(stopped).collect();
            let sent: Vec<Point> = messages.iter().map(|id| Point::Sent(*id)).collect();
            let site = Site::new(cap.at, "limits".to_owned(), stopped.clone());
            let only = site.only(cap.at, stopped);
            let said = format!("{} per {}", cap.count, cap.per);
            self.add(&only, "limit", format!("the cap of `{said}` was left out"), move |program| {
                program.limits.caps.remove(position);
            });
            let more = cap.count.saturating_add(1);
            self.add(&only, "limit", format!("the cap of `{said}` became `{more} per {}`", cap.per), move |program| {
                set(program, position, more);
            });
            if let Some(fewer) = cap.count.checked_sub(1).filter(|fewer| *fewer > 0) {
                let words = format!("the cap of `{said}` became `{fewer} per {}`", cap.per);
                self.add(&site.only(cap.at, sent), "limit", words, move |program| set(program, position, fewer));
            }
            self.span(&site, ("per ", cap.per), move |program| {
                program.limits.caps.get_mut(position).map(|cap| &mut cap.per)
            });
        }
        let Some(at) = self.program.limits.caps.first().map(|cap| cap.at) else { return };
        let all = self.messages(|_| true);
        let stopped = |id: &Id<Message>| [Point::Held(*id, Gate::Cap), Point::Dropped(*id, Gate::Cap)];
        let site = Site::new(at, "limits".to_owned(), Vec::new()).only(at, all.iter().flat_map(stopped).collect());
        match self.program.limits.when_capped {
            CapPolicy::Skip => {
                let words = "`when capped: skip` became `wait up to 1 day then skip`";
                let wait = CapPolicy::WaitUpTo(Span::Calendar { months: 0, days: 1 });
                self.add(&site, "limit", words, move |program| program.limits.when_capped = wait);
            }
            CapPolicy::WaitUpTo(span) => {
                let words = format!("`when capped: wait up to {span}` became `skip`");
                self.add(&site, "limit", words, |program| program.limits.when_capped = CapPolicy::Skip);
                self.span(&site, ("when capped: wait up to ", span), |program| {
                    if let CapPolicy::WaitUpTo(span) = &mut program.limits.when_capped { Some(span) } else { None }
                });
            }
        }
    }

    pub(super) fn service_levels(&mut self) {
        for (id, sla) in self.program.slas.enumerate() {
            let started = vec![Point::SlaStarted(id)];
            let site = Site::new(sla.at, format!("sla {}", sla.name), started.clone());
            let only = site.only(sla.met_at, started);
            self.triggers(&site, &sla.start, move |program| program.slas.get_mut(id).map(|sla| &mut sla.start));
            self.triggers(&only, &sla.met, move |program| program.slas.get_mut(id).map(|sla| &mut sla.met));
            self.span(&only, ("within ", sla.within), move |program| {
                program.slas.get_mut(id).map(|sla| &mut sla.within)
            });
            if sla.calendar.is_some() {
                self.add(&only, "duration", "its calendar was left out", move |program| {
                    change(program, id, &|sla| sla.calendar = None);
                });
            }
            if let Some(pause) = &sla.pause {
                let here = site.only(sla.at, vec![Point::SlaStarted(id)]);
                self.add(&here, "condition", "`pause while` was left out", move |program| {
                    change(program, id, &|sla| sla.pause = None);
                });
                self.condition(&here, (pause, None), move |program| program.slas.get_mut(id)?.pause.as_mut());
            }
            for (position, reminder) in sla.reminders.iter().enumerate() {
                self.span(&only.at(reminder.at), ("remind at ", reminder.after), move |program| {
                    program.slas.get_mut(id)?.reminders.get_mut(position).map(|reminder| &mut reminder.after)
                });
                self.actions(&only, &reminder.actions, move |program| {
                    program.slas.get_mut(id)?.reminders.get_mut(position).map(|reminder| &mut reminder.actions)
                });
            }
            self.actions(&only, &sla.breach, move |program| program.slas.get_mut(id).map(|sla| &mut sla.breach));
        }
    }

    fn actions(
        &mut self,
        site: &Site,
        actions: &[(StepKind, Location)],
        slot: impl Fn(&mut Program) -> Option<&mut Vec<(StepKind, Location)>> + Clone + Send + Sync + 'static,
    ) {
        for (position, (kind, at)) in actions.iter().enumerate() {
            let slot = slot.clone();
            self.add(&site.at(*at), "step", format!("`{}` was left out", self.action(kind)), move |program| {
                if let Some(actions) = slot(program) {
                    actions.remove(position);
                }
            });
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "a service level has no other actions")]
    fn action(&self, kind: &StepKind) -> String {
        match kind {
            StepKind::Notify { team, .. } => {
                format!("notify {}", self.program.teams.get(*team).map_or("?", |team| &team.name))
            }
            StepKind::Call { connector, action, .. } => {
                format!("call {}.{action}", self.program.connectors.get(*connector).map_or("?", |it| &it.name))
            }
            StepKind::Emit { event, .. } => {
                format!("emit {}", self.program.events.get(*event).map_or("?", |event| &event.name))
            }
            _ => "set …".to_owned(),
        }
    }
}

fn set(program: &mut Program, position: usize, count: u32) {
    if let Some(cap) = program.limits.caps.get_mut(position) {
        cap.count = count;
    }
}

fn change(program: &mut Program, id: Id<Sla>, change: &dyn Fn(&mut Sla)) {
    if let Some(sla) = program.slas.get_mut(id) {
        change(sla);
    }
}
