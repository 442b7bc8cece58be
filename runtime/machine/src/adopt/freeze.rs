//! `in flight finish`: a sequence of the old program in the numbers of the new one, for those who finish it.
//!
//! What belongs to the sequence itself (its steps, goal and exits) stays as it was. What it only names (messages,
//! segments, scores, fields, events) is what the new program has under that name. A figure that nothing in the new
//! program reads any more is added to it. What the new program lacks is said.

mod expr;

use flow_graph::Id;
use flow_graph::program::{
    Argument, Behaviour, Earlier, Event, Field, Goal, Location, Program, Sequence, SetAction, SourceFile, Step,
    StepKind, Trigger, WaitUntil, Way,
};

use super::names::{Names, by_name};

/// A thing that the new program has, or the words for the one that it lacks.
pub(crate) type Kept<T> = Result<T, String>;

/// Behind the path of a file that is no more as it was.
const EARLIER: &str = " (earlier version)";

/// Freezes sequences, and collects what the new program has to have for them.
#[derive(Debug)]
pub(crate) struct Freezer<'p> {
    names: Names<'p>,
    behaviours: Vec<Behaviour>,
    files: Vec<SourceFile>,
    earlier: Vec<Earlier>,
}

impl<'p> Freezer<'p> {
    pub(crate) fn new(names: Names<'p>) -> Self {
        Self { names, behaviours: Vec::new(), files: Vec::new(), earlier: Vec::new() }
    }

    /// Freezes a sequence as it was; nothing when it is the same in the new program.
    pub(crate) fn freeze(&mut self, old: &Sequence, of: Id<Sequence>) -> Kept<Option<Id<Earlier>>> {
        let new = self.names.new.sequences.get(of).ok_or_else(|| lack("sequence", &old.name))?;
        let (behaviours, files) = (self.behaviours.len(), self.files.len());
        let frozen = self.sequence(old, &new.name);
        let same = frozen.as_ref().is_ok_and(|frozen| bare(frozen) == bare(new));
        if same || frozen.is_err() {
            self.behaviours.truncate(behaviours);
            self.files.truncate(files);
        }
        let sequence = frozen?;
        if same {
            return Ok(None);
        }
        self.earlier.push(Earlier { of, sequence });
        Ok(u32::try_from(self.earlier.len() - 1).ok().map(Id::new))
    }

    /// The new program with all that was frozen.
    pub(crate) fn into_program(self) -> Program {
        let mut program = self.names.new.clone();
        for it in self.behaviours {
            program.behaviours.push(it);
        }
        for it in self.files {
            program.files.push(it);
        }
        for it in self.earlier {
            program.earlier.push(it);
        }
        program
    }

    fn sequence(&mut self, old: &Sequence, name: &str) -> Kept<Sequence> {
        let slots = |&(event, slot): &_| self.slot(event, slot).ok();
        let key = old.key.as_ref().map(|key| key.iter().filter_map(slots).collect());
        let goal = match &old.goal {
            None => None,
            Some(goal) => {
                Some(Goal { triggers: self.triggers(&goal.triggers)?, within: goal.within, at: self.at(goal.at) })
            }
        };
        let exits = old.exit_on.iter().map(|(trigger, at)| Ok((self.trigger(trigger)?, self.at(*at))));
        let exit_on = exits.collect::<Kept<_>>()?;
        Ok(Sequence {
            name: name.to_owned(),
            doc: None,
            enter: Vec::new(),
            key,
            unless: old.unless.as_ref().map(|it| self.expr(it, None)).transpose()?,
            exit_when: old.exit_when.as_ref().map(|it| self.expr(it, None)).transpose()?,
            again: old.again,
            goal,
            exit_on,
            holdout: old.holdout,
            in_flight_finish: true,
            enroll_existing: false,
            steps: old.steps.iter().map(|step| self.step(step, &old.name, name)).collect::<Kept<_>>()?,
            at: self.at(old.at),
            enter_at: self.at(old.enter_at),
        })
    }

    fn step(&mut self, step: &Step, before: &str, after: &str) -> Kept<Step> {
        let kind = if let StepKind::Split { salt, arms } = &step.kind {
            let rest = salt.strip_prefix(before).unwrap_or(salt);
            let salt = if rest.len() < salt.len() { format!("{after}{rest}") } else { salt.clone() };
            StepKind::Split { salt, arms: arms.clone() }
        } else {
            self.kind(&step.kind)?
        };
        let ways = step.ways.iter().map(|way| Way { at: self.at(way.at), ..way.clone() }).collect();
        Ok(Step { kind, at: self.at(step.at), ways, ..step.clone() })
    }

    fn kind(&mut self, kind: &StepKind) -> Kept<StepKind> {
        let names = self.names;
        Ok(match kind {
            StepKind::Wait(_)
            | StepKind::WaitUntil(WaitUntil::Clock { .. })
            | StepKind::Split { .. }
            | StepKind::Exit => kind.clone(),
            StepKind::WaitUntil(WaitUntil::Moment { value, at, otherwise_exit }) => {
                let (value, at) = (self.expr(value, None)?, *at);
                StepKind::WaitUntil(WaitUntil::Moment { value, at, otherwise_exit: *otherwise_exit })
            }
            StepKind::WaitFor { limit, since_entry, branches, timeout } => {
                let branches = branches.iter().map(|(triggers, to)| Ok((self.triggers(triggers)?, *to)));
                let branches = branches.collect::<Kept<_>>()?;
                StepKind::WaitFor { limit: *limit, since_entry: *since_entry, branches, timeout: *timeout }
            }
            StepKind::Send(message) => StepKind::Send(
                names
                    .message(*message)
                    .ok_or_else(|| lack("message", names.old.messages.get(*message).map_or("?", |it| &it.name)))?,
            ),
            StepKind::Choose { arms, otherwise } => {
                let arms = arms.iter().map(|(condition, to)| Ok((self.expr(condition, None)?, *to)));
                StepKind::Choose { arms: arms.collect::<Kept<_>>()?, otherwise: *otherwise }
            }
            StepKind::Set(action) => StepKind::Set(self.set(action)?),
            StepKind::Call { connector, action, arguments } => {
                let name = names.old.connectors.get(*connector).map_or("?", |it| it.name.as_str());
                let connector = by_name(&names.new.connectors, name, |it| &it.name);
                let arguments = arguments.iter().map(|argument| {
                    Ok(Argument { name: argument.name.clone(), value: self.expr(&argument.value, None)? })
                });
                let arguments = arguments.collect::<Kept<_>>()?;
                let connector = connector.ok_or_else(|| lack("connector", name))?;
                StepKind::Call { connector, action: action.clone(), arguments }
            }
            StepKind::Notify { team, text } => {
                let name = names.old.teams.get(*team).map_or("?", |it| it.name.as_str());
                let team = by_name(&names.new.teams, name, |it| &it.name).ok_or_else(|| lack("team", name))?;
                StepKind::Notify { team, text: text.clone() }
            }
            StepKind::Emit { event, fields } => {
                let of = self.event(*event)?;
                let fields =
                    fields.iter().map(|(slot, value)| Ok((self.slot(*event, *slot)?.1, self.expr(value, None)?)));
                StepKind::Emit { event: of, fields: fields.collect::<Kept<_>>()? }
            }
            StepKind::Enroll(sequence) => StepKind::Enroll(
                names
                    .sequence(*sequence)
                    .ok_or_else(|| lack("sequence", names.old.sequences.get(*sequence).map_or("?", |it| &it.name)))?,
            ),
        })
    }

    fn set(&mut self, action: &SetAction) -> Kept<SetAction> {
        Ok(match action {
            SetAction::To(field, value) => SetAction::To(self.field(*field)?, self.expr(value, None)?),
            SetAction::Add(field, value) => SetAction::Add(self.field(*field)?, self.expr(value, None)?),
            SetAction::Remove(field, value) => SetAction::Remove(self.field(*field)?, self.expr(value, None)?),
            SetAction::Clear(field) => SetAction::Clear(self.field(*field)?),
            SetAction::Consent(topic, granted) => {
                let name = self.names.old.topics.get(*topic).map_or("?", |it| it.name.as_str());
                let topic = self.names.topic(*topic).ok_or_else(|| lack("topic", name))?;
                SetAction::Consent(topic, *granted)
            }
        })
    }

    fn triggers(&mut self, triggers: &[Trigger]) -> Kept<Vec<Trigger>> {
        triggers.iter().map(|trigger| self.trigger(trigger)).collect()
    }

    fn trigger(&mut self, trigger: &Trigger) -> Kept<Trigger> {
        Ok(match trigger {
            Trigger::Event { event, filter } => Trigger::Event {
                event: self.event(*event)?,
                filter: filter.as_ref().map(|filter| self.expr(filter, Some(*event))).transpose()?,
            },
            Trigger::EnteredSegment(segment) => Trigger::EnteredSegment(self.segment(*segment)?),
            Trigger::LeftSegment(segment) => Trigger::LeftSegment(self.segment(*segment)?),
            Trigger::BecomesBand { score, band } => {
                let (score, band) = self.band(*score, *band)?;
                Trigger::BecomesBand { score, band }
            }
            Trigger::EnteredStage { lifecycle, stage } => {
                let (lifecycle, stage) = self.stage(*lifecycle, *stage)?;
                Trigger::EnteredStage { lifecycle, stage }
            }
        })
    }

    fn event(&self, event: Id<Event>) -> Kept<Id<Event>> {
        let name = self.names.old.events.get(event).map_or("?", |it| it.name.as_str());
        self.names.event(event).ok_or_else(|| lack("event", name))
    }

    /// A field of an event with its type.
    fn slot(&self, event: Id<Event>, slot: u16) -> Kept<(Id<Event>, u16)> {
        let kind = self.event(event)?;
        let before =
            self.names.old.events.get(event).and_then(|it| Some((&it.name, it.fields.get(usize::from(slot))?)));
        let Some((name, field)) = before else { return Err(lack("event", "?")) };
        let fields = self.names.new.events.get(kind).map_or(&[][..], |it| &it.fields);
        let found = (0_u16..).zip(fields).find(|(_, known)| known.name == field.name);
        let same = |known: &Field| self.names.same_type(&field.ty, &known.ty);
        let words = || lack("field", &format!("{name}.{}", field.name));
        found.filter(|(_, known)| same(known)).map(|(slot, _)| (kind, slot)).ok_or_else(words)
    }

    /// A field of the contact with its type.
    fn field(&self, field: Id<Field>) -> Kept<Id<Field>> {
        let Some(before) = self.names.old.fields.get(field) else { return Err(lack("field", "?")) };
        let found = self.names.field(field).and_then(|id| Some((id, self.names.new.fields.get(id)?)));
        let same = found.filter(|(_, after)| self.names.same_type(&before.ty, &after.ty));
        same.map(|(id, _)| id).ok_or_else(|| lack("field", &format!("contact.{}", before.name)))
    }

    /// A line of an earlier version of a file.
    fn at(&mut self, at: Location) -> Location {
        let path = self.names.old.files.get(at.file).map_or("?", |file| file.path.as_str());
        let path = if path.ends_with(EARLIER) { path.to_owned() } else { format!("{path}{EARLIER}") };
        let place = self.files.iter().position(|file| file.path == path).unwrap_or_else(|| {
            self.files.push(SourceFile { path });
            self.files.len() - 1
        });
        let file = u32::try_from(self.names.new.files.len() + place).unwrap_or(u32::MAX);
        Location { file: Id::new(file), line: at.line }
    }
}

/// What is lacking, in words.
fn lack(kind: &str, name: &str) -> String {
    format!("the {kind} `{name}`")
}

/// A sequence without what does not touch those who are inside: who enters, and where things stand.
fn bare(sequence: &Sequence) -> Sequence {
    let nowhere = Location { file: Id::new(0), line: 0 };
    let mut bare = Sequence {
        doc: None,
        enter: Vec::new(),
        key: None,
        enroll_existing: false,
        in_flight_finish: true,
        again: flow_graph::program::Again::Once,
        at: nowhere,
        enter_at: nowhere,
        ..sequence.clone()
    };
    bare.goal.iter_mut().for_each(|goal| goal.at = nowhere);
    bare.exit_on.iter_mut().for_each(|exit| exit.1 = nowhere);
    for step in &mut bare.steps {
        step.at = nowhere;
        step.text.clear();
    }
    bare
}
