//! Where everything stands: layers, few crossings, straight lines. The work is done by `dagre`.

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir, Ranker};

use super::Card;
use super::text::{Font, width};
use crate::picture::{Direction, Line, Picture};

/// Where a box or a frame stands: its middle and its size.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Where everything stands.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Of each box.
    pub(super) boxes: Vec<Place>,
    /// Of each group.
    pub(super) groups: Vec<Place>,
    /// The points of each arrow.
    pub(super) arrows: Vec<Vec<(f64, f64)>>,
    /// The middle of each arrow's label.
    pub(super) labels: Vec<Option<(f64, f64)>>,
}

/// Lays a picture out.
pub(super) fn layout(picture: &Picture, cards: &[Card], labels: &[Vec<String>]) -> Layout {
    let mut graph = graph(picture, cards, labels);
    let right = picture.direction == Direction::Right;
    let ranker = if cards.len() > MANY { Ranker::LongestPath } else { Ranker::NetworkSimplex };
    let options = LayoutOptions {
        rankdir: if right { RankDir::LR } else { RankDir::TB },
        nodesep: if right { 18.0 } else { 34.0 },
        edgesep: 14.0,
        ranksep: if right { 64.0 } else { 34.0 },
        ranker,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    let place = |name: String| {
        graph.node(&name).map_or_else(Place::default, |node| Place {
            x: node.x.unwrap_or(0.0),
            y: node.y.unwrap_or(0.0),
            width: node.width,
            height: node.height,
        })
    };
    let boxes: Vec<Place> = (0..cards.len()).map(|number| place(format!("n{number}"))).collect();
    let groups: Vec<Place> = (0..picture.groups.len()).map(|number| place(format!("g{number}"))).collect();
    let mut layout = Layout { boxes, groups, ..Layout::default() };
    for (number, arrow) in picture.arrows.iter().enumerate() {
        let found = graph.edge(&format!("n{}", arrow.from), &format!("n{}", arrow.to), Some(&number.to_string()));
        let points = found.map_or_else(Vec::new, |edge| edge.points.iter().map(|point| (point.x, point.y)).collect());
        let at = found.and_then(|edge| Some((edge.x?, edge.y?)));
        let ends = (layout.boxes.get(arrow.from), layout.boxes.get(arrow.to));
        layout.arrows.push(match ends {
            (Some(from), Some(to)) => docked(points, (from, to), right, arrow.line),
            (None, _) | (_, None) => points,
        });
        layout.labels.push(at);
    }
    let sizes: Vec<f64> = labels.iter().map(|lines| widest(lines)).collect();
    layout.measure(&sizes);
    layout
}

/// The width of the longest line.
fn widest(lines: &[String]) -> f64 {
    lines.iter().map(|line| width(line, Font::Line)).fold(0.0, f64::max)
}

/// Beyond so many boxes the best ranks are not worth the time.
const MANY: usize = 400;

fn graph(picture: &Picture, cards: &[Card], labels: &[Vec<String>]) -> Graph<NodeLabel, EdgeLabel> {
    let mut graph = Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: true });
    for (number, title) in picture.groups.iter().enumerate() {
        let label = NodeLabel { width: width(title, Font::Line), ..NodeLabel::default() };
        graph.set_node(format!("g{number}"), Some(label));
    }
    for (number, (card, shape)) in cards.iter().zip(&picture.boxes).enumerate() {
        let label = NodeLabel { width: card.width, height: card.height, ..NodeLabel::default() };
        graph.set_node(format!("n{number}"), Some(label));
        if let Some(group) = shape.group {
            graph.set_parent(&format!("n{number}"), Some(&format!("g{group}")));
        }
    }
    for (number, (arrow, lines)) in picture.arrows.iter().zip(labels).enumerate() {
        let count = f64::from(u32::try_from(lines.len()).unwrap_or(0));
        let size =
            if lines.is_empty() { (0.0, 0.0) } else { (widest(lines) + 10.0, count * Font::Line.height() + 4.0) };
        let label = EdgeLabel { width: size.0, height: size.1, labelpos: LabelPos::Center, ..EdgeLabel::default() };
        graph.set_edge(format!("n{}", arrow.from), format!("n{}", arrow.to), Some(label), Some(&number.to_string()));
    }
    graph
}

/// An arrow that goes with the picture leaves the middle of one side and reaches the middle of the other; each kind
/// of line has its own place there.
fn docked(mut points: Vec<(f64, f64)>, (from, to): (&Place, &Place), right: bool, line: Line) -> Vec<(f64, f64)> {
    let aside = match line {
        Line::Causes => 0.0,
        Line::Ends => 0.22,
        Line::Read => -0.22,
    };
    let (out, into) = if right {
        let y = |place: &Place| place.y + aside * place.height.min(60.0);
        ((from.x + from.width / 2.0, y(from)), (to.x - to.width / 2.0, y(to)))
    } else {
        ((from.x, from.y + from.height / 2.0), (to.x, to.y - to.height / 2.0))
    };
    let forward = if right { out.0 < into.0 } else { out.1 < into.1 };
    if forward {
        if let Some(first) = points.first_mut() {
            *first = out;
        }
        if let Some(last) = points.last_mut() {
            *last = into;
        }
    }
    points
}

impl Layout {
    /// The size of it all, and everything moved so that it begins at the corner.
    fn measure(&mut self, labels: &[f64]) {
        let corners = self.boxes.iter().chain(&self.groups).flat_map(|place| {
            let (w, h) = (place.width / 2.0, place.height / 2.0);
            [(place.x - w, place.y - h), (place.x + w, place.y + h)]
        });
        let told = self.labels.iter().zip(labels).filter_map(|(at, width)| Some(((*at)?, width / 2.0)));
        let told = told.flat_map(|((x, y), half)| [(x - half, y), (x + half, y)]);
        let points: Vec<(f64, f64)> = corners.chain(told).chain(self.arrows.iter().flatten().copied()).collect();
        let least = |at: fn(&(f64, f64)) -> f64| points.iter().map(at).fold(f64::INFINITY, f64::min);
        let most = |at: fn(&(f64, f64)) -> f64| points.iter().map(at).fold(f64::NEG_INFINITY, f64::max);
        if points.is_empty() {
            return;
        }
        let (left, top) = (least(|p| p.0), least(|p| p.1));
        (self.width, self.height) = (most(|p| p.0) - left, most(|p| p.1) - top);
        for place in self.boxes.iter_mut().chain(&mut self.groups) {
            (place.x, place.y) = (place.x - left, place.y - top);
        }
        for (x, y) in self.arrows.iter_mut().flatten().chain(self.labels.iter_mut().flatten()) {
            (*x, *y) = (*x - left, *y - top);
        }
    }
}
