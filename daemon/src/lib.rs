//! The daemon: takes events over HTTP, keeps them, decides with the machine, delivers.
//!
//! ```text
//! HTTP, files → shard: who, machine → commit: log, outbox → store → acknowledged
//!                 ▲ wakes                                      └→ outbox → channels → reports come back as inputs
//! ```

pub mod channel;
pub mod clock;
pub mod delivery;
pub mod deploys;
pub mod erasure;
pub mod explain;
pub mod figures;
pub mod history;
mod html;
pub mod http;
pub mod import;
pub mod journal;
pub mod links;
pub mod log;
pub mod metrics;
pub mod outbox;
pub mod pages;
pub mod plans;
pub mod reports;
pub mod secret;
pub mod serve;
pub mod service;
pub mod shard;
pub mod store;
mod text;
