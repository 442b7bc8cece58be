//! The daemon: takes events over HTTP, keeps them, decides with the machine, delivers.
//!
//! ```text
//! HTTP, files → shard: who, machine → commit: log, outbox → store → acknowledged
//!                 ▲ wakes                                      └→ outbox → channels → reports come back as inputs
//! ```

pub mod channel;
pub mod clock;
pub mod delivery;
<<<<<<< HEAD
mod html;
pub mod links;
pub mod log;
pub mod pages;
pub mod reports;
pub mod secret;
=======
pub mod explain;
pub mod http;
pub mod log;
pub mod outbox;
pub mod serve;
pub mod service;
>>>>>>> c7d2979 (flow serve: calls over HTTP, kept before they are answered, decided by the machine, handed over from an outbox)
pub mod shard;
pub mod store;
mod text;
