//! A sequence: who enters, what happens, how it ends.

use flow_graph::graph::Node;
use flow_graph::program::{Again, Sequence};
use flow_graph::words::Scope;
use flow_graph::{Id, Picture};

use super::{of_item, picture};
use crate::frame::Page;
use crate::html::{code, list, section};
use crate::items::Site;
use crate::prose::{condition, percent, span, steps, trigger, triggers};

pub(super) fn pages(site: &Site<'_>) -> Vec<Page> {
    let sequences = (0_u32..).zip(site.program.sequences.iter());
    let page = |(number, sequence): (u32, &Sequence)| {
        let id = Id::new(number);
        let item = site.item(Node::Sequence(id))?;
        let mut said = section("who", "Who enters", &list(&who(site, sequence)));
        said.push_str(&section("what", "What happens", &steps(site, sequence)));
        said.push_str(&section("end", "How it ends", &list(&ends(site, sequence))));
        let drawn = Picture::item(site.program, &site.graph, Node::Sequence(id), 1);
        Some(of_item(site, item, "sequence", &said, &picture(site, &drawn, Some(item.node))))
    };
    sequences.filter_map(page).collect()
}

fn who(site: &Site<'_>, sequence: &Sequence) -> Vec<String> {
    let mut said: Vec<String> =
        sequence.enter.iter().map(|one| format!("It begins when {}.", trigger(site, one))).collect();
    if said.is_empty() {
        said.push("It begins only where another sequence says so.".to_owned());
    }
    let key = sequence.key.iter().flatten().next().map(|(event, slot)| {
        let fields = site.program.events.get(*event).map_or(&[][..], |event| event.fields.as_slice());
        fields.get(usize::from(*slot)).map_or("?", |field| &field.name)
    });
    let each = key.map_or("each person".to_owned(), |key| format!("each {} of a person", code(key)));
    said.push(match sequence.again {
        Again::Once => format!("Once for {each}, and never a second time."),
        Again::Always => format!("Again and again for {each}, one run at a time."),
        Again::After(length) => {
            format!("One run at a time for {each}; again when the last one began at least {} ago.", span(length))
        }
    });
    if let Some(unless) = &sequence.unless {
        let unless = condition(site, unless, Scope::default()).line();
        said.push(format!("Not for somebody who {unless}: nobody enters then, and nothing more is sent."));
    }
    if let Some(share) = sequence.holdout {
        let share = percent(share);
        said.push(format!("{share} of all people get no messages from it, so that its effect can be measured."));
    }
    if sequence.enroll_existing {
        said.push("When it is new, it takes in who is in the segment or stage already.".to_owned());
    }
    said
}

fn ends(site: &Site<'_>, sequence: &Sequence) -> Vec<String> {
    let mut said = vec!["After its last step.".to_owned()];
    if let Some(goal) = &sequence.goal {
        let within = goal.within.map_or(String::new(), |within| {
            format!(" Within {} of the entry that counts as brought by it.", span(within))
        });
        said.push(format!("<strong>Goal:</strong> at once, when {}.{within}", triggers(site, &goal.triggers)));
    }
    for (one, _) in &sequence.exit_on {
        said.push(format!("At once, when {}.", trigger(site, one)));
    }
    if let Some(when) = &sequence.exit_when {
        let when = condition(site, when, Scope::default()).line();
        said.push(format!("Before the next message, if somebody {when}."));
    }
    if sequence.in_flight_finish {
        said.push("When the program changes, those who are inside finish the old steps.".to_owned());
    }
    said
}
