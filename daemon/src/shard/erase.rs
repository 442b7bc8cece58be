//! Somebody is taken out of the shard, and of all that is kept with its next commit.

use std::collections::BTreeSet;
use std::sync::Arc;

use flow_graph::Value;
use flow_runtime::identity::{ContactNumber, Whole};

use super::Shard;
use crate::erasure::{Erased, Erasure};
use crate::log::{Kind, Place};

/// How much was known of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Forgotten {
    /// The number of the contact, which says nothing any more.
    #[serde(skip)]
    pub number: ContactNumber,
    /// Ids that led to it.
    pub ids: usize,
    /// Entries of the log.
    pub entries: usize,
}

impl Shard {
    /// Takes somebody out, by one of its ids, with all who turned out to be the same; none where nobody has the id.
    /// Calls that speak of them are refused from now on.
    pub fn erase(&mut self, id: &str) -> Option<Forgotten> {
        let (number, mut erasure) = self.person(id)?;
        let ids = erasure.ids.iter().map(|id| self.erased.id(id));
        erasure.tombstones = ids.chain(erasure.addresses.iter().map(|it| self.erased.address(it))).collect();
        self.erased.add(&erasure.tombstones);
        let forgotten = Forgotten { number, ids: erasure.ids.len(), entries: erasure.places.len() };
        self.driver.erase(&erasure.numbers);
        if let Some(mark) = &mut self.round.mark {
            erasure.of_news(&mut mark.news);
        }
        for number in &erasure.numbers {
            self.keeper.log.set_place(*number, 0);
            self.keeper.tally.forget(*number);
        }
        self.keeper.changed.extend(&erasure.numbers);
        // What waits to be kept of somebody need not be kept at all.
        self.keeper.deliveries.retain(|delivery| !erasure.ids.contains(&delivery.contact));
        self.keeper.failures.retain(|(delivery, _)| !erasure.ids.contains(&delivery.contact));
        self.rejects.retain(|reject| !erasure.is_in(&reject.raw));
        self.erasures.push(erasure);
        Some(forgotten)
    }

    /// The number of somebody, and what speaks of it beside the log.
    #[must_use]
    pub fn person(&self, id: &str) -> Option<(ContactNumber, Erasure)> {
        let number = self.find(id)?;
        let Whole { numbers, ids } = self.driver.people().whole(number);
        let (places, addresses) = self.traces(number);
        let ids = ids.iter().map(ToString::to_string).collect();
        let addresses = addresses.into_iter().collect();
        Some((number, Erasure { numbers, ids, addresses, places, tombstones: Vec::new() }))
    }

    /// Who was erased.
    #[must_use]
    pub fn erased(&self) -> &Arc<Erased> {
        &self.erased
    }

    /// Where a store that is new keeps its salt: from now on it is this one.
    pub(crate) fn remember(&mut self, erased: Arc<Erased>) {
        self.erased = erased;
    }

    /// Where the entries of a contact stand, and the addresses that it ever had.
    fn traces(&self, number: ContactNumber) -> (Vec<Place>, BTreeSet<String>) {
        let field = self.engine().program().email_field;
        let now = self.contact(number).zip(field).map(|(contact, field)| contact.facts.field(field));
        let text = |value: &Value| if let Value::Text(text) = value { Some(text.to_string()) } else { None };
        let mut addresses: BTreeSet<String> = now.and_then(text).into_iter().collect();
        let mut places = Vec::new();
        for (entry, program) in self.history(number) {
            places.push(entry.place);
            let then = self.lineage().engine(program).and_then(|engine| engine.program().email_field);
            if let Kind::Input { incoming, .. } = &entry.kind {
                let said = incoming.changes.iter().filter(|(field, _)| Some(*field) == then);
                addresses.extend(said.filter_map(|(_, value)| text(value)));
            }
        }
        (places, addresses)
    }
}
