//! What a change does to the people inside, in sentences: the terminal, Markdown and programs show the same numbers.

mod markdown;
mod words;

pub use flow_runtime::rehearsal::{
    Enrolled, Fate, IdleClause, Leaves, Membership, People, Place, PlaceFate, Sampled, StageChange, Stranding,
};
pub use markdown::markdown;
pub use words::{Line, Section, head, sections};
