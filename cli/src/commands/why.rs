//! `flow why`: one contact's story, from files of events or as a daemon knows it.

pub(super) mod remote;

use std::sync::Arc;

use flow_graph::program::{Program, StepKind};
use flow_machine::Engine;
use flow_runtime::Renderer;
use flow_runtime::driver::Options;
use flow_runtime::ingest::{Catalog, Incoming, Read};
use flow_runtime::story::{NotSent, Story, Way, tell};
use flow_runtime::timeline::Moment;

use super::check::compiled;
use crate::args::WhyArgs;
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::input;
use crate::layout::{hanging, plural};
use crate::progress::Progress;
use crate::project::Project;
use crate::terminal::{BOLD, DIM, Terminal};
use crate::verdict::timeline;

pub(crate) fn run(args: &WhyArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.input.events.is_empty() {
        return remote::run(args, terminal);
    }
    let contact = args.contact.as_deref().ok_or_else(|| {
        Failure::new("it is not said whose story is wanted").help("name the contact: `--contact u-104`")
    })?;
    let project = Project::load(args.what.as_deref())?;
    let Some((program, _)) = compiled(&project, terminal) else { return Ok(Exit::Found) };
    let words = args.message.as_deref().map(|message| words(&program, message)).transpose()?;
    let settings = project.settings();
    let sources = input::open(&args.input, &settings)?;
    let until = input::until(&args.input.read, &settings)?;
    let merges = input::unites(&sources);
    let engine = Arc::new(Engine::new(Arc::new(program)).map_err(|error| Failure::new(error.to_string()))?);
    let catalog = Arc::new(Catalog::new(&engine));
    let mut progress = Progress::new(sources.iter().map(|source| source.bytes).sum(), false);
    let mut inputs: Vec<Incoming> = Vec::new();
    let mut rejected = 0;
    input::read(sources, &catalog, &mut progress, &mut |read| {
        match read {
            Read::Incoming(incoming) => inputs.push(*incoming),
            Read::Rejected(_) => rejected += 1,
        }
        Ok(())
    })?;
    progress.finish();
    if args.input.read.sort {
        inputs.sort_by_key(Incoming::arrives);
    }
    let options = Options { until, merges, ..Options::default() };
    let Some(mut story) = tell(&engine, &Renderer::shared(&engine), options, &inputs, contact) else {
        return Err(nobody(contact, &inputs, rejected));
    };
    if let (Some(words), Some(message)) = (words, &args.message) {
        story.moments = about(story.moments, &words);
        story.not_sent.retain(|not_sent| not_sent.message == *message);
        story.standing.clear();
    }
    let text = text(&project, &story, terminal);
    terminal.say(&text);
    Ok(Exit::Done)
}

/// No event speaks of the contact: of whom they speak, and whether some could not be read.
fn nobody(id: &str, inputs: &[Incoming], rejected: u64) -> Failure {
    let failure = Failure::new(format!("no event speaks of a contact `{id}`"));
    let first = inputs.first().and_then(|first| first.who.user.as_ref().or(first.who.anonymous.as_ref()));
    let mut words = Vec::new();
    words.extend(first.map(|first| format!("the first one speaks of `{first}`")));
    words.extend((rejected > 0).then(|| format!("{} could not be used", plural(rejected, "row"))));
    if words.is_empty() { failure } else { failure.help(words.join("; ")) }
}

/// The message and the sequences that send it: what a line must name to concern it.
fn words(program: &Program, message: &str) -> Result<Vec<String>, Failure> {
    let Some((id, _)) = program.messages.enumerate().find(|(_, known)| known.name == message) else {
        let names: Vec<String> = program.messages.iter().map(|known| format!("`{}`", known.name)).collect();
        let failure = Failure::new(format!("there is no message `{message}`"));
        return Err(if names.is_empty() {
            failure
        } else {
            failure.help(format!("the project has {}", names.join(", ")))
        });
    };
    let mut words = vec![message.to_owned()];
    let senders = program
        .sequences
        .iter()
        .filter(|sequence| sequence.steps.iter().any(|step| matches!(&step.kind, StepKind::Send(sent) if *sent == id)));
    words.extend(senders.map(|sequence| sequence.name.clone()));
    Ok(words)
}

/// The decisions that name one of the words, each behind the input that set it off.
fn about(moments: Vec<Moment>, words: &[String]) -> Vec<Moment> {
    let names = |line: &str| {
        let mut parts = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        parts.any(|part| words.iter().any(|word| word == part))
    };
    let mut kept = Vec::new();
    let mut input: Option<Moment> = None;
    for moment in moments {
        if moment.input {
            input = Some(moment);
        } else if names(&moment.line) {
            kept.extend(input.take().filter(|input| input.at == moment.at));
            kept.push(moment);
        }
    }
    kept
}

fn text(project: &Project, story: &Story, terminal: &Terminal) -> String {
    let clock = Clock::of(&story.zone);
    let until = format!("until {} {}", clock.tell(&story.until), clock.zone());
    let mut text = format!("{}  {}\n\n", terminal.paint(BOLD, &story.contact), terminal.paint(DIM, &until));
    text.push_str(&timeline(&story.moments, &clock, terminal));
    if story.moments.is_empty() {
        text.push_str("  nothing\n");
    }
    if !story.standing.is_empty() {
        text.push_str(&format!("\n{}\n", terminal.paint(BOLD, "at the end")));
        for line in &story.standing {
            text.push_str(&hanging("  ", &clock.tell(line), terminal.width));
        }
    }
    text + &never_sent(&|file| project.path(file), &story.not_sent, &clock, terminal)
}

/// Messages that were never sent, with what stood in the way; `path` shows the place of a file.
fn never_sent(path: &dyn Fn(&str) -> String, not_sent: &[NotSent], clock: &Clock, terminal: &Terminal) -> String {
    let mut text = String::new();
    if !not_sent.is_empty() {
        text.push_str(&format!("\n{}\n", terminal.paint(BOLD, "never sent")));
        for (ways, messages) in grouped(not_sent) {
            text.push_str(&hanging("  ", &messages.join(", "), terminal.width));
            text.push_str(&reasons(path, ways, clock, terminal));
        }
    }
    text
}

/// Messages with the same in their way stand together, in the order of the first of each.
fn grouped(not_sent: &[NotSent]) -> Vec<(&[Way], Vec<&str>)> {
    let mut groups: Vec<(&[Way], Vec<&str>)> = Vec::new();
    for not_sent in not_sent {
        match groups.iter_mut().find(|(ways, _)| *ways == not_sent.ways) {
            Some((_, messages)) => messages.push(&not_sent.message),
            None => groups.push((&not_sent.ways, vec![&not_sent.message])),
        }
    }
    groups
}

fn reasons(path: &dyn Fn(&str) -> String, ways: &[Way], clock: &Clock, terminal: &Terminal) -> String {
    if ways.is_empty() {
        return "    no sequence sends it\n".to_owned();
    }
    let way = |way: &Way| {
        let place = way.at.as_ref().map(|place| format!(" ({}:{})", path(&place.file), place.line));
        let words = format!("{}: {}{}", way.sequence, clock.tell(&way.reason), place.unwrap_or_default());
        hanging("    ", &words, terminal.width)
    };
    ways.iter().map(way).collect()
}
