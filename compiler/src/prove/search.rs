//! The search for a way in which a condition can hold: case splits over `or`, with what follows from each assumption.
//!
//! A semantic tableau: what is certain is assumed first, alternatives that contradict it are dropped, and only what is
//! left is tried one by one. A branch is closed by an empty domain. When all are closed, the condition never holds.

use super::facts::Facts;
use super::formula::Node;
use super::relate::Link;
use super::term::{Term, World};

/// How many nodes one search looks at; beyond it nothing is claimed.
pub(crate) const STEPS_AT_MOST: usize = 3_000;
/// How often what follows is brought into the domains before a branch is taken for open.
const ROUNDS_AT_MOST: usize = 6;

/// What a search found.
#[derive(Debug)]
pub(crate) enum Found {
    /// Every branch is contradictory.
    Never,
    /// One is not, as far as the domains tell.
    Open(Box<Facts>),
    /// It took too long.
    GaveUp,
}

/// A search.
pub(crate) struct Search<'s> {
    pub(crate) world: &'s World<'s>,
    pub(crate) terms: &'s [Term],
    pub(crate) links: &'s [Link],
    pub(crate) steps_left: usize,
    /// Calendar time is taken to keep the order of instants.
    pub(crate) even_days: bool,
}

impl<'s> Search<'s> {
    /// Looks for a branch on which all of some conditions hold.
    pub(crate) fn run(&mut self, facts: Facts, conditions: Vec<&'s Node>) -> Found {
        self.branch(facts, conditions, Vec::new())
    }

    fn branch(&mut self, mut facts: Facts, mut open: Vec<&'s Node>, mut choices: Vec<&'s [Node]>) -> Found {
        while let Some(node) = open.pop() {
            if self.steps_left == 0 {
                return Found::GaveUp;
            }
            self.steps_left -= 1;
            match node {
                Node::Lit(literal) => {
                    if !facts.assume(literal) {
                        return Found::Never;
                    }
                }
                Node::And(parts) => open.extend(parts.iter().rev()),
                Node::Or(parts) => choices.push(parts),
            }
        }
        if !self.settle(&mut facts) {
            return Found::Never;
        }
        // The choice with the fewest ways left is made first; one that is decided needs none.
        let mut next: Option<(usize, Vec<&'s Node>)> = None;
        let mut undecided = Vec::with_capacity(choices.len());
        for parts in choices {
            let mut ways = Vec::new();
            let mut holds = false;
            for part in parts {
                match facts.decides(part) {
                    Some(true) => holds = true,
                    Some(false) => {}
                    None => ways.push(part),
                }
            }
            if holds {
                continue;
            }
            if ways.is_empty() {
                return Found::Never;
            }
            if next.as_ref().is_none_or(|(_, best)| ways.len() < best.len()) {
                next = Some((undecided.len(), ways));
            }
            undecided.push(parts);
        }
        let Some((position, ways)) = next else { return Found::Open(Box::new(facts)) };
        undecided.remove(position);
        self.try_each(&facts, &ways, &undecided)
    }

    fn try_each(&mut self, facts: &Facts, ways: &[&'s Node], choices: &[&'s [Node]]) -> Found {
        let mut gave_up = false;
        for way in ways {
            match self.branch(facts.clone(), vec![way], choices.to_vec()) {
                Found::Never => {}
                Found::GaveUp => gave_up = true,
                open @ Found::Open(_) => return open,
            }
            if self.steps_left == 0 {
                return Found::GaveUp;
            }
        }
        if gave_up { Found::GaveUp } else { Found::Never }
    }

    /// Brings what follows into the domains until nothing changes. False for a contradiction.
    fn settle(&self, facts: &mut Facts) -> bool {
        for _ in 0..ROUNDS_AT_MOST {
            let before = facts.domains.clone();
            if !facts.relate()
                || !facts.apply(self.world, self.terms, self.links)
                || !facts.elapsed(self.links, self.even_days)
            {
                return false;
            }
            if facts.domains == before {
                break;
            }
        }
        true
    }
}
