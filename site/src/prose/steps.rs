//! The steps of a sequence in English, as lists within each other.

use flow_graph::graph::Node;
use flow_graph::program::sequence::SplitArm;
use flow_graph::program::{Sequence, SetAction, Step, StepKind, WaitUntil};
use flow_graph::words::Scope;

use super::{clock, condition, percent, span, triggers, written};
use crate::html::{code, escape, gaps};
use crate::items::Site;

/// All steps.
pub(crate) fn steps(site: &Site<'_>, sequence: &Sequence) -> String {
    block(site, sequence, "")
}

/// The steps of a block: those whose identity is its path and one word more.
fn block(site: &Site<'_>, sequence: &Sequence, path: &str) -> String {
    let inside = |step: &&Step| step.id.strip_prefix(path).is_some_and(|rest| !rest.is_empty() && !rest.contains('/'));
    let mut out = String::new();
    for step in sequence.steps.iter().filter(inside) {
        let label = step.label.as_ref().map_or(String::new(), |label| format!(" <small>step {}</small>", code(label)));
        out.push_str(&format!("<li>{}{label}{}</li>\n", action(site, &step.kind), arms(site, sequence, step)));
    }
    if out.is_empty() {
        "<p class=\"nothing\">nothing happens</p>\n".to_owned()
    } else {
        format!("<ol class=\"steps\">\n{out}</ol>\n")
    }
}

/// The ways that lead on from a step, each with its steps.
fn arms(site: &Site<'_>, sequence: &Sequence, step: &Step) -> String {
    let ways: Vec<(String, String)> = match &step.kind {
        StepKind::Choose { arms, otherwise: _ } => {
            let arm = |(number, (when, _)): (usize, &(_, _))| {
                let said = condition(site, when, Scope::default()).line();
                (format!("when {}", number + 1), format!("If somebody {said}"))
            };
            let arms = arms.iter().enumerate().map(arm);
            arms.chain([("otherwise".to_owned(), "Otherwise".to_owned())]).collect()
        }
        StepKind::Split { arms, .. } => {
            let arm = |SplitArm { name, share, .. }: &SplitArm| {
                (name.clone(), format!("{} of them: {}", percent(*share), code(name)))
            };
            arms.iter().map(arm).collect()
        }
        StepKind::WaitFor { limit, branches, .. } => {
            let branch = |(number, (all, _)): (usize, &(Vec<_>, _))| {
                (format!("on {}", number + 1), format!("When {}", triggers(site, all)))
            };
            let timeout = limit.map(|limit| ("timeout".to_owned(), format!("When {} have passed", span(limit))));
            branches.iter().enumerate().map(branch).chain(timeout).collect()
        }
        StepKind::Wait(_)
        | StepKind::WaitUntil(_)
        | StepKind::Send(_)
        | StepKind::Set(_)
        | StepKind::Call { .. }
        | StepKind::Notify { .. }
        | StepKind::Emit { .. }
        | StepKind::Enroll(_)
        | StepKind::Exit => Vec::new(),
    };
    if ways.is_empty() {
        return String::new();
    }
    let way = |(arm, words): &(String, String)| {
        let inner = block(site, sequence, &format!("{}/{arm}/", step.id));
        format!(
            "<dt>{}</dt><dd>{inner}</dd>\n",
            words.replace("1 day have passed", "1 day has passed").replace("1 hour have", "1 hour has")
        )
    };
    format!("\n<dl class=\"ways\">\n{}</dl>\n", ways.iter().map(way).collect::<String>())
}

/// What one step does.
pub(crate) fn action(site: &Site<'_>, kind: &StepKind) -> String {
    let program = site.program;
    match kind {
        StepKind::Wait(length) => format!("Wait {}.", span(*length)),
        StepKind::WaitUntil(WaitUntil::Clock { days, window, single }) => {
            format!("Wait until it is {}, where they live.", clock(site, *days, *window, *single))
        }
        StepKind::WaitUntil(WaitUntil::Moment { value, at, otherwise_exit }) => {
            let at = at.map_or(String::new(), |at| format!(" at {}", escape(at.to_string().trim_end_matches(":00"))));
            let otherwise = if *otherwise_exit { "the run ends" } else { "go on at once" };
            let moment = written(site, value, Scope::default());
            format!("Wait until {moment}{at}; if that is past or not known, {otherwise}.")
        }
        StepKind::WaitFor { limit, since_entry, .. } => {
            let since = if *since_entry { " What has happened since they entered counts, too." } else { "" };
            match limit {
                Some(limit) => format!("Wait up to {} for one of these:{since}", span(*limit)),
                None => format!("Wait for one of these, however long it takes:{since}"),
            }
        }
        StepKind::Send(id) => {
            let subject = program.messages.get(*id).and_then(|message| message.subject.as_ref());
            let subject = subject.map_or(String::new(), |subject| format!(": <q>{}</q>", gaps(subject)));
            format!("Send {}{subject}", site.link(Node::Message(*id)))
        }
        StepKind::Choose { .. } => "Look at who they are:".to_owned(),
        StepKind::Split { salt, .. } => {
            let name = salt.rsplit('.').next().unwrap_or(salt);
            format!("Part them by chance, {}; each person goes the same way for ever:", code(name))
        }
        StepKind::Set(action) => set(site, action),
        StepKind::Call { connector, action, arguments } => {
            let names: Vec<String> = arguments.iter().map(|argument| code(&argument.name)).collect();
            let with = if names.is_empty() { String::new() } else { format!(" with {}", crate::html::and(&names)) };
            format!("Ask {} to do {}{with}.", site.link(Node::Connector(*connector)), code(action))
        }
        StepKind::Notify { team, text } => {
            format!("Tell {}: <q>{}</q>.", site.link(Node::Team(*team)), gaps(text))
        }
        StepKind::Emit { event, .. } => format!("Make the event {}.", site.event(*event)),
        StepKind::Enroll(id) => format!("Begin {}.", site.link(Node::Sequence(*id))),
        StepKind::Exit => "The run ends here.".to_owned(),
    }
}

fn set(site: &Site<'_>, action: &SetAction) -> String {
    let value = |expr| written(site, expr, Scope::default());
    let field = |id| site.link(Node::Field(id));
    match action {
        SetAction::To(id, expr) => format!("Set {} to {}.", field(*id), value(expr)),
        SetAction::Add(id, expr) => format!("Add {} to {}.", value(expr), field(*id)),
        SetAction::Remove(id, expr) => format!("Take {} out of {}.", value(expr), field(*id)),
        SetAction::Clear(id) => format!("Forget {}.", field(*id)),
        SetAction::Consent(topic, true) => format!("They agree to {} from now on.", site.link(Node::Topic(*topic))),
        SetAction::Consent(topic, false) => format!("They no longer agree to {}.", site.link(Node::Topic(*topic))),
    }
}
