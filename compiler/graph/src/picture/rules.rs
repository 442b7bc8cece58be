//! The rules of a score: what they look at, what they give, and who goes by the result.

use std::collections::BTreeMap;

use super::facts::shape;
use super::overview::shown_as;
use super::{Direction, Line, Look, Picture, Shape};
use crate::graph::{Graph, Kind, Node};
use crate::program::{HitRule, Program, Score};
use crate::words::Scope;
use crate::{Id, Words};

pub(super) fn rules(program: &Program, graph: &Graph, id: Id<Score>) -> Picture {
    let Some(score) = program.scores.get(id) else { return Picture::new(String::new(), Direction::Right) };
    let mut picture = Picture::new(format!("score {}", score.name), Direction::Right);
    let words = Words::plain(program);
    let range = score.range.map(|(from, to)| format!("{from} to {to}"));
    let total = picture.add(Shape::new(Look::Score, "score", &score.name).lines(range).strong());
    let fit = score.fit.iter().map(|rule| {
        Shape::new(Look::Score, "while", format!("{:+}", rule.points)).lines([words.expr(&rule.when, Scope::default())])
    });
    let hits = score.hits.iter().map(|hit| {
        let lines = std::iter::once(words.event(hit.event, hit.filter.as_ref())).chain(terms(words, hit));
        Shape::new(Look::Score, "on", format!("{:+}", hit.points)).lines(lines)
    });
    let mut sources: BTreeMap<Node, usize> = BTreeMap::new();
    for (rule, card) in (0..).zip(fit.chain(hits)) {
        let at = picture.add(card);
        picture.arrow(at, total, "", Line::Read);
        for read in graph.reads(Node::Rule(id, rule)) {
            for source in shown_as(graph, read, &|kind| kind != Kind::Behaviour) {
                let place = *sources.entry(source).or_insert_with(|| picture.add(shape(program, graph, source, false)));
                picture.arrow(place, at, "", Line::Read);
            }
        }
    }
    let mut effects: BTreeMap<Node, usize> = BTreeMap::new();
    for (band, declared) in (0..).zip(&score.bands) {
        let until = (declared.until < declared.from).then(|| format!("until below {}", declared.until));
        let card =
            Shape::new(Look::Score, "band", &declared.name).lines([format!("from {}", declared.from)]).lines(until);
        let at = picture.add(card);
        picture.arrow(total, at, "", Line::Causes);
        followers(&mut picture, (program, graph), (Node::Band(id, band), at), &mut effects);
    }
    followers(&mut picture, (program, graph), (Node::Score(id), total), &mut effects);
    picture
}

/// Who goes by a score or a band.
fn followers(
    picture: &mut Picture,
    (program, graph): (&Program, &Graph),
    (node, at): (Node, usize),
    effects: &mut BTreeMap<Node, usize>,
) {
    let readers = graph.readers(node).into_iter().map(|reader| (reader, Line::Read));
    let caused = graph.causes(node).into_iter().map(|(effect, ..)| (effect, Line::Causes));
    for (other, line) in readers.chain(caused) {
        let other = other.item();
        if other != node.item() {
            let place = *effects.entry(other).or_insert_with(|| picture.add(shape(program, graph, other, false)));
            picture.arrow(at, place, "", line);
        }
    }
}

/// What bounds a rule.
fn terms(words: Words<'_>, hit: &HitRule) -> Vec<String> {
    let mut lines = Vec::new();
    match hit.half_life_ms {
        Some(ms) if ms % 86_400_000 == 0 => lines.push(format!("half-life {} days", ms / 86_400_000)),
        Some(ms) => lines.push(format!("half-life {}", crate::Span::Elapsed(ms))),
        None => lines.push("no decay".to_owned()),
    }
    if let Some(cap) = hit.cap {
        lines.push(format!("at most {} per {}", cap.points, cap.per));
    }
    if let Some(slot) = hit.once_per {
        lines.push(format!("once per {}", words.slot(hit.event, slot)));
    }
    lines
}
