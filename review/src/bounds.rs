//! What the graph and the limits say of the worst case: how many messages one contact can get in a week by each
//! channel, and which of them the caps can keep from leaving.
//!
//! A week is seven days in a row where the contact lives, from a midnight on. A bound is never exceeded by what is
//! decided for one contact who stays in one zone, whose clocks go back by an hour at most, and with whom no other contact
//! is merged. Any event is taken to come at any time, so a bound may be higher than what the events of the world allow.
//! What the caps allow is exact where hours and days do not stand side by side: some run reaches it.

mod caps;
mod changes;
mod runs;
mod starve;

use std::collections::{BTreeMap, BTreeSet};

use flow_graph::program::{Cap, Channel, Message, Program, Sequence, StepKind};
use flow_graph::{Id, Span};
use serde::{Deserialize, Serialize};

use crate::place::Place;
pub use changes::{Change, changes};
use runs::{Count, Question, Why};

/// Version of the serialised form. Within a version keys may be added.
pub const FORMAT_VERSION: u32 = 1;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// Messages, and the sequences that send them.
type Sends = BTreeMap<Id<Message>, Vec<Id<Sequence>>>;

/// The worst case of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// [`FORMAT_VERSION`] of whoever wrote it.
    pub format_version: u32,
    /// Each channel by which something is sent, or that has a cap, in the order of their names.
    pub channels: Vec<ChannelBounds>,
    /// Messages that the caps can keep from leaving, in the order of channels and names.
    pub held_back: Vec<HeldBack>,
}

/// The worst case of a channel, for one contact in any seven days in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelBounds {
    /// Its name.
    pub channel: String,
    /// At most so many messages of all kinds; none: there is no bound.
    pub most: Option<u64>,
    /// At most so many that are not transactional: the lower of the next two.
    pub limited: Option<u64>,
    /// What the caps allow; none: there is no cap.
    pub by_caps: Option<u64>,
    /// Where the clocks do not go back the caps allow fewer: so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_caps_usually: Option<u64>,
    /// What the sequences could send if there were no cap.
    pub by_sequences: Option<u64>,
    /// At most so many transactional ones, which pass the caps.
    pub transactional: Option<u64>,
    /// The caps as they are written: `1 per 1 day`.
    pub caps: Vec<String>,
    /// Where the first of them stands.
    pub caps_at: Option<Place>,
    /// What sends by it: those that are transactional last.
    pub sequences: Vec<SequenceBounds>,
}

/// What a sequence could send by a channel to one contact in any seven days if there were no cap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceBounds {
    /// Its name.
    pub sequence: String,
    /// These messages are transactional.
    pub transactional: bool,
    /// At most so many; none: there is no bound.
    pub most: Option<u64>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Which, in the order of their steps.
    pub messages: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// A message that others can keep from leaving: its time is over before a cap has room for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// Its name.
    pub message: String,
    /// The channel.
    pub channel: String,
    /// Its priority.
    pub priority: i64,
    /// The caps that can be full then: `1 per 1 day`.
    pub full: Vec<String>,
    /// How long it waits for room; none: it does not.
    pub waits: Option<String>,
    /// Messages that fill them because they have a higher priority.
    pub first: Vec<String>,
    /// Those of the same priority, which go first when they wait longer.
    pub equal: Vec<String>,
    /// Those of a lower one, which fill them when they came before it.
    pub earlier: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// The worst case of a program.
#[must_use]
pub fn of(program: &Program) -> Bounds {
    let mut channels: Vec<_> = program.channels.enumerate().collect();
    channels.sort_by(|a, b| a.1.name.cmp(&b.1.name));
    let mut bounds = Bounds { format_version: FORMAT_VERSION, channels: Vec::new(), held_back: Vec::new() };
    for (id, channel) in channels {
        let caps: Vec<Cap> = program.limits.caps.iter().filter(|cap| cap.channel == id).copied().collect();
        let (limited, transactional) = (sends(program, id, false), sends(program, id, true));
        if caps.is_empty() && limited.is_empty() && transactional.is_empty() {
            continue;
        }
        bounds.channels.push(one(program, channel, &caps, [&limited, &transactional]));
        if !caps.is_empty() {
            let mut held = starve::Starving::new(program, id, &caps, &limited).all();
            held.sort_by(|a, b| a.message.cmp(&b.message));
            bounds.held_back.extend(held);
        }
    }
    bounds
}

fn one(program: &Program, channel: &Channel, caps: &[Cap], [limited, transactional]: [&Sends; 2]) -> ChannelBounds {
    let mut sequences = sources(program, limited, false);
    let by_sequences = sum(sequences.iter());
    let passing = sources(program, transactional, true);
    let free = sum(passing.iter());
    sequences.extend(passing);
    let allowed = caps::allowed(caps, program.limits.quiet, WEEK);
    let by_caps = allowed.map(|allowed| allowed.most);
    let limited = match (by_caps, by_sequences) {
        (Some(caps), Some(sequences)) => Some(caps.min(sequences)),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    };
    ChannelBounds {
        channel: channel.name.clone(),
        most: limited.zip(free).map(|(limited, free)| limited.saturating_add(free)),
        limited,
        by_caps,
        by_caps_usually: allowed.filter(|it| it.usual < it.most).map(|it| it.usual),
        by_sequences,
        transactional: free,
        caps: caps.iter().map(|cap| format!("{} per {}", cap.count, cap.per)).collect(),
        caps_at: caps.first().and_then(|cap| Place::of(program, cap.at)),
        sequences,
    }
}

/// All of them together; none where one has no bound.
fn sum<'s>(mut sequences: impl Iterator<Item = &'s SequenceBounds>) -> Option<u64> {
    sequences.try_fold(0_u64, |sum, sequence| Some(sum.saturating_add(sequence.most?)))
}

/// What is sent by a channel, of what is transactional or of what is not.
fn sends(program: &Program, channel: Id<Channel>, transactional: bool) -> Sends {
    let mut sends = Sends::new();
    let ours = |id: Id<Message>| {
        let message = program.messages.get(id).filter(|message| message.channel == channel);
        let topic = message.and_then(|message| program.topics.get(message.topic));
        topic.is_some_and(|topic| topic.transactional == transactional)
    };
    let earlier = program.earlier.iter().map(|earlier| (earlier.of, &earlier.sequence));
    for (id, sequence) in program.sequences.enumerate().chain(earlier) {
        for message in messages(sequence).filter(|message| ours(*message)) {
            let by = sends.entry(message).or_default();
            if !by.contains(&id) {
                by.push(id);
            }
        }
    }
    sends
}

/// The messages of a sequence, in the order of its steps.
fn messages(sequence: &Sequence) -> impl Iterator<Item = Id<Message>> + '_ {
    sequence.steps.iter().filter_map(|step| if let StepKind::Send(message) = step.kind { Some(message) } else { None })
}

/// What each sequence sends of some messages, those that have no bound first, then those that send most.
fn sources(program: &Program, sends: &Sends, transactional: bool) -> Vec<SequenceBounds> {
    let by: BTreeSet<Id<Sequence>> = sends.values().flatten().copied().collect();
    let counts = |id: Id<Message>| sends.contains_key(&id);
    let source = |id: Id<Sequence>| {
        let sequence = program.sequences.get(id)?;
        let found = runs::most(program, id, Question { counts: &counts, time: WEEK, before: None });
        let (most, because) = match found {
            Count::Most(0) => return None,
            Count::Most(count) => (Some(count), None),
            Count::Any(why) => (None, Some(reason(program, sequence, why))),
        };
        let mut names: Vec<String> = Vec::new();
        for message in messages(sequence).filter(|id| counts(*id)).filter_map(|id| program.messages.get(id)) {
            if !names.contains(&message.name) {
                names.push(message.name.clone());
            }
        }
        let place = Place::of(program, sequence.at)?;
        Some(SequenceBounds { sequence: sequence.name.clone(), transactional, most, because, messages: names, place })
    };
    let mut sources: Vec<SequenceBounds> = by.into_iter().filter_map(source).collect();
    let rank = |it: &SequenceBounds| std::cmp::Reverse(it.most.unwrap_or(u64::MAX));
    sources.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.sequence.cmp(&b.sequence)));
    sources
}

fn reason(program: &Program, sequence: &Sequence, why: Why) -> String {
    match why {
        Why::Again => "a run can follow the last one at once".to_owned(),
        Why::Keys => {
            let field = |(event, slot): &(Id<_>, u16)| {
                let event: &flow_graph::program::Event = program.events.get(*event)?;
                Some(event.fields.get(usize::from(*slot))?.name.as_str())
            };
            let name = sequence.key.iter().flatten().find_map(field);
            name.map_or_else(|| "a run for each key".to_owned(), |name| format!("a run for each `{name}`"))
        }
    }
}

/// The least that a length of time can be: in days where it is in days, so that clocks that go forward do not count.
fn shortest(span: Span) -> i64 {
    match span {
        Span::Elapsed(ms) => ms.max(0),
        Span::Calendar { months, days } => (i64::from(months) * 28 + i64::from(days)).saturating_mul(DAY),
    }
}

/// The most that it can be, the hour of clocks that go back with it.
fn longest(span: Span) -> i64 {
    match span {
        Span::Elapsed(ms) => ms.max(0).saturating_add(HOUR),
        Span::Calendar { months, days } => {
            (i64::from(months) * 31 + i64::from(days)).saturating_mul(DAY).saturating_add(HOUR)
        }
    }
}
