//! What a box says of the thing that it stands for.

use super::{Look, Shape};
use crate::Words;
use crate::graph::{Graph, Node};
use crate::program::{CapPolicy, Consent, Message, Program, Route, Sla};
use crate::words::Scope;

/// A box for a node: its kind, its name, and with `full` what it is.
pub(super) fn shape(p: &Program, graph: &Graph, node: Node, full: bool) -> Shape {
    let look = Look::of(node.kind());
    let shape = Shape::new(look, tag(node), title(p, graph, node));
    if full { shape.lines(lines(p, node)) } else { shape }
}

fn tag(node: Node) -> &'static str {
    match node {
        Node::Field(_) => "contact field",
        Node::EventField(..) => "event field",
        Node::Behaviour(_) => "figure",
        Node::Sla(_) => "service level",
        Node::Limits | Node::End(_) => "",
        Node::Enum(_)
        | Node::Event(_)
        | Node::Score(_)
        | Node::Rule(..)
        | Node::Band(..)
        | Node::Segment(_)
        | Node::Lifecycle(_)
        | Node::Stage(..)
        | Node::Transition(..)
        | Node::Sequence(_)
        | Node::Step(..)
        | Node::Reminder(..)
        | Node::Breach(_)
        | Node::Message(_)
        | Node::Template(_)
        | Node::Topic(_)
        | Node::Channel(_)
        | Node::Connector(_)
        | Node::Team(_)
        | Node::Calendar(_) => node.kind().word(),
    }
}

/// The name of a node where its kind is said beside it.
pub(super) fn title(p: &Program, graph: &Graph, node: Node) -> String {
    match node {
        Node::Behaviour(id) => {
            p.behaviours.get(id).map_or(String::new(), |behaviour| Words::plain(p).behaviour(behaviour))
        }
        Node::Stage(lifecycle, stage) => Words::plain(p).stage(lifecycle, stage),
        Node::Band(score, band) => {
            let words = Words::plain(p);
            format!("{}.{}", words.score(score), words.band(score, band))
        }
        Node::Step(id, step) => {
            let step = p.sequences.get(id).and_then(|sequence| sequence.steps.get(usize::from(step)));
            step.map_or(String::new(), |step| Words::plain(p).step(&step.kind))
        }
        Node::End(_) => "end".to_owned(),
        Node::Limits => "limits".to_owned(),
        Node::Enum(_)
        | Node::Field(_)
        | Node::Event(_)
        | Node::EventField(..)
        | Node::Score(_)
        | Node::Rule(..)
        | Node::Segment(_)
        | Node::Lifecycle(_)
        | Node::Transition(..)
        | Node::Sequence(_)
        | Node::Sla(_)
        | Node::Reminder(..)
        | Node::Breach(_)
        | Node::Message(_)
        | Node::Template(_)
        | Node::Topic(_)
        | Node::Channel(_)
        | Node::Connector(_)
        | Node::Team(_)
        | Node::Calendar(_) => {
            let address = graph.address(node);
            address.split_once('.').map_or(address, |(_, name)| name).to_owned()
        }
    }
}

/// What a thing is, line by line.
fn lines(p: &Program, node: Node) -> Vec<String> {
    let words = Words::plain(p);
    let one = |line: Option<String>| line.into_iter().collect::<Vec<_>>();
    match node {
        Node::Segment(id) => one(p.segments.get(id).map(|it| words.expr(&it.condition, Scope::default()))),
        Node::Message(id) => p.messages.get(id).map_or_else(Vec::new, |it| message(p, it)),
        Node::Sla(id) => p.slas.get(id).map_or_else(Vec::new, |it| sla(p, it)),
        Node::Event(id) => {
            let fields = p.events.get(id).map_or(&[][..], |event| event.fields.as_slice());
            fields.iter().map(|field| format!("{}: {}", field.name, Words::exact(p).ty(&field.ty))).collect()
        }
        Node::Field(id) => one(p.fields.get(id).map(|field| {
            let owner = field.owner.as_ref().map_or(String::new(), |owner| format!(" from {owner}"));
            format!("{}{owner}", Words::exact(p).ty(&field.ty))
        })),
        Node::Enum(id) => one(p.enums.get(id).map(|it| it.values.join(", "))),
        Node::Topic(id) => one(p.topics.get(id).map(|it| {
            let consent = match it.consent {
                Consent::OptIn => "to those who said yes",
                Consent::OptOut => "to those who have not said no",
                Consent::None => "needs no consent",
            };
            consent.to_owned()
        })),
        Node::Limits => limits(p),
        Node::Team(id) => p.teams.get(id).map_or_else(Vec::new, |team| {
            let route = |route: &Route| match route {
                Route::Email(address) => address.clone(),
                Route::Webhook(connector) => format!("webhook {connector}"),
            };
            team.routes.iter().map(route).collect()
        }),
        Node::Calendar(id) => p.calendars.get(id).map_or_else(Vec::new, |calendar| {
            let open = calendar.open.iter().map(|open| words.clock(open.days, open.window, false));
            open.chain([calendar.zone.clone()]).collect()
        }),
        Node::EventField(..)
        | Node::Behaviour(_)
        | Node::Score(_)
        | Node::Rule(..)
        | Node::Band(..)
        | Node::Lifecycle(_)
        | Node::Stage(..)
        | Node::Transition(..)
        | Node::Sequence(_)
        | Node::Step(..)
        | Node::End(_)
        | Node::Reminder(..)
        | Node::Breach(_)
        | Node::Template(_)
        | Node::Channel(_)
        | Node::Connector(_) => Vec::new(),
    }
}

fn message(p: &Program, message: &Message) -> Vec<String> {
    let mut lines: Vec<String> = message.subject.iter().map(|subject| format!("“{subject}”")).collect();
    let channel = p.channels.get(message.channel).map_or("?", |channel| &channel.name);
    lines.push(format!("by {channel}, priority {}", message.priority));
    lines
}

fn sla(p: &Program, sla: &Sla) -> Vec<String> {
    let words = Words::plain(p);
    let calendar = sla.calendar.and_then(|id| p.calendars.get(id));
    let calendar = calendar.map_or(String::new(), |calendar| format!(" of {}", calendar.name));
    let mut lines = vec![
        format!("starts on {}", words.triggers(&sla.start)),
        format!("met on {} within {}{calendar}", words.triggers(&sla.met), sla.within),
    ];
    let action = |kind| words.step(kind);
    for reminder in &sla.reminders {
        let actions: Vec<String> = reminder.actions.iter().map(|(kind, _)| action(kind)).collect();
        lines.push(format!("at {}: {}", reminder.after, actions.join(", ")));
    }
    let breach: Vec<String> = sla.breach.iter().map(|(kind, _)| action(kind)).collect();
    if !breach.is_empty() {
        lines.push(format!("breach: {}", breach.join(", ")));
    }
    if let Some(pause) = &sla.pause {
        lines.push(format!("stands while {}", words.expr(pause, Scope::default())));
    }
    lines
}

fn limits(p: &Program) -> Vec<String> {
    let limits = &p.limits;
    let mut lines: Vec<String> = limits
        .caps
        .iter()
        .map(|cap| {
            let channel = p.channels.get(cap.channel).map_or("?", |channel| &channel.name);
            format!("{channel} at most {} per {}", cap.count, cap.per)
        })
        .collect();
    if let Some(quiet) = limits.quiet {
        lines.push(format!("quiet {}", Words::plain(p).clock(crate::Weekdays::ALL, quiet, false)));
    }
    lines.push(match limits.when_capped {
        CapPolicy::Skip => "when capped: skip".to_owned(),
        CapPolicy::WaitUpTo(span) => format!("when capped: wait up to {span} then skip"),
    });
    lines
}
