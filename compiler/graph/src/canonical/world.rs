//! The settings, the contact, events and enums; what is beside the items of the language.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::Words;
use crate::program::{
    Channel, ChannelKind, Connector, EnumType, Event, Field, Moved, Program, Project, Retired, RetiredThen, Wire,
    builtin,
};

/// Adds everything that is no item of its own kind.
pub(super) fn world(program: &Program, found: &mut BTreeMap<String, Json>) {
    // Every part of a program is named here or in `items`: a new one has to be put somewhere.
    let Program {
        format_version: _,
        project,
        files: _,
        enums,
        fields,
        email_field,
        zone_field,
        events,
        behaviours: _,
        scores: _,
        segments: _,
        lifecycles: _,
        topics: _,
        channels,
        connectors,
        messages: _,
        limits: _,
        sequences: _,
        earlier: _,
        calendars: _,
        teams: _,
        slas: _,
        order: _,
        moved,
        retired,
        templates,
    } = program;
    found.insert("project".to_owned(), settings(project));
    for Channel { name, kind } in channels {
        found.insert(format!("channel.{name}"), json!({ "kind": channel_kind(*kind) }));
    }
    for Connector { name } in connectors {
        found.insert(format!("connector.{name}"), json!({}));
    }
    for EnumType { name, values } in enums {
        found.insert(format!("enum.{name}"), json!({ "values": values }));
    }
    let name = |id: crate::Id<Field>| fields.get(id).map(|field| field.name.as_str());
    let by_name: BTreeMap<&str, Json> =
        fields.iter().map(|field| (field.name.as_str(), self::field(program, field))).collect();
    found.insert(
        "contact".to_owned(),
        json!({ "fields": by_name, "email": email_field.and_then(name), "timezone": zone_field.and_then(name) }),
    );
    // The built-in events are the language's, the same in every program.
    for Event { name, wire, fields } in events.iter().skip(builtin::NAMES.len()) {
        let fields: BTreeMap<&str, Json> =
            fields.iter().map(|field| (field.name.as_str(), self::field(program, field))).collect();
        found.insert(format!("event.{name}"), json!({ "arrives": self::wire(wire), "fields": fields }));
    }
    for (path, text) in templates {
        found.insert(format!("template.{path}"), json!({ "text": text }));
    }
    for Moved { from, to, at: _ } in moved {
        found.insert(format!("moved.{from}"), json!({ "to": to }));
    }
    for Retired { address, then, at: _ } in retired {
        found.insert(format!("retired.{address}"), retired_then(then));
    }
}

fn settings(project: &Project) -> Json {
    let Project { name, timezone, currency, currency_digits, late_after, duplicates_within } = project;
    json!({
        "name": name,
        "timezone": timezone,
        "currency": currency,
        "currency_digits": currency_digits,
        "late_after": late_after.to_string(),
        "duplicates_within": duplicates_within.to_string(),
    })
}

fn field(program: &Program, field: &Field) -> Json {
    let Field { name: _, wire, ty, optional, range, personal, unique, owner } = field;
    json!({
        "wire": wire,
        "type": Words::exact(program).ty(ty),
        "optional": optional,
        "range": range.map(|(from, to)| [from, to]),
        "personal": personal,
        "unique": unique,
        "owner": owner,
    })
}

fn wire(wire: &Wire) -> Json {
    match wire {
        Wire::Track(name) => json!({ "track": name }),
        Wire::Page => json!("page"),
        Wire::Screen => json!("screen"),
        Wire::Group => json!("group"),
        Wire::BuiltIn => json!("built_in"),
    }
}

fn channel_kind(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Smtp => "smtp",
        ChannelKind::Webhook => "webhook",
        ChannelKind::Console => "console",
        ChannelKind::File => "file",
    }
}

fn retired_then(then: &RetiredThen) -> Json {
    match then {
        RetiredThen::Exit => json!({ "then": "exit" }),
        RetiredThen::ContinueAt(step) => json!({ "then": "continue", "at": step }),
    }
}
