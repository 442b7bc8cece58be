//! SARIF 2.1.0, the form in which code hosts take in findings.

use serde_json::{Value, json};

use super::{Place, View, advice};
use crate::diagnostic::{Code, Diagnostic, Fix, Label};
use crate::explain;

/// Where the schema of the format is published.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One SARIF log with one run, with its line break.
#[must_use]
pub fn sarif(view: View<'_>, diagnostics: &[Diagnostic]) -> String {
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "flow",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Code::ALL.iter().copied().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(|diagnostic| result(view, diagnostic)).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn rule(code: Code) -> Value {
    let words = code.slug().replace('-', " ");
    let text = explain::page(code).map_or_else(|| words.clone(), |page| page.text);
    json!({
        "id": code.number(),
        "name": code.slug(),
        "shortDescription": { "text": words },
        "fullDescription": { "text": text },
        "help": { "text": format!("flow explain {code}") },
        "defaultConfiguration": { "level": super::severity(code.severity()) },
    })
}

fn result(view: View<'_>, diagnostic: &Diagnostic) -> Value {
    let message = match advice(diagnostic) {
        Some(help) => format!("{}\n{help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut result = json!({
        "ruleId": diagnostic.code.number(),
        "level": super::severity(diagnostic.severity()),
        "message": { "text": message },
        "locations": view.place(diagnostic.primary.span).iter().map(|p| location(view, p)).collect::<Vec<_>>(),
    });
    let Some(fields) = result.as_object_mut() else { return result };
    if let Some(index) = Code::ALL.iter().position(|&code| code == diagnostic.code) {
        fields.insert("ruleIndex".to_owned(), json!(index));
    }
    let related = related(view, &diagnostic.labels);
    if !related.is_empty() {
        fields.insert("relatedLocations".to_owned(), Value::Array(related));
    }
    let fixes: Vec<Value> = diagnostic.fixes.iter().map(|fix| remedy(view, fix)).collect();
    if !fixes.is_empty() {
        fields.insert("fixes".to_owned(), Value::Array(fixes));
    }
    result
}

fn related(view: View<'_>, labels: &[Label]) -> Vec<Value> {
    let mut found = Vec::new();
    for label in labels {
        if let Some(place) = view.place(label.span) {
            let mut at = location(view, &place);
            if let Some(fields) = at.as_object_mut() {
                fields.insert("id".to_owned(), json!(found.len() + 1));
                fields.insert("message".to_owned(), json!({ "text": label.text }));
            }
            found.push(at);
        }
    }
    found
}

fn location(view: View<'_>, place: &Place<'_>) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(view, place), "region": region(place) } })
}

fn artifact(view: View<'_>, place: &Place<'_>) -> Value {
    json!({ "uri": uri(&view.path(&place.file.path)) })
}

fn region(place: &Place<'_>) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

/// The edits of a fix, joined by file in the order in which files first come.
fn remedy(view: View<'_>, fix: &Fix) -> Value {
    let mut changes: Vec<(Value, Vec<Value>)> = Vec::new();
    for edit in &fix.edits {
        let Some(place) = view.place(edit.span) else { continue };
        let file = artifact(view, &place);
        let replacement = json!({ "deletedRegion": region(&place), "insertedContent": { "text": edit.text } });
        match changes.iter_mut().find(|(known, _)| *known == file) {
            Some((_, list)) => list.push(replacement),
            None => changes.push((file, vec![replacement])),
        }
    }
    let changes: Vec<Value> =
        changes.into_iter().map(|(file, list)| json!({ "artifactLocation": file, "replacements": list })).collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

/// A relative reference: everything but plain characters is written as a code.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
