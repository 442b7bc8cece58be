//! `flow check --report`: the worst case of messages to one contact, as the graph and the limits have it.

use flow_graph::Program;
use flow_review::bounds::{self, Bounds, ChannelBounds, HeldBack, SequenceBounds};
use flow_review::place::Place;

use crate::layout::{columns, hanging, number, plural};
use crate::project::Project;
use crate::terminal::{BOLD, DIM, Terminal};

/// The worst case, for people.
pub(super) fn text(project: &Project, program: &Program, terminal: &Terminal) -> String {
    let bounds = bounds::of(program);
    let head = "the most that one contact can get in any 7 days in a row";
    let mut text = format!("\n{}\n", terminal.paint(BOLD, head));
    if bounds.channels.is_empty() {
        text.push_str("  nothing is sent\n");
    }
    for channel in &bounds.channels {
        text.push_str(&one(project, channel, terminal));
    }
    if bounds.channels.iter().any(|channel| channel.by_caps.is_some()) {
        text.push_str(&held_back(project, &bounds, terminal));
    }
    text
}

fn one(project: &Project, channel: &ChannelBounds, terminal: &Terminal) -> String {
    let name = &channel.channel;
    let said = hanging(&format!("  {name}  "), &most(channel), terminal.width);
    let mut text = format!("\n{}", said.replacen(name, &terminal.paint(BOLD, name), 1));
    let mut rows = Vec::new();
    if let (Some(caps), Some(at)) = (channel.by_caps, &channel.caps_at) {
        let usually = channel
            .by_caps_usually
            .map(|usually| format!("; {} in a week in which the clocks do not go back", number(usually)));
        let written = format!("{} ({})", channel.caps.join(", "), line(project, at));
        rows.push(vec!["  limits".to_owned(), short(Some(caps)), written + &usually.unwrap_or_default()]);
    }
    let [limited, free] = [false, true].map(|kind| channel.sequences.iter().filter(move |it| it.transactional == kind));
    let (limited, free): (Vec<_>, Vec<_>) = (limited.collect(), free.collect());
    if !limited.is_empty() {
        let what = if channel.by_caps.is_some() { "  without them" } else { "  no limits" };
        rows.push(vec![what.to_owned(), short(channel.by_sequences), String::new()]);
        rows.extend(limited.into_iter().map(source));
    }
    if !free.is_empty() {
        let what = "transactional ones pass all limits".to_owned();
        rows.push(vec!["  on top".to_owned(), short(channel.transactional), what]);
        rows.extend(free.into_iter().map(source));
    }
    text.push_str(&columns(&rows, terminal.width));
    text
}

fn source(sequence: &SequenceBounds) -> Vec<String> {
    let messages = sequence.messages.join(", ");
    let said = match &sequence.because {
        Some(because) => format!("{because}: {messages}"),
        None => messages,
    };
    vec![format!("    {}", sequence.sequence), short(sequence.most), said]
}

/// `3`, `any number`
fn short(most: Option<u64>) -> String {
    most.map_or_else(|| "any number".to_owned(), number)
}

/// `at most 3 messages, and any number of transactional ones`
fn most(channel: &ChannelBounds) -> String {
    let limited = match channel.limited {
        Some(0) => "no messages".to_owned(),
        Some(most) => format!("at most {}", plural(most, "message")),
        None => "any number of messages".to_owned(),
    };
    match channel.transactional {
        Some(0) => limited,
        Some(most) => format!("{limited}, and at most {} transactional", number(most)),
        None => format!("{limited}, and any number of transactional ones"),
    }
}

fn line(project: &Project, place: &Place) -> String {
    format!("{}:{}", project.path(&place.file), place.line)
}

/// Which messages can be kept from leaving: those that most others go before come first.
fn held_back(project: &Project, bounds: &Bounds, terminal: &Terminal) -> String {
    let head = "messages that the limits can keep from leaving";
    let mut text = format!("\n{}\n", terminal.paint(BOLD, head));
    let mut held: Vec<&HeldBack> = bounds.held_back.iter().collect();
    held.sort_by(|a, b| (a.priority, &a.channel, &a.message).cmp(&(b.priority, &b.channel, &b.message)));
    let Some(first) = held.first() else {
        return text + "  none: whatever is sent leaves, sooner or later\n";
    };
    let waits = match &first.waits {
        Some(waits) => format!("Each waits up to {waits} for room and is dropped then."),
        None => "Each is dropped where there is no room at once.".to_owned(),
    };
    let legend = "It yields to what has a higher priority, takes turns with what has the same (whoever waits longer goes \
                  first), and comes after what left before.";
    text.push_str(&terminal.paint(DIM, &hanging("  ", &format!("{waits} {legend}"), terminal.width)));
    for held in held {
        let what = format!("priority {}, {}", held.priority, line(project, &held.place));
        text.push_str(&format!("\n  {}  {}\n", terminal.paint(BOLD, &held.message), terminal.paint(DIM, &what)));
        let groups = [("yields to", &held.first), ("takes turns with", &held.equal), ("comes after", &held.earlier)];
        let groups = groups.into_iter().filter(|(_, names)| !names.is_empty());
        let mut rows: Vec<_> = groups.map(|(how, names)| vec![format!("  {how}"), names.join(", ")]).collect();
        if rows.is_empty() {
            rows.push(vec!["  comes after".to_owned(), "itself, of other runs".to_owned()]);
        }
        rows.push(vec!["  under".to_owned(), format!("{} {}", held.channel, held.full.join(", "))]);
        text.push_str(&columns(&rows, terminal.width));
    }
    text
}
