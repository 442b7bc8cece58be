//! Conditions: rows of operands, broken before `and` and `or`.
#![expect(clippy::wildcard_enum_match_arm, reason = "the grammar's rules are a generated enum of hundreds")]

use super::build::Reader;
use super::layout::{Break, Group, Part};
use crate::syntax::grammar::{Pair, Rule};

/// The operators that a long condition is broken at first, from the loosest.
const OR: &[&str] = &["or", "||"];
const AND: &[&str] = &["and", "&&"];

impl<'i> Reader<'i> {
    /// `expr` or `condition`.
    pub(super) fn expr(&mut self, pair: &Pair<'i>, out: &mut Vec<Part<'i>>) {
        let nodes: Vec<Pair<'i>> = pair.clone().into_inner().collect();
        match nodes.as_slice() {
            [only] if only.as_rule() == Rule::if_else => self.if_else(only, out),
            nodes => self.row(nodes, out),
        }
    }

    /// `if a then b else c`
    fn if_else(&mut self, pair: &Pair<'i>, out: &mut Vec<Part<'i>>) {
        let mut parts = Vec::new();
        let mut broken = false;
        for child in pair.clone().into_inner() {
            if matches!(child.as_rule(), Rule::kw_else | Rule::kw_else_if) {
                broken |= self.broken_before(&child);
                self.soft = true;
            }
            self.parts(&child, Rule::if_else, &mut parts);
        }
        out.push(Part::Group(Group::new(parts, Break::Chain, broken)));
    }

    /// Operands with operators between them.
    fn row(&mut self, nodes: &[Pair<'i>], out: &mut Vec<Part<'i>>) {
        if nodes.iter().any(|node| is(node, OR)) {
            self.chain(nodes, OR, Break::Chain, out);
        } else if nodes.iter().any(|node| is(node, AND)) {
            self.chain(nodes, AND, Break::Chain, out);
        } else {
            self.plain(nodes, out);
        }
    }

    /// A row that is broken before each of some operators, or nowhere.
    fn chain(&mut self, nodes: &[Pair<'i>], operators: &[&str], how: Break, out: &mut Vec<Part<'i>>) {
        let mut parts = Vec::new();
        let mut broken = false;
        let mut rest = nodes;
        loop {
            let end = rest.iter().position(|node| is(node, operators)).unwrap_or(rest.len());
            let Some((operand, behind)) = rest.split_at_checked(end) else { break };
            broken |= !parts.is_empty() && operand.first().is_some_and(|first| self.broken_before(first));
            let mut piece = Vec::new();
            if operators == OR && operand.iter().any(|node| is(node, AND)) {
                self.chain(operand, AND, Break::Inner, &mut piece);
            } else {
                self.plain(operand, &mut piece);
            }
            parts.push(Part::Group(Group::new(piece, Break::Fill, false)));
            let Some((operator, behind)) = behind.split_first() else { break };
            broken |= self.broken_before(operator);
            self.soft = true;
            self.parts(operator, Rule::expr, &mut parts);
            rest = behind;
        }
        out.push(Part::Group(Group::new(parts, how, broken)));
    }

    /// A row without `and` and `or`.
    fn plain(&mut self, nodes: &[Pair<'i>], out: &mut Vec<Part<'i>>) {
        for node in nodes {
            self.soft = node.as_rule() == Rule::infix;
            self.parts(node, Rule::expr, out);
        }
    }
}

/// Whether a node is one of some operators.
fn is(node: &Pair<'_>, operators: &[&str]) -> bool {
    match node.as_rule() {
        Rule::infix => operators.contains(&node.as_str()),
        _ => false,
    }
}
