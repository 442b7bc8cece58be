//! One turn: everything that happens to a contact at one instant because of one input.
//!
//! The input is taken (duplicates, attributes, behaviours), scores and segments follow, and then the phases run over a
//! batch of signals: lifecycles, goals and exits, waits, entries, service levels. What they cause is the next batch;
//! when there is none left, the sends that are due are decided, and what that causes is handled too.
//!
//! Decisions where the language is silent:
//! * Phases go before order: a goal or exit sees every signal of its batch before an entry sees the first one. So what
//!   begins a run is never its goal or exit.
//! * Stage changes join the batch that causes them; all else that the phases cause is in the next one.
//! * A late input changes facts and is recorded; nothing is triggered. A `when` transition that holds because of it
//!   fires at the next ordinary turn; the clock of a `for` goes by the facts at once.
//! * Attributes older than `late_after` are late like events.
//! * A contact whose first input is late is in its start stages in silence: importing history welcomes nobody.
//! * A turn handles at most [`SIGNALS_AT_MOST`] signals, then it ends; the compiler refuses programs that come near.

mod look;
mod signal;
mod wake;

use std::collections::VecDeque;
use std::sync::Arc;

use flow_graph::program::{Lifecycle, Location};
use flow_graph::{Id, Program, Timestamp};

pub(crate) use signal::{Scope, Signal};

use crate::contact::Contact;
use crate::decision::{Cause, Decision, DecisionKind, Item, Outcome, Transition, Why};
use crate::engine::Engine;
use crate::input::{Attributes, Event};
use crate::trace::Point;
use crate::{gates, journey, sla};

/// How many signals one turn handles.
pub(crate) const SIGNALS_AT_MOST: usize = 1_000;

/// What begins a turn.
#[derive(Debug)]
pub(crate) enum Begin {
    /// An event.
    Event(Arc<Event>),
    /// Attributes.
    Attributes(Attributes),
    /// Nothing but time passed.
    Time,
}

/// What can have changed since the end of the last turn.
#[derive(Debug, Clone, Copy)]
enum News {
    Any,
    /// One event came in, and time has passed.
    Event(Id<flow_graph::program::Event>),
    /// Time has passed.
    Time,
}

/// One turn of one contact.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) contact: &'a mut Contact,
    pub(crate) now: Timestamp,
    pub(crate) out: &'a mut Transition,
    /// What set off what is being handled.
    pub(crate) cause: Cause,
    /// What began the turn.
    pub(crate) origin: Cause,
    /// What is still to be handled.
    pub(crate) queue: VecDeque<Signal>,
    /// Why runs wish to send, for those that began to wish in this turn.
    pub(crate) wishes: Vec<(u32, Cause)>,
    /// Nothing is triggered: the input is late, a merge, or a new program.
    pub(crate) silent: bool,
    /// Stages entered in this turn.
    pub(crate) entered: Vec<(Id<Lifecycle>, u16)>,
    /// Facts or runs have changed since conditions were last looked at.
    pub(crate) touched: bool,
    news: News,
    signals_left: usize,
}

/// A turn of a contact at an instant.
pub(crate) fn run(engine: &Engine, contact: &mut Contact, begin: Begin, now: Timestamp, out: &mut Transition) {
    let mut turn = Turn::new(engine, contact, now, out);
    if turn.begin(begin) {
        turn.finish();
    }
}

impl<'a> Turn<'a> {
    pub(crate) fn new(engine: &'a Engine, contact: &'a mut Contact, now: Timestamp, out: &'a mut Transition) -> Self {
        let now = now.max(contact.now);
        contact.now = now;
        Self {
            engine,
            contact,
            now,
            out,
            cause: Cause::Time,
            origin: Cause::Time,
            queue: VecDeque::new(),
            wishes: Vec::new(),
            silent: false,
            entered: Vec::new(),
            touched: true,
            news: News::Any,
            signals_left: SIGNALS_AT_MOST,
        }
    }

    /// The program; it outlives the turn.
    pub(crate) fn program(&self) -> &'a Program {
        self.engine.program()
    }

    /// Handles the queue until nothing is left, and computes when something changes by itself next.
    pub(crate) fn finish(mut self) {
        self.refresh_news();
        let mut settled = false;
        if self.silent {
            self.queue.clear();
            journey::lifecycle::track(&mut self);
            journey::waits::follow(&mut self);
            sla::pause(&mut self);
        } else {
            settled = self.settle();
        }
        self.contact.facts.settled.0 = settled;
        let wake = self.next_wake();
        self.contact.journey.wake = wake;
    }

    /// Records a decision with the cause of the moment.
    pub(crate) fn decide(&mut self, item: Item, at: Location, kind: DecisionKind) {
        let why = Why { item, at, cause: self.cause.clone() };
        self.out.decisions.push(Decision { at: self.now, kind, why });
    }

    /// A place of the program took part.
    #[inline]
    pub(crate) fn note(&mut self, point: Point) {
        if let Some(trace) = &mut self.out.trace {
            trace.note(point);
        }
    }

    /// A run goes on from its step in one of several ways.
    pub(crate) fn note_way(&mut self, serial: u32, way: usize) {
        if self.out.trace.is_some()
            && let Some(run) = self.contact.journey.run(serial).filter(|run| run.version.is_none())
            && let Ok(way) = u16::try_from(way)
        {
            self.note(Point::Way(run.sequence, run.step, way));
        }
    }

    /// Something happened that can set something off.
    pub(crate) fn signal(&mut self, signal: Signal) {
        if !self.silent {
            self.queue.push_back(signal);
        }
    }

    /// Moves what waits in the queue to the end of the batch; an event that the turn made is taken as an input first.
    pub(crate) fn gather(&mut self, batch: &mut Vec<Signal>) {
        while let Some(signal) = self.queue.pop_front() {
            if self.signals_left == 0 {
                self.queue.clear();
                return;
            }
            self.signals_left -= 1;
            let Signal::Emitted(event) = signal else {
                batch.push(signal);
                continue;
            };
            self.cause = Cause::Event(Arc::clone(&event));
            if self.take_event(&event) != Outcome::Duplicate {
                batch.push(Signal::Event(event));
                self.refresh();
            }
        }
    }

    /// Takes the input. False for a duplicate: nothing has happened.
    fn begin(&mut self, begin: Begin) -> bool {
        if self.contact.facts.settled.0 {
            self.news = match &begin {
                Begin::Event(event) => News::Event(event.kind),
                Begin::Attributes(_) => News::Any,
                Begin::Time => News::Time,
            };
        }
        match begin {
            Begin::Event(event) => {
                let event = crate::facts::held(&event, self.now);
                self.origin = Cause::Event(Arc::clone(&event));
                self.cause = self.origin.clone();
                let outcome = self.take_event(&event);
                self.out.outcome = outcome;
                self.silent = outcome != Outcome::Accepted;
                if outcome == Outcome::Duplicate {
                    return false;
                }
                self.birth();
                self.signal(Signal::Event(event));
            }
            Begin::Attributes(mut attributes) => {
                attributes.time = attributes.time.min(self.now);
                self.origin = Cause::Attributes;
                self.cause = Cause::Attributes;
                let outcome = self.take_attributes(&attributes);
                self.out.outcome = outcome;
                self.silent = outcome != Outcome::Accepted;
                if outcome == Outcome::Duplicate {
                    return false;
                }
                self.birth();
            }
            Begin::Time => {
                self.settle_bands();
                self.birth();
            }
        }
        true
    }

    /// The first turn: the contact enters its start stages.
    pub(crate) fn birth(&mut self) {
        if self.contact.born {
            return;
        }
        self.contact.born = true;
        self.cause = Cause::Created;
        for (id, lifecycle) in self.program().lifecycles.enumerate() {
            journey::lifecycle::enter(self, id, None, lifecycle.start, lifecycle.at);
        }
        self.cause = self.origin.clone();
    }

    /// True when nothing is left open.
    fn settle(&mut self) -> bool {
        loop {
            let mut batch = Vec::new();
            self.touched = false;
            self.gather(&mut batch);
            journey::lifecycle::settle(self, &mut batch);
            journey::goals::settle(self, &batch);
            journey::waits::settle(self, &batch);
            journey::entries::settle(self, &batch);
            sla::settle(self, &batch);
            self.cause = self.origin.clone();
            // What was derived before stands until something else changes.
            if self.touched {
                self.refresh();
            }
            let calm = self.queue.is_empty() && !self.touched;
            if calm && !gates::settle(self) {
                return true;
            }
            if self.signals_left == 0 {
                self.cut_off();
                return false;
            }
            // Counts rounds too: one that only sends cannot go on for ever either.
            self.signals_left -= 1;
            self.refresh();
        }
    }

    /// The turn has gone on for too long: nothing more is set off, but what was to be sent is still decided, so that no
    /// run stands at a message which nobody asks about again.
    fn cut_off(&mut self) {
        for _ in 0..SIGNALS_AT_MOST {
            self.touched = false;
            if !gates::settle(self) {
                break;
            }
        }
        self.queue.clear();
        self.refresh();
        self.queue.clear();
    }
}
