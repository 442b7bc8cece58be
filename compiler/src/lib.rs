//! Flow text to diagnostics and a graph.
//!
//! `text → chunks → syntax tree → model (resolved, typed) → graph`. Pure: files, time and settings are handed in.
//! A user's mistake is a value: every stage returns its best result and pushes what it finds into one sink.

pub mod diagnostic;
pub mod settings;
pub mod source;
pub mod suggest;
pub mod syntax;
