//! A segment: who is in it.

use flow_graph::Id;
use flow_graph::graph::Node;
use flow_graph::words::Scope;

use super::{neighbours, of_item};
use crate::frame::Page;
use crate::html::section;
use crate::items::Site;
use crate::prose::condition;

pub(super) fn pages(site: &Site<'_>) -> Vec<Page> {
    let segments = (0_u32..).zip(site.program.segments.iter());
    let page = |(number, segment): (u32, &flow_graph::program::Segment)| {
        let node = Node::Segment(Id::new(number));
        let item = site.item(node)?;
        let who = condition(site, &segment.condition, Scope::default()).everybody();
        let said = section("who", "Who is in it", &who);
        Some(of_item(site, item, "segment", &said, &neighbours(site, node)))
    };
    segments.filter_map(page).collect()
}
