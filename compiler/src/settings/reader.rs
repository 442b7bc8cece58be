//! Reading tables of TOML: types, unknown keys and missing ones, each with its place.

use super::keys::Key;
use std::ops::Range;

use flow_graph::Span as Length;
use toml::de::{DeTable, DeValue};

use super::Setting;
use super::duration::{self, NoDuration};
use crate::diagnostic::{Applicability, Code, Diagnostic, Sink};
use crate::source::{FileId, Name, Span, Spanned};
use crate::suggest;

/// Turns what stands in the file into values; what is wrong goes into the sink.
pub(crate) struct Reader<'s> {
    file: FileId,
    skipped: u32,
    sink: &'s mut Sink,
    /// Nothing was wrong so far.
    pub(crate) clean: bool,
}

/// One table of the file.
pub(crate) struct Section<'t> {
    /// `channels.email`; empty for the whole file.
    pub(crate) path: String,
    /// Its own name, the last part.
    pub(crate) name: Name,
    /// Where its name stands.
    pub(crate) span: Span,
    table: &'t DeTable<'t>,
}

impl<'t> Section<'t> {
    /// The whole file.
    pub(crate) fn root(table: &'t DeTable<'t>, span: Span) -> Self {
        Self { path: String::new(), name: Name::new(String::new(), span), span, table }
    }

    fn say(&self) -> String {
        if self.path.is_empty() { "`flow.toml`".to_owned() } else { format!("`[{}]`", self.path) }
    }
}

impl<'s> Reader<'s> {
    /// A reader of a file whose first `skipped` bytes are no TOML.
    pub(crate) fn new(file: FileId, skipped: u32, sink: &'s mut Sink) -> Self {
        Self { file, skipped, sink, clean: true }
    }

    /// Pushes a diagnostic.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.clean = false;
        self.sink.push(diagnostic);
    }

    /// Pushes "`key` cannot be …".
    pub(crate) fn wrong(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::new(Code::SettingValue, span, message).help(help));
    }

    fn span(&self, range: &Range<usize>) -> Span {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX).saturating_add(self.skipped);
        Span::new(self.file, at(range.start), at(range.end))
    }

    /// Says which keys of a table mean nothing.
    pub(crate) fn only(&mut self, section: &Section<'_>, allowed: &[Key]) {
        let allowed: Vec<&str> = allowed.iter().map(|(key, _)| *key).collect();
        for key in section.table.keys() {
            let (word, span) = (key.get_ref().as_ref(), self.span(&key.span()));
            if allowed.contains(&word) {
                continue;
            }
            let what = if section.path.is_empty() { "section" } else { "setting" };
            let message = format!("{} has no {what} `{word}`", section.say());
            let unknown = Diagnostic::new(Code::UnknownSetting, span, message);
            let unknown = match suggest::nearest(word, allowed.iter().copied()) {
                Some(near) => unknown.help(format!("did you mean `{near}`?")).fix(
                    format!("write `{near}`"),
                    span,
                    near,
                    Applicability::Unsafe,
                ),
                None => unknown.help(format!("it has {}", suggest::list(allowed.iter().copied()))),
            };
            self.push(unknown);
        }
    }

    /// The table under a key, if there is one.
    pub(crate) fn section<'t>(&mut self, parent: &Section<'t>, key: &str) -> Option<Section<'t>> {
        let (name, value) = parent.table.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
        let span = self.span(&name.span());
        let path = if parent.path.is_empty() { key.to_owned() } else { format!("{}.{key}", parent.path) };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(span, format!("`{key}` must be a section"), format!("write `[{path}]` on a line of its own"));
            return None;
        };
        Some(Section { path, name: Name::new(key.to_owned(), span), span, table })
    }

    /// The tables below a key: `[channels.email]`, `[channels.text]`.
    pub(crate) fn named<'t>(&mut self, root: &Section<'t>, key: &str) -> Vec<Section<'t>> {
        let Some(parent) = self.section(root, key) else { return Vec::new() };
        let names: Vec<String> = parent.table.keys().map(|name| name.get_ref().to_string()).collect();
        let mut sections: Vec<_> = names.iter().filter_map(|name| self.section(&parent, name)).collect();
        for section in &sections {
            let name = &section.name;
            let proper = name.value.starts_with(|c: char| c.is_ascii_lowercase())
                && name.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !proper {
                let message = format!("`{}` is not a name that a `.flow` file can use", name.value);
                self.wrong(name.span, message, "names have small letters, digits and `_`, a letter first");
            }
        }
        sections.sort_by_key(|section| section.span);
        sections
    }

    /// A text, if it stands there.
    pub(crate) fn text(&mut self, section: &Section<'_>, key: &str) -> Option<Name> {
        let (span, value) = self.value(section, key)?;
        let Some(text) = value.as_str() else {
            let found = kind(value);
            let help = format!("write it in quotes: `{key} = \"…\"`");
            self.wrong(span, format!("`{key}` must be a text, not {found}"), help);
            return None;
        };
        if text.trim().is_empty() {
            self.wrong(span, format!("`{key}` is empty"), "write a value, or leave the line out");
            return None;
        }
        Some(Name::new(text.to_owned(), span))
    }

    /// A text that must stand there; `example` is a value to show.
    pub(crate) fn required(&mut self, section: &Section<'_>, key: &str, example: &str) -> Option<Name> {
        if !self.has(section, key) {
            self.missing(section, key, &format!("\"{example}\""));
            return None;
        }
        self.text(section, key)
    }

    /// Says that a key is missing.
    pub(crate) fn missing(&mut self, section: &Section<'_>, key: &str, example: &str) {
        // The misspelt one has been named.
        let words = section.table.keys().map(|name| name.get_ref().as_ref().to_owned());
        if words.into_iter().any(|word| suggest::nearest(&word, [key]).is_some()) {
            self.clean = false;
            return;
        }
        let message = format!("{} needs `{key}`", section.say());
        self.wrong(section.span, message, format!("for example `{key} = {example}`"));
    }

    /// Whether a key stands there.
    pub(crate) fn has(&self, section: &Section<'_>, key: &str) -> bool {
        section.table.keys().any(|name| name.get_ref().as_ref() == key)
    }

    /// A whole number, if it stands there.
    pub(crate) fn int(&mut self, section: &Section<'_>, key: &str) -> Option<Spanned<i64>> {
        let (span, value) = self.value(section, key)?;
        let number = value.as_integer().and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok());
        if number.is_none() {
            self.wrong(span, format!("`{key}` must be a whole number"), format!("for example `{key} = 1`"));
        }
        number.map(|number| Spanned::new(number, span))
    }

    /// A duration, if it stands there.
    pub(crate) fn duration(&mut self, section: &Section<'_>, key: &str) -> Option<Spanned<Length>> {
        let text = self.text(section, key)?;
        match duration::parse(&text.value) {
            Ok(length) => Some(Spanned::new(length, text.span)),
            Err(NoDuration::Write(right)) => {
                let message = format!("`{}` is not a duration", text.value);
                let wrong =
                    Diagnostic::new(Code::SettingValue, text.span, message).help(format!("write `\"{right}\"`"));
                let text = format!("\"{right}\"");
                self.push(wrong.fix(
                    format!("write `{right}`"),
                    self.last_span(section, key),
                    text,
                    Applicability::Safe,
                ));
                None
            }
            Err(NoDuration::Unclear) => {
                let message = format!("`{}` is not a duration", text.value);
                self.wrong(text.span, message, "write a number and a unit: `\"90s\"`, `\"72h\"`, `\"30 days\"`");
                None
            }
        }
    }

    /// A value that may stand in the environment. `secret`: it must.
    pub(crate) fn setting(&mut self, section: &Section<'_>, key: &str, secret: bool) -> Option<Spanned<Setting>> {
        let text = self.text(section, key)?;
        let variable = format!("{}_{key}", section.name.value).to_uppercase();
        if let Some(name) = text.value.strip_prefix("env:") {
            let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !first || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                let message = format!("`{name}` is not the name of a variable of the environment");
                self.wrong(text.span, message, format!("for example `{key} = \"env:{variable}\"`"));
                return None;
            }
            return Some(Spanned::new(Setting::Env(name.to_owned()), text.span));
        }
        if secret || holds_secret(&text.value) {
            let message = format!("the secret in `{key}` stands where everybody can read it");
            let diagnostic = Diagnostic::new(Code::SecretInSettings, text.span, message);
            let help = format!(
                "write `{key} = \"env:{variable}\"`, set that variable where the daemon runs, and change the secret"
            );
            let fix = format!("\"env:{variable}\"");
            self.push(diagnostic.help(help).fix(format!("write `{fix}`"), text.span, &fix, Applicability::Display));
            return None;
        }
        Some(Spanned::new(Setting::Literal(text.value), text.span))
    }

    /// Keys and texts of a table, in the order of the file.
    pub(crate) fn pairs(&mut self, section: &Section<'_>) -> Vec<(Name, Name)> {
        let keys: Vec<Name> =
            section.table.keys().map(|key| Name::new(key.get_ref().to_string(), self.span(&key.span()))).collect();
        let mut pairs: Vec<_> =
            keys.into_iter().filter_map(|key| Some((key.clone(), self.text(section, &key.value)?))).collect();
        pairs.sort_by_key(|(key, _)| key.span);
        pairs
    }

    fn value<'t>(&self, section: &Section<'t>, key: &str) -> Option<(Span, &'t DeValue<'t>)> {
        let (_, value) = section.table.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
        Some((self.span(&value.span()), value.get_ref()))
    }

    fn last_span(&self, section: &Section<'_>, key: &str) -> Span {
        self.value(section, key).map_or(section.span, |(span, _)| span)
    }
}

/// What a value is, for people.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// Whether a URL carries a password or a token.
fn holds_secret(text: &str) -> bool {
    let after = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = after.split(['/', '?', '#']).next().unwrap_or("");
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let query = after.split_once('?').map_or("", |(_, query)| query).to_ascii_lowercase();
    let named = ["key", "token", "secret", "password", "signature"];
    let in_query = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .any(|(name, value)| !value.is_empty() && named.iter().any(|word| name.ends_with(word)));
    user.contains(':') || in_query
}
