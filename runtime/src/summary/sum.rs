//! Counts of several parts of a run are added up.

use std::collections::BTreeMap;

use super::tally::{Counted, HeldOut, Tally};
use super::{Conversion, SlaCounts};
use crate::identity::ContactNumber;

impl Tally {
    /// Adds what was counted elsewhere in the same run, of other contacts.
    pub(crate) fn absorb(&mut self, other: Self) {
        let Self { summary, past, held_out } = other;
        let Counted { stages, sent, held, dropped, runs, exits, slas, per, calls, notices, rejected, refused_values } =
            summary;
        let own = &mut self.summary;
        sum(&mut own.stages, stages, add);
        sum(&mut own.sent, sent, add);
        sum(&mut own.held, held, add);
        sum(&mut own.dropped, dropped, add);
        sum(&mut own.runs, runs, converted);
        sum(&mut own.exits, exits, add);
        sum(&mut own.slas, slas, kept);
        sum(&mut own.per, per, kept);
        sum(&mut own.calls, calls, add);
        sum(&mut own.notices, notices, add);
        sum(&mut own.rejected, rejected, add);
        sum(&mut own.refused_values, refused_values, add);
        self.past.messages.extend(past.messages);
        self.past.sequences.extend(past.sequences);
        self.held_out.extend(held_out);
    }

    /// A contact is counted elsewhere from now on: its runs that are held out.
    pub(crate) fn go(&mut self, contact: ContactNumber) -> HeldOut {
        if self.held_out.is_empty() {
            return HeldOut::new();
        }
        let theirs: Vec<_> = self.of(contact).cloned().collect();
        theirs
            .into_iter()
            .map(|run| {
                self.held_out.remove(&run);
                (run.1, run.2)
            })
            .collect()
    }

    /// A contact that was counted elsewhere.
    pub(crate) fn come(&mut self, contact: ContactNumber, held_out: HeldOut) {
        self.held_out.extend(held_out.into_iter().map(|(sequence, key)| (contact, sequence, key)));
    }
}

fn sum<K: Ord, V>(own: &mut BTreeMap<K, V>, other: BTreeMap<K, V>, join: fn(&mut V, V)) {
    for (key, value) in other {
        match own.get_mut(&key) {
            Some(known) => join(known, value),
            None => drop(own.insert(key, value)),
        }
    }
}

pub(super) fn add(known: &mut u64, more: u64) {
    *known += more;
}

pub(super) fn converted(known: &mut Conversion, more: Conversion) {
    known.entered += more.entered;
    known.goal += more.goal;
    known.converted += more.converted;
}

pub(super) fn kept(known: &mut SlaCounts, more: SlaCounts) {
    known.started += more.started;
    known.met += more.met;
    known.breached += more.breached;
    known.met_late += more.met_late;
    known.reminded += more.reminded;
}
