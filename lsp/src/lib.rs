//! The language server: what an editor asks of a project while somebody writes it.
//!
//! `server/` speaks the protocol and owns the state on one thread; each request reads a [`Snapshot`] that nothing changes
//! any more. What is answered is worked out in `features/`, as plain data that knows nothing of the protocol.

pub mod features;
pub mod host;
mod server;
pub mod snapshot;

pub use host::Host;
pub use server::{Failed, serve, serve_stdio};
pub use snapshot::Snapshot;
