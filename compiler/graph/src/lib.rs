//! What a compiled Flowline program is: serialisable, versioned, verified.
//!
//! The compiler makes a [`Program`], the machine runs it; neither knows the other.

pub mod canonical;
pub mod expr;
pub mod graph;
pub mod picture;
pub mod program;
pub mod table;
pub mod template;
pub mod testcase;
pub mod time;
pub mod value;
pub mod verify;
pub mod walk;
pub mod words;

pub use canonical::Canonical;
pub use expr::Expr;
pub use graph::Graph;
pub use picture::Picture;
pub use program::Program;
pub use table::{Id, Table};
pub use time::{ClockWindow, Span, Timestamp, Weekdays};
pub use value::{Type, Value};
pub use verify::{VerifyError, verify};
pub use words::Words;
