//! The pages from which the language can be learnt: one for each thing of it, in the order in which they are read.
//!
//! A page is `compiler/explain/topics/NAME.md`: a title, one sentence that says what it is for, examples that a test
//! compiles, and under `## See also` its neighbours, the codes that belong to it and the words that lead to it.

use std::sync::LazyLock;

use crate::diagnostic::Code;

/// All pages, by file name and in its order, as they are written.
const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/topics.rs"));

/// Pages that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// Their names, in the order in which they are read.
    pub topics: &'static [&'static str],
}

/// All pages in the order in which they are read.
pub const GROUPS: &[Group] = &[
    Group {
        title: "What there is",
        topics: &["project", "writing", "event", "contact", "field", "enum", "personal", "import"],
    },
    Group {
        title: "Time and values",
        topics: &["duration", "zone", "money", "condition", "missing", "behaviour", "window"],
    },
    Group { title: "Who is who", topics: &["segment", "score", "band", "lifecycle"] },
    Group { title: "What is said", topics: &["topic", "consent", "message", "template", "limits", "gate"] },
    Group {
        title: "What happens to whom",
        topics: &["sequence", "trigger", "enter", "goal", "exit", "holdout", "send", "wait", "moment"],
    },
    Group { title: "More steps", topics: &["choose", "split", "set", "call", "notify", "emit", "enroll"] },
    Group { title: "Promises between people", topics: &["team", "calendar", "sla"] },
    Group { title: "Proof and change", topics: &["test", "proof", "review", "turn", "late", "deploy", "later"] },
];

/// A page, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// `wait`
    pub name: &'static str,
    /// One sentence: what it is for.
    pub summary: &'static str,
    /// The page in Markdown, from the sentence on, without its title and without what stands under `## See also`.
    /// Blocks of `flow alone` bring all that they need; those of `flow` are read together with `grammar/prelude.flow`.
    pub text: &'static str,
    /// Neighbours, by name.
    pub near: Vec<&'static str>,
    /// Codes whose mistakes are made here.
    pub codes: Vec<Code>,
    /// Words of the language that lead here, besides the name.
    pub words: Vec<&'static str>,
}

static TOPICS: LazyLock<Vec<Topic>> = LazyLock::new(|| {
    let names = GROUPS.iter().flat_map(|group| group.topics);
    let source = |name: &&str| SOURCES.iter().find(|(stem, _)| stem == name).copied();
    names.filter_map(source).filter_map(|(name, text)| Topic::parse(name, text).ok()).collect()
});

/// All pages in the order in which they are read.
#[must_use]
pub fn topics() -> &'static [Topic] {
    &TOPICS
}

/// The page of a name, or of a word of the language that leads to one: `wait`, `timeout`.
#[must_use]
pub fn topic(word: &str) -> Option<&'static Topic> {
    let named = TOPICS.iter().find(|topic| topic.name == word);
    named.or_else(|| TOPICS.iter().find(|topic| topic.words.contains(&word)))
}

/// The pages to which a code belongs; the first of them is the one to read.
pub fn topics_of(code: Code) -> impl Iterator<Item = &'static Topic> {
    TOPICS.iter().filter(move |topic| topic.codes.contains(&code))
}

/// All pages as they are written, by file name.
#[must_use]
pub fn sources() -> &'static [(&'static str, &'static str)] {
    SOURCES
}

impl Topic {
    /// Takes a page apart.
    ///
    /// # Errors
    /// Says what the page lacks.
    pub fn parse(name: &'static str, source: &'static str) -> Result<Self, String> {
        let body = source.strip_prefix("# ").and_then(|rest| rest.split_once("\n\n"));
        let (title, body) = body.ok_or("the first line must be `# name`, and an empty one must follow")?;
        if title != name {
            return Err(format!("the title must be `# {name}`"));
        }
        let (text, links) = body.split_once("\n## See also\n").ok_or("`## See also` must stand at the end")?;
        let summary = text.split("\n\n").next().unwrap_or_default().trim();
        let mut topic =
            Self { name, summary, text: text.trim(), near: Vec::new(), codes: Vec::new(), words: Vec::new() };
        for line in links.lines().filter(|line| !line.is_empty()) {
            let (kind, list) = line
                .strip_prefix("* ")
                .and_then(|line| line.split_once(": "))
                .ok_or_else(|| format!("`{line}` must be a list of pages, codes or words"))?;
            let list = list.split(", ");
            match kind {
                "pages" => topic.near = list.collect(),
                "words" => topic.words = list.collect(),
                "codes" => {
                    let code = |number| Code::find(number).ok_or_else(|| format!("there is no code `{number}`"));
                    topic.codes = list.map(code).collect::<Result<_, _>>()?;
                }
                other => return Err(format!("`{other}` is neither `pages`, `codes` nor `words`")),
            }
        }
        Ok(topic)
    }
}
