//! From a program to nodes and edges.

mod derived;
mod message;
mod sequence;
mod template;

use std::collections::BTreeSet;

use super::uses::{Use, uses};
use super::{Edge, How, Node};
use crate::expr::CompareOp;
use crate::program::{Event, Field, Measure, Program, Sequence, Trigger, Wire, builtin};
use crate::value::{Type, Value};
use crate::{Expr, Id};

type Edges = BTreeSet<(Node, Node, Edge)>;

/// All nodes, sorted, and all edges, each once, sorted.
pub(super) fn build(program: &Program) -> (BTreeSet<Node>, Edges) {
    let mut build = Build { program, nodes: BTreeSet::new(), edges: Edges::new() };
    build.world();
    build.behaviours();
    build.segments();
    build.scores();
    build.lifecycles();
    build.messages();
    build.service_levels();
    for (id, sequence) in program.sequences.enumerate() {
        build.sequence(id, sequence);
    }
    // Whoever is inside an earlier definition still does what it says.
    for earlier in &program.earlier {
        build.entry(earlier.of, &earlier.sequence);
        build.earlier(earlier.of, &earlier.sequence);
    }
    (build.nodes, build.edges)
}

struct Build<'p> {
    program: &'p Program,
    nodes: BTreeSet<Node>,
    edges: Edges,
}

/// What the expressions of a place see beside the contact.
#[derive(Debug, Clone, Copy, Default)]
struct Sight<'s> {
    /// The event that is being looked at.
    this: Option<Id<Event>>,
    /// The sequence whose run it is.
    run: Option<&'s Sequence>,
}

impl<'p> Build<'p> {
    fn node(&mut self, node: Node) {
        self.nodes.insert(node);
    }

    fn reads(&mut self, reader: Node, read: Node) {
        self.edges.insert((reader, read, Edge::Reads));
    }

    fn causes(&mut self, cause: Node, effect: Node, how: How) {
        self.edges.insert((cause, effect, Edge::at_once(how)));
    }

    fn later(&mut self, cause: Node, effect: Node, how: How) {
        self.edges.insert((cause, effect, Edge::later(how)));
    }

    fn world(&mut self) {
        for id in self.program.enums.ids() {
            self.node(Node::Enum(id));
        }
        for (id, connector) in self.program.connectors.enumerate() {
            self.node(Node::Connector(id));
            for (field, declared) in self.program.fields.enumerate() {
                if declared.owner.as_ref() == Some(&connector.name) {
                    self.later(Node::Connector(id), Node::Field(field), How::Writes);
                }
            }
        }
        for (id, field) in self.program.fields.enumerate() {
            self.field(Node::Field(id), field);
        }
        for (id, event) in self.program.events.enumerate() {
            self.node(Node::Event(id));
            match &event.wire {
                Wire::Track(_) | Wire::Page | Wire::Screen | Wire::Group | Wire::BuiltIn => {}
            }
            for (slot, field) in (0..).zip(&event.fields) {
                self.field(Node::EventField(id, slot), field);
            }
        }
    }

    fn field(&mut self, node: Node, field: &Field) {
        self.node(node);
        if let Some(id) = enum_of(&field.ty) {
            self.reads(node, Node::Enum(id));
        }
    }

    fn behaviours(&mut self) {
        for (id, behaviour) in self.program.behaviours.enumerate() {
            let node = Node::Behaviour(id);
            self.node(node);
            self.reads(node, Node::Event(behaviour.event));
            match behaviour.measure {
                Measure::Count | Measure::FirstTime | Measure::LastTime => {}
                Measure::Sum(slot)
                | Measure::Min(slot)
                | Measure::Max(slot)
                | Measure::Avg(slot)
                | Measure::First(slot)
                | Measure::Last(slot)
                | Measure::Distinct(slot) => self.reads(node, Node::EventField(behaviour.event, slot)),
            }
            let sight = Sight { this: Some(behaviour.event), run: None };
            self.exprs(node, &behaviour.filter, sight);
        }
    }

    /// All that some expressions read.
    fn exprs<'e>(&mut self, reader: Node, exprs: impl IntoIterator<Item = &'e Expr>, sight: Sight<'_>) {
        for expr in exprs {
            uses(expr, &mut |used| self.uses(reader, used, sight));
            if let Some(message) = sight.this.and_then(|event| message_of(self.program, event, expr)) {
                self.reads(reader, message);
            }
        }
    }

    fn uses(&mut self, reader: Node, used: Use<'_>, sight: Sight<'_>) {
        match used {
            Use::Field(id) => self.reads(reader, Node::Field(id)),
            Use::This(slot) => {
                if let Some(event) = sight.this {
                    self.reads(reader, Node::EventField(event, slot));
                }
            }
            Use::ThisMeta => {
                if let Some(event) = sight.this {
                    self.reads(reader, Node::Event(event));
                }
            }
            Use::Trigger(slots) => {
                for (event, slot) in slots {
                    self.reads(reader, Node::EventField(*event, *slot));
                }
            }
            Use::TriggerMeta => {
                for event in sight.run.into_iter().flat_map(begins) {
                    self.reads(reader, Node::Event(event));
                }
            }
            Use::Key => {
                for (event, slot) in sight.run.and_then(|run| run.key.as_ref()).into_iter().flatten() {
                    self.reads(reader, Node::EventField(*event, *slot));
                }
            }
            Use::Behaviour(id) => self.reads(reader, Node::Behaviour(id)),
            Use::Score(id) => self.reads(reader, Node::Score(id)),
            Use::Band(id, band) => self.reads(reader, Node::Band(id, band)),
            Use::Segment(id) => self.reads(reader, Node::Segment(id)),
            Use::Stage(id, stage, at_least) => {
                let stages = self.program.lifecycles.get(id).map_or(0, |lifecycle| lifecycle.stages.len());
                let last = if at_least { u16::try_from(stages).unwrap_or(u16::MAX).saturating_sub(1) } else { stage };
                for stage in stage..=last {
                    self.reads(reader, Node::Stage(id, stage));
                }
            }
            Use::Sequence(id) => self.reads(reader, Node::Sequence(id)),
            Use::Template(text) => self.template(reader, text, sight.run.as_slice()),
        }
    }

    /// What happens, as a node; and its condition is read by whoever waits for it.
    fn trigger(&mut self, trigger: &Trigger, reader: Node, run: Option<&Sequence>) -> Node {
        match trigger {
            Trigger::Event { event, filter } => {
                self.exprs(reader, filter, Sight { this: Some(*event), run });
                Node::Event(*event)
            }
            Trigger::EnteredSegment(id) | Trigger::LeftSegment(id) => Node::Segment(*id),
            Trigger::BecomesBand { score, band } => Node::Band(*score, *band),
            Trigger::EnteredStage { lifecycle, stage } => Node::Stage(*lifecycle, *stage),
        }
    }
}

/// The events that can begin a run.
fn begins(sequence: &Sequence) -> impl Iterator<Item = Id<Event>> {
    sequence.enter.iter().filter_map(|trigger| match trigger {
        Trigger::Event { event, .. } => Some(*event),
        Trigger::EnteredSegment(_)
        | Trigger::LeftSegment(_)
        | Trigger::BecomesBand { .. }
        | Trigger::EnteredStage { .. } => None,
    })
}

fn enum_of(ty: &Type) -> Option<Id<crate::program::EnumType>> {
    match ty {
        Type::Enum(id) => Some(*id),
        Type::Set(member) => enum_of(member),
        Type::Text
        | Type::Int
        | Type::Number
        | Type::Bool
        | Type::Money
        | Type::Percent
        | Type::Date
        | Type::DateTime
        | Type::Duration
        | Type::Email
        | Type::Phone
        | Type::Url
        | Type::Country
        | Type::TimeZone => None,
    }
}

/// `clicked(cart_reminder)` speaks of a message by its name.
fn message_of(program: &Program, event: Id<Event>, filter: &Expr) -> Option<Node> {
    if event.index() >= builtin::NAMES.len() {
        return None;
    }
    let mut found = None;
    filter.walk(&mut |part| {
        if let Expr::Compare { op: CompareOp::Equal, left, right } = part
            && let (Expr::This(builtin::MESSAGE), Expr::Const(Value::Text(name))) = (&**left, &**right)
        {
            found = program.messages.enumerate().find(|(_, message)| *message.name == **name).map(|(id, _)| id);
        }
    });
    found.map(Node::Message)
}
