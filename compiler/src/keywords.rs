//! The one table of the language's words; lists for highlighters are made from it.

/// What a word is, for whoever colours it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Begins an item: `segment`.
    Item,
    /// Begins a clause or a step: `send`.
    Clause,
    /// Stands inside a clause: `within`.
    Inner,
    /// An operator in letters: `and`.
    Operator,
    /// A constant: `true`, `mon`.
    Constant,
    /// A unit of time: `days`.
    Unit,
    /// A type of a field.
    Type,
    /// Reserved for what is not there yet.
    NotYet,
}

/// Words that begin an item.
pub const ITEMS: &[&str] = &[
    "calendar",
    "contact",
    "enum",
    "event",
    "lifecycle",
    "limits",
    "message",
    "moved",
    "retired",
    "score",
    "segment",
    "sequence",
    "sla",
    "team",
    "test",
    "topic",
];

/// Words that will begin an item.
pub const NOT_YET: &[&str] = &["attribution", "content", "experiment", "form", "predict", "sync", "utm"];

/// Words that no name may be.
pub const RESERVED: &[&str] = &["and", "else", "false", "if", "in", "is", "not", "or", "then", "true", "where"];

/// Words that begin a clause or a step and nothing else.
const CLAUSES: &[&str] = &[
    "again",
    "bands",
    "body",
    "breach",
    "call",
    "channel",
    "choose",
    "consent",
    "email",
    "emit",
    "enroll",
    "enter",
    "except",
    "exit",
    "expect",
    "goal",
    "half-life",
    "holdout",
    "key",
    "merge",
    "met",
    "notify",
    "on",
    "once",
    "otherwise",
    "pause",
    "per",
    "priority",
    "quiet",
    "range",
    "remind",
    "send",
    "set",
    "split",
    "stages",
    "start",
    "step",
    "subject",
    "target",
    "text",
    "timeout",
    "track",
    "transactional",
    "unless",
    "varies",
    "wait",
    "webhook",
    "when",
    "zone",
];

/// Words inside a clause.
const INNER: &[&str] = &[
    "add",
    "after",
    "ago",
    "anonymous",
    "any",
    "as",
    "at",
    "becomes",
    "best",
    "between",
    "bounced",
    "breached",
    "by",
    "called",
    "capped",
    "clear",
    "clicked",
    "complained",
    "continue",
    "decay",
    "delivered",
    "dropped",
    "else",
    "entered",
    "entry",
    "existing",
    "file",
    "finish",
    "flight",
    "for",
    "from",
    "granted",
    "held",
    "id",
    "if",
    "into",
    "last",
    "least",
    "left",
    "local",
    "machine",
    "most",
    "no",
    "notified",
    "of",
    "opened",
    "personal",
    "remove",
    "running",
    "sent",
    "sets",
    "does",
    "since",
    "skip",
    "stage",
    "subscribes",
    "then",
    "time",
    "times",
    "to",
    "unique",
    "unsubscribes",
    "until",
    "up",
    "where",
    "while",
    "withdrawn",
    "within",
];

/// Operators in letters, and the words of behaviour.
const OPERATORS: &[&str] =
    &["and", "contains", "did", "ends", "ever", "in", "is", "matches", "never", "not", "or", "starts", "with"];

/// Constants.
const CONSTANTS: &[&str] = &["false", "fri", "mon", "sat", "sun", "thu", "true", "tue", "wed", "weekday", "weekend"];

/// Units of time; `s`, `m` and `h` stick to their number.
const UNITS: &[&str] = &["day", "days", "h", "m", "month", "months", "s", "week", "weeks", "year", "years"];

/// Types of fields.
pub const TYPES: &[&str] = &[
    "bool", "country", "date", "datetime", "duration", "email", "int", "money", "number", "percent", "phone", "text",
    "timezone", "url",
];

/// Functions over events.
pub const AGGREGATES: &[&str] = &["avg", "count", "distinct", "first", "last", "max", "min", "sum"];

/// Every word with its groups; a word may stand in several.
#[must_use]
pub fn all() -> Vec<(&'static str, Group)> {
    let groups = [
        (ITEMS, Group::Item),
        (CLAUSES, Group::Clause),
        (INNER, Group::Inner),
        (OPERATORS, Group::Operator),
        (CONSTANTS, Group::Constant),
        (UNITS, Group::Unit),
        (TYPES, Group::Type),
        (AGGREGATES, Group::Operator),
        (NOT_YET, Group::NotYet),
    ];
    let mut words: Vec<_> = groups.iter().flat_map(|(words, group)| words.iter().map(|word| (*word, *group))).collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const GRAMMAR: &str = include_str!("../../grammar/flow.pest");

    /// The words in quotes of the grammar, but for those that only show what is written instead.
    fn words_of_grammar() -> BTreeSet<&'static str> {
        let line = |line: &&str| !line.starts_with("//") && !line.contains("^\"");
        let quoted = |line: &'static str| line.split('"').skip(1).step_by(2);
        let is_word =
            |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && *word != "->";
        GRAMMAR.lines().filter(line).flat_map(quoted).filter(is_word).collect()
    }

    #[test]
    fn the_table_agrees_with_the_grammar() {
        let table: BTreeSet<_> = super::all().into_iter().map(|(word, _)| word).collect();
        let grammar = words_of_grammar();
        let missing: Vec<_> = grammar.difference(&table).collect();
        assert!(missing.is_empty(), "words of flow.pest that the table lacks: {missing:?}");
        let by_name: BTreeSet<_> =
            super::TYPES.iter().chain(super::AGGREGATES).chain(super::NOT_YET).copied().collect();
        let unused = |word: &&&str| word.len() > 1 && !by_name.contains(**word);
        let unused: Vec<_> = table.difference(&grammar).filter(unused).collect();
        assert!(unused.is_empty(), "words of the table that flow.pest does not know: {unused:?}");
    }

    #[test]
    fn reserved_words_are_those_of_the_grammar() {
        let rule = GRAMMAR.lines().find(|line| line.starts_with("reserved")).unwrap();
        let words: BTreeSet<_> = rule.split('"').skip(1).step_by(2).collect();
        assert_eq!(words, super::RESERVED.iter().copied().collect());
    }
}
