//! The names that a template speaks of, found in its tags without the engine that renders it. Where one is handed
//! on as a whole (`{% set c = contact %}`), all of it counts as read.

/// A name that a template speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'t> {
    /// A field of the contact; all of it where none is named.
    Contact(Option<&'t str>),
    /// A field of the event that began the run; all of it where none is named.
    Event(Option<&'t str>),
    /// The key of the run.
    Key,
    /// An included file.
    File(&'t str),
}

/// The names in the tags of a template, in order, as often as they stand there.
#[must_use]
pub fn names(text: &str) -> Vec<Name<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        rest = rest.get(open..).unwrap_or_default();
        let close = match rest.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            Some(_) | None => {
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
        };
        let inside = rest.get(2..).unwrap_or_default();
        rest = if close == "#}" {
            inside.split_once(close).map_or("", |(_, rest)| rest)
        } else {
            names_of_tag(inside, close, &mut found)
        };
    }
    found
}

/// Reads one tag and gives what stands behind it.
fn names_of_tag<'t>(text: &'t str, close: &str, found: &mut Vec<Name<'t>>) -> &'t str {
    let mut words = Words { rest: text };
    let mut before = Word::Sign(' ');
    loop {
        words.rest = words.rest.trim_start();
        if let Some(rest) = words.rest.strip_prefix(close) {
            return rest;
        }
        let Some(word) = words.next() else { return "" };
        let whole = before != Word::Sign('.');
        match word {
            Word::Name("contact") if whole => found.push(Name::Contact(words.member())),
            Word::Name("event") if whole => found.push(Name::Event(words.member())),
            Word::Name("key") if whole => found.push(Name::Key),
            Word::Text(path) if before == Word::Name("include") => found.push(Name::File(path)),
            Word::Name(_) | Word::Text(_) | Word::Sign(_) => {}
        }
        before = word;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word<'t> {
    Name(&'t str),
    Text(&'t str),
    Sign(char),
}

struct Words<'t> {
    rest: &'t str,
}

impl<'t> Words<'t> {
    fn next(&mut self) -> Option<Word<'t>> {
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next()?;
        let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
        if part_of_name(first) {
            let (name, rest) = self.rest.split_at(self.rest.find(|c| !part_of_name(c)).unwrap_or(self.rest.len()));
            self.rest = rest;
            return Some(Word::Name(name));
        }
        self.rest = self.rest.get(first.len_utf8()..).unwrap_or_default();
        if first != '"' && first != '\'' {
            return Some(Word::Sign(first));
        }
        let mut escaped = false;
        let end = self.rest.find(|c| {
            let ends = c == first && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest.get(1..).unwrap_or_default();
        Some(Word::Text(text))
    }

    /// `.name` or `["name"]` behind a name.
    fn member(&mut self) -> Option<&'t str> {
        let mut ahead = Self { rest: self.rest };
        let found = match (ahead.next()?, ahead.next()?) {
            (Word::Sign('.'), Word::Name(name)) | (Word::Sign('['), Word::Text(name)) => Some(name),
            (Word::Name(_) | Word::Text(_) | Word::Sign(_), _) => None,
        };
        if found.is_some() {
            self.rest = ahead.rest;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, names};

    #[test]
    fn names_are_found_where_they_are_used() {
        let text = r#"contact.no {{ contact.a | default("contact.b }}") }}{% if event["c"] %}{{ x.key }}{# key #}
            {%- include 'templates/foot.html' %}{% endif %}{{key}} {{ contact }} {{ contact.a"#;
        let expected = [
            Name::Contact(Some("a")),
            Name::Event(Some("c")),
            Name::File("templates/foot.html"),
            Name::Key,
            Name::Contact(None),
            Name::Contact(Some("a")),
        ];
        assert_eq!(names(text), expected);
    }
}
