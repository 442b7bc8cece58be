//! What messages, calls and notices say: templates filled with what was known when they were decided.
//!
//! What a template may use, and how each type looks in it, stands in [`flow_graph::template`]. A template that
//! cannot be rendered, which the compiler has ruled out as far as it can, drops its message at the gate `render`.

mod filters;
mod needs;
mod objects;

use std::sync::Arc;

use flow_graph::program::{Argument, Event as EventType, Message, Program};
use flow_graph::{Id, Value};
use flow_machine::decision::{Filled, Gate, RenderData, Send};
use flow_machine::{Decision, DecisionKind, Engine, Event};
use jiff::tz::TimeZone;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde_json::Value as Json;

use crate::values;
use needs::Needs;
use objects::View;

/// How much work one template may be: instructions of the template engine.
const MAX_FUEL: u64 = 1_000_000;

/// What was composed for a decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A message.
    Message {
        /// Its subject, where it has one.
        subject: Option<String>,
        /// Its body.
        body: String,
        /// Its plain part, where the author wrote one.
        text: Option<String>,
    },
    /// The arguments of a call, in the author's order.
    Arguments(Vec<(String, Json)>),
    /// What a team is told.
    Notice(String),
    /// It could not be composed: why.
    Failure(String),
}

/// The templates of a program, ready to be filled.
#[derive(Debug)]
pub struct Renderer {
    environment: Environment<'static>,
    messages: Vec<Names>,
    zone: TimeZone,
}

/// Under which names the templates of a message are known.
#[derive(Debug)]
struct Names {
    subject: Option<String>,
    body: String,
    text: Option<String>,
    /// What has to be known for all of them to be filled, where that can be told.
    needs: Option<Needs>,
}

impl Names {
    /// Whether it is plain that the templates can be filled.
    fn fills(&self, program: &Program, data: &RenderData) -> bool {
        self.needs.as_ref().is_some_and(|needs| needs.are_met(program, data))
    }
}

impl Renderer {
    /// Reads the templates of a program. One that cannot be read is as if it were not there: what needs it is dropped
    /// at the gate `render`.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(MAX_FUEL));
        environment.set_auto_escape_callback(|name| match name.rsplit_once('.') {
            Some((_, "html" | "htm" | "xml")) => AutoEscape::Html,
            Some(_) | None => AutoEscape::None,
        });
        filters::register(&mut environment, &program.project.currency, program.project.currency_digits);
        let mut add = |name: &str, source: &str| {
            // The error comes back when somebody wants to render it.
            let _ = environment.add_template_owned(name.to_owned(), source.to_owned());
            name.to_owned()
        };
        for (path, source) in &program.templates {
            add(path, source);
        }
        let mut messages = Vec::with_capacity(program.messages.len());
        for message in &program.messages {
            let name = |part: &str| format!("{} of {}", part, message.name);
            let sources = [message.subject.as_ref(), Some(&message.body), message.text.as_ref()];
            messages.push(Names {
                needs: Needs::joined(sources.into_iter().flatten().map(|source| Needs::new(program, source))),
                subject: message.subject.as_ref().map(|source| add(&name("subject"), source)),
                body: match &message.body_file {
                    Some(path) => add(path, &message.body),
                    None => add(&name("body"), &message.body),
                },
                text: message.text.as_ref().map(|source| add(&name("text"), source)),
            });
        }
        let zone = TimeZone::get(&program.project.timezone).unwrap_or(TimeZone::UTC);
        Self { environment, messages, zone }
    }

    /// Composes what a decision needs. A message that cannot be composed is dropped.
    #[must_use]
    pub fn compose(&self, engine: &Engine, decision: Decision) -> (Decision, Option<Content>) {
        let program = engine.program();
        let content = if let DecisionKind::Send(Send { message, data: Some(data), .. }) = &decision.kind {
            self.message(program, *message, data)
        } else if let DecisionKind::Call { connector, action, arguments, data } = &decision.kind {
            let written = values::arguments_at(program, decision.why.at, *connector, action).unwrap_or_default();
            self.arguments(program, written, arguments, data).map(Content::Arguments)
        } else if let DecisionKind::Notify { text, data, .. } = &decision.kind {
            self.inline(program, text, data).map(Content::Notice)
        } else {
            return (decision, None);
        };
        match content {
            Ok(content) => (decision, Some(content)),
            Err(why) => (undeliverable(decision), Some(Content::Failure(why))),
        }
    }

    /// What is decided where nobody looks at what is composed: only a message that cannot be composed is another decision.
    #[must_use]
    pub fn decide(&self, engine: &Engine, decision: Decision) -> Decision {
        let program = engine.program();
        if let DecisionKind::Send(Send { message, data: Some(data), .. }) = &decision.kind
            && !self.messages.get(message.index()).is_some_and(|names| names.fills(program, data))
            && self.message(program, *message, data).is_err()
        {
            return undeliverable(decision);
        }
        decision
    }

    /// A message as somebody of whom this is known would get it.
    ///
    /// # Errors
    /// Why it could not be composed.
    pub fn message(&self, program: &Program, message: Id<Message>, data: &RenderData) -> Result<Content, String> {
        let names = self.messages.get(message.index()).ok_or("the message is gone")?;
        let context = self.context(program, data);
        let render = |name: &String| {
            let template = self.environment.get_template(name).map_err(|error| describe(&error))?;
            template.render(&context).map_err(|error| describe(&error))
        };
        Ok(Content::Message {
            subject: names.subject.as_ref().map(render).transpose()?,
            body: render(&names.body)?,
            text: names.text.as_ref().map(render).transpose()?,
        })
    }

    fn arguments(
        &self,
        program: &Program,
        written: &[Argument],
        filled: &[(String, Filled)],
        data: &RenderData,
    ) -> Result<Vec<(String, Json)>, String> {
        let one = |(name, filled): &(String, Filled)| {
            let argument = written.iter().find(|argument| argument.name == *name);
            let value = match filled {
                Filled::Value(value) => {
                    values::json(program, argument.and_then(|a| values::type_of(program, &a.value)), value)
                }
                Filled::Template(source) => Json::from(self.inline(program, source, data)?),
            };
            Ok((name.clone(), value))
        };
        filled.iter().map(one).collect()
    }

    fn inline(&self, program: &Program, source: &str, data: &RenderData) -> Result<String, String> {
        let context = self.context(program, data);
        self.environment.render_named_str("text", source, context).map_err(|error| describe(&error))
    }

    fn context(&self, program: &Program, data: &RenderData) -> minijinja::Value {
        let zone = self.zone_of(program, data);
        let view = View { program, zone: &zone };
        let contact = view.fields(program.fields.iter().zip(&data.fields));
        // Missing is `none`, so that a template may ask: `{% if event %}`.
        let missing = || minijinja::Value::from(());
        let event = data.event.as_deref().map_or_else(missing, |event| view.event(event));
        let key = data.key.as_ref().map_or_else(missing, |key| {
            view.value(data.event.as_deref().and_then(|event| key_type(program, event, key)), key)
        });
        context! { contact, event, key }
    }

    fn zone_of(&self, program: &Program, data: &RenderData) -> TimeZone {
        let own = program.zone_field.and_then(|field| data.fields.get(field.index()));
        let found = if let Some(Value::Text(name)) = own { TimeZone::get(name).ok() } else { None };
        found.unwrap_or_else(|| self.zone.clone())
    }
}

fn undeliverable(decision: Decision) -> Decision {
    if let DecisionKind::Send(send) = decision.kind {
        let kind = DecisionKind::Dropped { send: Send { data: None, ..send }, gate: Gate::Render };
        return Decision { kind, ..decision };
    }
    decision
}

/// Only enums need their type to be printed; a key is a field of the event that began the run.
fn key_type<'p>(program: &'p Program, event: &Event, key: &Value) -> Option<&'p flow_graph::Type> {
    let kind: &EventType = program.events.get(event.kind)?;
    let slot = event.values.iter().position(|value| value == key)?;
    kind.fields.get(slot).map(|field| &field.ty)
}

fn describe(error: &minijinja::Error) -> String {
    match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("{name}:{line}: {error}"),
        _ => error.to_string(),
    }
}

impl Renderer {
    /// A renderer that many drivers share.
    #[must_use]
    pub fn shared(engine: &Engine) -> Arc<Self> {
        Arc::new(Self::new(engine.program()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use flow_graph::Timestamp;

    fn render(source: &str) -> Result<String, String> {
        let program = sample::program();
        Renderer::new(&program).inline(&program, source, &data(&program))
    }

    fn data(program: &Program) -> RenderData {
        let mut fields = vec![Value::Missing; program.fields.len()];
        fields[0] = Value::text("zoe@x.example");
        fields[2] = Value::Enum(1);
        fields[3] = Value::text("Asia/Tokyo");
        fields[4] = Value::Money(199_950);
        fields[6] = Value::set(vec![Value::text("b"), Value::text("a")]);
        fields[7] = Value::Instant(Timestamp(1_774_605_600_000));
        let event = Event {
            kind: Id::new(sample::ORDER),
            id: Arc::from("m1"),
            time: Timestamp(1_774_605_600_000),
            values: [Value::text("<o1>"), Value::Money(3990)].into(),
            meta: None,
        };
        RenderData { fields: fields.into(), event: Some(Arc::new(event)), key: Some(Value::text("<o1>")) }
    }

    #[test]
    fn each_type_prints_as_promised() {
        for (source, expected) in [
            ("{{ event.order }} {{ key }} {{ event.value }} {{ event.id }}", "<o1> <o1> 39.90 EUR m1"),
            ("{{ contact.plan }} {{ contact.tags | join(',') }}", "pro a,b"),
            (
                "{{ contact.joined }} {{ contact.joined | date }} {{ event.time | clock }}",
                "2026-03-27 19:00 2026-03-27 19:00",
            ),
            ("{{ contact.joined | date('%d.%m.%Y') }} {{ 12.5 | money }}", "27.03.2026 12.50 EUR"),
            ("{{ contact.name | default('there') }} {{ contact.name is defined }}", "there false"),
            ("{% if contact.name %}a{% else %}b{% endif %}{% if contact.plan == 'pro' %}c{% endif %}", "bc"),
            ("{{ event.value < contact.mrr }} {{ contact.name == 'x' }}", "true false"),
            ("{{ event.utm.source | default('none') }} {{ 'a b&ö' | urlencode }}", "none a%20b%26%C3%B6"),
            ("{{ [1, 2, 1] | unique | length }} {{ event.value | string | length }}", "2 9"),
        ] {
            assert_eq!(render(source).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn what_is_known_to_fill_does() {
        let program = sample::program();
        let unknown = RenderData { fields: Box::default(), event: None, key: None };
        for (source, filled) in [("{{ contact.email }}", true), ("{{ contact.name }}", false), ("{{ key }}", true)] {
            let needs = Needs::new(&program, source).unwrap();
            assert_eq!(needs.are_met(&program, &data(&program)), filled, "{source}");
            assert_eq!(render(source).is_ok(), filled, "{source}");
            assert!(!needs.are_met(&program, &unknown), "{source}");
        }
    }

    #[test]
    fn what_is_missing_is_never_printed() {
        for source in
            ["{{ contact.name }}", "{{ contact.nonsense }}", "{{ nonsense }}", "{{ event.utm.source }}", "{{ 1 +"]
        {
            assert!(render(source).is_err(), "{source}");
        }
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
        assert!(render(endless).is_err(), "work is limited");
    }

    #[test]
    fn all_that_a_template_may_use_is_there() {
        let environment = Renderer::new(&sample::program()).environment;
        let fails = |source: &str, kind| matches!(environment.render_str(source, ()), Err(e) if e.kind() == kind);
        let own = flow_graph::template::OWN_FILTERS.map(|(name, _)| name);
        for name in flow_graph::template::FILTERS.iter().chain(&own) {
            assert!(!fails(&format!("{{{{ 'a' | {name} }}}}"), minijinja::ErrorKind::UnknownFilter), "filter {name}");
        }
        for name in flow_graph::template::TESTS {
            assert!(!fails(&format!("{{{{ 'a' is {name} }}}}"), minijinja::ErrorKind::UnknownTest), "test {name}");
        }
        for name in flow_graph::template::FUNCTIONS {
            assert!(!fails(&format!("{{{{ {name}(1) }}}}"), minijinja::ErrorKind::UnknownFunction), "function {name}");
        }
    }
}
