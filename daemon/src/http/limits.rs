//! How much somebody may send at once, and how often.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

/// How much at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Longest body, unpacked, in bytes.
    pub body_bytes: usize,
    /// Most calls of a batch.
    pub batch: usize,
    /// How long a request may take, the time that its sender needs too.
    pub patience: Duration,
    /// Calls that one write key may send in a second, on average over some; 0: as many as it likes.
    pub per_second: u32,
}

/// How many seconds may be saved up.
const SAVED: f64 = 10.0;

/// How often each key comes: a bucket that fills at a steady rate and that each call empties a little.
#[derive(Debug, Default)]
pub struct Rate {
    buckets: Mutex<FxHashMap<u64, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Rate {
    /// Takes so many calls of a key out of its bucket.
    ///
    /// # Errors
    /// How long to wait, where there are not as many in it.
    pub fn take(&self, key: u64, calls: usize, per_second: u32, now: Instant) -> Result<(), Duration> {
        if per_second == 0 {
            return Ok(());
        }
        let rate = f64::from(per_second);
        let calls = f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(key).or_insert(Bucket { left: rate * SAVED, at: now });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        *bucket = Bucket { left: (bucket.left + passed * rate).min(rate * SAVED), at: now };
        if bucket.left < calls.min(rate * SAVED) {
            return Err(Duration::from_secs_f64((calls.min(rate * SAVED) - bucket.left) / rate));
        }
        bucket.left -= calls;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills() {
        let (rate, begin) = (Rate::default(), Instant::now());
        assert_eq!(rate.take(0, 1_000, 100, begin), Ok(()));
        assert_eq!(rate.take(0, 50, 100, begin), Err(Duration::from_millis(500)));
        assert_eq!(rate.take(1, 50, 100, begin), Ok(()), "each key has its own");
        assert_eq!(rate.take(0, 50, 100, begin + Duration::from_millis(501)), Ok(()));
        assert_eq!(rate.take(0, 1_000_000, 0, begin), Ok(()), "no limit");
        assert!(rate.take(1, 1_000_000, 100, begin + Duration::from_secs(60)).is_ok(), "more than it ever holds");
    }
}
