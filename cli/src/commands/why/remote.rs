//! One contact's story as a daemon knows it.

use std::path::Path;

use flow_graph::Timestamp;
use flow_runtime::story::NotSent;
use flow_runtime::timeline::Moment as Told;
use serde::Deserialize;

use super::never_sent;
use crate::args::WhyArgs;
use crate::args::remote::AnswerFormat;
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::remote::Daemon;
use crate::terminal::{BOLD, DIM, Terminal};
use crate::verdict::timeline;

/// What happened to a contact.
#[derive(Debug, Deserialize)]
pub(crate) struct Story {
    contact: String,
    pub(crate) zone: String,
    until: String,
    pub(crate) moments: Vec<Moment>,
    not_sent: Vec<NotSent>,
    pub(crate) complete: bool,
}

/// One thing that happened.
#[derive(Debug, Deserialize)]
pub(crate) struct Moment {
    at: String,
    input: bool,
    line: String,
}

impl Story {
    /// What happened as a line for each, the latest last.
    pub(crate) fn told(&self) -> Vec<Told> {
        let told = |moment: &Moment| {
            let at = moment.at.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond);
            Told { at: Timestamp(at), input: moment.input, line: moment.line.clone() }
        };
        self.moments.iter().rev().map(told).collect()
    }
}

pub(super) fn run(args: &WhyArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let named = args.what.as_ref().map(|what| what.to_string_lossy().into_owned());
    let contact = args.contact.clone().or(named).ok_or_else(|| {
        Failure::new("it is not said whose story is wanted")
            .help("`flow why u-104` asks a daemon; with `--events FILE --contact u-104` files are read")
    })?;
    if args.contact.is_none() && Path::new(&contact).is_dir() {
        return Err(Failure::new(format!("`{contact}` is a folder, and it is not said which events are to be read"))
            .help(
                "`--events FILE --contact ID` tells a story from files; without events a daemon is asked for a contact",
            ));
    }
    let daemon = Daemon::of(&args.to)?;
    let mut query = vec![("limit", args.limit.to_string())];
    query.extend(args.message.iter().map(|message| ("message", message.clone())));
    let answer = daemon.get(&["contacts", &contact, "why"], &query)?;
    match args.format {
        AnswerFormat::Json => terminal.json(&answer),
        AnswerFormat::Text => {
            let text = text(&daemon.understand(answer)?, terminal);
            terminal.say(&text);
        }
    }
    Ok(Exit::Done)
}

fn text(story: &Story, terminal: &Terminal) -> String {
    let clock = Clock::of(&story.zone);
    let until = format!("until {} {}", clock.tell(&story.until), clock.zone());
    let mut text = format!("{}  {}\n\n", terminal.paint(BOLD, &story.contact), terminal.paint(DIM, &until));
    if !story.complete {
        text.push_str(&terminal.paint(DIM, "  (there was more before that: `--limit` shows up to 1,000)\n"));
    }
    text.push_str(&timeline(&story.told(), &clock, terminal));
    if story.moments.is_empty() {
        text.push_str("  nothing\n");
    }
    text + &never_sent(&|file| file.to_owned(), &story.not_sent, &clock, terminal)
}
