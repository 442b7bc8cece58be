//! `[project]`: name, language version, zone, currency and the two limits on time.

use flow_graph::Span as Length;

use super::reader::{Reader, Section};
use super::{ProjectSettings, currency, keys, zone};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Name, Span, Spanned};
use crate::suggest;

/// The one version of the language.
const LANGUAGE: i64 = 1;

/// What holds where nothing is said, or nothing that can be read.
pub(crate) fn defaults(span: Span) -> ProjectSettings {
    ProjectSettings {
        name: Name::new("project".to_owned(), span),
        timezone: Name::new("UTC".to_owned(), span),
        currency: None,
        currency_digits: 2,
        late_after: Spanned::new(Length::Elapsed(72 * 3_600_000), span),
        duplicates_within: Spanned::new(Length::Calendar { months: 0, days: 30 }, span),
    }
}

/// Reads the section.
pub(crate) fn read(reader: &mut Reader<'_>, root: &Section<'_>) -> ProjectSettings {
    let mut project = defaults(root.span);
    if !reader.has(root, "project") {
        let message = "`flow.toml` has no section `[project]`";
        reader.push(
            Diagnostic::new(Code::NoSettings, root.span, message).help(format!("begin with:\n{}", super::EXAMPLE)),
        );
        return project;
    }
    let Some(section) = reader.section(root, "project") else { return project };
    reader.only(&section, &keys::PROJECT);
    if let Some(name) = reader.required(&section, "name", "acme") {
        project.name = name;
    }
    language(reader, &section);
    if let Some(name) = reader.required(&section, "timezone", "Europe/Berlin") {
        if let Some(known) = zone::find(&name.value) {
            project.timezone = Name::new(known, name.span);
        } else {
            reader.push(zone::unknown(&name));
        }
    }
    if let Some(name) = reader.text(&section, "currency") {
        read_currency(reader, &mut project, name);
    }
    if let Some(length) = reader.duration(&section, "late_after") {
        project.late_after = length;
    }
    if let Some(length) = reader.duration(&section, "duplicates_within") {
        project.duplicates_within = length;
    }
    project
}

fn language(reader: &mut Reader<'_>, section: &Section<'_>) {
    if !reader.has(section, "language") {
        reader.missing(section, "language", &LANGUAGE.to_string());
        return;
    }
    let Some(version) = reader.int(section, "language") else { return };
    if version.value > LANGUAGE {
        let message = format!(
            "this project is written in version {} of the language, and this is version {LANGUAGE}",
            version.value
        );
        reader.wrong(version.span, message, "use a newer `flow`");
    } else if version.value < LANGUAGE {
        let message = format!("there is no version {} of the language", version.value);
        reader.wrong(version.span, message, format!("write `language = {LANGUAGE}`"));
    }
}

fn read_currency(reader: &mut Reader<'_>, project: &mut ProjectSettings, name: Name) {
    if let Some(digits) = currency::digits(&name.value) {
        project.currency_digits = digits;
        project.currency = Some(name);
        return;
    }
    let message = format!("`{}` is not a currency of ISO 4217", name.value);
    let wrong = Diagnostic::new(Code::SettingValue, name.span, message);
    let upper = name.value.to_uppercase();
    let near = currency::codes().find(|code| *code == upper).or_else(|| suggest::nearest(&upper, currency::codes()));
    reader.push(match near {
        Some(near) => wrong.help(format!("did you mean `{near}`?")).fix(
            format!("write `{near}`"),
            name.span,
            format!("\"{near}\""),
            Applicability::Unsafe,
        ),
        None => wrong.help("write three capital letters such as `EUR`"),
    });
}
