//! What a compiled Flowline program is: serialisable, versioned, verified.
//!
//! The compiler makes a [`Program`], the machine runs it; neither knows the other.

pub mod expr;
pub mod program;
pub mod reads;
pub mod table;
pub mod template;
pub mod testcase;
pub mod time;
pub mod value;
pub mod verify;
pub mod walk;

pub use expr::Expr;
pub use program::Program;
pub use table::{Id, Table};
pub use time::{ClockWindow, Span, Timestamp, Weekdays};
pub use value::{Type, Value};
pub use verify::{VerifyError, verify};
