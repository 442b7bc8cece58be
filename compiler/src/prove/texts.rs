//! Texts that a term can still be: what they begin with, end with and hold, and what not.

use std::sync::Arc;

use flow_graph::Value;
use flow_graph::expr::TextOp;

/// What is known of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Texts {
    /// Texts that it is not.
    pub(crate) others: Vec<Arc<str>>,
    /// Tests with their outcome.
    pub(crate) tests: Vec<(TextOp, Arc<str>, bool)>,
    /// Regular expressions with their outcome.
    pub(crate) patterns: Vec<(Arc<str>, bool)>,
}

impl Texts {
    /// True only when no text is left.
    pub(crate) fn is_empty(&self) -> bool {
        let both = |(i, (pattern, holds)): (usize, &(Arc<str>, bool))| {
            self.patterns.iter().skip(i).any(|(other, also)| other == pattern && also != holds)
        };
        self.apart(TextOp::StartsWith, |long, short| long.starts_with(short))
            || self.apart(TextOp::EndsWith, |long, short| long.ends_with(short))
            || self.tests.iter().any(|(op, text, holds)| !holds && self.certain(*op, text))
            || self.patterns.iter().enumerate().any(both)
    }

    /// A text with all that is known, if a simple one has it; the caller tests it.
    pub(crate) fn pick(&self) -> Option<Value> {
        let known = |op: TextOp| self.tests.iter().filter(move |(by, _, holds)| *by == op && *holds);
        let longest = |op: TextOp| known(op).map(|(_, text, _)| text.as_ref()).max_by_key(|text| text.len());
        let start = longest(TextOp::StartsWith).unwrap_or_default();
        let end = longest(TextOp::EndsWith).unwrap_or_default();
        let middle: Vec<&str> = known(TextOp::Contains).map(|(_, text, _)| text.as_ref()).collect();
        let tries = ["", "a", "b", "-", "0"].map(|filler| format!("{start}{filler}{}{end}", middle.concat()));
        tries.into_iter().find(|text| self.allows(text)).map(|text| Value::text(&text))
    }

    fn allows(&self, text: &str) -> bool {
        self.tests.iter().all(|(op, part, holds)| test(*op, text, part) == *holds)
            && self.others.iter().all(|other| **other != *text)
            && self.patterns.is_empty()
    }

    /// Whether two texts cannot both be at one end.
    fn apart(&self, end: TextOp, within: fn(&str, &str) -> bool) -> bool {
        let mut ends: Vec<&str> =
            self.tests.iter().filter(|(op, _, holds)| *op == end && *holds).map(|(_, text, _)| text.as_ref()).collect();
        ends.sort_by_key(|text| text.len());
        ends.windows(2).any(|pair| if let [short, long] = pair { !within(long, short) } else { false })
    }

    /// Whether a test holds for certain.
    fn certain(&self, op: TextOp, text: &str) -> bool {
        text.is_empty()
            || self
                .tests
                .iter()
                .any(|(by, known, holds)| *holds && (op == TextOp::Contains || op == *by) && test(op, known, text))
    }
}

/// The test as the machine makes it.
pub(crate) fn test(op: TextOp, text: &str, part: &str) -> bool {
    match op {
        TextOp::Contains => text.contains(part),
        TextOp::StartsWith => text.starts_with(part),
        TextOp::EndsWith => text.ends_with(part),
    }
}
