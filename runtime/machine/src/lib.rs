//! One contact, one input, one instant: new state, the next instant to be woken at, and what has been decided.
//!
//! [`step`] is the only door. It is pure: time, chance (a hash of the contact) and identity are handed in; running
//! a log twice gives byte-equal output.
//!
//! ```text
//! input ─→ turn ─┬─ facts.rs  1 duplicates  3 attributes  4 behaviours  5 scores
//!                ├─ derive/   5 bands  7 segments, in the order of what reads what
//!                ├─ journey/  8 lifecycles  9 goals and exits  10 waits  11 entries  12 service levels
//!                └─ gates/    13 effects: each send passes every gate, highest priority first
//! ```

pub mod adopt;
pub mod contact;
pub mod decision;
pub mod derive;
pub mod engine;
pub mod eval;
pub mod facts;
mod gates;
pub mod input;
pub mod invariants;
mod journey;
mod merge;
mod sla;
mod step;
pub mod time;
pub mod trace;
mod turn;
pub mod twins;

pub use contact::Contact;
pub use decision::{Decision, DecisionKind, Transition};
pub use engine::Engine;
pub use eval::{Condition, View};
pub use input::{Event, Input};
pub use step::step;
pub use trace::{Point, Trace};
pub use twins::Twins;
