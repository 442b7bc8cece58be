//! Counts follow a changed program: by name, as people do.

use std::collections::BTreeMap;

use flow_graph::Id;
use flow_machine::adopt::Change;

use super::sum::{add, converted, kept};
use super::tally::Tally;
use super::{MessageFigures, SequenceFigures};

impl Tally {
    /// Another program has taken over: what is counted from now on is in its numbers.
    pub fn deployed(&mut self, change: &Change) {
        self.keep_past(change);
        let counted = &mut self.summary;
        let message = |at: usize| Some(change.message(id(at)?)?.index());
        let sequence = |at: usize| Some(change.sequence(id(at)?)?.index());
        let sla = |at: usize| Some(change.sla(id(at)?)?.index());
        let stage = |&(lifecycle, stage): &(usize, usize)| {
            let (lifecycle, stage) = change.stage(id(lifecycle)?, u16::try_from(stage).ok()?)?;
            Some((lifecycle.index(), usize::from(stage)))
        };
        renumber(&mut counted.stages, stage, add);
        renumber(&mut counted.sent, |at| message(*at), add);
        renumber(&mut counted.held, |(at, gate)| Some((message(*at)?, gate.clone())), add);
        renumber(&mut counted.dropped, |(at, gate)| Some((message(*at)?, gate.clone())), add);
        renumber(&mut counted.runs, |(at, holdout)| Some((sequence(*at)?, *holdout)), converted);
        renumber(&mut counted.exits, |(at, reason)| Some((sequence(*at)?, reason.clone())), add);
        renumber(&mut counted.slas, |at| sla(*at), kept);
        renumber(&mut counted.per, |(at, per)| Some((sla(*at)?, per.clone())), kept);
        let held_out = std::mem::take(&mut self.held_out);
        self.held_out = held_out.into_iter().filter_map(|(who, at, key)| Some((who, sequence(at)?, key))).collect();
    }

    /// Figures of what the new program has not stay under the old names.
    fn keep_past(&mut self, change: &Change) {
        let old = change.before().program();
        for (id, message) in old.messages.enumerate().filter(|(id, _)| change.message(*id).is_none()) {
            let mut figures = MessageFigures { message: message.name.clone(), ..MessageFigures::default() };
            self.summary.message(id.index(), &mut figures);
            self.past.messages.push(figures);
        }
        for (id, sequence) in old.sequences.enumerate().filter(|(id, _)| change.sequence(*id).is_none()) {
            let mut figures = SequenceFigures { sequence: sequence.name.clone(), ..SequenceFigures::default() };
            self.summary.sequence(id.index(), &mut figures);
            self.past.sequences.push(figures);
        }
    }
}

fn id<T>(position: usize) -> Option<Id<T>> {
    u32::try_from(position).ok().map(Id::new)
}

/// What two have become one of is added up.
fn renumber<K: Ord, V>(counts: &mut BTreeMap<K, V>, now: impl Fn(&K) -> Option<K>, join: fn(&mut V, V)) {
    for (key, value) in std::mem::take(counts) {
        let Some(key) = now(&key) else { continue };
        match counts.get_mut(&key) {
            Some(known) => join(known, value),
            None => drop(counts.insert(key, value)),
        }
    }
}
