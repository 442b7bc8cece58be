//! When which contact has to be woken, in the order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use flow_graph::Timestamp;

use super::partition::SlotNumber;

/// A heap in which each contact that has to be woken stands at its wake or before it: most events only move a wake to
/// a later time, and a contact that is found too early is put back then.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    heap: BinaryHeap<Reverse<(Timestamp, SlotNumber)>>,
    slots: Vec<Wake>,
}

#[derive(Debug, Clone, Copy)]
struct Wake {
    /// When it has to be woken; [`NEVER`]: it sleeps.
    due: Timestamp,
    /// Where the first of its entries in the heap stands that counts; what stands elsewhere is out of date.
    queued: Timestamp,
}

/// Later than any wake.
const NEVER: Timestamp = Timestamp(i64::MAX);

impl Wakes {
    /// One more contact, which sleeps.
    pub(super) fn add(&mut self) {
        self.slots.push(Wake { due: NEVER, queued: NEVER });
    }

    /// From now on this is when the contact has to be woken.
    pub(super) fn set(&mut self, contact: SlotNumber, wake: Option<Timestamp>) {
        let Some(slot) = usize::try_from(contact).ok().and_then(|at| self.slots.get_mut(at)) else { return };
        slot.due = wake.unwrap_or(NEVER);
        if slot.due < slot.queued {
            slot.queued = slot.due;
            self.heap.push(Reverse((slot.due, contact)));
            self.tidy();
        }
    }

    /// The first contact that is due up to an instant, and when it is due. It sleeps until it is set again.
    pub(super) fn pop_due(&mut self, until: Timestamp) -> Option<(Timestamp, SlotNumber)> {
        while let Some(mut first) = self.heap.peek_mut() {
            let Reverse((at, contact)) = *first;
            if at > until {
                return None;
            }
            let slot = usize::try_from(contact).ok().and_then(|index| self.slots.get_mut(index));
            match slot.filter(|slot| slot.queued == at) {
                Some(slot) if slot.due == NEVER => {
                    slot.queued = NEVER;
                    std::collections::binary_heap::PeekMut::pop(first);
                }
                Some(slot) if slot.due > at => {
                    slot.queued = slot.due;
                    *first = Reverse((slot.due, contact));
                }
                Some(slot) => {
                    *slot = Wake { due: NEVER, queued: NEVER };
                    std::collections::binary_heap::PeekMut::pop(first);
                    return Some((at, contact));
                }
                None => drop(std::collections::binary_heap::PeekMut::pop(first)),
            }
        }
        None
    }

    /// Nobody is due before this instant; none: nobody ever is.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Throws entries out of date away when they outnumber the others.
    fn tidy(&mut self) {
        if self.heap.len() > 64 + 2 * self.slots.len() {
            let slots = &self.slots;
            self.heap.retain(|&Reverse((at, contact))| {
                usize::try_from(contact).ok().and_then(|index| slots.get(index)).is_some_and(|slot| slot.queued == at)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_order_is_time_then_contact_and_what_is_replaced_is_gone() {
        let mut wakes = Wakes::default();
        for _ in 0..3 {
            wakes.add();
        }
        wakes.set(2, Some(Timestamp(5)));
        wakes.set(1, Some(Timestamp(5)));
        wakes.set(0, Some(Timestamp(9)));
        wakes.set(0, Some(Timestamp(7)));
        wakes.set(2, None);
        wakes.set(2, Some(Timestamp(5)));
        assert_eq!(wakes.pop_due(Timestamp(6)), Some((Timestamp(5), 1)));
        assert_eq!(wakes.pop_due(Timestamp(6)), Some((Timestamp(5), 2)));
        assert_eq!(wakes.pop_due(Timestamp(6)), None);
        assert_eq!(wakes.pop_due(Timestamp(9)), Some((Timestamp(7), 0)));
        assert_eq!(wakes.pop_due(Timestamp(9)), None);
        for at in 0..1_000 {
            wakes.set(0, Some(Timestamp(1_000 - at)));
        }
        assert!(wakes.heap.len() <= 71);
    }

    #[test]
    fn wakes_come_as_from_a_sorted_list() {
        let mut wakes = Wakes::default();
        let mut list: BTreeMap<SlotNumber, Timestamp> = BTreeMap::new();
        (0..40).for_each(|_| wakes.add());
        let mut seed = 3_u64;
        let mut random = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let mut now = 0;
        for _ in 0..20_000 {
            let contact = SlotNumber::try_from(random(40)).unwrap();
            let wake = (random(5) > 0).then(|| Timestamp(now + 1 + i64::try_from(random(200)).unwrap()));
            wakes.set(contact, wake);
            match wake {
                Some(wake) => drop(list.insert(contact, wake)),
                None => drop(list.remove(&contact)),
            }
            if random(4) == 0 {
                now += i64::try_from(random(60)).unwrap();
                loop {
                    let first = list.iter().map(|(contact, at)| (*at, *contact)).min();
                    let expected = first.filter(|(at, _)| at.0 <= now);
                    assert_eq!(wakes.pop_due(Timestamp(now)), expected);
                    let Some((_, contact)) = expected else { break };
                    list.remove(&contact);
                }
            }
        }
    }
}
