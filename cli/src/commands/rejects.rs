//! `flow rejects`: what a daemon has refused, by reason; taken after all once the project knows it.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::args::remote::{AnswerFormat, RejectsAct, RejectsArgs};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::layout::{Row, columns, plural, rows, shorten};
use crate::remote::Daemon;
use crate::terminal::{BOLD, DIM, GREEN, Terminal};

#[derive(Debug, Deserialize)]
struct List {
    counts: Vec<Count>,
    rejects: Vec<Reject>,
}

#[derive(Debug, Deserialize)]
struct Count {
    scope: String,
    reason: String,
    count: u64,
}

#[derive(Debug, Deserialize)]
struct Reject {
    id: i64,
    at: String,
    source: String,
    reason: String,
    detail: String,
    raw: String,
}

#[derive(Debug, Deserialize)]
struct Answer {
    replayed: Replayed,
}

#[derive(Debug, Default, Deserialize)]
struct Replayed {
    taken: u64,
    refused: u64,
    after: Option<i64>,
}

pub(crate) fn run(args: &RejectsArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let daemon = Daemon::of(&args.to)?;
    match args.act {
        None => list(args, &daemon, terminal),
        Some(RejectsAct::Replay) => replay(args, &daemon, terminal),
    }
}

fn list(args: &RejectsArgs, daemon: &Daemon, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut query = vec![("limit", args.limit.to_string())];
    query.extend(reason(args));
    let answer = daemon.get(&["rejects"], &query)?;
    match args.format {
        AnswerFormat::Json => terminal.json(&answer),
        AnswerFormat::Text => {
            let text = text(&daemon.understand(answer)?, args, terminal);
            terminal.say(&text);
        }
    }
    Ok(Exit::Done)
}

fn reason(args: &RejectsArgs) -> Option<(&'static str, String)> {
    args.reason.clone().map(|reason| ("reason", reason))
}

fn text(list: &List, args: &RejectsArgs, terminal: &Terminal) -> String {
    let mut text = String::new();
    for (scope, title) in
        [("call", "calls that were refused"), ("value", "values that were refused, their calls taken")]
    {
        let wanted = |count: &&Count| count.scope == scope && args.reason.as_ref().is_none_or(|it| *it == count.reason);
        let counts = list.counts.iter().filter(wanted);
        let mut counts: Vec<_> = counts.map(|count| Row::new(&count.reason, count.count, "")).collect();
        counts.sort_by_key(|row| std::cmp::Reverse(row.count));
        if !counts.is_empty() {
            text.push_str(&format!("{}\n", terminal.paint(BOLD, title)));
            text.push_str(&rows(&counts, true, terminal.width, terminal.unicode));
            text.push('\n');
        }
    }
    if text.is_empty() {
        return "nothing was refused\n".to_owned();
    }
    if list.rejects.is_empty() {
        return text;
    }
    let clock = Clock::of("UTC");
    text.push_str(&format!("{}\n", terminal.paint(BOLD, "the latest")));
    for reject in &list.rejects {
        let Reject { id, at, source, reason, detail, raw } = reject;
        let place = format!("{} UTC from {source}", clock.tell(at));
        text.push_str(&columns(&[vec![id.to_string(), format!("{reason}: {detail}")]], terminal.width));
        let indent = " ".repeat(id.to_string().len() + 4);
        let raw = raw.split_whitespace().collect::<Vec<_>>().join(" ");
        for line in [place, raw] {
            let line = shorten(&line, terminal.width.saturating_sub(indent.len()), terminal.unicode);
            text.push_str(&format!("{indent}{}\n", terminal.paint(DIM, &line)));
        }
    }
    let help = "after a fix of the project `flow rejects replay` takes what can be used then\n";
    text + "\n" + &terminal.paint(DIM, help)
}

/// Asks until all of it was looked at.
fn replay(args: &RejectsArgs, daemon: &Daemon, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut all = Replayed::default();
    loop {
        let mut query: Vec<_> = all.after.iter().map(|after| ("after", after.to_string())).collect();
        query.extend(reason(args));
        let Answer { replayed } = daemon.understand(daemon.post(&["rejects", "replay"], &query, None)?)?;
        all.taken += replayed.taken;
        all.refused += replayed.refused;
        all.after = replayed.after;
        if all.after.is_none() {
            break;
        }
    }
    match args.format {
        AnswerFormat::Json => {
            let answer: Json = json!({
                "format_version": 1, "replayed": { "taken": all.taken, "refused": all.refused },
            });
            terminal.json(&answer);
        }
        AnswerFormat::Text => {
            let taken = terminal.paint(GREEN, &format!("{} taken", plural(all.taken, "call")));
            let refused = match all.refused {
                0 => String::new(),
                n => format!(", {} refused as before: `flow rejects` says why", plural(n, "call")),
            };
            terminal.say(&format!("{taken}{refused}\n"));
        }
    }
    Ok(Exit::Done)
}
