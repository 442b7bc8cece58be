//! What a daemon measures of itself while it runs: counts and times, for `/metrics`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flow_runtime::ingest::{Reason, Scope};

use crate::store::{Fate, Reject};

/// The upper ends of the classes of times, in milliseconds: from a fraction of what is aimed at to much too long.
const ENDS: [u64; 13] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000, 300_000];

/// How long something took, each time.
#[derive(Debug, Default)]
pub struct Times {
    classes: [AtomicU64; ENDS.len() + 1],
    microseconds: AtomicU64,
}

impl Times {
    /// It took so long once more.
    pub fn add(&self, time: Duration) {
        let milliseconds = u64::try_from(time.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX);
        let class = ENDS.iter().position(|end| milliseconds <= *end).unwrap_or(ENDS.len());
        if let Some(count) = self.classes.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }
}

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// So many more.
    pub fn add(&self, more: usize) {
        self.0.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many there are now.
#[derive(Debug, Default)]
pub struct Level {
    came: AtomicU64,
    went: AtomicU64,
}

impl Level {
    /// One more.
    pub fn comes(&self) {
        self.came.fetch_add(1, Ordering::Relaxed);
    }

    /// One less.
    pub fn goes(&self) {
        self.went.fetch_add(1, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        let went = self.went.load(Ordering::Relaxed);
        self.came.load(Ordering::Relaxed).saturating_sub(went)
    }
}

/// What a daemon measures of itself.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Requests that wait in front of the shard.
    pub waiting: Level,
    /// From a decision to its delivery being handed to its channel for the first time.
    pub handed_over: Times,
    /// How long a try took.
    pub tries: Times,
    /// Tries by what they came to.
    pub left: Count,
    /// The same: it is tried again.
    pub again: Count,
    /// The same: it was given up.
    pub dead: Count,
    /// How long a commit took to be on the disk.
    pub commits: Times,
    /// How often a commit could not be kept, and is tried again.
    pub failed_commits: Count,
    /// Answers over HTTP by the first digit of their status, from 1.
    pub answers: [Count; 5],
    /// What was refused, by what is lost and why.
    rejects: Mutex<BTreeMap<(Scope, Reason), u64>>,
}

impl Metrics {
    /// A try has come to something.
    pub(crate) fn tried(&self, fate: &Fate) {
        let count = match fate {
            Fate::Left { .. } => &self.left,
            Fate::Again { .. } => &self.again,
            Fate::Dead { .. } => &self.dead,
        };
        count.add(1);
    }

    /// Calls, or values of calls, were refused.
    pub(crate) fn rejected(&self, rejects: &[Reject]) {
        if rejects.is_empty() {
            return;
        }
        let mut counts = self.rejects.lock().unwrap_or_else(PoisonError::into_inner);
        for reject in rejects {
            *counts.entry((reject.scope, reject.reason)).or_default() += 1;
        }
    }

    /// A request was answered.
    pub(crate) fn answered(&self, status: u16) {
        let class = usize::from(status / 100).checked_sub(1);
        if let Some(count) = class.and_then(|class| self.answers.get(class)) {
            count.add(1);
        }
    }
}

/// Figures in the text form of Prometheus, version 0.0.4.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// One figure, with the labels of each of its rows, `{a="b"}` or nothing.
    pub fn figure(&mut self, name: &str, kind: &str, help: &str, rows: &[(String, f64)]) {
        self.head(name, kind, help);
        for (labels, value) in rows {
            let _ = writeln!(self.0, "flow_{name}{labels} {value}");
        }
    }

    /// Times in classes.
    pub fn times(&mut self, name: &str, help: &str, times: &Times) {
        self.head(name, "histogram", help);
        let mut below = 0;
        for (class, end) in times.classes.iter().zip(ENDS) {
            below += class.load(Ordering::Relaxed);
            let _ = writeln!(self.0, "flow_{name}_bucket{{le=\"{}\"}} {below}", seconds(end * 1_000));
        }
        below += times.classes.last().map_or(0, |class| class.load(Ordering::Relaxed));
        let sum = seconds(times.microseconds.load(Ordering::Relaxed));
        let _ = write!(
            self.0,
            "flow_{name}_bucket{{le=\"+Inf\"}} {below}\nflow_{name}_sum {sum}\nflow_{name}_count {below}\n"
        );
    }

    /// All that a daemon measures of itself.
    pub fn metrics(&mut self, metrics: &Metrics) {
        let waiting = [(String::new(), float(metrics.waiting.now()))];
        self.figure("queue_requests", "gauge", "Requests that wait in front of the shard.", &waiting);
        let help = "From a decision to its delivery being handed to its channel for the first time.";
        self.times("delivery_latency_seconds", help, &metrics.handed_over);
        self.times("delivery_try_seconds", "How long a try of a delivery took.", &metrics.tries);
        let outcomes = [("left", &metrics.left), ("again", &metrics.again), ("dead", &metrics.dead)];
        let outcomes = outcomes.map(|(word, count)| (label("outcome", word), float(count.now())));
        self.figure("delivery_tries_total", "counter", "Tries of deliveries by what they came to.", &outcomes);
        self.times("commit_seconds", "How long a commit took to be on the disk.", &metrics.commits);
        let failed = [(String::new(), float(metrics.failed_commits.now()))];
        self.figure(
            "commits_failed_total",
            "counter",
            "How often a commit could not be kept, and was tried again.",
            &failed,
        );
        let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(&metrics.answers);
        let answers: Vec<_> = classes.map(|(class, count)| (label("class", class), float(count.now()))).collect();
        self.figure("http_responses_total", "counter", "Answers over HTTP by the class of their status.", &answers);
        let counts = metrics.rejects.lock().unwrap_or_else(PoisonError::into_inner);
        let scope = |scope: Scope| if scope == Scope::Call { "call" } else { "value" };
        let row = |(&(lost, reason), &count): (&(Scope, Reason), &u64)| {
            (labels(&[("scope", scope(lost)), ("reason", reason.code())]), float(count))
        };
        let rejects: Vec<_> = counts.iter().map(row).collect();
        self.figure("rejects_total", "counter", "Calls, and values of calls, that were refused.", &rejects);
    }

    /// All of it.
    #[must_use]
    pub fn text(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP flow_{name} {help}\n# TYPE flow_{name} {kind}");
    }
}

/// `{name="value"}`
#[must_use]
pub fn label(name: &str, value: &str) -> String {
    labels(&[(name, value)])
}

/// `{a="b",c="d"}`, with what would end a value escaped.
#[must_use]
pub fn labels(all: &[(&str, &str)]) -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let all: Vec<_> = all.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    format!("{{{}}}", all.join(","))
}

/// A count as it is written.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "figures of Prometheus are such numbers")]
pub fn float(count: u64) -> f64 {
    count as f64
}

fn seconds(microseconds: u64) -> f64 {
    float(microseconds) / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_below_each_end() {
        let metrics = Metrics::default();
        for time in [0, 900, 1_000, 1_001, 40_000, 600_000_000] {
            metrics.commits.add(Duration::from_micros(time));
        }
        let mut text = Text::default();
        text.times("x", "What.", &metrics.commits);
        let text = text.text();
        for line in [
            "# TYPE flow_x histogram",
            "flow_x_bucket{le=\"0.001\"} 3",
            "flow_x_bucket{le=\"0.002\"} 4",
            "flow_x_bucket{le=\"0.05\"} 5",
            "flow_x_bucket{le=\"300\"} 5",
            "flow_x_bucket{le=\"+Inf\"} 6",
            "flow_x_sum 600.042901",
            "flow_x_count 6",
        ] {
            assert!(text.lines().any(|other| other == line), "no `{line}` in {text}");
        }
        assert_eq!(labels(&[("a", "b\"\\\n")]), "{a=\"b\\\"\\\\\\n\"}");
    }

    #[test]
    fn a_level_never_falls_below_nothing() {
        let level = Level::default();
        level.goes();
        assert_eq!(level.now(), 0);
        level.comes();
        level.comes();
        assert_eq!(level.now(), 1);
    }
}
