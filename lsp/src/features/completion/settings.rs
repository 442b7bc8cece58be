//! What can be written in `flow.toml`.

use flow_compiler::settings::{keys, zone};

use super::{Completion, Found, What};

/// Sections, keys of the section around the cursor, and values that are known.
pub(super) fn completions(text: &str, offset: u32) -> Found {
    let at = (offset as usize).min(text.len());
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(start..at).unwrap_or("");
    let begun = line.len() - line.trim_start_matches([' ', '\t']).len();
    let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let word_end = at + text.get(at..).unwrap_or("").find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(0);
    if let Some((key, value)) = line.split_once('=') {
        let quote = value.find('"').map(|quote| start + key.len() + 1 + quote + 1);
        let items = values(section(text, start), key.trim(), quote.is_some());
        let from = quote.unwrap_or(at);
        return (place(from), place(at), items);
    }
    let from = place(start + begun);
    if line.trim_start().starts_with('[') {
        let sections = keys::SECTIONS
            .iter()
            .map(|(name, about)| Completion::new(format!("[{name}]"), What::Name, 0).detail(*about));
        return (from, place(word_end), sections.collect());
    }
    let mut items: Vec<Completion> = keys::of(section(text, start))
        .iter()
        .map(|(key, about)| Completion::new(*key, What::Field, 0).insert(format!("{key} = ")).detail(*about))
        .collect();
    items.extend(
        keys::SECTIONS.iter().map(|(name, about)| Completion::new(format!("[{name}]"), What::Name, 1).detail(*about)),
    );
    (from, place(word_end), items)
}

/// The section that a line stands in.
fn section(text: &str, start: usize) -> &str {
    let before = text.get(..start).unwrap_or("");
    let heads = before.lines().rev().filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']'));
    heads.into_iter().next().unwrap_or("")
}

fn values(section: &str, key: &str, quoted: bool) -> Vec<Completion> {
    let written = |value: &str| if quoted { value.to_owned() } else { format!("\"{value}\"") };
    let all: Vec<String> = match key {
        "timezone" => zone::database().available().map(|zone| zone.as_str().to_owned()).collect(),
        "kind" => keys::kinds(section).iter().map(|kind| (*kind).to_owned()).collect(),
        _ => Vec::new(),
    };
    all.iter().map(|value| Completion::new(written(value), What::Value, 0)).collect()
}
