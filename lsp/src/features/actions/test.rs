//! A test of a sequence to begin with: who comes in, how, and what is expected.

use std::fmt::Write as _;

use flow_compiler::diagnostic::Edit;
use flow_compiler::prove::example;
use flow_compiler::source::{FileKind, Span};
use flow_compiler::syntax::tree::{Item, ItemKind};
use flow_graph::program::{Consent, Message, Sequence, StepKind, Trigger};
use flow_graph::{Id, Program, Type};

use super::{Action, What, harmless};
use crate::snapshot::Snapshot;

/// Offers a test of the sequence whose head a range touches.
pub(super) fn of_sequence(snapshot: &Snapshot, item: &Item, range: Span) -> Option<Action> {
    let ItemKind::Sequence(tree) = &item.kind else { return None };
    if range.start > tree.name.span.end {
        return None;
    }
    let analysis = snapshot.analysis();
    let sequence = analysis.program.sequences.iter().find(|sequence| sequence.name == tree.name.value)?;
    let text = text(&analysis.program, sequence)?;
    // Where the other tests are; else behind the sequence.
    let tests =
        snapshot.sources.iter().find(|(_, file)| file.kind == FileKind::Flow && file.path.ends_with("tests.flow"));
    let (file, at) = match tests {
        Some((id, file)) => (id, u32::try_from(file.text.len()).ok()?),
        None => (range.file, item.span.end),
    };
    let gap =
        if snapshot.text(file).get(..at as usize).is_some_and(|before| before.ends_with('\n')) { "\n" } else { "\n\n" };
    let edits = vec![Edit { span: Span::new(file, at, at), text: format!("{gap}{text}") }];
    let title = format!("write a test of `{}`", sequence.name);
    harmless(snapshot, &edits).then_some(Action { title, what: What::Add, edits, mends: None, preferred: false })
}

fn text(program: &Program, sequence: &Sequence) -> Option<String> {
    let (event, filter) = sequence.enter.iter().find_map(|trigger| match trigger {
        Trigger::Event { event, filter } => Some((*event, filter.as_ref())),
        Trigger::EnteredSegment(_)
        | Trigger::LeftSegment(_)
        | Trigger::BecomesBand { .. }
        | Trigger::EnteredStage { .. } => None,
    })?;
    let mut out = format!("test \"{} does what it is for\" {{\n  contact ana {{ ", sequence.name.replace('_', " "));
    for field in [program.email_field, program.zone_field].into_iter().flatten() {
        let field = program.fields.get(field)?;
        let value = if field.ty == Type::TimeZone { program.project.timezone.as_str() } else { "ana@example.com" };
        let _ = write!(out, "{} \"{value}\"  ", field.name);
    }
    // A Tuesday in the middle of the morning: nobody rests, and no clock changes soon.
    out.truncate(out.trim_end().len());
    out.push_str(" }\n  at 2026-03-03T10:00\n");
    let sends = sends(sequence);
    for topic in topics(program, &sends) {
        let _ = writeln!(out, "  ana subscribes {topic}");
    }
    let fields = example::fields(program, event, filter, 1);
    let name = &program.events.get(event)?.name;
    let _ = writeln!(
        out,
        "  ana does {name}{}",
        if fields.is_empty() { String::new() } else { format!(" {{ {fields} }}") }
    );
    match sends.first().and_then(|message| program.messages.get(*message)) {
        Some(message) => {
            let _ = writeln!(out, "  after 1 day\n  expect ana sent {}", message.name);
        }
        None => {
            let _ = writeln!(out, "  expect ana in sequence {}", sequence.name);
        }
    }
    out.push_str("}\n");
    Some(out)
}

/// What the sequence sends, in the order of its steps.
fn sends(sequence: &Sequence) -> Vec<Id<Message>> {
    let message = |kind: &StepKind| if let StepKind::Send(message) = kind { Some(*message) } else { None };
    sequence.steps.iter().filter_map(|step| message(&step.kind)).collect()
}

/// The topics that have to be agreed to.
fn topics<'p>(program: &'p Program, sends: &[Id<Message>]) -> Vec<&'p str> {
    let topics = sends.iter().filter_map(|message| program.topics.get(program.messages.get(*message)?.topic));
    let mut names: Vec<&str> =
        topics.filter(|topic| topic.consent == Consent::OptIn).map(|topic| topic.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
