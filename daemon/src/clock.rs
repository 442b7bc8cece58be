//! What time it is: as everybody's clock says, or faster, so that a newcomer sees a week in a minute.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flow_graph::Timestamp;
// Of a runtime whose time a test holds still, it is that time; else it is the system's.
use tokio::time::Instant;

/// A clock. It never goes back, whatever the machine's clock does.
#[derive(Debug, Clone)]
pub struct Clock {
    begun: Instant,
    /// What it said when it began.
    from: Timestamp,
    /// Milliseconds that pass in one; none: the machine's clock, which may be set.
    pace: Option<f64>,
}

/// The slowest and the fastest pace. One second for a year is fast enough for anybody.
pub const PACES: std::ops::RangeInclusive<f64> = 1.0..=31_536_000.0;

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn real() -> Self {
        Self { begun: Instant::now(), from: machine(), pace: None }
    }

    /// A clock that begins at an instant and goes as many times faster.
    #[must_use]
    pub fn fast(from: Timestamp, pace: f64) -> Self {
        Self { begun: Instant::now(), from, pace: Some(pace.clamp(*PACES.start(), *PACES.end())) }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let Some(pace) = self.pace else { return machine() };
        let passed = self.begun.elapsed().as_secs_f64() * pace * 1_000.0;
        #[expect(clippy::cast_possible_truncation, reason = "a float that is too large ends at the largest number")]
        let passed = passed as i64;
        Timestamp(self.from.0.saturating_add(passed)).min(Timestamp::LAST_VALID)
    }

    /// How long it takes until an instant comes; nothing where it has come.
    #[must_use]
    pub fn until(&self, at: Timestamp) -> Duration {
        let left = u64::try_from(at.0.saturating_sub(self.now().0)).unwrap_or(0);
        match self.pace {
            None => Duration::from_millis(left),
            Some(pace) => Duration::from_millis(left).div_f64(pace),
        }
    }
}

fn machine() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).min(Timestamp::LAST_VALID)
}
