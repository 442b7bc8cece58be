//! A program that was read from outside is checked before anybody uses it: every number, slot and target.

mod expr;
mod sequence;

use serde::Deserialize;

use crate::program::{
    Behaviour, Cause, Derived, Event, FORMAT_VERSION, Field, Location, Measure, Program, Trigger, builtin,
};
use crate::{Id, Table, Type};
use expr::Place;

/// Why a program is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyError {
    /// It is not JSON, or not a program.
    Unreadable(String),
    /// It was written by a newer compiler.
    TooNew(u32),
    /// A part of it points to something that is not there.
    Broken {
        /// Which part.
        place: String,
        /// What is wrong with it.
        what: String,
    },
}

impl std::fmt::Display for VerifyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "this is not a program: {why}"),
            Self::TooNew(version) => {
                write!(f, "the program has format {version}, and this version reads up to {FORMAT_VERSION}")
            }
            Self::Broken { place, what } => write!(f, "the program is broken at {place}: {what}"),
        }
    }
}

impl std::error::Error for VerifyError {}

impl Program {
    /// The program as text.
    ///
    /// # Errors
    /// When a number in it is not finite, which the compiler never writes.
    pub fn to_json(&self) -> Result<String, VerifyError> {
        serde_json::to_string(self).map_err(|error| VerifyError::Unreadable(error.to_string()))
    }

    /// Reads and verifies a program.
    ///
    /// # Errors
    /// When it cannot be read, was written by a newer compiler, or does not hold together.
    pub fn from_json(text: &str) -> Result<Self, VerifyError> {
        #[derive(Deserialize)]
        struct Head {
            format_version: u32,
        }
        let unreadable = |error: serde_json::Error| VerifyError::Unreadable(error.to_string());
        // The version first: what is newer may look quite different behind it.
        let head: Head = serde_json::from_str(text).map_err(unreadable)?;
        if head.format_version > FORMAT_VERSION {
            return Err(VerifyError::TooNew(head.format_version));
        }
        let program = serde_json::from_str(text).map_err(unreadable)?;
        verify(&program)?;
        Ok(program)
    }
}

/// Checks that every number of a program is one of its tables, every slot one of its event, every target one of its
/// sequence.
///
/// # Errors
/// The first place that does not hold together.
pub fn verify(program: &Program) -> Result<(), VerifyError> {
    if program.format_version > FORMAT_VERSION {
        return Err(VerifyError::TooNew(program.format_version));
    }
    let verifier = Verifier { program };
    verifier.world()?;
    verifier.derived()?;
    verifier.order()?;
    verifier.pressure()?;
    verifier.sequences()?;
    verifier.service_levels()
}

type Checked = Result<(), VerifyError>;

struct Verifier<'p> {
    program: &'p Program,
}

impl Verifier<'_> {
    fn world(&self) -> Checked {
        let p = self.program;
        for field in &p.fields {
            self.ty(&field.ty, || format!("the contact field `{}`", field.name))?;
        }
        for id in [p.email_field, p.zone_field].into_iter().flatten() {
            inside(&p.fields, id, || "the address or the zone of the contact".to_owned())?;
        }
        for (name, event) in builtin::NAMES.iter().zip(p.events.iter().map(Some).chain(std::iter::repeat(None))) {
            let sound = event.is_some_and(|event| {
                event.name == *name && builtin::FIELDS.iter().eq(event.fields.iter().map(|field| &field.name))
            });
            ensure(sound, || format!("the built-in event `{name}`"), "it is not where it belongs")?;
        }
        for event in &p.events {
            for field in &event.fields {
                self.ty(&field.ty, || format!("the field `{}` of `{}`", field.name, event.name))?;
            }
        }
        for behaviour in &p.behaviours {
            self.behaviour(behaviour)?;
        }
        Ok(())
    }

    fn behaviour(&self, behaviour: &Behaviour) -> Checked {
        let place = || format!("the behaviour `{}`", behaviour.text);
        inside(&self.program.events, behaviour.event, place)?;
        self.at(behaviour.at, place)?;
        let looking = Place { this: Some(behaviour.event), ..Place::default() };
        self.exprs(behaviour.filter.iter(), &looking, place)?;
        match behaviour.measure {
            Measure::Count | Measure::FirstTime | Measure::LastTime => Ok(()),
            Measure::Sum(slot)
            | Measure::Min(slot)
            | Measure::Max(slot)
            | Measure::Avg(slot)
            | Measure::First(slot)
            | Measure::Last(slot)
            | Measure::Distinct(slot) => self.slot(behaviour.event, slot, place).map(|_| ()),
        }
    }

    fn derived(&self) -> Checked {
        let p = self.program;
        let contact = Place::default();
        for segment in &p.segments {
            let place = || format!("the segment `{}`", segment.name);
            self.exprs([&segment.condition], &contact, place)?;
            self.at(segment.at, place)?;
        }
        for score in &p.scores {
            let place = || format!("the score `{}`", score.name);
            self.at(score.at, place)?;
            self.exprs(score.fit.iter().map(|rule| &rule.when), &contact, place)?;
            for hit in &score.hits {
                inside(&p.events, hit.event, place)?;
                let looking = Place { this: Some(hit.event), ..Place::default() };
                self.exprs(hit.filter.iter(), &looking, place)?;
                if let Some(slot) = hit.once_per {
                    self.slot(hit.event, slot, place)?;
                }
            }
        }
        for lifecycle in &p.lifecycles {
            let place = || format!("the lifecycle `{}`", lifecycle.name);
            let stage =
                |stage: u16| ensure(usize::from(stage) < lifecycle.stages.len(), place, "there is no such stage");
            self.at(lifecycle.at, place)?;
            stage(lifecycle.start)?;
            for transition in &lifecycle.transitions {
                transition.from.iter().try_for_each(|from| stage(*from))?;
                stage(transition.to)?;
                self.at(transition.at, place)?;
                match &transition.cause {
                    Cause::When { condition, .. } => self.exprs([condition], &contact, place)?,
                    Cause::On(triggers) => self.triggers(triggers, &contact, place)?,
                }
            }
            for expect in &lifecycle.expects {
                stage(expect.from)?;
                stage(expect.to)?;
            }
        }
        Ok(())
    }

    /// Each score and segment stands in the order once, after all that it reads.
    fn order(&self) -> Checked {
        let p = self.program;
        let place = || "the order of scores and segments".to_owned();
        ensure(p.order.len() == p.scores.len() + p.segments.len(), place, "it is not complete")?;
        for (position, derived) in p.order.iter().enumerate() {
            match *derived {
                Derived::Score(id) => inside(&p.scores, id, place)?,
                Derived::Segment(id) => inside(&p.segments, id, place)?,
            }
            let before = p.order.get(..position).unwrap_or_default();
            ensure(!before.contains(derived), place, "something stands in it twice")?;
            let reads = crate::graph::read_by(p, *derived);
            ensure(reads.iter().all(|read| before.contains(read)), place, "something comes before what it reads")?;
        }
        Ok(())
    }

    fn triggers(&self, triggers: &[Trigger], around: &Place, place: impl Fn() -> String + Copy) -> Checked {
        triggers.iter().try_for_each(|trigger| match trigger {
            Trigger::Event { event, filter } => {
                inside(&self.program.events, *event, place)?;
                self.exprs(filter.iter(), &Place { this: Some(*event), ..around.clone() }, place)
            }
            Trigger::EnteredSegment(id) | Trigger::LeftSegment(id) => inside(&self.program.segments, *id, place),
            Trigger::BecomesBand { score, band } => self.band(*score, *band, place),
            Trigger::EnteredStage { lifecycle, stage } => self.stage(*lifecycle, *stage, place),
        })
    }

    fn ty(&self, ty: &Type, place: impl Fn() -> String + Copy) -> Checked {
        match ty {
            Type::Enum(id) => inside(&self.program.enums, *id, place),
            Type::Set(member) => self.ty(member, place),
            Type::Text
            | Type::Int
            | Type::Number
            | Type::Bool
            | Type::Money
            | Type::Percent
            | Type::Date
            | Type::DateTime
            | Type::Duration
            | Type::Email
            | Type::Phone
            | Type::Url
            | Type::Country
            | Type::TimeZone => Ok(()),
        }
    }

    fn at(&self, location: Location, place: impl Fn() -> String) -> Checked {
        inside(&self.program.files, location.file, place)
    }

    fn slot(&self, event: Id<Event>, slot: u16, place: impl Fn() -> String) -> Result<&Field, VerifyError> {
        let field = self.program.events.get(event).and_then(|event| event.fields.get(usize::from(slot)));
        field.ok_or_else(|| VerifyError::Broken { place: place(), what: "the event has no such field".to_owned() })
    }
}

fn inside<T>(table: &Table<T>, id: Id<T>, place: impl Fn() -> String) -> Checked {
    ensure(id.index() < table.len(), place, "it points to an entry that is not there")
}

fn ensure(sound: bool, place: impl Fn() -> String, what: &str) -> Checked {
    if sound { Ok(()) } else { Err(VerifyError::Broken { place: place(), what: what.to_owned() }) }
}
