//! What two programs do to the same history, for people: figures that differ, contacts that stand for them, and the
//! timelines of a few side by side. Made out of what [`flow_runtime::backtest`] counts.

pub mod budgets;
mod charts;
pub mod foretold;
pub mod html;
pub mod label;
pub mod markdown;
mod stories;
pub mod words;

use std::sync::Arc;

use flow_compiler::settings::BacktestSettings;
use flow_graph::Timestamp;
use flow_runtime::backtest::facts::{Fact, FactKind};
use flow_runtime::backtest::outcome::{ChannelPressure, Difference, Outcome, Sample, ScoreSpread};
use flow_runtime::backtest::stories::Pair;
use serde::Serialize;

pub use budgets::Budget;
pub use label::LabelReport;
pub use stories::{Moment, Said, Story};
pub use words::Group;

/// Version of the JSON form.
pub const FORMAT_VERSION: u32 = 1;

/// What two programs do to the same history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`FORMAT_VERSION`]
    pub format_version: u32,
    /// How the program before is called.
    pub base: String,
    /// How the program after is called.
    pub head: String,
    /// Both mean the same: nothing can be different.
    pub same: bool,
    /// What went by.
    pub history: History,
    /// Contacts to whom anything different happens.
    pub affected: u64,
    /// All that differs, in the order in which it is told.
    pub changes: Vec<Figure>,
    /// All that is the same.
    pub unchanged: Vec<Figure>,
    /// How many messages contacts had in a week.
    pub pressure: Vec<ChannelPressure>,
    /// How scores are spread at the end.
    pub scores: Vec<ScoreSpread>,
    /// What scores foretold of what happened later, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelReport>,
    /// Whether the change keeps to `[backtest]` of `flow.toml`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<Budget>,
    /// A few contacts under both programs.
    pub contacts: Vec<Story>,
}

/// What went by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct History {
    /// The first input that was taken, RFC 3339.
    pub from: String,
    /// Where the clock stood at the end, RFC 3339.
    pub until: String,
    /// Inputs that were taken, before and after.
    pub inputs: Both,
    /// Contacts at the end.
    pub contacts: Both,
}

/// A number under both programs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Both {
    /// Before.
    pub before: u64,
    /// After.
    pub after: u64,
}

/// One figure under both programs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Where it belongs.
    pub group: Group,
    /// What it is.
    pub kind: FactKind,
    /// Of which item.
    pub item: String,
    /// Of which part of it: a stage, a band, a gate, a reason.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// The item, or the part, is new.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub new: bool,
    /// The item, or the part, is gone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// How often.
    pub count: Both,
    /// To how many contacts.
    pub contacts: Both,
    /// Contacts to whom it happens and did not.
    pub gained: u64,
    /// Contacts to whom it does not happen any more.
    pub lost: u64,
    /// Contacts to whom it happens more often, those who gained it among them.
    pub more: u64,
    /// Contacts to whom it happens less often, those who lost it among them.
    pub fewer: u64,
    /// Contacts to whom it happens more than once: of a band, those whose score goes up and down.
    pub again: Both,
    /// Contacts to whom it happens earlier.
    pub earlier: u64,
    /// Contacts to whom it happens later.
    pub later: u64,
    /// A few contacts that stand for the difference.
    pub sample: Vec<String>,
}

impl Report {
    /// What came of a backtest. `names` say how both programs are called.
    #[must_use]
    pub fn new(outcome: &Outcome, (base, head): (&str, &str), stories: &[Pair]) -> Self {
        let mut figures: Vec<Figure> = outcome
            .facts
            .iter()
            .zip(&outcome.differences)
            .filter(|(_, difference)| difference.base > 0 || difference.head > 0)
            .map(|(fact, difference)| figure(fact, difference))
            .collect();
        // Within a group the order is that of the program.
        figures.sort_by_key(|figure| figure.group);
        let (changes, unchanged) = figures.into_iter().partition(Figure::differs);
        Self {
            format_version: FORMAT_VERSION,
            base: base.to_owned(),
            head: head.to_owned(),
            same: outcome.same,
            history: History {
                from: Timestamp(outcome.span.0).to_string(),
                until: Timestamp(outcome.span.1).to_string(),
                inputs: Both { before: outcome.counts.0.inputs, after: outcome.counts.1.inputs },
                contacts: Both { before: outcome.contacts.0, after: outcome.contacts.1 },
            },
            affected: outcome.affected,
            changes,
            unchanged,
            pressure: outcome.pressure.clone(),
            scores: outcome.scores.clone(),
            label: None,
            budgets: Vec::new(),
            contacts: stories.iter().map(Story::new).collect(),
        }
    }

    /// The form for programs, laid out, with a line break at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The same, held against budgets.
    #[must_use]
    pub fn within(mut self, settings: &BacktestSettings) -> Self {
        self.budgets = budgets::judge(&self, settings);
        self
    }

    /// The same with what scores foretold: `name` is what the event is called, `within` how soon it had to come.
    #[must_use]
    pub fn foretold(mut self, outcome: &Outcome, (name, event): (&str, &str), within: Option<&str>) -> Self {
        self.label = outcome.labels.as_ref().map(|labels| label::judge(&self, labels, (name, event), within));
        self
    }

    /// A budget is exceeded.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.budgets.iter().any(|budget| budget.exceeded)
    }

    /// Nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Groups of changes in their order.
    pub fn groups(&self) -> impl Iterator<Item = (Group, Vec<&Figure>)> {
        Group::ALL.into_iter().filter_map(|group| {
            let of: Vec<&Figure> = self.changes.iter().filter(|figure| figure.group == group).collect();
            (!of.is_empty()).then_some((group, of))
        })
    }

    /// All messages that are sent.
    #[must_use]
    pub fn sends(&self) -> Both {
        let sent = self.changes.iter().chain(&self.unchanged).filter(|figure| figure.kind == FactKind::Sent);
        sent.fold(Both::default(), |sum, figure| Both {
            before: sum.before + figure.count.before,
            after: sum.after + figure.count.after,
        })
    }
}

impl Both {
    /// By how much it changes, signed.
    #[must_use]
    pub fn difference(self) -> i64 {
        i64::try_from(self.after).unwrap_or(i64::MAX) - i64::try_from(self.before).unwrap_or(i64::MAX)
    }

    /// The difference as a part of what was before; none where there was nothing.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share for people")]
    pub fn share(self) -> Option<f64> {
        (self.before > 0).then(|| self.difference() as f64 / self.before as f64)
    }
}

impl Figure {
    /// Somebody has it more, less, or at another time.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.more > 0 || self.fewer > 0 || self.earlier > 0 || self.later > 0
    }
}

fn figure(fact: &Fact, difference: &Difference) -> Figure {
    let ids = |sample: &Sample| sample.ids().map(ToString::to_string).collect::<Vec<_>>();
    let mut sample = ids(&difference.sample_more);
    sample.extend(ids(&difference.sample_fewer));
    if sample.is_empty() {
        sample = ids(&difference.sample_moved);
    }
    Figure {
        group: Group::of(fact.kind),
        kind: fact.kind,
        item: fact.item.clone(),
        part: fact.part.clone(),
        new: !fact.base,
        gone: !fact.head,
        count: Both { before: difference.base, after: difference.head },
        contacts: Both { before: difference.base_contacts, after: difference.head_contacts },
        gained: difference.gained,
        lost: difference.lost,
        more: difference.more,
        fewer: difference.fewer,
        again: Both { before: difference.base_again, after: difference.head_again },
        earlier: difference.earlier,
        later: difference.later,
        sample,
    }
}

/// Contacts whose timelines are worth telling: of each group in its order those of its largest difference first, one
/// who has more and one who has less, until there are so many.
#[must_use]
pub fn worth_telling(outcome: &Outcome, most: usize) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = Vec::new();
    let mut ranked: Vec<(Group, std::cmp::Reverse<u64>, &Difference)> = outcome
        .facts
        .iter()
        .zip(&outcome.differences)
        .filter(|(_, difference)| !difference.is_none())
        .map(|(fact, it)| (Group::of(fact.kind), std::cmp::Reverse(it.more + it.fewer), it))
        .collect();
    ranked.sort_by_key(|(group, size, _)| (*group, *size));
    // First one of each difference, then more of them.
    for round in 0..5 {
        for (_, _, difference) in &ranked {
            for sample in [&difference.sample_more, &difference.sample_fewer, &difference.sample_moved] {
                if let Some(id) = sample.ids().nth(round)
                    && found.len() < most
                    && !found.contains(id)
                {
                    found.push(Arc::clone(id));
                }
            }
        }
    }
    found
}
