//! Messages that are dropped whenever a run comes to them, and waits that end when it is quiet.

use flow_graph::program::{ChannelKind, Consent, SetAction, Step, StepKind, Topic, Trigger, WaitUntil, builtin};
use flow_graph::{ClockWindow, Expr, Id, Value};
use jiff::civil::Time;

use super::{Proofs, Sending};
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::{Answer, Around};

impl Proofs<'_> {
    pub(super) fn sends(&mut self) {
        for sending in &self.check.asked.sends {
            let Some(wrong) = self.dropped(sending) else { continue };
            self.report(wrong);
        }
        self.waits_into_quiet();
    }

    fn dropped(&self, sending: &Sending) -> Option<Diagnostic> {
        let message = self.program.messages.get(sending.message)?;
        let topic = self.program.topics.get(message.topic)?;
        let mail = self.program.channels.get(message.channel)?.kind == ChannelKind::Smtp;
        let wrong = |what: &str| {
            let text = format!("`{}` is always dropped here: {what}", message.name);
            Diagnostic::new(Code::DroppedMessage, sending.at, text)
        };
        if mail && self.has_no_address(sending) {
            let wrong = wrong("whoever comes here has no address");
            let wrong = sending.path.iter().fold(wrong, |wrong, (at, ..)| wrong.label(*at, "only who fulfils this"));
            return Some(wrong.help("send it to those who have one, or by a channel that needs none"));
        }
        let entry = self.check.asked.entries.get(&sending.sequence).copied();
        let triggers = self.only_entries(sending)?;
        if mail && triggers.iter().all(|trigger| self.suppresses(trigger)) {
            let wrong = wrong("this address has just been given up");
            let wrong = entry.into_iter().fold(wrong, |wrong, at| wrong.label(at, "nothing is sent there any more"));
            return Some(wrong.help("tell a team with `notify` instead, or take another channel"));
        }
        let asked = topic.consent != Consent::None;
        if asked && !self.grants(message.topic) && triggers.iter().all(|trigger| self.withdraws(trigger, topic)) {
            let wrong = wrong("consent has just been withdrawn");
            let wrong = entry.into_iter().fold(wrong, |wrong, at| wrong.label(at, "who comes here has just said no"));
            return Some(wrong.help("remove the message; what a contract needs has a topic with `consent none`"));
        }
        None
    }

    /// Whether nobody who comes to a message has an address, and no step gives one.
    fn has_no_address(&self, sending: &Sending) -> bool {
        let Some(email) = self.program.email_field.filter(|_| !sending.path.is_empty()) else { return false };
        let writes = |kind: &StepKind| matches!(kind, StepKind::Set(SetAction::To(field, _)) if *field == email);
        if self.program.versions().flat_map(|sequence| &sequence.steps).any(|step| writes(&step.kind)) {
            return false;
        }
        let known = Expr::Known(Box::new(Expr::Field(email)));
        let mut all: Vec<(&Expr, bool)> = sending.path.iter().map(|(_, expr, holds)| (expr, *holds)).collect();
        if self.prover.all_can_hold(&all, Around::default()) == Answer::No {
            return false; // the branch is dead, which has been said
        }
        all.push((&known, true));
        self.prover.all_can_hold(&all, Around::default()) == Answer::No
    }

    /// What begins the runs that come to a message without a wait; none where there is a wait, or another way in.
    fn only_entries(&self, sending: &Sending) -> Option<&[Trigger]> {
        let sequence = self.program.sequences.get(sending.sequence)?;
        let enrolled = self.check.flow.enrolled.contains_key(&sending.sequence);
        (sending.at_once && !enrolled && !sequence.enter.is_empty()).then_some(sequence.enter.as_slice())
    }

    /// Whether a trigger says that nothing may be sent to the address any more.
    fn suppresses(&self, trigger: &Trigger) -> bool {
        let Trigger::Event { event, filter } = trigger else { return false };
        let around = Around { event: Some(*event), remembered: true, even_days: false };
        // A bounce that will mend says so.
        let mends = equals(Expr::This(builtin::HARD), Value::Bool(false));
        match filter {
            _ if *event == builtin::COMPLAINED => true,
            Some(filter) if *event == builtin::BOUNCED => {
                self.prover.all_can_hold(&[(filter, true), (&mends, true)], around) == Answer::No
            }
            Some(_) | None => false,
        }
    }

    /// Whether a trigger says no to a topic: by its name, or to all of them.
    fn withdraws(&self, trigger: &Trigger, topic: &Topic) -> bool {
        let Trigger::Event { event, filter } = trigger else { return false };
        if *event != builtin::UNSUBSCRIBED {
            return false;
        }
        let around = Around { event: Some(*event), remembered: true, even_days: false };
        let named = Expr::Known(Box::new(Expr::This(builtin::TOPIC)));
        let this = equals(Expr::This(builtin::TOPIC), Value::text(&topic.name));
        let mut another = vec![(&named, true), (&this, false)];
        another.extend(filter.as_ref().map(|filter| (filter, true)));
        self.prover.all_can_hold(&another, around) == Answer::No
    }

    /// Whether a step grants a topic, which may come in between.
    fn grants(&self, topic: Id<Topic>) -> bool {
        let grants = |kind: &StepKind| matches!(kind, StepKind::Set(SetAction::Consent(of, true)) if *of == topic);
        self.program.versions().flat_map(|sequence| &sequence.steps).any(|step| grants(&step.kind))
    }

    /// A wait for a time of day at which it is always quiet, with a message right behind it.
    fn waits_into_quiet(&mut self) {
        let Some(quiet) = self.program.limits.quiet else { return };
        for (id, sequence) in self.program.sequences.enumerate() {
            for (number, step) in (0_u16..).zip(&sequence.steps) {
                let StepKind::WaitUntil(until) = &step.kind else { continue };
                let Some((message, send)) = self.sent_next(&sequence.steps, step) else { continue };
                if !always_quiet(until, quiet) {
                    continue;
                }
                let Some(at) = self.check.flow.places.get(&(id, number)) else { continue };
                let until = quiet.to.strftime("%H:%M");
                let text = format!("it is always quiet when this wait ends, so `{message}` is held until {until}");
                let wrong = Diagnostic::new(Code::QuietWait, *at, text);
                let wrong = self
                    .check
                    .flow
                    .places
                    .get(&(id, send))
                    .into_iter()
                    .fold(wrong, |wrong, at| wrong.label(*at, "held here"));
                let wrong = self.check.asked.quiet.into_iter().fold(wrong, |wrong, at| wrong.label(at, "quiet hours"));
                self.report(wrong.help("wait for a time outside of the quiet hours"));
            }
        }
    }

    /// The message that a run sends behind a step without another wait, if quiet hours hold it.
    fn sent_next(&self, steps: &[Step], step: &Step) -> Option<(&str, u16)> {
        let mut next = step.next;
        for _ in 0..steps.len() {
            let number = next?;
            let step = steps.get(usize::from(number))?;
            match &step.kind {
                StepKind::Send(message) => {
                    let message = self.program.messages.get(*message)?;
                    let marketing = self.program.topics.get(message.topic).is_some_and(|topic| !topic.transactional);
                    return marketing.then_some((message.name.as_str(), number));
                }
                StepKind::Set(_)
                | StepKind::Call { .. }
                | StepKind::Notify { .. }
                | StepKind::Emit { .. }
                | StepKind::Enroll(_) => next = step.next,
                StepKind::Wait(_)
                | StepKind::WaitUntil(_)
                | StepKind::WaitFor { .. }
                | StepKind::Choose { .. }
                | StepKind::Split { .. }
                | StepKind::Exit => return None,
            }
        }
        None
    }
}

/// Whether it is quiet at every time at which a wait can end.
fn always_quiet(until: &WaitUntil, quiet: ClockWindow) -> bool {
    match until {
        WaitUntil::Clock { window, single: true, .. } => quiet.contains(window.from),
        WaitUntil::Clock { window, .. } => {
            let minute = |n: i32| Time::midnight().wrapping_add(jiff::Span::new().minutes(n));
            (0..24 * 60).map(minute).all(|time| !window.contains(time) || quiet.contains(time))
        }
        WaitUntil::Moment { at: Some(time), otherwise_exit: true, .. } => quiet.contains(*time),
        WaitUntil::Moment { .. } => false,
    }
}

fn equals(left: Expr, right: Value) -> Expr {
    let op = flow_graph::expr::CompareOp::Equal;
    Expr::Compare { op, left: Box::new(left), right: Box::new(Expr::Const(right)) }
}
