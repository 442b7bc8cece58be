//! Which names the project declares, and what each name that is used stands for.
//!
//! Numbers are given by kind and name, so they depend neither on the order of files nor on the order of items;
//! fields, values, bands and stages keep the order in which they are written.

mod collect;
pub(crate) mod lookup;

use std::collections::BTreeMap;

use flow_graph::Id;
use flow_graph::program::{
    Calendar, Channel, Connector, EnumType, Event, Field, Lifecycle, Message, Score, Segment, Sequence, Sla, Team,
    Topic,
};

use crate::source::{FileId, Span};
use crate::syntax::tree;

/// The kinds of things that have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An enum; its members are its values.
    Enum,
    /// A field of the contact.
    Field,
    /// An event; its members are its fields.
    Event,
    /// A segment.
    Segment,
    /// A score; its members are its bands.
    Score,
    /// A lifecycle; its members are its stages.
    Lifecycle,
    /// A topic.
    Topic,
    /// A channel of the settings.
    Channel,
    /// A connector of the settings.
    Connector,
    /// A message.
    Message,
    /// A sequence; its members are the labels of its steps.
    Sequence,
    /// A calendar.
    Calendar,
    /// A team.
    Team,
    /// A service level.
    Sla,
    /// A test.
    Test,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Enum,
        Self::Field,
        Self::Event,
        Self::Segment,
        Self::Score,
        Self::Lifecycle,
        Self::Topic,
        Self::Channel,
        Self::Connector,
        Self::Message,
        Self::Sequence,
        Self::Calendar,
        Self::Team,
        Self::Sla,
        Self::Test,
    ];

    /// As in "there is no …".
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Enum => "enum",
            Self::Field => "contact field",
            Self::Event => "event",
            Self::Segment => "segment",
            Self::Score => "score",
            Self::Lifecycle => "lifecycle",
            Self::Topic => "topic",
            Self::Channel => "channel",
            Self::Connector => "connector",
            Self::Message => "message",
            Self::Sequence => "sequence",
            Self::Calendar => "calendar",
            Self::Team => "team",
            Self::Sla => "sla",
            Self::Test => "test",
        }
    }

    /// What a member of such a thing is called.
    #[must_use]
    pub fn member_noun(self) -> &'static str {
        match self {
            Self::Enum => "value",
            Self::Score => "band",
            Self::Lifecycle => "stage",
            Self::Sequence => "step",
            Self::Event
            | Self::Field
            | Self::Segment
            | Self::Topic
            | Self::Channel
            | Self::Connector
            | Self::Message
            | Self::Calendar
            | Self::Team
            | Self::Sla
            | Self::Test => "field",
        }
    }

    /// `a` or `an`, with the noun.
    #[must_use]
    pub fn with_article(self) -> String {
        let article = if matches!(self, Self::Enum | Self::Event | Self::Sla) { "an" } else { "a" };
        format!("{article} {}", self.noun())
    }

    fn of_keyword(keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind != Self::Field && kind.noun() == keyword)
    }
}

/// What a name stands for. Numbers are those of the program's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// An item, a field of the contact, a channel or a connector.
    Item(Kind, u32),
    /// A value, a field of an event, a band, a stage or the label of a step.
    Member(Kind, u32, u16),
}

/// Where names are declared and used: what a language server asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct References {
    /// Each use, in the order of the text.
    pub uses: Vec<(Span, Symbol)>,
    /// Each declaration: the span of the name.
    pub declared: BTreeMap<Symbol, Span>,
    /// Where files are named: the path, with its quotes, and the file.
    pub files: Vec<(Span, FileId)>,
}

impl References {
    /// What is found in a walk over a template, into all that was found.
    pub(crate) fn add(&mut self, found: Found) {
        self.uses.extend(found.uses);
        self.files.extend(found.files);
    }

    /// In the order of the text, each once: a template that two messages have is walked twice.
    pub(crate) fn sort(&mut self) {
        self.uses.sort_unstable();
        self.uses.dedup();
        self.files.sort_unstable();
        self.files.dedup();
    }
}

/// Names and files that a template uses.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Names.
    pub(crate) uses: Vec<(Span, Symbol)>,
    /// Files.
    pub(crate) files: Vec<(Span, FileId)>,
}

/// A kind of table entry that an author gives names to.
pub(crate) trait Named: Sized {
    /// Its kind.
    const KIND: Kind;
}

macro_rules! named {
    ($($ty:ident = $kind:ident),* $(,)?) => { $( impl Named for $ty { const KIND: Kind = Kind::$kind; } )* };
}

named!(
    EnumType = Enum,
    Field = Field,
    Event = Event,
    Segment = Segment,
    Score = Score,
    Lifecycle = Lifecycle,
    Topic = Topic,
    Channel = Channel,
    Connector = Connector,
    Message = Message,
    Sequence = Sequence,
    Calendar = Calendar,
    Team = Team,
    Sla = Sla,
);

/// Something declared.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    /// Its name.
    pub(crate) name: String,
    /// Where its name stands; nowhere for what is built in.
    pub(crate) span: Option<Span>,
    /// The item; for what is built in, fields, and what the settings declare there is none.
    pub(crate) item: Option<&'a tree::Item>,
    /// A part of it could not be read: an unknown member is not reported.
    pub(crate) broken: bool,
    /// Values, fields, bands, stages, labels.
    pub(crate) members: Vec<Member>,
}

/// A part of something declared that has a name.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Its name.
    pub(crate) name: String,
    /// Where it stands; nowhere for what is built in.
    pub(crate) span: Option<Span>,
}

/// All declared names.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    tables: BTreeMap<Kind, Vec<Entry<'a>>>,
    index: BTreeMap<(Kind, String), u32>,
    /// The `contact` items, the first of which counts.
    pub(crate) contacts: Vec<&'a tree::Item>,
    /// The `limits` items.
    pub(crate) limits: Vec<&'a tree::Item>,
    /// `moved` and `retired` items, in the order of files and text.
    pub(crate) migrations: Vec<&'a tree::Item>,
    /// A contact item could not be read in full: an unknown field is not reported.
    pub(crate) contact_broken: bool,
}

/// The name in our style of a name in another: who uses it is right already, and the declaration has been reported.
fn better(name: &str) -> Option<String> {
    crate::syntax::snake_case(name).filter(|better| better != name)
}

impl<'a> Names<'a> {
    /// The items of one kind in the order of their numbers. Whoever fills the program's table pushes one entry for
    /// each, whatever is wrong with it.
    pub(crate) fn items<T: Named>(&self) -> Vec<(Id<T>, &'a tree::Item)> {
        let numbers = 0_u32..;
        numbers.zip(self.entries(T::KIND)).filter_map(|(n, entry)| Some((Id::new(n), entry.item?))).collect()
    }

    /// The tests, by name.
    pub(crate) fn tests(&self) -> Vec<&'a tree::Item> {
        self.entries(Kind::Test).iter().filter_map(|entry| entry.item).collect()
    }

    /// What is declared of one kind, by number.
    pub(crate) fn entries(&self, kind: Kind) -> &[Entry<'a>] {
        self.tables.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// One entry.
    pub(crate) fn entry<T: Named>(&self, id: Id<T>) -> Option<&Entry<'a>> {
        self.entries(T::KIND).get(id.index())
    }

    /// The number of a name, in silence.
    pub(crate) fn number<T: Named>(&self, name: &str) -> Option<Id<T>> {
        self.index.get(&(T::KIND, name.to_owned())).map(|n| Id::new(*n))
    }

    /// The name behind a number.
    pub(crate) fn name<T: Named>(&self, id: Id<T>) -> &str {
        self.entry(id).map_or("", |entry| entry.name.as_str())
    }

    /// Where something is declared.
    pub(crate) fn declared<T: Named>(&self, id: Id<T>) -> Option<Span> {
        self.entry(id)?.span
    }

    /// Where a member is declared.
    pub(crate) fn member_declared<T: Named>(&self, id: Id<T>, member: u16) -> Option<Span> {
        self.entry(id)?.members.get(usize::from(member))?.span
    }

    /// The position of a member, in silence.
    pub(crate) fn member_number<T: Named>(&self, id: Id<T>, name: &str) -> Option<u16> {
        let members = &self.entry(id)?.members;
        let position = members.iter().position(|member| member.name == name);
        let meant = |member: &Member| better(&member.name).is_some_and(|better| better == name);
        let position = position.or_else(|| members.iter().position(meant))?;
        u16::try_from(position).ok()
    }

    /// Where everything is declared.
    pub(crate) fn declarations(&self) -> BTreeMap<Symbol, Span> {
        let mut found = BTreeMap::new();
        for (kind, entries) in &self.tables {
            for (number, entry) in (0_u32..).zip(entries) {
                found.extend(entry.span.map(|span| (Symbol::Item(*kind, number), span)));
                for (position, member) in (0_u16..).zip(&entry.members) {
                    found.extend(member.span.map(|span| (Symbol::Member(*kind, number, position), span)));
                }
            }
        }
        found
    }
}
