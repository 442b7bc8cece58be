//! What the graph has as nodes, and which item each belongs to.

use crate::Id;
use crate::program::{
    Behaviour, Calendar, Channel, Connector, EnumType, Event, Field, Lifecycle, Message, Score, Segment, Sequence, Sla,
    StepId, Team, Topic,
};

/// A node. Its numbers are those of the program that the graph was built from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A type with a list of values.
    Enum(Id<EnumType>),
    /// A field of the contact.
    Field(Id<Field>),
    /// An event.
    Event(Id<Event>),
    /// A field of an event, by its slot.
    EventField(Id<Event>, u16),
    /// A figure over events.
    Behaviour(Id<Behaviour>),
    /// A score.
    Score(Id<Score>),
    /// A rule of a score by its position: the `when` rules first, then the `on` rules.
    Rule(Id<Score>, u16),
    /// A band of a score, by its position.
    Band(Id<Score>, u16),
    /// A segment.
    Segment(Id<Segment>),
    /// A lifecycle.
    Lifecycle(Id<Lifecycle>),
    /// A stage, by its position.
    Stage(Id<Lifecycle>, u16),
    /// A transition, by its position.
    Transition(Id<Lifecycle>, u16),
    /// A sequence; what causes it begins a run.
    Sequence(Id<Sequence>),
    /// A step of a sequence.
    Step(Id<Sequence>, StepId),
    /// The end of a run: its last step, its goal, or an exit.
    End(Id<Sequence>),
    /// A service level; what causes it starts or stops its clock.
    Sla(Id<Sla>),
    /// A reminder of a service level, by its position.
    Reminder(Id<Sla>, u16),
    /// The breach of a service level.
    Breach(Id<Sla>),
    /// A message.
    Message(Id<Message>),
    /// A template file, by its position among those of the program.
    Template(u32),
    /// The limits on what one person receives.
    Limits,
    /// A topic.
    Topic(Id<Topic>),
    /// A channel.
    Channel(Id<Channel>),
    /// A connector.
    Connector(Id<Connector>),
    /// A team.
    Team(Id<Team>),
    /// A calendar.
    Calendar(Id<Calendar>),
}

/// Kinds of nodes, in the order in which one leads to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// [`Node::Enum`]
    Enum,
    /// [`Node::Field`]
    Field,
    /// [`Node::Event`]
    Event,
    /// [`Node::EventField`]
    EventField,
    /// [`Node::Behaviour`]
    Behaviour,
    /// [`Node::Score`]
    Score,
    /// [`Node::Rule`]
    Rule,
    /// [`Node::Band`]
    Band,
    /// [`Node::Segment`]
    Segment,
    /// [`Node::Lifecycle`]
    Lifecycle,
    /// [`Node::Stage`]
    Stage,
    /// [`Node::Transition`]
    Transition,
    /// [`Node::Sequence`]
    Sequence,
    /// [`Node::Step`]
    Step,
    /// [`Node::End`]
    End,
    /// [`Node::Sla`]
    Sla,
    /// [`Node::Reminder`]
    Reminder,
    /// [`Node::Breach`]
    Breach,
    /// [`Node::Message`]
    Message,
    /// [`Node::Template`]
    Template,
    /// [`Node::Limits`]
    Limits,
    /// [`Node::Topic`]
    Topic,
    /// [`Node::Channel`]
    Channel,
    /// [`Node::Connector`]
    Connector,
    /// [`Node::Team`]
    Team,
    /// [`Node::Calendar`]
    Calendar,
}

impl Node {
    /// Its kind.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Enum(_) => Kind::Enum,
            Self::Field(_) => Kind::Field,
            Self::Event(_) => Kind::Event,
            Self::EventField(..) => Kind::EventField,
            Self::Behaviour(_) => Kind::Behaviour,
            Self::Score(_) => Kind::Score,
            Self::Rule(..) => Kind::Rule,
            Self::Band(..) => Kind::Band,
            Self::Segment(_) => Kind::Segment,
            Self::Lifecycle(_) => Kind::Lifecycle,
            Self::Stage(..) => Kind::Stage,
            Self::Transition(..) => Kind::Transition,
            Self::Sequence(_) => Kind::Sequence,
            Self::Step(..) => Kind::Step,
            Self::End(_) => Kind::End,
            Self::Sla(_) => Kind::Sla,
            Self::Reminder(..) => Kind::Reminder,
            Self::Breach(_) => Kind::Breach,
            Self::Message(_) => Kind::Message,
            Self::Template(_) => Kind::Template,
            Self::Limits => Kind::Limits,
            Self::Topic(_) => Kind::Topic,
            Self::Channel(_) => Kind::Channel,
            Self::Connector(_) => Kind::Connector,
            Self::Team(_) => Kind::Team,
            Self::Calendar(_) => Kind::Calendar,
        }
    }

    /// The item that it is a part of; an item belongs to itself.
    #[must_use]
    pub fn item(self) -> Self {
        match self {
            Self::EventField(event, _) => Self::Event(event),
            Self::Rule(score, _) | Self::Band(score, _) => Self::Score(score),
            Self::Stage(lifecycle, _) | Self::Transition(lifecycle, _) => Self::Lifecycle(lifecycle),
            Self::Step(sequence, _) | Self::End(sequence) => Self::Sequence(sequence),
            Self::Reminder(sla, _) | Self::Breach(sla) => Self::Sla(sla),
            Self::Enum(_)
            | Self::Field(_)
            | Self::Event(_)
            | Self::Behaviour(_)
            | Self::Score(_)
            | Self::Segment(_)
            | Self::Lifecycle(_)
            | Self::Sequence(_)
            | Self::Sla(_)
            | Self::Message(_)
            | Self::Template(_)
            | Self::Limits
            | Self::Topic(_)
            | Self::Channel(_)
            | Self::Connector(_)
            | Self::Team(_)
            | Self::Calendar(_) => self,
        }
    }

    /// Whether it comes from outside: what arrives as an event or as a fact about a contact.
    #[must_use]
    pub fn is_input(self) -> bool {
        matches!(self.kind(), Kind::Field | Kind::Event)
    }
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 26] = [
        Self::Enum,
        Self::Field,
        Self::Event,
        Self::EventField,
        Self::Behaviour,
        Self::Score,
        Self::Rule,
        Self::Band,
        Self::Segment,
        Self::Lifecycle,
        Self::Stage,
        Self::Transition,
        Self::Sequence,
        Self::Step,
        Self::End,
        Self::Sla,
        Self::Reminder,
        Self::Breach,
        Self::Message,
        Self::Template,
        Self::Limits,
        Self::Topic,
        Self::Channel,
        Self::Connector,
        Self::Team,
        Self::Calendar,
    ];

    /// The word for it in addresses and in the JSON form.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Enum => "enum",
            Self::Field => "contact",
            Self::Event => "event",
            Self::EventField => "event_field",
            Self::Behaviour => "behaviour",
            Self::Score => "score",
            Self::Rule => "rule",
            Self::Band => "band",
            Self::Segment => "segment",
            Self::Lifecycle => "lifecycle",
            Self::Stage => "stage",
            Self::Transition => "transition",
            Self::Sequence => "sequence",
            Self::Step => "step",
            Self::End => "end",
            Self::Sla => "sla",
            Self::Reminder => "reminder",
            Self::Breach => "breach",
            Self::Message => "message",
            Self::Template => "template",
            Self::Limits => "limits",
            Self::Topic => "topic",
            Self::Channel => "channel",
            Self::Connector => "connector",
            Self::Team => "team",
            Self::Calendar => "calendar",
        }
    }
}
