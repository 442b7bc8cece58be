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

pub(crate) mod beside;
mod look;
mod signal;
mod stale;
mod wake;

use std::sync::Arc;

use flow_graph::program::{Lifecycle, Location};
use flow_graph::{Id, Program, Timestamp};
use smallvec::SmallVec;

pub(crate) use beside::Beside;
pub(crate) use signal::{Scope, Signal};
pub(crate) use stale::Stale;

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

/// What a turn is about once its input has been taken into the facts.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// An event, which counts.
    Event(Arc<Event>),
    /// Fields may be others.
    Attributes,
    /// It is later.
    Time,
}

/// Signals that are handled together.
pub(crate) type Batch = SmallVec<[Signal; 4]>;

/// Numbers of runs.
pub(crate) type Serials = SmallVec<[u32; 8]>;

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
    pub(crate) queue: Batch,
    /// Why runs wish to send, for those that began to wish in this turn.
    pub(crate) wishes: Vec<(u32, Cause)>,
    /// Nothing is triggered: the input is late, a merge, or a new program.
    pub(crate) silent: bool,
    /// Stages entered in this turn.
    pub(crate) entered: Vec<(Id<Lifecycle>, u16)>,
    /// Facts or runs have changed since conditions were last looked at.
    pub(crate) touched: bool,
    /// What has changed since scores and segments were last derived.
    pub(crate) stale: Stale,
    /// Conditions of transitions may hold that did not when they were last looked at.
    pub(crate) stir: bool,
    /// A transition was held back for this turn: the next one looks again.
    pub(crate) barred: bool,
    /// Up to when everything stands still has to be worked out anew.
    pub(crate) restless: bool,
    /// Nothing was left open by the turn before.
    settled: bool,
    /// Another program that is asked whether it would do the same.
    pub(crate) beside: Option<Beside<'a>>,
    signals_left: usize,
}

/// A turn of a contact at an instant.
pub(crate) fn run(engine: &Engine, contact: &mut Contact, begin: Begin, now: Timestamp, out: &mut Transition) {
    let mut turn = Turn::new(engine, contact, now, out);
    if let Some(news) = turn.take(begin) {
        turn.go_on(news);
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
            queue: Batch::new(),
            wishes: Vec::new(),
            silent: false,
            entered: Vec::new(),
            touched: true,
            stale: Stale::ALL,
            stir: true,
            barred: false,
            restless: true,
            settled: false,
            beside: None,
            signals_left: SIGNALS_AT_MOST,
        }
    }

    /// The program; it outlives the turn.
    pub(crate) fn program(&self) -> &'a Program {
        self.engine.program()
    }

    /// Handles the queue until nothing is left, and computes when something changes by itself next.
    pub(crate) fn finish(mut self) {
        self.remember();
        self.refresh();
        let mut settled = false;
        if self.silent {
            self.queue.clear();
            journey::lifecycle::track(&mut self);
            journey::waits::follow(&mut self);
            sla::pause(&mut self);
        } else {
            settled = self.settle();
        }
        let still = match (&self.origin, self.restless) {
            (Cause::Event(event), false) => match self.engine.plan(event.kind) {
                Some(plan) if !plan.stirs => self.still_after(plan),
                Some(_) | None => self.still(),
            },
            (_, false) => self.contact.memory.still,
            (_, true) => self.still(),
        };
        self.contact.memory.still = still;
        self.contact.memory.settled = settled && !self.barred;
        self.contact.journey.wake = self.next_wake();
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
            self.queue.push(signal);
        }
    }

    /// Moves what waits in the queue to the end of the batch; an event that the turn made is taken as an input first.
    pub(crate) fn gather(&mut self, batch: &mut Batch) {
        while !self.queue.is_empty() {
            let signal = self.queue.remove(0);
            if self.signals_left == 0 {
                self.out.cut_off = true;
                self.queue.clear();
                return;
            }
            self.signals_left -= 1;
            let Signal::Emitted(event) = signal else {
                batch.push(signal);
                continue;
            };
            self.cause = Cause::Event(Arc::clone(&event));
            self.restless = true;
            self.before_event(&event);
            if self.take_event(&event) != Outcome::Duplicate {
                batch.push(Signal::Event(event));
                self.refresh();
            }
        }
    }

    /// Takes the input into the facts. Nothing when the turn is over with it: it was here before.
    pub(crate) fn take(&mut self, begin: Begin) -> Option<News> {
        self.settled = self.contact.memory.settled;
        if self.settled {
            let due = self.contact.memory.still.until <= self.now;
            self.stale = Stale::by_time(due);
            (self.stir, self.restless) = (due, due);
        }
        let (outcome, news) = match begin {
            Begin::Event(event) => {
                let event = crate::facts::held(event, self.now);
                (self.take_event(&event), News::Event(event))
            }
            Begin::Attributes(mut attributes) => {
                attributes.time = attributes.time.min(self.now);
                (self.take_attributes(attributes), News::Attributes)
            }
            Begin::Time => {
                self.settle_bands();
                return Some(News::Time);
            }
        };
        self.out.outcome = outcome;
        self.silent = outcome != Outcome::Accepted;
        (outcome != Outcome::Duplicate).then_some(news)
    }

    /// What follows from the input, to the end of the turn.
    pub(crate) fn go_on(mut self, news: News) {
        match news {
            News::Event(event) if self.settled && !self.silent && self.only_counts(&event) => {
                if !self.count(event) {
                    return;
                }
            }
            News::Event(event) => self.because_of(event),
            News::Attributes => {
                self.origin = Cause::Attributes;
                self.cause = Cause::Attributes;
                self.birth();
            }
            News::Time => self.birth(),
        }
        self.finish();
    }

    /// The event is what began the turn.
    fn because_of(&mut self, event: Arc<Event>) {
        self.origin = Cause::Event(Arc::clone(&event));
        self.cause = self.origin.clone();
        self.birth();
        self.signal(Signal::Event(event));
    }

    /// Whether an event sets nothing off but by what it counts.
    fn only_counts(&self, event: &Event) -> bool {
        let journey = &self.contact.journey;
        let Some(plan) = self.engine.plan(event.kind) else { return false };
        let sets_off = plan.moves || plan.stirs || self.stir || !plan.enters.is_empty();
        !(sets_off || plan.concerns_runs && journey.has_runs()) && self.program().slas.is_empty()
    }

    /// The way of most events: one is counted, and when nothing that is derived is different, that is all.
    fn count(&mut self, event: Arc<Event>) -> bool {
        let changes = self.rederive();
        self.remember_before(&changes);
        if !changes.is_empty() {
            self.because_of(event);
            self.report(changes);
            return true;
        }
        if let Some(plan) = self.engine.plan(event.kind)
            && !plan.timed.is_empty()
        {
            self.contact.memory.still = self.still_after(plan);
            self.contact.journey.wake = self.next_wake();
        }
        false
    }

    /// A run has begun or ended.
    pub(crate) fn runs_changed(&mut self) {
        self.touched = true;
        self.stale.runs = true;
        let readers = self.engine.readers();
        self.stir |= readers.transitions_of_runs;
        self.restless |= readers.transitions_of_runs || !readers.runs.is_empty();
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
            let mut batch = Batch::new();
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
        self.out.cut_off = true;
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
