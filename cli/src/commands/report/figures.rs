//! A report as it comes from a daemon; `docs/http.md` says what each figure is.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) report: Report,
}

#[derive(Debug, Deserialize)]
pub(super) struct Report {
    pub(super) project: String,
    pub(super) zone: String,
    pub(super) until: String,
    pub(super) contacts: u64,
    pub(super) lifecycles: Vec<Funnel>,
    pub(super) segments: Vec<Size>,
    pub(super) scores: Vec<Score>,
    pub(super) sequences: Vec<Sequence>,
    pub(super) slas: Vec<Sla>,
    pub(super) messages: Vec<Message>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) rejected: BTreeMap<String, u64>,
    pub(super) refused_values: BTreeMap<String, u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Funnel {
    pub(super) lifecycle: String,
    pub(super) stages: Vec<Stage>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Stage {
    pub(super) stage: String,
    pub(super) contacts: u64,
    pub(super) people: u64,
    pub(super) moved_on: u64,
    pub(super) rate: Option<f64>,
    pub(super) median_seconds: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Size {
    pub(super) name: String,
    pub(super) contacts: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Score {
    pub(super) score: String,
    pub(super) below: u64,
    pub(super) bands: Vec<Size>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sequence {
    pub(super) sequence: String,
    pub(super) messaged: Conversion,
    pub(super) held_out: Conversion,
    pub(super) under_way: u64,
    pub(super) steps: Vec<Step>,
    pub(super) lift: Option<Lift>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Conversion {
    pub(super) entered: u64,
    pub(super) goal: u64,
    pub(super) share: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Step {
    pub(super) step: String,
    pub(super) runs: u64,
    #[serde(default)]
    pub(super) earlier: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Lift {
    pub(super) difference: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Sla {
    pub(super) sla: String,
    pub(super) target: Option<f64>,
    pub(super) all: Counts,
    pub(super) per: BTreeMap<String, Counts>,
    pub(super) weeks: Vec<Week>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Counts {
    pub(super) started: u64,
    pub(super) met: u64,
    pub(super) breached: u64,
    pub(super) share: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Week {
    pub(super) week: String,
    pub(super) all: Counts,
    pub(super) per: BTreeMap<String, Counts>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) message: String,
    pub(super) sent: u64,
    pub(super) held: BTreeMap<String, u64>,
    pub(super) dropped: BTreeMap<String, u64>,
    pub(super) opened: u64,
    pub(super) clicked: u64,
    pub(super) bounced: u64,
    pub(super) complained: u64,
    pub(super) unsubscribed: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Delivery {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) due: u64,
    pub(super) left: u64,
    pub(super) dead: u64,
}
