//! `flow deploy`, `flow rollback`, `flow deploys`: which program a daemon runs.

use std::io::IsTerminal as _;
use std::time::Duration;

use flow_graph::canonical::fingerprint_of;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::serve::release;
use crate::args::remote::{AnswerFormat, DeployArgs, DeploysArgs, RollbackArgs};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::layout::{columns, hanging, number, plural};
use crate::people::{Planned, Reason};
use crate::project::Project;
use crate::remote::Daemon;
use crate::terminal::{BOLD, DIM, GREEN, RED, Terminal};

/// How often it is asked how far a program has come.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, Deserialize)]
struct Answer {
    deploy: Outcome,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Outcome {
    Done(Done),
    UnderWay {
        #[serde(rename = "under_way")]
        _under_way: bool,
    },
}

/// What a deploy came to.
#[derive(Debug, Deserialize)]
struct Done {
    fingerprint: String,
    number: Option<u32>,
    #[serde(default)]
    runs: Json,
    changed: bool,
    contacts: Option<u64>,
    #[serde(default)]
    reasons: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
struct List {
    deploys: Vec<Ran>,
    under_way: Option<Carried>,
    last: Option<Done>,
}

#[derive(Debug, Deserialize)]
struct Ran {
    number: u32,
    at: String,
    who: String,
    commit: Option<String>,
    fingerprint: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Carried {
    contacts: u64,
    of: u64,
}

pub(crate) fn deploy(args: &DeployArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = Project::load(args.dir.as_deref())?;
    let Some(release) = release(&project, args.dir.as_deref(), terminal)? else { return Ok(Exit::Found) };
    let daemon = Daemon::of(&args.to)?;
    let mut plan = args.plan.clone();
    let asks = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if plan.is_none() && args.format == AnswerFormat::Text && (args.yes || asks) {
        let planned = Planned::by_daemon(&daemon, &release.program, terminal)?;
        if planned.changed {
            terminal.say(&planned.text(terminal));
            plan = planned.token;
            if plan.is_none() {
                return Ok(Exit::Found);
            }
            if !args.yes && !agreed(terminal)? {
                terminal.note("nothing was deployed\n");
                return Ok(Exit::Found);
            }
        }
    }
    let body = json!({ "program": *release.program, "commit": release.commit, "plan": plan });
    let answer = daemon.post(&["deploys"], &[], Some(&body))?;
    tell(&daemon, answer, Some(&fingerprint_of(&release.program)), args.format, terminal)
}

/// Asks whether what was shown shall happen.
fn agreed(terminal: &mut Terminal) -> Result<bool, Failure> {
    terminal.say("\nDeploy it? [y/N]: ");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| Failure::new(format!("nothing can be read: {error}")))?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}

pub(crate) fn rollback(args: &RollbackArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let daemon = Daemon::of(&args.to)?;
    let query: Vec<_> = args.fingerprint.iter().map(|to| ("to", to.clone())).collect();
    let answer = daemon.post(&["deploys", "rollback"], &query, None)?;
    tell(&daemon, answer, None, args.format, terminal)
}

/// Says what it came to, once it has come to something.
fn tell(
    daemon: &Daemon,
    answer: Json,
    fingerprint: Option<&str>,
    format: AnswerFormat,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut answer = answer;
    let done = match daemon.understand(answer.clone())? {
        Answer { deploy: Outcome::Done(done) } => done,
        Answer { deploy: Outcome::UnderWay { .. } } => {
            let last = wait(daemon, fingerprint, terminal)?;
            answer = json!({ "format_version": 1, "deploy": last });
            daemon.understand(last)?
        }
    };
    let exit = if done.number.is_some() { Exit::Done } else { Exit::Found };
    match format {
        AnswerFormat::Json => terminal.json(&answer),
        AnswerFormat::Text if exit == Exit::Done => terminal.say(&taken(&done, terminal)),
        AnswerFormat::Text => terminal.note(&refused(&done, terminal)),
    }
    Ok(exit)
}

/// Waits until a program that takes its time has taken over, or was refused.
fn wait(daemon: &Daemon, fingerprint: Option<&str>, terminal: &mut Terminal) -> Result<Json, Failure> {
    let mut told = None;
    loop {
        std::thread::sleep(PAUSE);
        let answer = daemon.get(&["deploys"], &[("limit", "1".to_owned())])?;
        let last = answer.get("last").cloned().unwrap_or_default();
        let List { under_way, last: done, .. } = daemon.understand(answer)?;
        let ours = |done: &Done| fingerprint.is_none_or(|fingerprint| fingerprint == done.fingerprint);
        match under_way {
            Some(carried) => {
                let tenths = carried.contacts.saturating_mul(10).checked_div(carried.of);
                if tenths != told {
                    let done = number(carried.contacts);
                    let words = format!("{done} of {} carried over\n", plural(carried.of, "contact"));
                    terminal.note(&terminal.paint(DIM, &words));
                    told = tenths;
                }
            }
            None if done.as_ref().is_some_and(ours) => return Ok(last),
            None => {}
        }
    }
}

fn taken(done: &Done, terminal: &Terminal) -> String {
    let short = terminal.paint(BOLD, &short(&done.fingerprint));
    let number = done.number.unwrap_or_default();
    if !done.changed {
        return format!("{short} runs already, as number {number}\n");
    }
    let people = plural(done.contacts.unwrap_or_default(), "contact");
    let mut text = format!("{} {short} as number {number}, {people} carried over\n", terminal.paint(GREEN, "now runs"));
    let words = ["stayed", "recomputed", "moved", "finishing", "exited", "enrolled"];
    let count = |word: &str| done.runs.get(word).and_then(Json::as_u64).filter(|count| *count > 0);
    let words = words.iter().filter_map(|word| Some(format!("{} {word}", crate::layout::number(count(word)?))));
    let words = words.collect::<Vec<_>>().join(", ");
    if !words.is_empty() {
        text.push_str(&hanging("  runs of sequences: ", &words, terminal.width));
    }
    text
}

fn refused(done: &Done, terminal: &Terminal) -> String {
    let lead = terminal.paint(RED.bold(), "error");
    let mut text = format!("{lead}: {} was refused\n", short(&done.fingerprint));
    done.reasons.iter().for_each(|reason| text.push_str(&reason.text(terminal)));
    text + &terminal.paint(DIM, "\nthe program that runs is kept\n")
}

fn short(fingerprint: &str) -> String {
    fingerprint.chars().take(12).collect()
}

pub(crate) fn deploys(args: &DeploysArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let daemon = Daemon::of(&args.to)?;
    let answer = daemon.get(&["deploys"], &[("limit", args.limit.to_string())])?;
    match args.format {
        AnswerFormat::Json => terminal.json(&answer),
        AnswerFormat::Text => {
            let text = list(&daemon.understand(answer)?, terminal);
            terminal.say(&text);
        }
    }
    Ok(Exit::Done)
}

fn list(list: &List, terminal: &Terminal) -> String {
    let clock = Clock::of("UTC");
    let row = |(at, it): (usize, &Ran)| {
        let commit = it.commit.as_ref().map(|commit| format!(", commit {}", short(commit))).unwrap_or_default();
        let runs = if at == 0 { "; it runs" } else { "" };
        let said = format!("by {}{commit}{runs}", it.who);
        vec![it.number.to_string(), clock.tell(&it.at), short(&it.fingerprint), said]
    };
    let rows: Vec<_> = list.deploys.iter().enumerate().map(row).collect();
    let mut text = format!("{}  {}\n", terminal.paint(BOLD, "programs"), terminal.paint(DIM, "the latest first, UTC"));
    text.push_str(&columns(&rows, terminal.width));
    if let Some(Carried { contacts, of }) = list.under_way {
        text.push_str(&format!(
            "\nanother one is about to: {} of {} carried over\n",
            number(contacts),
            plural(of, "contact")
        ));
    }
    text
}
