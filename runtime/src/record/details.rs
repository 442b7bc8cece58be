//! What belongs to each kind of record beside instant, contact and reason.

use flow_graph::program::{Field, Lifecycle, Program, Score, Sequence, Sla};
use flow_graph::{Id, Type, Value};
use flow_machine::Event;
use flow_machine::decision::{DecisionKind, ExitReason, Send};
use serde_json::{Map, Value as Json};

use super::{Kind, name};
use crate::render::Content;
use crate::values;

type Details = Vec<(&'static str, Json)>;
type Parts = (Kind, String, Details);

pub(super) fn of(program: &Program, kind: &DecisionKind, content: Option<&Content>) -> Parts {
    match kind {
        DecisionKind::Send(send) => of_send(program, Kind::Send, send, Vec::new()),
        DecisionKind::Held { send, gate, until } => {
            let details = vec![("gate", Json::from(gate.name())), ("until", Json::from(until.to_string()))];
            of_send(program, Kind::Held, send, details)
        }
        DecisionKind::Dropped { send, gate } => {
            let mut details = vec![("gate", Json::from(gate.name()))];
            details.extend(failure(content));
            of_send(program, Kind::Dropped, send, details)
        }
        DecisionKind::Call { connector, action, .. } => {
            (Kind::Call, format!("{}.{action}", name(&program.connectors, *connector, |x| &x.name)), arguments(content))
        }
        DecisionKind::Notify { team, .. } => (Kind::Notify, name(&program.teams, *team, |x| &x.name), notice(content)),
        DecisionKind::Set { field, value } => set(program, *field, value),
        DecisionKind::SetConsent { topic, granted } => {
            let said = if *granted { "granted" } else { "withdrawn" };
            let topic = name(&program.topics, *topic, |x| &x.name);
            (Kind::Set, format!("consent {topic}"), vec![("value", Json::from(said))])
        }
        DecisionKind::Emit(event) => emit(program, event),
        DecisionKind::EnteredSegment(id) => {
            (Kind::EnteredSegment, name(&program.segments, *id, |x| &x.name), Vec::new())
        }
        DecisionKind::LeftSegment(id) => (Kind::LeftSegment, name(&program.segments, *id, |x| &x.name), Vec::new()),
        DecisionKind::Stage { lifecycle, from, to } => {
            let from = from.map_or(Json::Null, |from| stage(program, *lifecycle, from));
            let details = vec![("from", from), ("to", stage(program, *lifecycle, *to))];
            (Kind::Stage, name(&program.lifecycles, *lifecycle, |x| &x.name), details)
        }
        DecisionKind::Band { score, from, to, value } => {
            let value = values::json(program, None, &Value::Number(*value));
            let details =
                vec![("from", band(program, *score, *from)), ("to", band(program, *score, *to)), ("value", value)];
            (Kind::Band, name(&program.scores, *score, |x| &x.name), details)
        }
        DecisionKind::Enrolled { sequence, key, holdout } => {
            of_run(program, Kind::Enrolled, (*sequence, key.as_ref()), ("holdout", Json::from(*holdout)))
        }
        DecisionKind::Exited { sequence, key, reason } => {
            of_run(program, Kind::Exited, (*sequence, key.as_ref()), ("reason", Json::from(exit_word(*reason))))
        }
        DecisionKind::Goal { sequence, key, converted } => {
            of_run(program, Kind::Goal, (*sequence, key.as_ref()), ("converted", Json::from(*converted)))
        }
        DecisionKind::Split { sequence, split, arm } => {
            let sequence = Json::from(sequence_name(program, *sequence));
            (Kind::Split, split.clone(), vec![("sequence", sequence), ("arm", Json::from(arm.as_str()))])
        }
        DecisionKind::SlaStarted { sla, due, per } => {
            of_sla(program, Kind::SlaStarted, (*sla, per), vec![("due", Json::from(due.to_string()))])
        }
        DecisionKind::SlaMet { sla, elapsed_ms, late, per } => {
            let details = vec![("elapsed_ms", Json::from(*elapsed_ms)), ("late", Json::from(*late))];
            of_sla(program, Kind::SlaMet, (*sla, per), details)
        }
        DecisionKind::SlaReminded { sla, reminder, per } => {
            of_sla(program, Kind::SlaReminded, (*sla, per), vec![("reminder", Json::from(*reminder))])
        }
        DecisionKind::SlaBreached { sla, per } => of_sla(program, Kind::SlaBreached, (*sla, per), Vec::new()),
    }
}

fn arguments(content: Option<&Content>) -> Details {
    let arguments = if let Some(Content::Arguments(arguments)) = content { arguments.as_slice() } else { &[] };
    let arguments: Map<_, _> = arguments.iter().cloned().collect();
    let mut details = vec![("arguments", Json::Object(arguments))];
    details.extend(failure(content));
    details
}

fn notice(content: Option<&Content>) -> Details {
    let said = if let Some(Content::Notice(said)) = content { said.as_str() } else { "" };
    let mut details = vec![("text", Json::from(said))];
    details.extend(failure(content));
    details
}

fn set(program: &Program, field: Id<Field>, value: &Value) -> Parts {
    let known = program.fields.get(field);
    let detail = if known.is_some_and(|field| field.personal) {
        ("personal", Json::from(true))
    } else {
        ("value", values::json(program, known.map(|field| &field.ty), value))
    };
    (Kind::Set, name(&program.fields, field, |x| &x.name), vec![detail])
}

fn emit(program: &Program, event: &Event) -> Parts {
    let known = program.events.get(event.kind).map_or(&[][..], |known| &known.fields);
    let fields = known.iter().zip(&event.values).filter(|(field, value)| !field.personal && value.is_known());
    let fields: Map<_, _> =
        fields.map(|(field, value)| (field.name.clone(), values::json(program, Some(&field.ty), value))).collect();
    (Kind::Emit, name(&program.events, event.kind, |x| &x.name), vec![("fields", Json::Object(fields))])
}

fn of_sla(program: &Program, kind: Kind, (sla, per): (Id<Sla>, &Value), mut details: Details) -> Parts {
    let expr = program.slas.get(sla).and_then(|sla| sla.per.as_ref());
    if per.is_known() && expr.is_some_and(|expr| values::is_personal(program, expr)) {
        details.push(("personal", Json::from(true)));
    } else if per.is_known() {
        details.push(("per", values::json(program, expr.and_then(|expr| values::type_of(program, expr)), per)));
    }
    (kind, name(&program.slas, sla, |x| &x.name), details)
}

fn of_send(program: &Program, kind: Kind, send: &Send, mut details: Details) -> Parts {
    let sequence = program.version(send.sequence, send.version);
    let step = sequence.and_then(|sequence| sequence.steps.get(usize::from(send.step)));
    details.push(("sequence", Json::from(sequence_name(program, send.sequence))));
    details.push(("step", step.map_or(Json::Null, |step| Json::from(step.id.as_str()))));
    details.push(("key", Json::from(send.key.as_str())));
    if let Some(message) = program.messages.get(send.message) {
        details.push(("channel", Json::from(name(&program.channels, message.channel, |x| &x.name))));
        details.push(("topic", Json::from(name(&program.topics, message.topic, |x| &x.name))));
    }
    (kind, name(&program.messages, send.message, |x| &x.name), details)
}

fn of_run(
    program: &Program,
    kind: Kind,
    (sequence, key): (Id<Sequence>, Option<&Value>),
    detail: (&'static str, Json),
) -> Parts {
    let mut details = Vec::new();
    if let Some(key) = key {
        let slots = program.sequences.get(sequence).and_then(|sequence| sequence.key.as_deref()).unwrap_or_default();
        let ty: Option<&Type> = slots.first().and_then(|(event, slot)| values::slot_type(program, *event, *slot));
        details.push(match slots.iter().any(|(event, slot)| values::is_personal_slot(program, *event, *slot)) {
            true => ("personal", Json::from(true)),
            false => ("key", values::json(program, ty, key)),
        });
    }
    details.push(detail);
    (kind, sequence_name(program, sequence), details)
}

fn failure(content: Option<&Content>) -> Option<(&'static str, Json)> {
    if let Some(Content::Failure(why)) = content { Some(("error", Json::from(why.as_str()))) } else { None }
}

fn sequence_name(program: &Program, id: Id<Sequence>) -> String {
    name(&program.sequences, id, |x| &x.name)
}

fn stage(program: &Program, lifecycle: Id<Lifecycle>, stage: u16) -> Json {
    let stages = program.lifecycles.get(lifecycle).map(|lifecycle| &lifecycle.stages);
    stages.and_then(|stages| stages.get(usize::from(stage))).map_or(Json::Null, |name| Json::from(name.as_str()))
}

fn band(program: &Program, score: Id<Score>, band: Option<u16>) -> Json {
    let bands = program.scores.get(score).map_or(&[][..], |score| &score.bands);
    flow_machine::decision::band(bands, band).map_or(Json::Null, |band| Json::from(band.name.as_str()))
}

pub(crate) fn exit_word(reason: ExitReason) -> &'static str {
    match reason {
        ExitReason::Finished => "finished",
        ExitReason::ExitStep => "exit_step",
        ExitReason::ExitOn => "exit_on",
        ExitReason::ExitWhen => "exit_when",
        ExitReason::Unless => "unless",
        ExitReason::MomentPassed => "moment_passed",
        ExitReason::Merged => "merged",
        ExitReason::Retired => "retired",
        ExitReason::Erased => "erased",
    }
}
