//! From an open branch to values with which the condition holds: picked from the domains, and then tried.

use flow_graph::{Expr, Value};

use super::Witness;
use super::facts::Facts;
use super::formula::{Atom, Node};
use super::term::{Subject, Term};

/// Values of the terms with which all of some conditions hold; none when the ones that were picked do not show it.
pub(crate) fn of(terms: &[Term], facts: &Facts, conditions: &[Node]) -> Option<Witness> {
    let values: Option<Vec<Value>> = facts.domains.iter().map(super::domain::Domain::pick).collect();
    let values = values?;
    let mut used = vec![false; values.len()];
    for condition in conditions {
        if holds(condition, &values, &mut used) != Some(true) {
            return None;
        }
    }
    let values: Vec<(Term, Value)> =
        terms.iter().cloned().zip(values).zip(used).filter(|(_, used)| *used).map(|(pair, _)| pair).collect();
    let certain = values.iter().all(|(term, _)| is_free(term));
    Some(Witness { values, certain })
}

/// Whether nothing ties the value of a term to another one.
fn is_free(term: &Term) -> bool {
    matches!(
        term,
        Term { subject: Subject::Value(Expr::Field(_) | Expr::This(_) | Expr::ThisMeta(_) | Expr::Key), past: false }
    )
}

/// The outcome with these values; none where a question is not about values. Notes which terms it hangs on.
fn holds(node: &Node, values: &[Value], used: &mut [bool]) -> Option<bool> {
    match node {
        Node::And(parts) => {
            let outcomes: Vec<Option<bool>> = parts.iter().map(|part| holds(part, values, used)).collect();
            if outcomes.contains(&Some(false)) {
                Some(false)
            } else {
                outcomes.into_iter().try_fold(true, |all, one| Some(all && one?))
            }
        }
        Node::Or(parts) => {
            let mut unknown = false;
            for part in parts {
                let mut tried = used.to_vec();
                match holds(part, values, &mut tried) {
                    Some(true) => {
                        used.copy_from_slice(&tried);
                        return Some(true);
                    }
                    Some(false) => {}
                    None => unknown = true,
                }
            }
            (!unknown).then_some(false)
        }
        Node::Lit(literal) => {
            let outcome = match &literal.atom {
                Atom::Test(term, test) => {
                    mark(used, *term);
                    test.holds(values.get(*term)?)
                }
                Atom::Relation(a, op, b) => {
                    mark(used, *a);
                    mark(used, *b);
                    let (a, b) = (values.get(*a)?, values.get(*b)?);
                    a.is_known() && b.is_known() && op.holds(a.order(b))
                }
                Atom::Since(..) | Atom::Opaque(_) => return None,
            };
            Some(outcome == literal.holds)
        }
    }
}

fn mark(used: &mut [bool], term: usize) {
    if let Some(used) = used.get_mut(term) {
        *used = true;
    }
}
