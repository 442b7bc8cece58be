//! `[channels.NAME]` and `[connectors.NAME]`: what leaves the daemon, and how.

use flow_graph::program::ChannelKind;

use super::reader::{Reader, Section};
use super::{ChannelSettings, ConnectorSettings, keys, rate};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Name;
use crate::suggest;

pub(super) const KINDS: [(&str, ChannelKind); 4] = [
    ("smtp", ChannelKind::Smtp),
    ("webhook", ChannelKind::Webhook),
    ("console", ChannelKind::Console),
    ("file", ChannelKind::File),
];

/// Reads a channel. One whose kind cannot be read counts as the kind that asks for nothing.
pub(crate) fn channel(reader: &mut Reader<'_>, section: &Section<'_>) -> ChannelSettings {
    let known = kind(reader, section, &KINDS);
    match known {
        Some(ChannelKind::Smtp) => reader.only(section, &keys::SMTP),
        Some(ChannelKind::Webhook) => reader.only(section, &keys::WEBHOOK),
        Some(ChannelKind::Console) => reader.only(section, &keys::CONSOLE),
        Some(ChannelKind::File) => reader.only(section, &keys::FILE),
        // Without a kind every key might be right.
        None => {}
    }
    let kind = known.unwrap_or(ChannelKind::Console);
    let needs: &[(&str, &str)] = match kind {
        ChannelKind::Smtp => &[("url", "env:SMTP_URL"), ("from", "Acme <hello@acme.example>")],
        ChannelKind::Webhook => &[("url", "https://push.acme.example/send")],
        ChannelKind::Console | ChannelKind::File => &[],
    };
    for (key, example) in needs {
        if !reader.has(section, key) {
            reader.missing(section, key, &format!("\"{example}\""));
        }
    }
    let from = reader.text(section, "from");
    if let (ChannelKind::Smtp, Some(from)) = (kind, &from) {
        sender(reader, from);
    }
    ChannelSettings {
        name: section.name.clone(),
        kind,
        url: reader.setting(section, "url", false),
        from,
        secret: reader.setting(section, "secret", true),
        path: reader.text(section, "path"),
        rate: rate::read(reader, section),
    }
}

/// Reads a connector.
pub(crate) fn connector(reader: &mut Reader<'_>, section: &Section<'_>) -> ConnectorSettings {
    reader.only(section, &keys::CONNECTOR);
    kind(reader, section, &[("http", ())]);
    if !reader.has(section, "url") {
        reader.missing(section, "url", "\"env:CRM_URL\"");
    }
    ConnectorSettings {
        name: section.name.clone(),
        url: reader.setting(section, "url", false),
        secret: reader.setting(section, "secret", true),
        rate: rate::read(reader, section),
        answer: reader.text(section, "answer"),
    }
}

fn kind<T: Copy>(reader: &mut Reader<'_>, section: &Section<'_>, kinds: &[(&str, T)]) -> Option<T> {
    let words = || kinds.iter().map(|(word, _)| *word);
    let name = reader.required(section, "kind", words().next().unwrap_or(""))?;
    if let Some((_, kind)) = kinds.iter().find(|(word, _)| *word == name.value) {
        return Some(*kind);
    }
    let wrong = Diagnostic::new(
        Code::SettingValue,
        name.span,
        format!("there is no kind `{}` of [{}]", name.value, section.path),
    );
    reader.push(match suggest::nearest(&name.value, words()) {
        Some(near) => wrong.help(format!("did you mean `{near}`?")).fix(
            format!("write `{near}`"),
            name.span,
            format!("\"{near}\""),
            Applicability::Unsafe,
        ),
        None => wrong.help(format!("the kinds are {}", suggest::list(words()))),
    });
    None
}

fn sender(reader: &mut Reader<'_>, from: &Name) {
    let address = match from.value.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or(""),
        None => from.value.as_str(),
    };
    let fine = address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !address.contains(char::is_whitespace) && !domain.contains('@')
    });
    if !fine {
        let message = format!("`{}` is not a sender", from.value);
        reader.wrong(
            from.span,
            message,
            "write an address, with a name before it if you like: `Acme <hello@acme.example>`",
        );
    }
}
