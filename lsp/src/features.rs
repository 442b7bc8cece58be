//! What is answered, as plain data: a [`crate::Snapshot`], a file and a byte offset in; spans, texts and edits out.
//!
//! Nothing here knows of the protocol. One file for each thing that an editor can ask.

pub mod actions;
pub mod causes;
pub mod completion;
pub mod context;
pub mod definition;
pub mod describe;
pub mod expressions;
pub mod folding;
pub mod formatting;
pub mod graph;
pub mod hints;
pub mod hover;
pub mod lens;
pub mod links;
pub mod locals;
pub mod lookup;
pub mod outline;
pub mod references;
pub mod rename;
pub mod selection;
pub mod semantic;
pub mod shapes;
pub mod signature;
pub mod spans;
pub mod tags;
pub mod tokens;
