//! `flow keys`: who may do what with a daemon.

use serde::Deserialize;
use serde_json::json;

use crate::args::remote::{AnswerFormat, KeysAct, KeysArgs};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::layout::{columns, plural};
use crate::remote::Daemon;
use crate::terminal::{BOLD, DIM, GREEN, Terminal};

#[derive(Debug, Deserialize)]
struct List {
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    key: Key,
}

#[derive(Debug, Deserialize)]
struct Key {
    id: String,
    purpose: String,
    name: String,
    opens: bool,
    from: String,
    since: Option<String>,
    until: Option<String>,
    key: Option<String>,
}

impl Key {
    fn what(&self) -> &'static str {
        if self.purpose == "write" { "write key" } else { "admin token" }
    }
}

pub(crate) fn run(args: &KeysArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let daemon = Daemon::of(&args.to)?;
    let answer = match &args.act {
        None | Some(KeysAct::List) => daemon.get(&["keys"], &[])?,
        Some(KeysAct::Add { name, admin }) => {
            let purpose = if *admin { "admin" } else { "write" };
            daemon.post(&["keys"], &[], Some(&json!({ "purpose": purpose, "name": name })))?
        }
        Some(KeysAct::Rotate { id, grace }) => {
            daemon.post(&["keys", id, "rotate"], &[], Some(&json!({ "grace_seconds": grace })))?
        }
        Some(KeysAct::Revoke { id }) => daemon.post(&["keys", id, "revoke"], &[], None)?,
    };
    match (args.format, &args.act) {
        (AnswerFormat::Json, _) => terminal.json(&answer),
        (AnswerFormat::Text, None | Some(KeysAct::List)) => {
            let text = list(&daemon.understand::<List>(answer)?.keys, terminal);
            terminal.say(&text);
        }
        (AnswerFormat::Text, Some(act)) => {
            let text = done(act, &daemon.understand::<Answer>(answer)?.key, terminal);
            terminal.say(&text);
        }
    }
    Ok(Exit::Done)
}

fn list(keys: &[Key], terminal: &Terminal) -> String {
    let clock = Clock::of("UTC");
    let row = |key: &Key| {
        let since = key
            .since
            .as_ref()
            .map_or_else(|| format!("from the {}", key.from), |at| format!("since {}", clock.tell(at)));
        let said = match (key.opens, &key.until) {
            (true, None) => since,
            (true, Some(until)) => format!("{since}; opens until {}", clock.tell(until)),
            (false, Some(until)) => format!("{since}; ended {}", clock.tell(until)),
            (false, None) => format!("{since}; ended"),
        };
        vec![key.id.clone(), key.what().to_owned(), key.name.clone(), said]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    let head = format!("{}  {}", terminal.paint(BOLD, "keys"), terminal.paint(DIM, "the oldest first, UTC"));
    format!("{head}\n{}", columns(&rows, terminal.width))
}

fn done(act: &KeysAct, key: &Key, terminal: &Terminal) -> String {
    let name = format!("{} `{}` ({})", key.what(), key.name, key.id);
    let Some(shown) = &key.key else { return format!("the {name} opens no more\n") };
    let mut text = format!("{}\n", terminal.paint(GREEN, &format!("a new {name}")));
    text.push_str(&format!("  {shown}\n"));
    text.push_str(&terminal.paint(DIM, "  (it is shown once; only its hash is kept)\n"));
    match act {
        KeysAct::Rotate { grace: 0, .. } => text.push_str("the old one opens no more\n"),
        KeysAct::Rotate { grace, .. } => {
            let time = match grace / 3_600 {
                0 => plural(grace / 60, "minute"),
                hours if hours % 24 == 0 && hours > 24 => plural(hours / 24, "day"),
                hours => plural(hours, "hour"),
            };
            text.push_str(&format!("the old one opens for {time} longer\n"));
        }
        KeysAct::List | KeysAct::Add { .. } | KeysAct::Revoke { .. } => {}
    }
    text
}
