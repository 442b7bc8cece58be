//! What the log says that the states of contacts do not: how long people took from stage to stage, service levels week
//! by week, what came back of messages.
//!
//! It is read beside the shard, each entry once, and kept until another program takes over. For each contact it keeps
//! 32 bytes a lifecycle, and some for each message that it opened.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use flow_graph::program::{Message, builtin};
use flow_graph::{Id, Program, Timestamp, Value};
use flow_machine::adopt::Change;
use flow_machine::decision::{DecisionKind, Outcome};
use flow_machine::{Decision, Event};
use flow_runtime::identity::ContactNumber;
use flow_runtime::summary::SlaCounts;
use flow_runtime::values;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::spread::Spread;
use crate::log::{Block, Blocks, Entry, Kind, Place, Recent, entries};
use crate::shard::lineage::Lineage;
use crate::store::StoreError;
use crate::store::sqlite::Reader;

/// What the log says, up to a place.
#[derive(Debug, Default)]
pub struct Counted {
    /// The number of the program in whose numbers it is.
    program: u32,
    /// The place of the first entry that there was.
    pub from: Place,
    /// All before this place was read.
    pub upto: Place,
    zone: Option<TimeZone>,
    /// By lifecycle and contact.
    ways: Vec<Vec<Way>>,
    /// By lifecycle and stage.
    pub stages: Vec<Vec<Passed>>,
    /// By service level, week (its Monday) and what it is reported per.
    pub weeks: BTreeMap<(usize, Date, String), SlaCounts>,
    /// By message.
    pub messages: BTreeMap<usize, Feedback>,
    /// What was done with a message, which counts once for each contact.
    done: FxHashSet<(ContactNumber, u32, bool)>,
}

/// Where a contact has been in a lifecycle. A stage is a bit, which is kept for the first 64 of them.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    since: Timestamp,
    entered: u64,
    moved: u64,
    stage: u16,
}

/// How people passed a stage.
#[derive(Debug, Clone, Default)]
pub struct Passed {
    /// How many people have ever entered it.
    pub people: u64,
    /// How many of them have gone on from it to a later one.
    pub moved_on: u64,
    /// How long that took, each time.
    pub took: Spread,
}

/// What came back of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Feedback {
    /// How often it was delivered.
    pub delivered: u64,
    /// How many people opened it.
    pub opened: u64,
    /// How many people followed a link of it.
    pub clicked: u64,
    /// How often machines opened it.
    pub opened_by_machines: u64,
    /// How often machines followed a link.
    pub clicked_by_machines: u64,
    /// How often it came back.
    pub bounced: u64,
    /// How often it was called spam.
    pub complained: u64,
    /// How often consent was withdrawn because of it.
    pub unsubscribed: u64,
}

impl Counted {
    /// Reads what the log has since, for no longer than so long.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn go_on(
        &mut self,
        reader: &Reader,
        recent: &Recent,
        lineage: &Lineage,
        patience: Duration,
    ) -> Result<(), StoreError> {
        let Some(engine) = lineage.last() else { return Ok(()) };
        if self.program != lineage.number() {
            let program = engine.program();
            *self = Self {
                program: lineage.number(),
                upto: 1,
                zone: TimeZone::get(&program.project.timezone).ok(),
                ways: program.lifecycles.iter().map(|_| Vec::new()).collect(),
                stages: program.lifecycles.iter().map(|it| vec![Passed::default(); it.stages.len()]).collect(),
                ..Self::default()
            };
        }
        let begun = Instant::now();
        while self.upto < recent.end() && begun.elapsed() < patience {
            let blocks = reader.blocks(self.upto)?;
            let kept: Vec<&Block> = blocks.iter().take_while(|block| block.start < recent.end()).collect();
            if kept.is_empty() {
                break;
            }
            kept.iter().for_each(|block| self.block(block, lineage));
        }
        // What was not kept when it was looked for.
        while self.upto < recent.end()
            && begun.elapsed() < patience
            && let Some(block) = recent.block(self.upto)
        {
            self.block(&block, lineage);
        }
        if begun.elapsed() < patience {
            // What is not there any more was thrown away on purpose.
            self.upto = self.upto.max(recent.end());
            self.from = if self.from == 0 { self.upto } else { self.from };
        }
        Ok(())
    }

    fn block(&mut self, block: &Block, lineage: &Lineage) {
        if block.end() <= self.upto {
            return;
        }
        let Some(engine) = lineage.engine(block.program) else { return };
        // What is before it was thrown away on purpose.
        self.upto = self.upto.max(block.start);
        if self.from == 0 {
            self.from = self.upto;
        }
        let skip = usize::try_from(self.upto - block.start).unwrap_or(usize::MAX);
        let part = Part { number: block.program, program: engine.program(), lineage };
        for entry in entries(block.bytes.get(skip..).unwrap_or_default(), self.upto) {
            self.entry(&part, entry);
        }
        self.upto = block.end();
    }

    fn entry(&mut self, part: &Part<'_>, entry: Entry) {
        let Entry { contact, before, kind, .. } = entry;
        match kind {
            Kind::Input { at, incoming, became } => {
                // History that is imported enters the first stages in silence.
                if before == 0 {
                    self.begins(part, contact, at);
                }
                if became != Outcome::Duplicate
                    && let Some(event) = &incoming.event
                {
                    self.came(part, contact, event);
                }
            }
            Kind::Decision(decision) => self.decided(part, contact, *decision),
            Kind::United(_) | Kind::Gone => {}
        }
    }

    fn begins(&mut self, part: &Part<'_>, contact: ContactNumber, at: Timestamp) {
        let Some(engine) = part.lineage.last() else { return };
        for (id, lifecycle) in engine.program().lifecycles.enumerate() {
            self.enters(id.index(), contact, lifecycle.start, at);
        }
    }

    fn enters(&mut self, lifecycle: usize, contact: ContactNumber, stage: u16, at: Timestamp) {
        let Some(ways) = self.ways.get_mut(lifecycle) else { return };
        let Ok(number) = usize::try_from(contact) else { return };
        if ways.len() <= number {
            ways.resize(number + 1, Way::default());
        }
        let (Some(way), Some(stages)) = (ways.get_mut(number), self.stages.get_mut(lifecycle)) else { return };
        let bit = |stage: u16| 1_u64.checked_shl(stage.into()).unwrap_or(0);
        if way.entered != 0
            && way.stage < stage
            && let Some(passed) = stages.get_mut(usize::from(way.stage))
        {
            passed.took.add(at.since(way.since));
            passed.moved_on += u64::from(way.moved & bit(way.stage) == 0);
            way.moved |= bit(way.stage);
        }
        if let Some(passed) = stages.get_mut(usize::from(stage)) {
            passed.people += u64::from(way.entered & bit(stage) == 0);
        }
        *way = Way { since: at, entered: way.entered | bit(stage), stage, ..*way };
    }

    fn decided(&mut self, part: &Part<'_>, contact: ContactNumber, decision: Decision) {
        let at = decision.at;
        match decision.kind {
            DecisionKind::Stage { lifecycle, to, .. } => {
                let now = part.lineage.follow(part.number, (lifecycle, to), |change, (id, to)| change.stage(id, to));
                if let Some((lifecycle, to)) = now {
                    self.enters(lifecycle.index(), contact, to, at);
                }
            }
            DecisionKind::SlaStarted { sla, per, .. } => self.sla(part, sla, at, &per, |counts| counts.started += 1),
            DecisionKind::SlaMet { sla, per, late, .. } => self.sla(part, sla, at, &per, |counts| {
                let met = if late { &mut counts.met_late } else { &mut counts.met };
                *met += 1;
            }),
            DecisionKind::SlaReminded { sla, per, .. } => self.sla(part, sla, at, &per, |counts| counts.reminded += 1),
            DecisionKind::SlaBreached { sla, per } => self.sla(part, sla, at, &per, |counts| counts.breached += 1),
            DecisionKind::Send(_)
            | DecisionKind::Held { .. }
            | DecisionKind::Dropped { .. }
            | DecisionKind::Call { .. }
            | DecisionKind::Notify { .. }
            | DecisionKind::Set { .. }
            | DecisionKind::SetConsent { .. }
            | DecisionKind::Emit(_)
            | DecisionKind::EnteredSegment(_)
            | DecisionKind::LeftSegment(_)
            | DecisionKind::Band { .. }
            | DecisionKind::Enrolled { .. }
            | DecisionKind::Exited { .. }
            | DecisionKind::Goal { .. }
            | DecisionKind::Split { .. } => {}
        }
    }

    fn sla(
        &mut self,
        part: &Part<'_>,
        sla: Id<flow_graph::program::Sla>,
        at: Timestamp,
        per: &Value,
        count: impl Fn(&mut SlaCounts),
    ) {
        let Some(now) = part.lineage.follow(part.number, sla, Change::sla) else { return };
        let expr = part.program.slas.get(sla).and_then(|sla| sla.per.as_ref());
        let per = match expr {
            None => String::new(),
            Some(expr) if values::is_personal(part.program, expr) => "(personal)".to_owned(),
            Some(expr) => values::text(part.program, values::type_of(part.program, expr), per),
        };
        let Some(monday) = self.week(at) else { return };
        count(self.weeks.entry((now.index(), monday, per)).or_default());
    }

    /// The Monday of the week, in the zone of the project.
    fn week(&self, at: Timestamp) -> Option<Date> {
        let instant = jiff::Timestamp::from_millisecond(at.0).ok()?;
        let date = self.zone.as_ref().unwrap_or(&TimeZone::UTC).to_datetime(instant).date();
        let behind = i64::from(date.weekday().to_monday_zero_offset());
        date.checked_sub(jiff::Span::new().days(behind)).ok()
    }

    /// An event came in: of a message, where it is one of those.
    fn came(&mut self, part: &Part<'_>, contact: ContactNumber, event: &Event) {
        if event.kind.index() >= builtin::NAMES.len() {
            return;
        }
        let Some(message) = part.message(event) else { return };
        let human = event.values.get(usize::from(builtin::HUMAN)) != Some(&Value::Bool(false));
        let once = u32::try_from(message).unwrap_or(u32::MAX);
        let done = &mut self.done;
        let mut first = |click: bool| u64::from(done.insert((contact, once, click)));
        let feedback = self.messages.entry(message).or_default();
        let (opens, clicks) = (event.kind == builtin::OPENED, event.kind == builtin::CLICKED);
        // Who follows a link has seen the message, whether or not a picture was loaded.
        feedback.opened += if human && (opens || clicks) { first(false) } else { 0 };
        feedback.clicked += if human && clicks { first(true) } else { 0 };
        feedback.opened_by_machines += u64::from(!human && opens);
        feedback.clicked_by_machines += u64::from(!human && clicks);
        for (kind, count) in [
            (builtin::DELIVERED, &mut feedback.delivered),
            (builtin::BOUNCED, &mut feedback.bounced),
            (builtin::COMPLAINED, &mut feedback.complained),
            (builtin::UNSUBSCRIBED, &mut feedback.unsubscribed),
        ] {
            *count += u64::from(event.kind == kind);
        }
    }
}

/// The program in whose numbers some entries are.
struct Part<'a> {
    number: u32,
    program: &'a Program,
    lineage: &'a Lineage,
}

impl Part<'_> {
    /// The message that an event speaks of, in the numbers of the program that runs.
    fn message(&self, event: &Event) -> Option<usize> {
        let Some(Value::Text(name)) = event.values.get(usize::from(builtin::MESSAGE)) else { return None };
        let (id, _) = self.program.messages.enumerate().find(|(_, message)| message.name == **name)?;
        let now: Id<Message> = self.lineage.follow(self.number, id, Change::message)?;
        Some(now.index())
    }
}
