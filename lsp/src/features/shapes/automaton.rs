//! The clauses of a block as a machine that is fed tokens and says what may come next.
//!
//! Thompson's construction: each state has edges for tokens and edges for nothing; all states that can be reached are followed
//! side by side, so a text need not be finished to be understood.

use flow_compiler::keywords;

use super::Expected;
use super::read::{Shape, read};
use super::table::{STEPS, Value};
use crate::features::tokens::{Kind, Token};

/// The clauses of a block.
#[derive(Debug)]
pub struct Automaton {
    states: Vec<Node>,
    /// The line of the table that each state belongs to.
    lines: Vec<&'static str>,
}

#[derive(Debug, Default)]
struct Node {
    edges: Vec<Edge>,
    free: Vec<usize>,
    line: usize,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    expected: Expected,
    to: usize,
    /// Which gap of the line is filled by it.
    gap: Option<usize>,
}

/// Where in a line a state is built.
#[derive(Debug, Clone, Copy)]
struct Place {
    from: usize,
    /// Where the expression around began.
    begin: usize,
    /// The gap around.
    gap: Option<usize>,
}

/// Where the machine stands: all states that it can be in, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(Vec<usize>);

impl State {
    /// Nothing fits any more.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.0.is_empty()
    }
}

/// The state in which a clause may begin.
const BEGIN: usize = 0;

impl Automaton {
    /// The machine of some lines of the table, any of which may follow any other where there can be many.
    pub(super) fn new(lines: &[&'static str], many: bool) -> Self {
        let mut automaton = Self { states: vec![Node::default()], lines: Vec::new() };
        for line in lines {
            if *line == "STEP" {
                STEPS.iter().for_each(|step| automaton.add(step, many));
            } else {
                automaton.add(line, many);
            }
        }
        automaton
    }

    fn add(&mut self, line: &'static str, many: bool) {
        self.lines.push(line);
        let start = self.state();
        self.free(BEGIN, start);
        let end = self.build(&read(line), Place { from: start, begin: start, gap: None });
        if many {
            self.free(end, BEGIN);
        }
    }

    fn state(&mut self) -> usize {
        self.states.push(Node { line: self.lines.len().saturating_sub(1), ..Node::default() });
        self.states.len() - 1
    }

    fn free(&mut self, from: usize, to: usize) {
        if let Some(node) = self.states.get_mut(from) {
            node.free.push(to);
        }
    }

    fn edge(&mut self, place: Place, expected: Expected) -> usize {
        let to = self.state();
        if let Some(node) = self.states.get_mut(place.from) {
            node.edges.push(Edge { expected, to, gap: place.gap });
        }
        to
    }

    /// Adds a shape behind a state; gives the state behind it.
    fn build(&mut self, shape: &Shape, place: Place) -> usize {
        let from = place.from;
        match shape {
            Shape::Word(word) => self.edge(place, Expected::Word(word)),
            Shape::Sign(sign) => self.edge(place, Expected::Sign(sign)),
            Shape::Name(slot) => self.edge(place, Expected::Name(*slot)),
            Shape::Literal(value) => self.edge(place, Expected::Literal(*value)),
            Shape::Bracket(bracket, block) => self.edge(place, Expected::Open(*bracket, *block)),
            Shape::Row(shapes) => shapes.iter().fold(from, |from, shape| self.build(shape, Place { from, ..place })),
            Shape::Choice(shapes) => {
                let end = self.state();
                for shape in shapes {
                    let last = self.build(shape, place);
                    self.free(last, end);
                }
                end
            }
            Shape::Maybe(shape) => {
                let end = self.build(shape, place);
                self.free(from, end);
                end
            }
            Shape::Many(shape) => {
                // A state of its own, so that going round does not come upon what stood before.
                let around = self.state();
                self.free(from, around);
                let last = self.build(shape, Place { from: around, ..place });
                self.free(last, around);
                around
            }
            Shape::Loop(shape) => {
                let start = self.state();
                self.free(from, start);
                self.build(shape, Place { from: start, begin: start, ..place })
            }
            Shape::Back => {
                self.free(from, place.begin);
                // What stands behind is reached through the expression's own end.
                self.state()
            }
            // A part that is made of parts is one gap.
            Shape::Gap(number, shape) => self.build(shape, Place { gap: place.gap.or(Some(*number)), ..place }),
        }
    }

    /// Where a clause begins.
    #[must_use]
    pub fn begin(&self) -> State {
        self.closure(vec![BEGIN])
    }

    /// The same as `state`, after a token. `text` is what the token is.
    #[must_use]
    pub fn step(&self, state: &State, token: Token, text: &str) -> State {
        let edges = state.0.iter().filter_map(|at| self.states.get(*at)).flat_map(|node| &node.edges);
        self.closure(edges.filter(|edge| fits(edge.expected, token, text)).map(|edge| edge.to).collect())
    }

    /// What may come next.
    #[must_use]
    pub fn expected(&self, state: &State) -> Vec<Expected> {
        let nodes = state.0.iter().filter_map(|at| self.states.get(*at));
        let mut found: Vec<Expected> = nodes.flat_map(|node| node.edges.iter().map(|edge| edge.expected)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The lines of the table that a clause which has begun can still become, and the gap of each that comes next: its number.
    #[must_use]
    pub fn lines(&self, state: &State) -> Vec<(&'static str, Option<usize>)> {
        // What a next clause could be is none of it.
        let begin = self.begin();
        let mut found: Vec<(usize, Option<usize>)> = Vec::new();
        for node in state.0.iter().filter(|at| !begin.0.contains(at)).filter_map(|at| self.states.get(*at)) {
            let Some(first) = node.edges.first() else { continue };
            let gap = node.edges.iter().filter_map(|edge| edge.gap).min().or(first.gap);
            match found.iter_mut().find(|(line, _)| *line == node.line) {
                Some((_, known)) => *known = known.map_or(gap, |known| Some(gap.map_or(known, |gap| gap.min(known)))),
                None => found.push((node.line, gap)),
            }
        }
        found.sort_unstable();
        found.into_iter().filter_map(|(line, gap)| Some((*self.lines.get(line)?, gap))).collect()
    }

    /// Whether a clause may begin here: all before is whole.
    #[must_use]
    pub fn is_whole(&self, state: &State) -> bool {
        state.0.contains(&BEGIN)
    }

    fn closure(&self, from: Vec<usize>) -> State {
        let mut seen = from.clone();
        let mut open = from;
        while let Some(at) = open.pop() {
            for next in self.states.get(at).map(|node| node.free.as_slice()).unwrap_or_default() {
                if !seen.contains(next) {
                    seen.push(*next);
                    open.push(*next);
                }
            }
        }
        seen.sort_unstable();
        seen.dedup();
        State(seen)
    }
}

/// Whether a token, whose text is given, is what was expected.
#[must_use]
pub fn fits(expected: Expected, token: Token, text: &str) -> bool {
    match (expected, token.kind) {
        (Expected::Word(word), Kind::Word) => text == word,
        (Expected::Name(slot), Kind::Word) => !keywords::RESERVED.contains(&text) && slot.may_be(text),
        (Expected::Sign(sign), Kind::Sign) => text == sign,
        (Expected::Open(bracket, _), Kind::Open(found)) => bracket == found,
        (Expected::Literal(value), kind) => is_literal(value, kind),
        (Expected::Word(_) | Expected::Name(_) | Expected::Sign(_) | Expected::Open(..), _) => false,
    }
}

fn is_literal(value: Value, kind: Kind) -> bool {
    match kind {
        Kind::Text => matches!(value, Value::Any | Value::Text | Value::Path | Value::Zone),
        Kind::Number => matches!(value, Value::Any | Value::Number),
        Kind::Duration => matches!(value, Value::Any | Value::Duration),
        Kind::Percent => matches!(value, Value::Any | Value::Percent),
        Kind::Clock => matches!(value, Value::Any | Value::Clock),
        Kind::Date => matches!(value, Value::Any | Value::Date),
        Kind::DateTime => matches!(value, Value::Any | Value::DateTime),
        Kind::Money => value == Value::Any,
        Kind::Word | Kind::Open(_) | Kind::Close(_) | Kind::Sign | Kind::Comment | Kind::Doc | Kind::Strange => false,
    }
}
