//! Templates of nothing but texts and names: whether they can be filled is seen without filling them.

use flow_graph::program::Program;
use flow_machine::decision::RenderData;

/// What every event has; it goes before a field of the same name.
const EVENT: [&str; 4] = ["time", "id", "utm", "page"];
/// So many names are far from the end of the fuel.
const NAMES_AT_MOST: usize = 1_000;

/// What has to be known for a template to be filled; where it is, nothing can go wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Needs(Vec<Need>);

#[derive(Debug, PartialEq, Eq)]
enum Need {
    /// A field of the contact.
    Contact(usize),
    /// A field of the event, by its name.
    Event(String),
    /// The key of the run.
    Key,
}

impl Needs {
    /// What a template needs; `None` where only filling it tells.
    pub(super) fn new(program: &Program, source: &str) -> Option<Self> {
        let mut needs = Vec::new();
        let mut pieces = source.split('{').skip(1);
        while let Some(piece) = pieces.next() {
            if piece.starts_with(['%', '#']) {
                return None;
            }
            // A bracket is text, unless another one stands behind it at once.
            if piece.is_empty() {
                let (name, _) = pieces.next()?.split_once("}}")?;
                needs.extend(need(program, name.trim())?);
            }
        }
        (needs.len() <= NAMES_AT_MOST).then_some(Self(needs))
    }

    /// What several templates need together.
    pub(super) fn joined(all: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        let all = all.collect::<Option<Vec<_>>>()?;
        Some(Self(all.into_iter().flat_map(|needs| needs.0).collect()))
    }

    /// Whether all of it is known.
    pub(super) fn are_met(&self, program: &Program, data: &RenderData) -> bool {
        let event = data.event.as_deref();
        let declared = event.and_then(|event| program.events.get(event.kind));
        self.0.iter().all(|need| {
            let value = match need {
                Need::Contact(slot) => data.fields.get(*slot),
                Need::Event(name) => declared.zip(event).and_then(|(declared, event)| {
                    event.values.get(declared.fields.iter().position(|field| field.name == *name)?)
                }),
                Need::Key => data.key.as_ref(),
            };
            value.is_some_and(flow_graph::Value::is_known)
        })
    }
}

/// What one expression needs: nothing where it has something to stand in. `None`: it is more than a name.
fn need(program: &Program, expression: &str) -> Option<Option<Need>> {
    if expression == "key" {
        return Some(Some(Need::Key));
    }
    if let Some(name) = expression.strip_prefix("event.") {
        let is_name = name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        return (is_name && !EVENT.contains(&name)).then(|| Some(Need::Event(name.to_owned())));
    }
    let name = expression.strip_prefix("contact.")?;
    let (name, filter) = name.split_once('|').map_or((name, None), |(name, filter)| (name.trim(), Some(filter.trim())));
    let slot = program.fields.iter().position(|field| field.name == name)?;
    let Some(filter) = filter else { return Some(Some(Need::Contact(slot))) };
    let text = filter.strip_prefix("default(\"")?.strip_suffix("\")")?;
    (!text.contains(['"', '\\'])).then_some(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn needs(source: &str) -> Option<Vec<Need>> {
        Needs::new(&sample::program(), source).map(|needs| needs.0)
    }

    #[test]
    fn names_are_found_and_all_else_is_left_to_filling() {
        let (email, order) = (Need::Contact(0), || Need::Event("order".to_owned()));
        assert_eq!(needs("plain { text } }} {a"), Some(vec![]));
        assert_eq!(needs("{{ contact.email }}, {{event.order}} for {{ key }}"), Some(vec![email, order(), Need::Key]));
        assert_eq!(needs("{{ contact.name | default(\"there\") }} { {{ event.order }}"), Some(vec![order()]));
        for source in [
            "{{ contact.email",
            "{{ contact.nonsense }}",
            "{{ contact.name | default(contact.email) }}",
            "{{ contact.name | upper }}",
            "{{ contact.email -}}",
            "{{ event.time }}",
            "{{ event.page.url }}",
            "{{ event.order ~ key }}",
            "{{{ key }}}",
            "{% if key %}{% endif %}",
            "{# {{ key }} #}",
            "{{ key }}{{ \"}}\" }}",
            "text {",
        ] {
            assert_eq!(needs(source), None, "{source}");
        }
    }
}
