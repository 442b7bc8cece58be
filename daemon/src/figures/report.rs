//! A report as it is answered. Lists are in the order of the program, maps are sorted.

use std::borrow::Cow;
use std::collections::BTreeMap;

use flow_graph::Timestamp;
use flow_runtime::driver::Counts;
use flow_runtime::driver::deploy::Deployed;
use flow_runtime::summary::{Bands, Funnel, MessageFigures, SequenceFigures, Size, SlaCounts, SlaFigures};
use jiff::civil::Date;
use serde::Serialize;

use super::counted::{Counted, Feedback};
use super::lift::Lift;
use super::standing::{AtStep, Standing};
use crate::log::Place;

/// The parts of a report, as they are asked for.
pub const PARTS: [&str; 8] =
    ["lifecycles", "segments", "scores", "sequences", "slas", "messages", "deliveries", "rejects"];

/// What a daemon has come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The project.
    pub project: String,
    /// Its zone, in which weeks are counted.
    pub zone: String,
    /// Where the clock stood.
    #[serde(rename = "until", serialize_with = "crate::text::instant")]
    pub at: Timestamp,
    /// Contacts, without those that became part of others.
    pub contacts: u64,
    /// Inputs and turns.
    pub counts: Counts,
    /// The funnel of each lifecycle.
    pub lifecycles: Vec<FunnelReport>,
    /// How many are in each segment.
    pub segments: Vec<Size>,
    /// How many are in each band of each score.
    pub scores: Vec<Bands>,
    /// What a sequence has brought.
    pub sequences: Vec<SequenceReport>,
    /// How service levels are kept.
    pub slas: Vec<SlaReport>,
    /// What became of messages.
    pub messages: Vec<MessageReport>,
    /// Calls by `connector.action`.
    pub calls: BTreeMap<String, u64>,
    /// Notices by team.
    pub notices: BTreeMap<String, u64>,
    /// What leaves.
    pub deliveries: Vec<DeliveryReport>,
    /// Calls that were rejected, by reason.
    pub rejected: BTreeMap<Cow<'static, str>, u64>,
    /// Values that were refused while the rest of their call was taken, by reason.
    pub refused_values: BTreeMap<Cow<'static, str>, u64>,
    /// Programs that took over since the daemon was started.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deployed: Vec<Deployed>,
    /// How much of the log is in it.
    pub log: Read,
    /// All of the log is in it; else ask again: a long log is read in parts.
    pub complete: bool,
}

/// How much of the log is in a report: places are bytes from the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Read {
    /// From here; what was before it is not kept any more.
    pub from: Place,
    /// Up to here.
    pub upto: Place,
    /// The log ends here.
    pub end: Place,
}

/// The funnel of a lifecycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunnelReport {
    /// Its name.
    pub lifecycle: String,
    /// Its stages in order.
    pub stages: Vec<StageReport>,
}

/// A stage of a funnel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageReport {
    /// Its name.
    pub stage: String,
    /// How many are there now.
    pub contacts: u64,
    /// How often it was entered.
    pub entered: u64,
    /// How many people have ever entered it.
    pub people: u64,
    /// How many of them went on from it to a later stage.
    pub moved_on: u64,
    /// `moved_on / people`; none where nobody has entered.
    pub rate: Option<f64>,
    /// How long it took half of those who went on, in seconds; exact to 1 %.
    pub median_seconds: Option<f64>,
}

/// What a sequence has brought.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SequenceReport {
    /// Runs.
    #[serde(flatten)]
    pub figures: SequenceFigures,
    /// Where runs that are under way stand.
    pub steps: Vec<AtStep>,
    /// How many more convert than of those who are held out; none where nobody is held out.
    pub lift: Option<Lift>,
}

/// How a service level is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlaReport {
    /// All of it.
    #[serde(flatten)]
    pub figures: SlaFigures,
    /// Week by week, the first one first.
    pub weeks: Vec<Week>,
}

/// A week of a service level: what began and what was decided in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Its Monday, in the zone of the project.
    pub week: Date,
    /// All clocks.
    pub all: SlaCounts,
    /// By what it is reported per, where it is.
    pub per: BTreeMap<String, SlaCounts>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageReport {
    /// What was decided.
    #[serde(flatten)]
    pub figures: MessageFigures,
    /// What came back.
    #[serde(flatten)]
    pub feedback: Feedback,
}

/// How far deliveries of one kind and name have come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    /// `message`, `call` or `notice`.
    pub kind: String,
    /// What of: the message, `connector.action`, the team.
    pub name: String,
    /// Still to leave.
    pub due: u64,
    /// Have left.
    pub left: u64,
    /// Were given up.
    pub dead: u64,
}

impl Report {
    /// Put together; `deliveries` by kind, name and state, `rejects` by scope and reason.
    #[must_use]
    pub fn new(
        standing: Standing,
        counted: &Counted,
        end: Place,
        deliveries: Vec<(String, String, String, u64)>,
        rejects: Vec<(String, String, u64)>,
    ) -> Self {
        let project = &standing.engine.program().project;
        let (name, zone) = (project.name.clone(), project.timezone.clone());
        let lifecycles = standing.summary.lifecycles.iter().enumerate();
        let lifecycles = lifecycles.map(|(at, funnel)| stages(funnel, counted, at)).collect();
        let sequences = standing.summary.sequences.iter().enumerate();
        let sequences = sequences.map(|(at, figures)| sequence(&standing, at, figures)).collect();
        let summary = standing.summary;
        let feedback = |at: usize| counted.messages.get(&at).copied().unwrap_or_default();
        let messages = summary.messages.into_iter().enumerate();
        let messages = messages.map(|(at, figures)| MessageReport { figures, feedback: feedback(at) });
        let (mut rejected, mut refused_values) = (BTreeMap::new(), BTreeMap::new());
        for (scope, reason, count) in rejects {
            let counts = if scope == "call" { &mut rejected } else { &mut refused_values };
            counts.insert(reason.into(), count);
        }
        Self {
            project: name,
            zone,
            at: standing.at,
            contacts: summary.contacts,
            counts: summary.counts,
            lifecycles,
            segments: summary.segments,
            scores: summary.scores,
            sequences,
            slas: summary.slas.into_iter().enumerate().map(|(at, figures)| sla(figures, counted, at)).collect(),
            messages: messages.collect(),
            calls: summary.calls,
            notices: summary.notices,
            deliveries: by_state(deliveries),
            rejected,
            refused_values,
            deployed: summary.deployed,
            log: Read { from: counted.from, upto: counted.upto, end },
            complete: counted.upto >= end,
        }
    }
}

fn stages(funnel: &Funnel, counted: &Counted, lifecycle: usize) -> FunnelReport {
    let passed = counted.stages.get(lifecycle);
    let stages = funnel.stages.iter().enumerate().map(|(at, stage)| {
        let passed = passed.and_then(|stages| stages.get(at)).cloned().unwrap_or_default();
        StageReport {
            stage: stage.stage.clone(),
            contacts: stage.contacts,
            entered: stage.entered,
            people: passed.people,
            moved_on: passed.moved_on,
            rate: share(passed.moved_on, passed.people),
            median_seconds: passed.took.median().map(seconds),
        }
    });
    FunnelReport { lifecycle: funnel.lifecycle.clone(), stages: stages.collect() }
}

fn sequence(standing: &Standing, at: usize, figures: &SequenceFigures) -> SequenceReport {
    let lift = Lift::of(&figures.messaged, &figures.held_out);
    SequenceReport { figures: figures.clone(), steps: standing.steps_of(at), lift }
}

fn sla(figures: SlaFigures, counted: &Counted, sla: usize) -> SlaReport {
    let mut weeks: BTreeMap<Date, Week> = BTreeMap::new();
    let here = counted.weeks.iter().filter(|((of, ..), _)| *of == sla);
    for ((_, week, per), counts) in here {
        let week = weeks.entry(*week);
        let week =
            week.or_insert_with_key(|week| Week { week: *week, all: SlaCounts::default(), per: BTreeMap::new() });
        week.all.started += counts.started;
        week.all.met += counts.met;
        week.all.breached += counts.breached;
        week.all.met_late += counts.met_late;
        week.all.reminded += counts.reminded;
        if !per.is_empty() {
            week.per.insert(per.clone(), with_share(*counts));
        }
    }
    let weeks = weeks.into_values().map(|week| Week { all: with_share(week.all), ..week });
    SlaReport { figures, weeks: weeks.collect() }
}

fn by_state(rows: Vec<(String, String, String, u64)>) -> Vec<DeliveryReport> {
    let mut all: BTreeMap<(String, String), DeliveryReport> = BTreeMap::new();
    for (kind, name, state, count) in rows {
        let row = all.entry((kind, name)).or_default();
        match state.as_str() {
            "due" => row.due = count,
            "left" => row.left = count,
            _ => row.dead = count,
        }
    }
    all.into_iter().map(|((kind, name), row)| DeliveryReport { kind, name, ..row }).collect()
}

fn with_share(counts: SlaCounts) -> SlaCounts {
    SlaCounts { share: share(counts.met, counts.met + counts.breached), ..counts }
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[expect(clippy::cast_precision_loss, reason = "a time for people")]
fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1_000.0
}
