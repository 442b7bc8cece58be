//! A service level: what is promised, and what is done when it is not kept.

use flow_graph::Id;
use flow_graph::graph::Node;
use flow_graph::program::{Location, Sla, StepKind};
use flow_graph::words::Scope;

use super::{neighbours, of_item};
use crate::frame::Page;
use crate::html::{list, section};
use crate::items::Site;
use crate::prose::{action, condition, percent, span, triggers, written};

pub(super) fn pages(site: &Site<'_>) -> Vec<Page> {
    let slas = (0_u32..).zip(site.program.slas.iter());
    let page = |(number, sla): (u32, &Sla)| {
        let node = Node::Sla(Id::new(number));
        let item = site.item(node)?;
        let said = section("what", "What is promised", &list(&promised(site, sla)));
        Some(of_item(site, item, "service level", &said, &neighbours(site, node)))
    };
    slas.filter_map(page).collect()
}

fn promised(site: &Site<'_>, sla: &Sla) -> Vec<String> {
    let time = match sla.calendar {
        Some(id) => format!("{} of the working time in {}", span(sla.within), site.link(Node::Calendar(id))),
        None => span(sla.within),
    };
    let mut said = vec![
        format!("The clock starts when {}.", triggers(site, &sla.start)),
        format!("It is met when {}, within {time}.", triggers(site, &sla.met)),
    ];
    for reminder in &sla.reminders {
        let done = done(site, &reminder.actions);
        said.push(format!("After {}, if the clock still runs: {done}", span(reminder.after)));
    }
    if !sla.breach.is_empty() {
        said.push(format!("When the time is over: {}", done(site, &sla.breach)));
    }
    if let Some(pause) = &sla.pause {
        said.push(format!("The clock stands while somebody {}.", condition(site, pause, Scope::default()).line()));
    }
    if let Some(target) = sla.target {
        let per = |per| format!(", counted for each {}", written(site, per, Scope::default()));
        said.push(format!("{} shall be kept{}.", percent(target), sla.per.as_ref().map_or(String::new(), per)));
    }
    said
}

fn done(site: &Site<'_>, actions: &[(StepKind, Location)]) -> String {
    actions.iter().map(|(kind, _)| action(site, kind)).collect::<Vec<_>>().join(" ")
}
