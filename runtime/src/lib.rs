//! Drives the machine: inputs become turns, time passes, decisions become records.
//!
//! ```text
//! line → ingest → Incoming → identity → driver ─→ machine ─→ render → record
//!                                          └ wakes of all contacts, in the order of time
//! ```

pub mod backtest;
pub mod driver;
pub mod identity;
pub mod ingest;
pub mod log;
pub mod parallel;
pub mod record;
pub mod rehearsal;
pub mod render;
#[cfg(test)]
mod sample;
pub mod story;
pub mod summary;
pub mod testing;
pub mod timeline;
pub mod values;

pub use driver::{Arriving, Decided, Driver, Observer, Options};
pub use ingest::{Catalog, Incoming, Inputs, Rejection};
pub use record::Record;
pub use render::{Content, Renderer};
pub use summary::{Summary, Tally};
