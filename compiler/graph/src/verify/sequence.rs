//! Messages, limits, sequences and service levels.

use super::expr::Place;
use super::{Checked, Verifier, ensure, inside};
use crate::program::{Sequence, SetAction, StepId, StepKind, WaitUntil};

impl Verifier<'_> {
    /// Messages and limits.
    pub(super) fn pressure(&self) -> Checked {
        let p = self.program;
        for message in &p.messages {
            let place = || format!("the message `{}`", message.name);
            inside(&p.channels, message.channel, place)?;
            inside(&p.topics, message.topic, place)?;
            self.at(message.at, place)?;
        }
        for cap in &p.limits.caps {
            inside(&p.channels, cap.channel, || "the limits".to_owned())?;
            self.at(cap.at, || "the limits".to_owned())?;
        }
        Ok(())
    }

    pub(super) fn sequences(&self) -> Checked {
        for earlier in &self.program.earlier {
            inside(&self.program.sequences, earlier.of, || format!("an earlier `{}`", earlier.sequence.name))?;
        }
        self.program.versions().try_for_each(|sequence| self.sequence(sequence))
    }

    pub(super) fn service_levels(&self) -> Checked {
        let p = self.program;
        for calendar in &p.calendars {
            self.at(calendar.at, || format!("the calendar `{}`", calendar.name))?;
        }
        for sla in &p.slas {
            let place = || format!("the sla `{}`", sla.name);
            let contact = Place::default();
            self.at(sla.at, place)?;
            self.exprs(sla.per.iter().chain(&sla.pause), &contact, place)?;
            self.triggers(&sla.start, &contact, place)?;
            self.triggers(&sla.met, &contact, place)?;
            if let Some(calendar) = sla.calendar {
                inside(&p.calendars, calendar, place)?;
            }
            let reminders = sla.reminders.iter().flat_map(|reminder| &reminder.actions);
            for (action, at) in reminders.chain(&sla.breach) {
                self.at(*at, place)?;
                self.action(action, &contact, place)?;
            }
        }
        Ok(())
    }

    fn sequence(&self, sequence: &Sequence) -> Checked {
        let place = || format!("the sequence `{}`", sequence.name);
        let run = Place { this: None, run: true, key: sequence.key.is_some() };
        self.at(sequence.at, place)?;
        for (event, slot) in sequence.key.iter().flatten() {
            self.slot(*event, *slot, place)?;
        }
        self.exprs(sequence.unless.iter().chain(&sequence.exit_when), &run, place)?;
        self.triggers(&sequence.enter, &Place::default(), place)?;
        if let Some(goal) = &sequence.goal {
            self.triggers(&goal.triggers, &run, place)?;
        }
        for (trigger, at) in &sequence.exit_on {
            self.at(*at, place)?;
            self.triggers(std::slice::from_ref(trigger), &run, place)?;
        }
        for step in &sequence.steps {
            let place = || format!("the step `{}` of the sequence `{}`", step.id, sequence.name);
            self.at(step.at, place)?;
            step.ways.iter().try_for_each(|way| self.at(way.at, place))?;
            for target in targets(&step.kind).into_iter().chain([step.next]).flatten() {
                ensure(usize::from(target) < sequence.steps.len(), place, "it leads to a step that is not there")?;
            }
            self.action(&step.kind, &run, place)?;
        }
        Ok(())
    }

    fn action(&self, kind: &StepKind, run: &Place, place: impl Fn() -> String + Copy) -> Checked {
        let p = self.program;
        match kind {
            StepKind::Wait(_) | StepKind::WaitUntil(WaitUntil::Clock { .. }) | StepKind::Exit => Ok(()),
            StepKind::WaitUntil(WaitUntil::Moment { value, .. }) => self.exprs([value], run, place),
            StepKind::WaitFor { branches, .. } => {
                branches.iter().try_for_each(|(triggers, _)| self.triggers(triggers, run, place))
            }
            StepKind::Send(message) => inside(&p.messages, *message, place),
            StepKind::Choose { arms, .. } => self.exprs(arms.iter().map(|(condition, _)| condition), run, place),
            StepKind::Split { arms, .. } => ensure(!arms.is_empty(), place, "it has no arms"),
            StepKind::Set(set) => match set {
                SetAction::To(field, value) | SetAction::Add(field, value) | SetAction::Remove(field, value) => {
                    inside(&p.fields, *field, place)?;
                    self.exprs([value], run, place)
                }
                SetAction::Clear(field) => inside(&p.fields, *field, place),
                SetAction::Consent(topic, _) => inside(&p.topics, *topic, place),
            },
            StepKind::Call { connector, arguments, .. } => {
                inside(&p.connectors, *connector, place)?;
                self.exprs(arguments.iter().map(|argument| &argument.value), run, place)
            }
            StepKind::Notify { team, .. } => inside(&p.teams, *team, place),
            StepKind::Emit { event, fields } => {
                inside(&p.events, *event, place)?;
                fields.iter().try_for_each(|(slot, value)| {
                    self.slot(*event, *slot, place)?;
                    self.exprs([value], run, place)
                })
            }
            StepKind::Enroll(sequence) => inside(&p.sequences, *sequence, place),
        }
    }
}

/// Where a step can lead beside its `next`.
fn targets(kind: &StepKind) -> Vec<Option<StepId>> {
    match kind {
        StepKind::WaitFor { branches, timeout, .. } => {
            branches.iter().map(|(_, target)| *target).chain([*timeout]).collect()
        }
        StepKind::Choose { arms, otherwise } => arms.iter().map(|(_, target)| *target).chain([*otherwise]).collect(),
        StepKind::Split { arms, .. } => arms.iter().map(|arm| arm.target).collect(),
        StepKind::Wait(_)
        | StepKind::WaitUntil(_)
        | StepKind::Send(_)
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => Vec::new(),
    }
}
