//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod backtest;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod contact;
pub(crate) mod deliveries;
pub(crate) mod deploy;
pub(crate) mod diff_driver;
pub(crate) mod docs;
pub(crate) mod explain;
pub(crate) mod fix;
pub(crate) mod fmt;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod keys;
pub(crate) mod lsp;
pub(crate) mod man;
pub(crate) mod plan;
pub(crate) mod rejects;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod store;
pub(crate) mod test;
pub(crate) mod why;
