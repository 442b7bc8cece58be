//! Drives the machine: inputs become turns, time passes, decisions become records.
//!
//! ```text
//! line → ingest → Incoming → identity → driver ─→ machine ─→ render → record
//!                                          └ wakes of all contacts, in the order of time
//! ```

pub mod ingest;
#[cfg(test)]
mod sample;

pub use ingest::{Incoming, Inputs, Rejection};
