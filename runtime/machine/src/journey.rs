//! What moves a contact: lifecycles, and runs through sequences.

pub(crate) mod entries;
pub(crate) mod goals;
pub(crate) mod hash;
pub(crate) mod lifecycle;
pub(crate) mod runs;
pub(crate) mod steps;
pub(crate) mod waits;
