//! One file for each kind of request: in with places of the protocol, ask `features/`, out with places of the protocol.

pub(crate) mod actions;
pub(crate) mod causes;
pub(crate) mod commands;
pub(crate) mod completion;
pub(crate) mod definition;
pub(crate) mod diagnostics;
pub(crate) mod edits;
pub(crate) mod folding;
pub(crate) mod formatting;
pub(crate) mod hints;
pub(crate) mod hover;
pub(crate) mod lens;
pub(crate) mod links;
pub(crate) mod references;
pub(crate) mod rename;
pub(crate) mod selection;
pub(crate) mod semantic;
pub(crate) mod signature;
pub(crate) mod symbols;
