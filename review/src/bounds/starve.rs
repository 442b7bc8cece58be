//! Messages that the caps can keep from leaving.
//!
//! A message that a cap holds competes whenever there is room. It is dropped where the cap is full when its time is over:
//! of what fills it then, all that was sent while it waited went first, and what was sent before it was there may be
//! anything. Where others cannot send that many, it always leaves. Quiet hours at the end of its time let it wait for
//! nothing.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use flow_graph::program::{Cap, CapPolicy, Channel, Message, Program, Sequence};
use flow_graph::{Id, Span};

use super::runs::{Count, Question, most};
use super::{HOUR, HeldBack, Sends, caps, longest, shortest};
use crate::place::Place;

/// How many messages each sequence sends; none: any number.
type Counts = BTreeMap<Id<Sequence>, Option<u64>>;

/// A channel whose messages are looked at.
pub(super) struct Starving<'p> {
    program: &'p Program,
    channel: Id<Channel>,
    caps: &'p [Cap],
    /// What is sent by it and counts, with the sequences that send it.
    sends: &'p Sends,
    /// For how long a message competes at least.
    patience: i64,
    /// By the priority that goes first, and the time in which it is sent.
    known: BTreeMap<(Option<i64>, i64), Counts>,
}

impl<'p> Starving<'p> {
    pub(super) fn new(program: &'p Program, channel: Id<Channel>, caps: &'p [Cap], sends: &'p Sends) -> Self {
        let quiet = caps::length(program.limits.quiet);
        let patience = match program.limits.when_capped {
            CapPolicy::Skip => 0,
            CapPolicy::WaitUpTo(span) => shortest(span).saturating_sub(quiet + if quiet > 0 { HOUR } else { 0 }).max(0),
        };
        Self { program, channel, caps, sends, patience, known: BTreeMap::new() }
    }

    /// All messages of the channel that can be kept from leaving, in their order.
    pub(super) fn all(mut self) -> Vec<HeldBack> {
        let sends = self.sends;
        sends.iter().filter_map(|(message, by)| self.one(*message, by)).collect()
    }

    fn one(&mut self, id: Id<Message>, by: &[Id<Sequence>]) -> Option<HeldBack> {
        let message = self.program.messages.get(id)?;
        let caps = self.caps;
        let full: Vec<&Cap> =
            caps.iter().filter(|cap| by.iter().any(|sequence| self.fills(cap, id, message, *sequence))).collect();
        if full.is_empty() {
            return None;
        }
        let before = full.iter().any(|cap| self.window(cap) > self.patience);
        let others = self.sends.keys().filter(|other| **other != id);
        let mut held = HeldBack {
            message: message.name.clone(),
            channel: self.program.channels.get(self.channel)?.name.clone(),
            priority: message.priority,
            full: full.iter().map(|cap| format!("{} per {}", cap.count, cap.per)).collect(),
            waits: match self.program.limits.when_capped {
                CapPolicy::Skip => None,
                CapPolicy::WaitUpTo(span) => Some(span.to_string()),
            },
            first: Vec::new(),
            equal: Vec::new(),
            earlier: Vec::new(),
            place: Place::of(self.program, message.at)?,
        };
        for other in others.copied().collect::<Vec<_>>() {
            let Some(filler) = self.program.messages.get(other) else { continue };
            let competes = self.competes(other, by);
            let came = before && (competes || by.iter().any(|sequence| self.precedes(other, id, *sequence)));
            match filler.priority.cmp(&message.priority) {
                Ordering::Greater if competes => held.first.push(filler.name.clone()),
                Ordering::Equal if competes => held.equal.push(filler.name.clone()),
                Ordering::Greater | Ordering::Equal | Ordering::Less if came => held.earlier.push(filler.name.clone()),
                Ordering::Greater | Ordering::Equal | Ordering::Less => {}
            }
        }
        Some(held)
    }

    /// Whether a message can wait at the same time as another: it is of another sequence, or of another run of it.
    fn competes(&self, other: Id<Message>, by: &[Id<Sequence>]) -> bool {
        let of = self.sends.get(&other).map(Vec::as_slice).unwrap_or_default();
        of.iter().any(|of| by.iter().any(|sequence| of != sequence || self.is_keyed(*sequence)))
    }

    /// Whether a sequence can send a message before another one of its own.
    fn precedes(&self, other: Id<Message>, message: Id<Message>, sequence: Id<Sequence>) -> bool {
        let counts = |id: Id<Message>| id == other;
        let longest = self.caps.iter().map(|cap| self.window(cap)).max().unwrap_or(0);
        let question = Question { counts: &counts, time: longest, before: Some(message) };
        most(self.program, sequence, question) != Count::Most(0)
    }

    fn is_keyed(&self, sequence: Id<Sequence>) -> bool {
        self.program.sequences.get(sequence).is_some_and(|it| it.key.is_some())
    }

    /// The window of a cap, against the time that a message waits: days with days, else with an hour for the clocks.
    fn window(&self, cap: &Cap) -> i64 {
        let waits = match self.program.limits.when_capped {
            CapPolicy::Skip => return longest(cap.per),
            CapPolicy::WaitUpTo(span) => span,
        };
        // Months are as long as they are.
        let in_days = |span: Span| match span {
            Span::Elapsed(_) => Some(false),
            Span::Calendar { months: 0, .. } => Some(true),
            Span::Calendar { .. } => None,
        };
        let alike = in_days(cap.per).is_some() && in_days(cap.per) == in_days(waits);
        if alike { shortest(cap.per) } else { longest(cap.per) }
    }

    /// Whether a cap can be full when the time of a message of a sequence is over.
    fn fills(&mut self, cap: &Cap, id: Id<Message>, message: &Message, sequence: Id<Sequence>) -> bool {
        let (count, window) = (u64::from(cap.count), self.window(cap));
        let possible = caps::allowed(self.caps, None, window).is_none_or(|allowed| allowed.most >= count);
        if !possible {
            return false;
        }
        let keyed = self.is_keyed(sequence);
        // While it waits: whatever goes first. Its own run waits with it.
        let waiting = window.min(self.patience);
        let own = if keyed { None } else { Some(0) };
        let first = add(self.others(Some(message.priority), waiting, sequence), own);
        // Before it was there: anything, of its own sequence what comes before it.
        let before = window - waiting;
        let sends = self.sends;
        let counts = |id: Id<Message>| sends.contains_key(&id);
        let own = match most(self.program, sequence, Question { counts: &counts, time: before, before: Some(id) }) {
            Count::Most(count) if before > 0 => Some(count),
            Count::Most(_) => Some(0),
            Count::Any(_) => None,
        };
        let any = add(self.others(None, before, sequence), own);
        add(first, any).is_none_or(|others| others >= count)
    }

    /// How many messages all sequences but one send in a time, of those that go before a priority where there is one.
    fn others(&mut self, priority: Option<i64>, time: i64, but: Id<Sequence>) -> Option<u64> {
        if time <= 0 {
            return Some(0);
        }
        if !self.known.contains_key(&(priority, time)) {
            let (program, sends) = (self.program, self.sends);
            let counts = |id: Id<Message>| {
                let message = program.messages.get(id).filter(|_| sends.contains_key(&id));
                message.is_some_and(|message| priority.is_none_or(|priority| message.priority >= priority))
            };
            let count = |id: Id<Sequence>| match most(program, id, Question { counts: &counts, time, before: None }) {
                Count::Most(count) => Some(count),
                Count::Any(_) => None,
            };
            let counts = program.sequences.ids().map(|id| (id, count(id))).collect();
            self.known.insert((priority, time), counts);
        }
        let counts = self.known.get(&(priority, time))?;
        counts
            .iter()
            .filter(|(id, _)| **id != but)
            .try_fold(0_u64, |sum, (_, count)| Some(sum.saturating_add((*count)?)))
    }
}

fn add(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    Some(a?.saturating_add(b?))
}
