//! Telling what was decided: by the only program, or by each of two.

use std::sync::Arc;

use flow_machine::{Contact, DecisionKind, Engine, Transition};

use super::partition::{Partition, SlotNumber, Turn};
use super::{Decided, Observer, Side};
use crate::identity::ContactNumber;
use crate::log::{Log, Logs};
use crate::render::Renderer;

impl Partition {
    /// Hands on what was decided about a contact.
    pub(super) fn tell(&mut self, number: SlotNumber, turn: Turn, observer: &mut impl Observer) {
        let Some(slot) = usize::try_from(number).ok().and_then(|at| self.slots.get_mut(at)) else { return };
        let Some(beside) = self.beside.as_deref_mut() else {
            let (transition, log) = (&mut self.transition, &mut slot.log);
            let teller = Teller { engine: &self.engine, renderer: &self.renderer, side: Side::Both, turn };
            teller.tell(
                transition,
                (slot.number, &slot.contact, slot.keeps_log.then_some(log)),
                &mut self.logs,
                observer,
            );
            return;
        };
        if std::mem::take(&mut beside.parted) {
            observer.parted(slot.number);
        }
        let side = if beside.alone { Side::Head } else { Side::Both };
        if beside.alone {
            let mut transition = std::mem::take(&mut beside.transition);
            let (engine, renderer) = (Arc::clone(beside.twins().base()), Arc::clone(&beside.renderer));
            let teller = Teller { engine: &engine, renderer: &renderer, side: Side::Base, turn };
            if let Some(other) = beside.other_mut(number) {
                let log = slot.keeps_log.then_some(&mut other.log);
                teller.tell(&mut transition, (slot.number, &other.contact, log), &mut self.logs, observer);
            }
            beside.transition = transition;
        }
        let teller = Teller { engine: &self.engine, renderer: &self.renderer, side, turn };
        let log = slot.keeps_log.then_some(&mut slot.log);
        teller.tell(&mut self.transition, (slot.number, &slot.contact, log), &mut self.logs, observer);
        if side == Side::Head {
            beside.reunite(number, &mut slot.contact, slot.log);
        }
    }
}

/// Tells what one program has decided.
struct Teller<'t> {
    engine: &'t Engine,
    renderer: &'t Renderer,
    side: Side,
    turn: Turn,
}

impl Teller<'_> {
    /// `log`: where events are kept that were made, if they are.
    fn tell(
        &self,
        transition: &mut Transition,
        (number, contact, mut log): (ContactNumber, &Contact, Option<&mut Log>),
        logs: &mut Logs,
        observer: &mut impl Observer,
    ) {
        for decision in transition.decisions.drain(..) {
            if let Some(log) = &mut log
                && let DecisionKind::Emit(event) = &decision.kind
            {
                logs.push(log, decision.at, event);
            }
            let (decision, content) = match observer.wants_content() {
                true => self.renderer.compose(self.engine, decision),
                false => (self.renderer.decide(self.engine, decision), None),
            };
            let (side, turn, id) = (self.side, self.turn, &contact.id);
            observer.decided(Decided { side, turn, contact: number, id, decision, content });
        }
    }
}
