//! What leaves because of a decision.

use flow_graph::program::{Program, Team};
use flow_machine::decision::{DecisionKind, RenderData, Send};
use flow_runtime::{Content, Decided, values};
use serde_json::Map;

use crate::delivery::{Delivery, Message, What};

/// What leaves because of a decision, if anything; and why it cannot, where it cannot. `ordinal` counts the decisions of
/// one turn: with it each delivery has a key of its own, and the same one whenever the same turn is run.
pub(super) fn deliveries(program: &Program, decided: &Decided<'_>, ordinal: u32) -> Vec<(Delivery, Option<String>)> {
    let decision = &decided.decision;
    let (key, what) = match &decision.kind {
        DecisionKind::Send(send) => (send.key.clone(), message(program, send, decided.content.as_ref())),
        DecisionKind::Call { connector, action, .. } => {
            let connector = program.connectors.get(*connector).map(|it| it.name.clone()).unwrap_or_default();
            (key(decided, ordinal), call(connector, action.clone(), decided.content.as_ref()))
        }
        DecisionKind::Notify { team, .. } => {
            let Some(team) = program.teams.get(*team) else { return Vec::new() };
            return notices(team, decided, ordinal);
        }
        DecisionKind::Held { .. }
        | DecisionKind::Dropped { .. }
        | DecisionKind::Set { .. }
        | DecisionKind::SetConsent { .. }
        | DecisionKind::Emit(_)
        | DecisionKind::EnteredSegment(_)
        | DecisionKind::LeftSegment(_)
        | DecisionKind::Stage { .. }
        | DecisionKind::Band { .. }
        | DecisionKind::Enrolled { .. }
        | DecisionKind::Exited { .. }
        | DecisionKind::Goal { .. }
        | DecisionKind::Split { .. }
        | DecisionKind::SlaStarted { .. }
        | DecisionKind::SlaMet { .. }
        | DecisionKind::SlaReminded { .. }
        | DecisionKind::SlaBreached { .. } => return Vec::new(),
    };
    let (what, why) = what;
    vec![(Delivery { key, contact: decided.id.to_string(), at: decision.at, what }, why)]
}

/// What leaves; and why it cannot, where nothing was composed.
type Composed = (What, Option<String>);

fn message(program: &Program, send: &Send, content: Option<&Content>) -> Composed {
    let entry = program.messages.get(send.message);
    let topic = entry.and_then(|message| program.topics.get(message.topic));
    let channel = entry.and_then(|message| program.channels.get(message.channel));
    let mut message = Message {
        name: entry.map(|message| message.name.clone()).unwrap_or_default(),
        channel: channel.map(|channel| channel.name.clone()).unwrap_or_default(),
        topic: topic.map(|topic| topic.name.clone()).unwrap_or_default(),
        transactional: topic.is_some_and(|topic| topic.transactional),
        to: send.data.as_ref().and_then(|data| address(program, data)),
        subject: None,
        body: String::new(),
        html: entry.and_then(|it| it.body_file.as_deref()).is_some_and(is_html),
        text: None,
    };
    match content {
        Some(Content::Message { subject, body, text }) => {
            (message.subject, message.body, message.text) = (subject.clone(), body.clone(), text.clone());
            (What::Message(message), None)
        }
        other => (What::Message(message), Some(why(other))),
    }
}

fn call(connector: String, action: String, content: Option<&Content>) -> Composed {
    match content {
        Some(Content::Arguments(arguments)) => {
            (What::Call { connector, action, arguments: arguments.iter().cloned().collect() }, None)
        }
        other => (What::Call { connector, action, arguments: Map::new() }, Some(why(other))),
    }
}

/// One for each way in which a team is reached.
fn notices(team: &Team, decided: &Decided<'_>, ordinal: u32) -> Vec<(Delivery, Option<String>)> {
    let (text, why) = match decided.content.as_ref() {
        Some(Content::Notice(text)) => (text.clone(), None),
        other => (String::new(), Some(why(other))),
    };
    let what = What::Notice { team: team.name.clone(), text, route: None };
    let (contact, at) = (decided.id.to_string(), decided.decision.at);
    let all = Delivery { key: key(decided, ordinal), contact, at, what }.by_routes(&team.routes);
    all.into_iter().map(|delivery| (delivery, why.clone())).collect()
}

fn why(content: Option<&Content>) -> String {
    if let Some(Content::Failure(why)) = content { why.clone() } else { "nothing was composed".to_owned() }
}

fn address(program: &Program, data: &RenderData) -> Option<String> {
    let value = data.fields.get(program.email_field?.index())?;
    value.is_known().then(|| values::text(program, None, value))
}

fn is_html(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "html" | "htm"))
}

/// `contact/instant/input/number`, or `contact/instant/time/number` where time alone had a turn.
fn key(decided: &Decided<'_>, ordinal: u32) -> String {
    let turn = decided.turn;
    match turn.input {
        true => format!("{}/{}/{}/{ordinal}", decided.id, turn.at.0, turn.number),
        false => format!("{}/{}/time/{ordinal}", decided.id, turn.at.0),
    }
}
