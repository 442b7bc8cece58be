//! `flow deliveries`: what leaves a daemon; tried again where it was given up.

use serde::Deserialize;
use serde_json::json;

use crate::args::remote::{AnswerFormat, DeliveriesAct, DeliveriesArgs, DeliveryState};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::layout::{columns, number};
use crate::remote::Daemon;
use crate::terminal::{BOLD, DIM, GREEN, Terminal};

#[derive(Debug, Deserialize)]
struct List {
    deliveries: Vec<Delivery>,
}

#[derive(Debug, Deserialize)]
struct Delivery {
    id: i64,
    contact: String,
    at: String,
    kind: String,
    name: String,
    state: String,
    attempts: u32,
    next_at: Option<String>,
    why: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    retried: Retried,
}

#[derive(Debug, Deserialize)]
struct Retried {
    deliveries: u64,
    before: Option<i64>,
}

pub(crate) fn run(args: &DeliveriesArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let daemon = Daemon::of(&args.to)?;
    match args.act {
        None => list(args, &daemon, terminal),
        Some(DeliveriesAct::Retry { id: Some(id) }) => {
            daemon.post(&["deliveries", &id.to_string(), "retry"], &[], None)?;
            retried(args, 1, terminal)
        }
        Some(DeliveriesAct::Retry { id: None }) => {
            let (mut all, mut before) = (0, None);
            loop {
                let mut query: Vec<(&str, String)> = before.iter().map(|at: &i64| ("before", at.to_string())).collect();
                query.extend(contact(args));
                let Answer { retried } = daemon.understand(daemon.post(&["deliveries", "retry"], &query, None)?)?;
                all += retried.deliveries;
                before = retried.before;
                if before.is_none() {
                    return self::retried(args, all, terminal);
                }
            }
        }
    }
}

fn contact(args: &DeliveriesArgs) -> Option<(&'static str, String)> {
    args.contact.clone().map(|contact| ("contact", contact))
}

fn retried(args: &DeliveriesArgs, count: u64, terminal: &mut Terminal) -> Result<Exit, Failure> {
    match args.format {
        AnswerFormat::Json => terminal.json(&json!({ "format_version": 1, "retried": { "deliveries": count } })),
        AnswerFormat::Text if count == 0 => terminal.say("nothing was given up\n"),
        AnswerFormat::Text => {
            let said = match count {
                1 => "1 delivery is".to_owned(),
                n => format!("{} deliveries are", number(n)),
            };
            terminal.say(&format!("{} tried again\n", terminal.paint(GREEN, &said)));
        }
    }
    Ok(Exit::Done)
}

fn list(args: &DeliveriesArgs, daemon: &Daemon, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let state = if args.dead { Some("dead") } else { args.state.map(DeliveryState::word) };
    let mut query = vec![("limit", args.limit.to_string())];
    query.extend(state.map(|state| ("state", state.to_owned())));
    query.extend(contact(args));
    let answer = daemon.get(&["deliveries"], &query)?;
    match args.format {
        AnswerFormat::Json => terminal.json(&answer),
        AnswerFormat::Text => {
            let List { deliveries } = daemon.understand(answer)?;
            let text = text(&deliveries, terminal);
            terminal.say(&text);
        }
    }
    Ok(Exit::Done)
}

fn text(deliveries: &[Delivery], terminal: &Terminal) -> String {
    if deliveries.is_empty() {
        return "no delivery is like that\n".to_owned();
    }
    let clock = Clock::of("UTC");
    let row = |it: &Delivery| {
        let tries = if it.attempts == 1 { "1 try".to_owned() } else { format!("{} tries", it.attempts) };
        let mut said = vec![format!("{} {} to {}", it.kind, it.name, it.contact)];
        said.extend((it.attempts > 0).then_some(tries));
        said.extend(it.next_at.as_ref().map(|next| format!("next at {}", clock.tell(next))));
        said.extend(it.why.clone());
        vec![it.id.to_string(), clock.tell(&it.at), it.state.clone(), said.join("; ")]
    };
    let rows: Vec<_> = deliveries.iter().map(row).collect();
    let mut text =
        format!("{}  {}\n", terminal.paint(BOLD, "deliveries"), terminal.paint(DIM, "the latest first, UTC"));
    text.push_str(&columns(&rows, terminal.width));
    if deliveries.iter().any(|it| it.state == "dead") {
        text.push_str(&terminal.paint(DIM, "\n`flow deliveries retry` tries again what was given up\n"));
    }
    text
}
