//! Reports: how many stand where, how fast they got there, what a sequence has brought, how service levels are kept.
//!
//! Three sources, none of which stops the shard for long:
//! * what the shard counts as it decides: one look;
//! * the contacts themselves: looked at some thousands at a time, calls are taken in between ([`standing`]);
//! * the log, read beside the shard ([`counted`]): what was read once is kept, so a report reads what is new.

pub mod counted;
pub mod lift;
pub mod report;
pub mod spread;
pub mod standing;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::service::Door;
use crate::store::StoreError;
use crate::store::sqlite::Reader;
use counted::Counted;
use report::Report;

/// How long the log is read for one answer; what is left is read for the next one.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes reports.
#[derive(Debug)]
pub struct Figures {
    /// A connection of its own: what takes long keeps nobody else from reading.
    reader: Reader,
    counted: Arc<Mutex<Counted>>,
}

/// Why there is no report.
#[derive(Debug)]
pub enum NoReport {
    /// The shard could not be asked.
    Closed(crate::service::Closed),
    /// The store could not be read.
    Store(StoreError),
}

impl Figures {
    /// For a daemon whose store is read so.
    #[must_use]
    pub fn new(reader: Reader) -> Self {
        Self { reader, counted: Arc::default() }
    }

    /// A report of now.
    ///
    /// # Errors
    /// When the daemon stops, or the store cannot be read.
    pub async fn report(&self, door: &Door) -> Result<Report, NoReport> {
        let standing = standing::take(door).await.map_err(NoReport::Closed)?;
        let (recent, lineage) =
            door.look(|shard| (shard.recent(), shard.lineage().clone())).await.map_err(NoReport::Closed)?;
        let (reader, counted) = (self.reader.clone(), Arc::clone(&self.counted));
        let work = move || {
            let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
            counted.go_on(&reader, &recent, &lineage, PATIENCE)?;
            let (deliveries, rejects) = (reader.deliveries_by_name()?, reader.reject_counts()?);
            Ok(Report::new(standing, &counted, recent.end(), deliveries, rejects))
        };
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| NoReport::Closed(crate::service::Closed::Stopping))?.map_err(NoReport::Store)
    }
}
