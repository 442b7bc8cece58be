//! Pictures of a program: what is drawn, whatever the form it is drawn in.
//!
//! A picture is made from the program and its graph ([`Picture::overview`], [`Picture::item`]) and written as SVG
//! ([`svg::svg`]), Mermaid ([`mermaid::mermaid`]) or DOT ([`dot::dot`]). The same program gives the same bytes.

mod among;
mod around;
mod chart;
pub mod dot;
mod facts;
pub mod mermaid;
mod overview;
mod rules;
mod states;
pub mod svg;

use std::collections::BTreeSet;

use crate::Id;
use crate::graph::{Graph, Kind, Node};
use crate::program::{Program, Sequence, StepId};

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What it shows, for the top and for those who cannot see it.
    pub title: String,
    /// Which way it is read.
    pub direction: Direction,
    /// The boxes.
    pub boxes: Vec<Shape>,
    /// The arrows between them.
    pub arrows: Vec<Arrow>,
    /// Titles of the frames around boxes.
    pub groups: Vec<String>,
}

/// Which way a picture is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From top to bottom.
    Down,
    /// From left to right.
    Right,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// What it is: decides its colour.
    pub look: Look,
    /// Its outline.
    pub form: Form,
    /// The small word above its title; may be empty.
    pub tag: String,
    /// Its name.
    pub title: String,
    /// What else there is to say.
    pub lines: Vec<String>,
    /// The frame that it stands in: a position in [`Picture::groups`].
    pub group: Option<usize>,
    /// What the picture is about: drawn with a strong outline.
    pub strong: bool,
}

/// The outline of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A card.
    Card,
    /// Where a way begins or ends.
    Pill,
    /// Where a way parts.
    Fork,
}

/// What a box is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// An event.
    Event,
    /// A field of the contact.
    Contact,
    /// A figure over events.
    Figure,
    /// A segment.
    Segment,
    /// A score, its rules and bands.
    Score,
    /// A lifecycle and its stages.
    Lifecycle,
    /// A sequence.
    Sequence,
    /// A step that does nothing outside.
    Step,
    /// A message.
    Message,
    /// A service level.
    Sla,
    /// Connectors, teams and channels.
    Outside,
    /// What is only looked up: topics, limits, calendars, templates, types.
    Settings,
}

/// An arrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// From this box.
    pub from: usize,
    /// To this one.
    pub to: usize,
    /// What stands at it; may be empty.
    pub label: String,
    /// What it means.
    pub line: Line,
}

/// What an arrow means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// One makes the other happen.
    Causes,
    /// One ends a run of the other.
    Ends,
    /// One is read by the other.
    Read,
}

impl Picture {
    /// The whole project. Depth 1: items. 2: messages, figures and fields, too. 3 and more: steps, too.
    #[must_use]
    pub fn overview(program: &Program, graph: &Graph, depth: u32) -> Self {
        overview::overview(program, graph, depth)
    }

    /// One item: the flow chart of a sequence, the states of a lifecycle, the rules of a score; of everything else what
    /// it reads (to the left) and what it causes (to the right), `depth` steps far.
    #[must_use]
    pub fn item(program: &Program, graph: &Graph, node: Node, depth: u32) -> Self {
        match node.item() {
            Node::Sequence(id) => chart::chart(program, id),
            Node::Lifecycle(id) => states::states(program, graph, id),
            Node::Score(id) => rules::rules(program, graph, id),
            Node::Enum(_)
            | Node::Field(_)
            | Node::Event(_)
            | Node::EventField(..)
            | Node::Behaviour(_)
            | Node::Rule(..)
            | Node::Band(..)
            | Node::Segment(_)
            | Node::Stage(..)
            | Node::Transition(..)
            | Node::Step(..)
            | Node::End(_)
            | Node::Sla(_)
            | Node::Reminder(..)
            | Node::Breach(_)
            | Node::Message(_)
            | Node::Template(_)
            | Node::Limits
            | Node::Topic(_)
            | Node::Channel(_)
            | Node::Connector(_)
            | Node::Team(_)
            | Node::Calendar(_) => around::around(program, graph, node.item(), depth),
        }
    }

    /// Some items and how they lead to each other; the strong ones stand out. Of very many the first are drawn.
    #[must_use]
    pub fn among(
        program: &Program,
        graph: &Graph,
        title: &str,
        strong: &BTreeSet<Node>,
        others: &BTreeSet<Node>,
    ) -> Self {
        among::among(program, graph, title, strong, others)
    }

    /// The flow chart of a sequence in which some steps stand out.
    #[must_use]
    pub fn steps(program: &Program, id: Id<Sequence>, strong: &BTreeSet<StepId>) -> Self {
        chart::steps(program, id, strong)
    }

    fn new(title: String, direction: Direction) -> Self {
        Self { title, direction, boxes: Vec::new(), arrows: Vec::new(), groups: Vec::new() }
    }

    fn add(&mut self, shape: Shape) -> usize {
        self.boxes.push(shape);
        self.boxes.len() - 1
    }

    fn arrow(&mut self, from: usize, to: usize, label: impl Into<String>, line: Line) {
        let arrow = Arrow { from, to, label: label.into(), line };
        if !self.arrows.contains(&arrow) {
            self.arrows.push(arrow);
        }
    }
}

impl Shape {
    fn new(look: Look, tag: impl Into<String>, title: impl Into<String>) -> Self {
        let (tag, title) = (tag.into(), title.into());
        Self { look, form: Form::Card, tag, title, lines: Vec::new(), group: None, strong: false }
    }

    fn form(mut self, form: Form) -> Self {
        self.form = form;
        self
    }

    fn lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.lines.extend(lines);
        self
    }

    fn strong(mut self) -> Self {
        self.strong = true;
        self
    }
}

impl Look {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Event,
        Self::Contact,
        Self::Figure,
        Self::Segment,
        Self::Score,
        Self::Lifecycle,
        Self::Sequence,
        Self::Step,
        Self::Message,
        Self::Sla,
        Self::Outside,
        Self::Settings,
    ];

    /// The word for it: in the legend, and as a class.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Contact => "contact",
            Self::Figure => "figure",
            Self::Segment => "segment",
            Self::Score => "score",
            Self::Lifecycle => "lifecycle",
            Self::Sequence => "sequence",
            Self::Step => "step",
            Self::Message => "message",
            Self::Sla => "service level",
            Self::Outside => "outside",
            Self::Settings => "settings",
        }
    }

    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Event | Kind::EventField => Self::Event,
            Kind::Field => Self::Contact,
            Kind::Behaviour => Self::Figure,
            Kind::Segment => Self::Segment,
            Kind::Score | Kind::Rule | Kind::Band => Self::Score,
            Kind::Lifecycle | Kind::Stage | Kind::Transition => Self::Lifecycle,
            Kind::Sequence => Self::Sequence,
            Kind::Step | Kind::End => Self::Step,
            Kind::Message => Self::Message,
            Kind::Sla | Kind::Reminder | Kind::Breach => Self::Sla,
            Kind::Connector | Kind::Team | Kind::Channel => Self::Outside,
            Kind::Enum | Kind::Template | Kind::Limits | Kind::Topic | Kind::Calendar => Self::Settings,
        }
    }
}

impl Line {
    /// The words for it in the legend.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Causes => "causes",
            Self::Ends => "ends a run of",
            Self::Read => "is read by",
        }
    }
}
