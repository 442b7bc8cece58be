//! The one table of the language's words; lists for highlighters are made from it.

/// What a word is, for whoever colours it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Begins an item: `segment`.
    Item,
    /// Begins a clause: `range`.
    Clause,
    /// Begins a step: `send`.
    Step,
    /// Stands inside a clause: `within`.
    Inner,
    /// An operator in letters: `and`.
    Operator,
    /// A constant: `true`.
    Constant,
    /// A day of the week, or several: `mon`.
    Day,
    /// A unit of time: `days`.
    Unit,
    /// A type of a field.
    Type,
    /// A function over events: `count`.
    Function,
    /// Reserved for what is not there yet.
    NotYet,
}

impl Group {
    /// All groups. A word that stands in several is shown as what the first of them says, where there is no telling.
    pub const ALL: [Self; 11] = [
        Self::Item,
        Self::Step,
        Self::Clause,
        Self::Operator,
        Self::Inner,
        Self::Constant,
        Self::Day,
        Self::Unit,
        Self::Function,
        Self::Type,
        Self::NotYet,
    ];

    /// How lists for highlighters call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Clause => "clause",
            Self::Step => "step",
            Self::Inner => "inner",
            Self::Operator => "operator",
            Self::Constant => "constant",
            Self::Day => "day",
            Self::Unit => "unit",
            Self::Type => "type",
            Self::Function => "function",
            Self::NotYet => "not_yet",
        }
    }

    /// Its words, in the order of the alphabet.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Item => ITEMS,
            Self::Clause => CLAUSES,
            Self::Step => STEPS,
            Self::Inner => INNER,
            Self::Operator => OPERATORS,
            Self::Constant => CONSTANTS,
            Self::Day => DAYS,
            Self::Unit => UNITS,
            Self::Type => TYPES,
            Self::Function => AGGREGATES,
            Self::NotYet => NOT_YET,
        }
    }
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

/// Words that begin a clause.
const CLAUSES: &[&str] = &[
    "again",
    "bands",
    "body",
    "breach",
    "channel",
    "consent",
    "email",
    "enter",
    "except",
    "expect",
    "goal",
    "half-life",
    "holdout",
    "key",
    "merge",
    "met",
    "on",
    "once",
    "otherwise",
    "pause",
    "per",
    "priority",
    "quiet",
    "range",
    "remind",
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
    "webhook",
    "when",
    "zone",
];

/// Words that begin a step.
const STEPS: &[&str] = &["call", "choose", "emit", "enroll", "exit", "notify", "send", "set", "split", "wait"];

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
    "does",
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
const CONSTANTS: &[&str] = &["false", "true"];

/// Days of the week.
const DAYS: &[&str] = &["fri", "mon", "sat", "sun", "thu", "tue", "wed", "weekday", "weekend"];

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
    let of = |group: Group| group.words().iter().map(move |word| (*word, group));
    let mut words: Vec<_> = Group::ALL.into_iter().flat_map(of).collect();
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
    #[test]
    fn steps_are_those_of_the_grammar() {
        let rule = GRAMMAR.lines().find(|line| line.starts_with("step_kind")).unwrap();
        let rule = rule.trim_start_matches("step_kind = _{").trim_end_matches('}');
        let steps: Vec<_> = rule.split('|').map(|step| step.trim().trim_end_matches("_step")).collect();
        let mut sorted = steps.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, super::STEPS);
    }

    #[test]
    fn items_are_those_of_the_grammar() {
        let items = GRAMMAR.lines().filter_map(|line| line.split_once("= { SOI ~ kw_"));
        let items = items.filter(|(rule, _)| rule.contains("_item")).filter_map(|(_, rest)| rest.split(' ').next());
        assert_eq!(items.collect::<BTreeSet<_>>(), super::ITEMS.iter().copied().collect());
    }

    #[test]
    fn units_and_days_are_those_of_the_grammar() {
        let words = |start: &str| -> BTreeSet<&str> {
            let rule = GRAMMAR.lines().find(|line| line.starts_with(start)).unwrap();
            rule.split('"').skip(1).step_by(2).filter(|word| *word != ".").collect()
        };
        let long = super::UNITS.iter().copied().filter(|unit| unit.len() > 1).collect();
        assert_eq!(words("calendar_unit"), long);
        assert_eq!(words("day_word"), super::DAYS.iter().copied().collect());
    }

    #[test]
    fn groups_are_in_the_order_of_the_alphabet() {
        for group in super::Group::ALL {
            assert!(group.words().is_sorted(), "{group:?}");
        }
    }
}
