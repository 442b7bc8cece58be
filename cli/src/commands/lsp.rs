//! `flow lsp`: the language server, over standard input and output.

mod host;
mod pages;
mod people;

use std::sync::Arc;

use crate::failure::{Exit, Failure};

pub(crate) fn run() -> Result<Exit, Failure> {
    let failed = |error: flow_lsp::Failed| Failure::new(format!("the editor broke off: {error}"));
    flow_lsp::serve_stdio(Arc::new(host::Disk::default())).map_err(failed)?;
    Ok(Exit::Done)
}
