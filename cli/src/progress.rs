//! How far a long run is: shown after a second, and only to somebody who watches.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::layout::plural;
use crate::terminal::watched;

/// Shorter work is not worth a bar.
const AFTER: Duration = Duration::from_secs(1);
/// How often the bar is looked at, in steps of the work.
const EVERY: u64 = 1 << 10;

/// The bar of one run: the bytes read say how far it is.
pub(crate) struct Progress {
    started: Instant,
    total: u64,
    steps: u64,
    quiet: bool,
    /// What is done with events, where it is not all that is done with them.
    doing: Option<&'static str>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A run over so many bytes; 0 when that is not known.
    pub(crate) fn new(total: u64, quiet: bool) -> Self {
        Self { started: Instant::now(), total, steps: 0, quiet: quiet || !watched(), doing: None, bar: None }
    }

    /// What is done with events, in the words behind their number.
    pub(crate) fn doing(mut self, doing: &'static str) -> Self {
        self.doing = Some(doing);
        self
    }

    /// One more row is done; the bar stands at so much of its total.
    pub(crate) fn step(&mut self, position: u64) {
        self.steps(1, position);
    }

    /// So many more rows are done.
    pub(crate) fn steps(&mut self, rows: usize, position: u64) {
        let before = self.steps / EVERY;
        self.steps += u64::try_from(rows).unwrap_or(0);
        if self.quiet || self.steps / EVERY == before {
            return;
        }
        if self.bar.is_none() && self.started.elapsed() >= AFTER {
            self.bar = Some(bar(self.total).with_elapsed(self.started.elapsed()));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(position);
            let events = plural(self.steps, "event");
            bar.set_message(self.doing.map_or_else(|| events.clone(), |doing| format!("{events} {doing}")));
        }
    }

    /// Everything is read; so many events are to be decided.
    pub(crate) fn turn(&mut self, events: usize) {
        self.finish();
        self.total = u64::try_from(events).unwrap_or(0);
        self.steps = 0;
    }

    /// So many more of them are decided.
    pub(crate) fn decided(&mut self, events: usize) {
        self.steps(events, self.steps + u64::try_from(events).unwrap_or(0));
    }

    /// The run is over: the bar goes away. How long it took.
    pub(crate) fn finish(&mut self) -> Duration {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.started.elapsed()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

/// How many of a number of things are done, by whichever thread.
pub(crate) struct Counter {
    bar: ProgressBar,
}

impl Counter {
    /// Of so many.
    pub(crate) fn new(total: usize, word: &'static str) -> Self {
        if !watched() {
            return Self { bar: ProgressBar::hidden() };
        }
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        let shown = format!("{{bar:30}} {{pos}} of {{len}} {word}s  {{elapsed}}");
        let style = ProgressStyle::with_template(&shown).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(8));
        Self { bar: bar.with_style(style) }
    }

    /// One more is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
    }

    /// All are done: the bar goes away.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

fn bar(total: u64) -> ProgressBar {
    let known =
        if total == 0 { "{spinner} {msg}  {elapsed}" } else { "{bar:30} {percent:>3}%  {msg}  {elapsed}, {eta} left" };
    let style = ProgressStyle::with_template(known).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(8));
    bar.with_style(style)
}
