//! A record as one line for people.

use serde_json::Value as Json;

use super::{Kind, Record};

/// What happened, then why: `sent cart_reminder (sequence cart_recovery, programs.flow:12, because of cart_updated)`.
pub(super) fn of(record: &Record) -> String {
    let why = &record.why;
    let cause = match why.cause.as_str() {
        "time" => "as time passed".to_owned(),
        "attributes" => "because what is known has changed".to_owned(),
        "first seen" => "when first seen".to_owned(),
        "merge" => "because two contacts became one".to_owned(),
        "program" => "because the program has changed".to_owned(),
        cause => format!("because of {cause}"),
    };
    let place = format!("{}:{}, {cause}", why.file, why.line);
    // Who stands in the line already is not named again.
    match names_its_item(record.kind) {
        true => format!("{} ({place})", what(record)),
        false => format!("{} ({}, {place})", what(record), why.item),
    }
}

fn names_its_item(kind: Kind) -> bool {
    match kind {
        Kind::EnteredSegment
        | Kind::LeftSegment
        | Kind::Stage
        | Kind::Band
        | Kind::Enrolled
        | Kind::Exited
        | Kind::Goal
        | Kind::Split
        | Kind::SlaStarted
        | Kind::SlaMet
        | Kind::SlaReminded
        | Kind::SlaBreached => true,
        Kind::Send | Kind::Held | Kind::Dropped | Kind::Call | Kind::Notify | Kind::Set | Kind::Emit => false,
    }
}

/// What happened, without the reason.
pub(super) fn what(record: &Record) -> String {
    let name = &record.name;
    match record.kind {
        Kind::Send => format!("sent {name}"),
        Kind::Held => format!("held {name} by {} until {}", record.text("gate"), record.text("until")),
        Kind::Dropped => format!("dropped {name} by {}{}", record.text("gate"), failure(record)),
        Kind::Call => format!("called {name}{}", failure(record)),
        Kind::Notify => format!("notified {name}: {}{}", record.text("text"), failure(record)),
        Kind::Set => match record.detail("value") {
            Some(value) => format!("set {name} to {}", plain(value)),
            None => format!("set {name}"),
        },
        Kind::Emit => format!("emitted {name}"),
        Kind::EnteredSegment => format!("entered segment {name}"),
        Kind::LeftSegment => format!("left segment {name}"),
        Kind::Stage => match record.detail("from") {
            Some(Json::String(from)) => format!("{name}: {from} -> {}", record.text("to")),
            _ => format!("{name}: starts as {}", record.text("to")),
        },
        Kind::Band => {
            let value = record.detail("value").and_then(Json::as_f64).unwrap_or_default();
            match record.detail("to") {
                Some(Json::String(to)) => format!("{name} is {to} at {value:.2}"),
                _ => format!("{name} is below its bands at {value:.2}"),
            }
        }
        Kind::Enrolled => {
            let held_out = record.detail("holdout") == Some(&Json::Bool(true));
            format!("enrolled in {name}{}{}", key(record), if held_out { ", held out" } else { "" })
        }
        Kind::Exited => format!("left {name}{}: {}", key(record), exit(record.text("reason"))),
        Kind::Goal => {
            let converted = record.detail("converted") == Some(&Json::Bool(true));
            let late = if converted { "" } else { ", outside its time" };
            format!("reached the goal of {name}{}{late}", key(record))
        }
        Kind::Split => format!("took {} of {name}", record.text("arm")),
        Kind::SlaStarted => format!("clock {name} started, due {}", record.text("due")),
        Kind::SlaMet => {
            let late = record.detail("late") == Some(&Json::Bool(true));
            format!("{name} was met{}", if late { ", late" } else { "" })
        }
        Kind::SlaReminded => format!("{name}: reminder sent"),
        Kind::SlaBreached => format!("{name} was breached"),
    }
}

fn exit(reason: &str) -> &str {
    match reason {
        "finished" => "it was over",
        "exit_step" => "it came to `exit`",
        "exit_on" => "`exit on`",
        "exit_when" => "`exit when` held",
        "unless" => "`unless` held",
        "moment_passed" => "the moment is past or missing",
        "merged" => "another run stays after the merge",
        "retired" => "the step is gone",
        "erased" => "the contact was erased",
        other => other,
    }
}

fn key(record: &Record) -> String {
    record.detail("key").map_or_else(String::new, |key| format!(" {}", plain(key)))
}

fn failure(record: &Record) -> String {
    record.detail("error").map_or_else(String::new, |error| format!(", which failed: {}", plain(error)))
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
