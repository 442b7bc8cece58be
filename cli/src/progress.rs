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
    total_bytes: u64,
    steps: u64,
    quiet: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A run over `total_bytes`; 0 when that is not known.
    pub(crate) fn new(total_bytes: u64, quiet: bool) -> Self {
        Self { started: Instant::now(), total_bytes, steps: 0, quiet: quiet || !watched(), bar: None }
    }

    /// One more row is done; so many bytes have been read.
    pub(crate) fn step(&mut self, bytes: u64) {
        self.steps += 1;
        if self.quiet || !self.steps.is_multiple_of(EVERY) {
            return;
        }
        if self.bar.is_none() && self.started.elapsed() >= AFTER {
            self.bar = Some(bar(self.total_bytes));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
            bar.set_message(plural(self.steps, "event"));
        }
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

fn bar(total: u64) -> ProgressBar {
    let known = if total == 0 { "{spinner} {msg}  {elapsed}" } else { "{bar:30} {percent:>3}%  {msg}  {elapsed}" };
    let style = ProgressStyle::with_template(known).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(8));
    bar.with_style(style)
}
