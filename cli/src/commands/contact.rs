//! `flow contact`: where a contact of a daemon stands, and what happened to it last.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::why::remote::Story;
use crate::args::remote::{AnswerFormat, ContactArgs};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::layout::{columns, hanging, number, plural};
use crate::remote::Daemon;
use crate::terminal::{BOLD, DIM, Terminal};
use crate::verdict::timeline;

/// How much of what happened is shown.
const LATEST: usize = 10;

#[derive(Debug, Deserialize)]
struct Answer {
    contact: Standing,
}

#[derive(Debug, Deserialize)]
struct Standing {
    id: String,
    at: String,
    zone: String,
    fields: BTreeMap<String, Json>,
    standing: Vec<String>,
    next: Option<String>,
}

pub(crate) fn run(args: &ContactArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let daemon = Daemon::of(&args.to)?;
    if args.export {
        let all = daemon.get(&["contacts", &args.contact, "export"], &[])?;
        terminal.json(&all);
        return Ok(Exit::Done);
    }
    if args.erase {
        return erase(&daemon, args, terminal);
    }
    let answer = daemon.get(&["contacts", &args.contact], &[])?;
    match args.format {
        AnswerFormat::Json => terminal.json(&answer),
        AnswerFormat::Text => {
            let Answer { contact } = daemon.understand(answer)?;
            let latest = [("limit", LATEST.to_string())];
            let story: Story = daemon.read(&["contacts", &args.contact, "why"], &latest)?;
            let text = text(&contact, &story, terminal);
            terminal.say(&text);
        }
    }
    Ok(Exit::Done)
}

/// Somebody is taken out of everything.
fn erase(daemon: &Daemon, args: &ContactArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let answer = daemon.delete(&["contacts", &args.contact])?;
    match args.format {
        AnswerFormat::Json => terminal.json(&answer),
        AnswerFormat::Text => {
            let count = |key: &str| answer.pointer(&format!("/erased/{key}")).and_then(Json::as_u64).unwrap_or(0);
            let entries = match count("entries") {
                1 => "1 entry".to_owned(),
                entries => format!("{} entries", number(entries)),
            };
            let text = format!("erased: {}, {entries} of the log, all deliveries\n", plural(count("ids"), "id"));
            terminal.say(&text);
            terminal.say("calls that speak of them are refused from now on\n");
        }
    }
    Ok(Exit::Done)
}

fn text(contact: &Standing, story: &Story, terminal: &Terminal) -> String {
    let clock = Clock::of(&contact.zone);
    let at = format!("at {} {}", clock.tell(&contact.at), clock.zone());
    let mut text = format!("{}  {}\n", terminal.paint(BOLD, &contact.id), terminal.paint(DIM, &at));
    let fields: Vec<_> = contact.fields.iter().map(|(name, value)| vec![name.clone(), words(value)]).collect();
    if !fields.is_empty() {
        text.push_str(&format!("\n{}\n{}", terminal.paint(BOLD, "known"), columns(&fields, terminal.width)));
    }
    let mut standing = contact.standing.clone();
    standing.extend(contact.next.as_ref().map(|next| format!("the next thing can happen at {next}")));
    if !standing.is_empty() {
        text.push_str(&format!("\n{}\n", terminal.paint(BOLD, "now")));
        standing.iter().for_each(|line| text.push_str(&hanging("  ", &clock.tell(line), terminal.width)));
    }
    if !story.moments.is_empty() {
        text.push_str(&format!("\n{}\n", terminal.paint(BOLD, "what happened last")));
        text.push_str(&timeline(&story.told(), &clock, terminal));
    }
    text
}

/// A value as people write it.
fn words(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(all) => all.iter().map(words).collect::<Vec<_>>().join(", "),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => value.to_string(),
    }
}
