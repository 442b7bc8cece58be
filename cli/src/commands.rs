//! The commands, one file each.

pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod test;
pub(crate) mod why;
