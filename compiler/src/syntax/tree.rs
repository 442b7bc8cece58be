//! The syntax tree: what the author wrote, with spans, nothing resolved.
//!
//! One file for each kind of thing. A part that could not be read is left out of the tree; its diagnostic has
//! been pushed already, so later stages see only what is well formed.

pub mod contact;
pub mod expr;
pub mod lifecycle;
pub mod message;
pub mod migration;
pub mod score;
pub mod sequence;
pub mod sla;
pub mod step;
pub mod test;
pub mod trigger;

use crate::source::{FileId, Name, Span};

/// What one file says.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// The file.
    pub id: FileId,
    /// Its items, in the order of the text.
    pub items: Vec<Item>,
}

/// One top-level item.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The `///` lines before it, joined by line breaks, without the slashes.
    pub doc: Option<String>,
    /// What it is.
    pub kind: ItemKind,
    /// From its first word to its last bracket.
    pub span: Span,
    /// True when a part of the item could not be read: it was reported, and what hangs on completeness is not.
    pub broken: bool,
}

/// The kinds of items.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// `enum industry { saas, retail }`
    Enum(contact::EnumItem),
    /// `contact { … }`
    Contact(contact::ContactItem),
    /// `event page_viewed as page { … }`
    Event(contact::EventItem),
    /// `segment x { … }`
    Segment(score::SegmentItem),
    /// `score lead { … }`
    Score(score::ScoreItem),
    /// `lifecycle buyer { … }`
    Lifecycle(lifecycle::LifecycleItem),
    /// `topic promotions { … }`
    Topic(message::TopicItem),
    /// `message cart_reminder { … }`
    Message(message::MessageItem),
    /// `limits { … }`
    Limits(message::LimitsItem),
    /// `sequence cart_recovery { … }`
    Sequence(sequence::SequenceItem),
    /// `calendar sales_hours { … }`
    Calendar(sla::CalendarItem),
    /// `team sales { … }`
    Team(sla::TeamItem),
    /// `sla mql_follow_up { … }`
    Sla(sla::SlaItem),
    /// `test "…" { … }`
    Test(test::TestItem),
    /// `moved segment.engaged to segment.active`
    Moved(migration::MovedItem),
    /// `retired sequence.x.step.y { exit }`
    Retired(migration::RetiredItem),
    /// An item whose head was read and whose body was not: its name counts as known, nothing else is said of it.
    Broken {
        /// The keyword: `segment`, `score`, …
        keyword: Name,
        /// The name, where there is one.
        name: Option<Name>,
    },
}

impl ItemKind {
    /// The name that the item declares, if it declares one.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Enum(item) => Some(&item.name),
            Self::Event(item) => Some(&item.name),
            Self::Segment(item) => Some(&item.name),
            Self::Score(item) => Some(&item.name),
            Self::Lifecycle(item) => Some(&item.name),
            Self::Topic(item) => Some(&item.name),
            Self::Message(item) => Some(&item.name),
            Self::Sequence(item) => Some(&item.name),
            Self::Calendar(item) => Some(&item.name),
            Self::Team(item) => Some(&item.name),
            Self::Sla(item) => Some(&item.name),
            Self::Test(item) => Some(&item.name),
            Self::Broken { name, .. } => name.as_ref(),
            Self::Contact(_) | Self::Limits(_) | Self::Moved(_) | Self::Retired(_) => None,
        }
    }
}
