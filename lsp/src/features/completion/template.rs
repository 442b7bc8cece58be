//! What can be written in templates, in files and in quotes: values, filters, statements.

use std::collections::BTreeSet;

use flow_compiler::source::FileId;
use flow_graph::program::{Event, Message, Sequence, StepKind, Trigger};
use flow_graph::template::{FILTERS, FUNCTIONS, OWN_FILTERS, PAGE, TESTS, UTM};
use flow_graph::{Id, Program};

use super::around::{self, field_type};
use super::{Completion, Found, What, names, values};
use crate::features::context::Context;
use crate::features::shapes::{Expected, Value};
use crate::features::tokens::{Token, is_word};
use crate::snapshot::Snapshot;

/// At an offset of a template file.
pub(super) fn file(snapshot: &Snapshot, file: FileId, text: &str, offset: u32) -> Found {
    let program = &snapshot.recent().program;
    let path = snapshot.sources.path(file);
    let messages: Vec<Id<Message>> = program
        .messages
        .enumerate()
        .filter(|(_, message)| message.body_file.as_deref() == Some(path))
        .map(|(id, _)| id)
        .collect();
    inside(program, text, (0, offset), &sending(program, &messages), snapshot)
}

/// In a text in quotes of a `.flow` file: a template, a path, a zone.
pub(super) fn inside_quotes(snapshot: &Snapshot, context: &Context<'_>, token: Token) -> Found {
    let program = &snapshot.recent().program;
    let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let expected = context.expected();
    let is = |value| expected.contains(&Expected::Literal(value));
    let mut items = Vec::new();
    if is(Value::Path) && context.back(0) == "file" {
        values::literal(snapshot, context, Value::Path, &mut items);
    } else if is(Value::Zone) || around::wanted(program, context) == Some(&flow_graph::Type::TimeZone) {
        values::literal(snapshot, context, Value::Zone, &mut items);
    }
    if !items.is_empty() {
        // The quotes are there already.
        for item in &mut items {
            item.insert = item.insert.trim_matches('"').to_owned();
            item.label.clone_from(&item.insert);
        }
        let end =
            if context.word(token).len() > 1 && context.word(token).ends_with('"') { token.end - 1 } else { token.end };
        return (place(token.start + 1), place(end), items);
    }
    let name = around::item_name(context, "message").unwrap_or_default();
    let messages: Vec<Id<Message>> =
        program.messages.enumerate().filter(|(_, message)| message.name == name).map(|(id, _)| id).collect();
    let in_sequence = around::item_name(context, "sequence").is_some();
    let events = if in_sequence { around::run(program, context) } else { sending(program, &messages) };
    inside(program, context.text, (place(token.start), place(context.offset)), &events, snapshot)
}

/// The events that begin the runs that send some messages.
fn sending<'p>(program: &'p Program, messages: &[Id<Message>]) -> Vec<&'p Event> {
    let sends = |sequence: &&Sequence| {
        sequence.steps.iter().any(|step| matches!(step.kind, StepKind::Send(message) if messages.contains(&message)))
    };
    let triggers = program.sequences.iter().filter(sends).flat_map(|sequence| &sequence.enter);
    let events: BTreeSet<_> = triggers
        .filter_map(|trigger| match trigger {
            Trigger::Event { event, .. } => Some(*event),
            Trigger::EnteredSegment(_)
            | Trigger::LeftSegment(_)
            | Trigger::BecomesBand { .. }
            | Trigger::EnteredStage { .. } => None,
        })
        .collect();
    events.into_iter().filter_map(|event| program.events.get(event)).collect()
}

/// Between `{{` and `}}`, or `{%` and `%}`; nothing elsewhere.
fn inside(program: &Program, text: &str, (from, offset): (u32, u32), events: &[&Event], snapshot: &Snapshot) -> Found {
    let nothing = (offset, offset, Vec::new());
    let Some(before) = text.get(from as usize..offset as usize) else { return nothing };
    let value = before.rfind("{{").filter(|open| !before.get(*open..).unwrap_or("").contains("}}"));
    let statement = before.rfind("{%").filter(|open| !before.get(*open..).unwrap_or("").contains("%}"));
    let Some(open) = value.max(statement) else { return nothing };
    let inner = before.get(open + 2..).unwrap_or("");
    let word = inner
        .rfind(|c| !is_word(c))
        .map_or(0, |at| at + inner.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let head = inner.get(..word).unwrap_or("");
    let behind = text.get(offset as usize..).unwrap_or("");
    let rest = behind.find(|c| !is_word(c)).unwrap_or(behind.len());
    let start = offset - u32::try_from(inner.len() - word).unwrap_or(0);
    let end = offset + u32::try_from(rest).unwrap_or(0);
    let mut items = Vec::new();
    let trimmed = head.trim_end();
    let owner = head.strip_suffix('.').map(|path| path.rsplit(|c: char| !is_word(c)).next().unwrap_or(""));
    match owner {
        Some("contact") => names::fields(program, 0, &mut items),
        Some("event") => event_parts(program, events, &mut items),
        Some("utm") => items.extend(UTM.map(|name| Completion::new(name, What::Field, 0))),
        Some("page") => items.extend(PAGE.map(|name| Completion::new(name, What::Field, 0))),
        Some(_) => {}
        None if trimmed.ends_with('|') => filters(&mut items),
        None if trimmed.ends_with(" is") || trimmed.ends_with(" is not") => {
            items.extend(TESTS.map(|name| Completion::new(name, What::Function, 0)));
        }
        None if trimmed.ends_with("include") => {
            values::literal(snapshot, &Context::new("", 0), Value::Path, &mut items);
        }
        None if statement > value && trimmed.is_empty() => statements(&mut items),
        None => roots(events, &mut items),
    }
    (start, end, items)
}

fn roots(events: &[&Event], items: &mut Vec<Completion>) {
    let event = if events.is_empty() { "the event that began the run" } else { "of the events that begin it" };
    for (name, detail) in [("contact", "who it is for"), ("event", event), ("key", "the key of the run")] {
        items.push(Completion::new(name, What::Field, 0).detail(detail));
    }
    items.extend(FUNCTIONS.map(|name| Completion::new(name, What::Function, 2)));
}

/// Fields of the events that begin the runs: those that all of them have come first.
fn event_parts(program: &Program, events: &[&Event], items: &mut Vec<Completion>) {
    for event in events {
        for field in &event.fields {
            let everywhere = events.iter().all(|other| other.fields.iter().any(|found| found.name == field.name));
            let rank = if everywhere { 0 } else { 2 };
            let detail = format!("{} of {}", field_type(program, field), event.name);
            items.push(Completion::new(&field.name, What::Field, rank).detail(detail));
        }
    }
    items.extend(["time", "id", "utm", "page"].map(|name| Completion::new(name, What::Field, 3)));
}

fn filters(items: &mut Vec<Completion>) {
    for (name, detail) in OWN_FILTERS {
        let item = Completion::new(name, What::Function, 0).detail(detail);
        let insert = if name == "default" { "default(\"${1:there}\")" } else { name };
        items.push(if name == "default" { item.snippet(insert) } else { item });
    }
    items.extend(FILTERS.map(|name| Completion::new(name, What::Function, 1).detail("filter")));
}

fn statements(items: &mut Vec<Completion>) {
    const STATEMENTS: [(&str, &str); 4] = [
        ("if", "if ${1:contact.first_name} %}$0{% endif "),
        ("for", "for ${1:item} in ${2:contact.tags} %}$0{% endfor "),
        ("set", "set ${1:name} = ${2:value} "),
        ("include", "include \"${1:templates/part.html}\" "),
    ];
    for (name, insert) in STATEMENTS {
        items.push(Completion::new(name, What::Word, 0).snippet(insert));
    }
    items.extend(["else", "elif", "endif", "endfor"].map(|name| Completion::new(name, What::Word, 1)));
}
