//! A lifecycle: its stages, and why people go from one to another.

use flow_graph::graph::Node;
use flow_graph::program::Lifecycle;
use flow_graph::{Id, Picture};

use super::{of_item, picture};
use crate::frame::Page;
use crate::html::{code, list, or, section, table};
use crate::items::Site;
use crate::prose::{cause, span};

pub(super) fn pages(site: &Site<'_>) -> Vec<Page> {
    let lifecycles = (0_u32..).zip(site.program.lifecycles.iter());
    let page = |(number, lifecycle): (u32, &Lifecycle)| {
        let node = Node::Lifecycle(Id::new(number));
        let item = site.item(node)?;
        let drawn = Picture::item(site.program, &site.graph, node, 1);
        let said = format!("{}{}{}", stages(lifecycle), transitions(site, lifecycle), expected(lifecycle));
        Some(of_item(site, item, "lifecycle", &said, &picture(site, &drawn, Some(node))))
    };
    lifecycles.filter_map(page).collect()
}

fn stage(lifecycle: &Lifecycle, number: u16) -> String {
    code(lifecycle.stages.get(usize::from(number)).map_or("?", String::as_str))
}

fn stages(lifecycle: &Lifecycle) -> String {
    let all: String =
        (0_u16..).zip(&lifecycle.stages).map(|(n, _)| format!("<li>{}</li>\n", stage(lifecycle, n))).collect();
    let start = stage(lifecycle, lifecycle.start);
    let start = format!("<p>Everybody is in exactly one of them, and begins as {start}.</p>\n");
    section("stages", "Stages", &format!("<ol class=\"stages\">\n{all}</ol>\n{start}"))
}

fn transitions(site: &Site<'_>, lifecycle: &Lifecycle) -> String {
    let row = |transition: &flow_graph::program::Transition| {
        let others = lifecycle.stages.len().saturating_sub(1);
        let any = transition.from.len() == others && others > 1;
        let from: Vec<String> = transition.from.iter().map(|from| stage(lifecycle, *from)).collect();
        let from = if any { "any other".to_owned() } else { or(&from) };
        vec![from, stage(lifecycle, transition.to), cause(site, &transition.cause)]
    };
    let rows: Vec<Vec<String>> = lifecycle.transitions.iter().map(row).collect();
    let hint = "<p class=\"hint\">Of two that could both happen, the upper one does.</p>\n";
    let table = table(&["From", "To", "Why"], &rows);
    section("ways", "Who goes where", &if table.is_empty() { table } else { format!("{hint}{table}") })
}

fn expected(lifecycle: &Lifecycle) -> String {
    let line = |expect: &flow_graph::program::Expect| {
        let (from, to) = (stage(lifecycle, expect.from), stage(lifecycle, expect.to));
        format!("From {from} to {to} within {}.", span(expect.within))
    };
    section("expected", "How fast it should go", &list(&lifecycle.expects.iter().map(line).collect::<Vec<_>>()))
}
