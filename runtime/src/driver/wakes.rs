//! When which contact has to be woken, in the order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use flow_graph::Timestamp;

use crate::identity::ContactNumber;

/// A heap whose entries may be out of date: what counts is the wake that each contact has now.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    heap: BinaryHeap<Reverse<(Timestamp, ContactNumber)>>,
    current: Vec<Option<Timestamp>>,
}

impl Wakes {
    /// One more contact, which sleeps.
    pub(super) fn add(&mut self) {
        self.current.push(None);
    }

    /// From now on this is when the contact has to be woken.
    pub(super) fn set(&mut self, contact: ContactNumber, wake: Option<Timestamp>) {
        let Some(slot) = usize::try_from(contact).ok().and_then(|at| self.current.get_mut(at)) else { return };
        if *slot == wake {
            return;
        }
        *slot = wake;
        if let Some(at) = wake {
            self.heap.push(Reverse((at, contact)));
        }
        self.tidy();
    }

    /// The first contact that is due up to an instant, and when it is due. It sleeps until it is set again.
    pub(super) fn pop_due(&mut self, until: Timestamp) -> Option<(Timestamp, ContactNumber)> {
        while let Some(&Reverse((at, contact))) = self.heap.peek() {
            if at > until {
                return None;
            }
            self.heap.pop();
            let slot = usize::try_from(contact).ok().and_then(|index| self.current.get_mut(index));
            if let Some(slot) = slot
                && *slot == Some(at)
            {
                *slot = None;
                return Some((at, contact));
            }
        }
        None
    }

    /// Throws entries out of date away when they outnumber the others.
    fn tidy(&mut self) {
        if self.heap.len() > 64 + 2 * self.current.len() {
            let current = &self.current;
            self.heap.retain(|&Reverse((at, contact))| {
                usize::try_from(contact).ok().and_then(|index| current.get(index)) == Some(&Some(at))
            });
        }
    }
}

#[cfg(test)]
mod tests {
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
            wakes.set(0, Some(Timestamp(at)));
        }
        assert!(wakes.heap.len() <= 71);
    }
}
