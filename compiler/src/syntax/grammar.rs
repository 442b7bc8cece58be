//! The only file that knows pest: a rule of `grammar/flow.pest` and a text give pairs, or the place of failure.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

pub(crate) use generated::Rule;

/// A node of what pest read.
pub(crate) type Pair<'i> = pest::iterators::Pair<'i, Rule>;
/// The nodes below a node.
pub(crate) type Pairs<'i> = pest::iterators::Pairs<'i, Rule>;

mod generated {
    //! What pest makes of the grammar.
    #[derive(pest_derive::Parser)]
    #[grammar = "../../grammar/flow.pest"]
    pub(super) struct Flow;
}

/// Why a text could not be read.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// The furthest byte that was reached.
    pub(crate) at: usize,
    /// What could have stood there.
    pub(crate) expected: Vec<Rule>,
}

/// Reads a text by a rule.
pub(crate) fn read(rule: Rule, text: &str) -> Result<Pair<'_>, Failure> {
    match generated::Flow::parse(rule, text) {
        Ok(mut pairs) => pairs.next().ok_or(Failure { at: 0, expected: Vec::new() }),
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            let expected = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => positives,
                ErrorVariant::CustomError { .. } => Vec::new(),
            };
            Err(Failure { at, expected })
        }
    }
}
