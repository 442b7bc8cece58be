//! Addresses: the name of each node in the whole project, of names and meaning alone.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use crate::Words;
use crate::program::{Cause, Program};
use crate::words::Scope;

/// The address of each node. Where two would have the same one, the later gets `#2` behind it.
pub(super) fn addresses(program: &Program, nodes: &BTreeSet<Node>) -> BTreeMap<Node, String> {
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for node in nodes {
        let mut address = address(program, *node);
        let times = taken.entry(address.clone()).or_insert(0);
        *times += 1;
        if *times > 1 {
            address = format!("{address}#{times}");
        }
        found.insert(*node, address);
    }
    found
}

fn address(p: &Program, node: Node) -> String {
    let words = Words::plain(p);
    let item = |name: Option<&String>| format!("{}.{}", node.item().kind().word(), name.map_or("?", String::as_str));
    match node {
        Node::Enum(id) => item(p.enums.get(id).map(|it| &it.name)),
        Node::Field(id) => item(p.fields.get(id).map(|it| &it.name)),
        Node::Event(id) => item(p.events.get(id).map(|it| &it.name)),
        Node::EventField(id, slot) => {
            let field = p.events.get(id).and_then(|event| event.fields.get(usize::from(slot)));
            format!("{}.{}", address(p, Node::Event(id)), field.map_or("?", |field| &field.name))
        }
        Node::Behaviour(id) => item(p.behaviours.get(id).map(|it| Words::exact(p).behaviour(it)).as_ref()),
        Node::Score(id) => item(p.scores.get(id).map(|it| &it.name)),
        Node::Rule(id, rule) => format!("{}.rule.{}", address(p, Node::Score(id)), rule_words(p, id, rule)),
        Node::Band(id, band) => format!("{}.band.{}", address(p, Node::Score(id)), words.band(id, band)),
        Node::Segment(id) => item(p.segments.get(id).map(|it| &it.name)),
        Node::Lifecycle(id) => item(p.lifecycles.get(id).map(|it| &it.name)),
        Node::Stage(id, stage) => {
            let lifecycle = p.lifecycles.get(id);
            let stage = lifecycle.and_then(|lifecycle| lifecycle.stages.get(usize::from(stage)));
            format!("{}.stage.{}", address(p, Node::Lifecycle(id)), stage.map_or("?", String::as_str))
        }
        Node::Transition(id, number) => {
            format!("{}.transition.{}", address(p, Node::Lifecycle(id)), transition_words(p, id, number))
        }
        Node::Sequence(id) => item(p.sequences.get(id).map(|it| &it.name)),
        Node::Step(id, step) => {
            let step = p.sequences.get(id).and_then(|sequence| sequence.steps.get(usize::from(step)));
            format!("{}.step.{}", address(p, Node::Sequence(id)), step.map_or("?", |step| &step.id))
        }
        Node::End(id) => format!("{}.end", address(p, Node::Sequence(id))),
        Node::Sla(id) => item(p.slas.get(id).map(|it| &it.name)),
        Node::Reminder(id, number) => {
            let reminder = p.slas.get(id).and_then(|sla| sla.reminders.get(usize::from(number)));
            let after = reminder.map_or("?".to_owned(), |reminder| reminder.after.to_string());
            format!("{}.remind.{after}", address(p, Node::Sla(id)))
        }
        Node::Breach(id) => format!("{}.breach", address(p, Node::Sla(id))),
        Node::Message(id) => item(p.messages.get(id).map(|it| &it.name)),
        Node::Template(number) => item(usize::try_from(number).ok().and_then(|n| p.templates.keys().nth(n))),
        Node::Limits => "limits".to_owned(),
        Node::Topic(id) => item(p.topics.get(id).map(|it| &it.name)),
        Node::Channel(id) => item(p.channels.get(id).map(|it| &it.name)),
        Node::Connector(id) => item(p.connectors.get(id).map(|it| &it.name)),
        Node::Team(id) => item(p.teams.get(id).map(|it| &it.name)),
        Node::Calendar(id) => item(p.calendars.get(id).map(|it| &it.name)),
    }
}

/// `+20 when industry in [saas, finance]`
pub(crate) fn rule_words(p: &Program, id: crate::Id<crate::program::Score>, rule: u16) -> String {
    let words = Words::plain(p);
    let Some(score) = p.scores.get(id) else { return "?".to_owned() };
    let rule = usize::from(rule);
    if let Some(fit) = score.fit.get(rule) {
        return format!("{:+} when {}", fit.points, words.expr(&fit.when, Scope::default()));
    }
    let hit = rule.checked_sub(score.fit.len()).and_then(|hit| score.hits.get(hit));
    hit.map_or("?".to_owned(), |hit| format!("{:+} on {}", hit.points, words.event(hit.event, hit.filter.as_ref())))
}

/// `lead, mql -> sql on sales_accepted`
pub(crate) fn transition_words(p: &Program, id: crate::Id<crate::program::Lifecycle>, number: u16) -> String {
    let lifecycle = p.lifecycles.get(id);
    let transition = lifecycle.and_then(|lifecycle| lifecycle.transitions.get(usize::from(number)));
    let (Some(lifecycle), Some(transition)) = (lifecycle, transition) else { return "?".to_owned() };
    let stage = |stage: u16| lifecycle.stages.get(usize::from(stage)).map_or("?", String::as_str);
    let from: Vec<&str> = transition.from.iter().map(|from| stage(*from)).collect();
    format!("{} -> {} {}", from.join(", "), stage(transition.to), cause_words(p, &transition.cause))
}

/// `when lead is hot`, `on sales_accepted`
pub(crate) fn cause_words(p: &Program, cause: &Cause) -> String {
    let words = Words::plain(p);
    match cause {
        Cause::When { condition, hold } => {
            let hold = hold.map_or(String::new(), |hold| format!(" for {hold}"));
            format!("when {}{hold}", words.expr(condition, Scope::default()))
        }
        Cause::On(triggers) => format!("on {}", words.triggers(triggers)),
    }
}
