//! Topics, messages and what their templates may speak of.

use flow_graph::program::{Channel, ChannelKind, Consent, Message, Sequence, Topic};
use flow_graph::{Id, Type};

use super::Check;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::suggest;
use crate::syntax::tree::message::{Body, MessageItem, TopicItem};
use crate::syntax::tree::{Item, ItemKind};
use crate::template::{self, Reach, Text, World};

impl Check<'_> {
    pub(super) fn topics(&mut self) {
        for (_, item) in self.names.items::<Topic>() {
            let topic = if let ItemKind::Topic(topic) = &item.kind { Some(topic) } else { None };
            let consent = topic.map_or(Consent::None, |topic| self.consent(item, topic));
            let (name, span) = item.kind.name().map_or((String::new(), item.span), |n| (n.value.clone(), n.span));
            let transactional = topic.is_some_and(|topic| topic.transactional.is_some());
            let at = self.location(span);
            self.program.topics.push(Topic { name, consent, transactional, at });
        }
    }

    fn consent(&mut self, item: &Item, topic: &TopicItem) -> Consent {
        let Some(word) = self.once("consent", &topic.consent, |name| name.span) else {
            if !item.broken {
                self.lacks(&topic.name, "topic", "consent", "consent opt_in");
            }
            return Consent::None;
        };
        let kinds = [("opt_in", Consent::OptIn), ("opt_out", Consent::OptOut), ("none", Consent::None)];
        if let Some((_, consent)) = kinds.iter().find(|(kind, _)| *kind == word.value) {
            return *consent;
        }
        let wrong =
            Diagnostic::new(Code::UnknownName, word.span, format!("there is no kind of consent `{}`", word.value));
        let wrong = crate::names::lookup::suggest(wrong, word, &kinds.map(|(kind, _)| kind));
        let help = wrong
            .help
            .clone()
            .unwrap_or_else(|| format!("the kinds are {}", suggest::list(kinds.map(|(kind, _)| kind))));
        self.report(wrong.help(help));
        Consent::None
    }

    /// Messages without a look into their templates: who sends them is not known yet.
    pub(super) fn messages(&mut self) {
        for (_, item) in self.names.items::<Message>() {
            let message = if let ItemKind::Message(message) = &item.kind {
                self.message(item, message)
            } else {
                self.empty_message(item)
            };
            self.program.messages.push(message);
        }
    }

    fn empty_message(&self, item: &Item) -> Message {
        let (name, span) = item.kind.name().map_or((String::new(), item.span), |n| (n.value.clone(), n.span));
        Message {
            name,
            doc: item.doc.clone(),
            channel: Id::new(0),
            topic: Id::new(0),
            subject: None,
            body: String::new(),
            body_file: None,
            text: None,
            priority: DEFAULT_PRIORITY,
            at: self.location(span),
        }
    }

    fn message(&mut self, item: &Item, tree: &MessageItem) -> Message {
        let mut message = self.empty_message(item);
        let channel = self.once("channel", &tree.channel, |name| name.span);
        let topic = self.once("topic", &tree.topic, |name| name.span);
        let subject = self.once("subject", &tree.subject, |text| text.span);
        let body = self.once("body", &tree.body, body_span);
        let text = self.once("text", &tree.text, body_span);
        let priority = self.once("priority", &tree.priority, |priority| priority.span);
        message.priority = priority.map_or(DEFAULT_PRIORITY, |priority| priority.value);
        message.subject = subject.map(|subject| subject.text.clone());
        if let Some(topic) = topic.and_then(|name| self.find::<Topic>(name)) {
            message.topic = topic;
        }
        let found = channel.and_then(|name| self.of_settings::<Channel>(name));
        let kind = found.and_then(|id| self.program.channels.get(id)).map(|channel| channel.kind);
        message.channel = found.unwrap_or(message.channel);
        for body in body.into_iter().chain(text) {
            self.path_as_body(body);
        }
        if let Some(body) = body {
            (message.body, message.body_file) = self.body(body);
        }
        message.text = text.map(|text| self.body(text).0);
        if !item.broken {
            let clauses = [
                (channel.is_none(), "channel", "channel email"),
                (topic.is_none(), "topic", "topic news"),
                (body.is_none(), "body", "body file \"templates/hello.html\""),
                (kind == Some(ChannelKind::Smtp) && subject.is_none(), "subject", "subject \"Hello\""),
            ];
            for (_, clause, example) in clauses.iter().filter(|(lacks, ..)| *lacks) {
                self.lacks(&tree.name, "message", clause, example);
            }
        }
        if let (Some(ChannelKind::Smtp), Some(channel)) = (kind, channel) {
            self.address(channel);
        }
        message
    }

    fn address(&mut self, channel: &Spanned<String>) {
        if self.program.email_field.is_some() || self.names.contact_broken {
            return;
        }
        let message = format!("`{}` sends e-mail, and the contact has no field of type `email`", channel.value);
        let wrong = Diagnostic::new(Code::NoAddress, channel.span, message);
        self.report(wrong.help("add a field to the contact: `email: email? personal`"));
    }

    /// `body "templates/hello.html"` would send those very words.
    fn path_as_body(&mut self, body: &Body) {
        let Body::Inline(text) = body else { return };
        let written = text.text.as_str();
        let is_path = !written.contains(char::is_whitespace)
            && !written.contains("://")
            && [".html", ".htm", ".txt", ".md"].iter().any(|end| written.ends_with(end));
        if is_path {
            let wrong = Diagnostic::new(
                Code::PathAsBody,
                text.span,
                format!("the text sent is `{written}` itself, not the file"),
            );
            let at = Span { end: text.span.start, ..text.span };
            self.report(wrong.help(format!("write `file \"{written}\"`")).fix(
                "add `file`",
                at,
                "file ",
                Applicability::Unsafe,
            ));
        }
    }

    fn body(&self, body: &Body) -> (String, Option<String>) {
        match body {
            Body::Inline(text) => (text.text.clone(), None),
            Body::File(path) => {
                let file = self.sources.find(&path.value).and_then(|id| self.sources.get(id));
                let text = file.map_or("", |file| file.text.strip_prefix('\u{feff}').unwrap_or(&file.text));
                (text.to_owned(), Some(path.value.clone()))
            }
        }
    }

    /// Templates of messages, once it is known which sequences send them; and messages that nobody sends.
    pub(super) fn message_templates(&mut self) {
        // A `send` with a mistake in it may have meant any message.
        let sure = !self.flow.unsure && !self.sink.has_errors();
        for (id, item) in self.names.items::<Message>() {
            let ItemKind::Message(tree) = &item.kind else { continue };
            let senders = self.flow.sends.get(&id).cloned().unwrap_or_default();
            if senders.is_empty() && sure {
                let message = format!("nobody sends the message `{}`", tree.name.value);
                let lint = Diagnostic::new(Code::UnusedMessage, tree.name.span, message);
                self.report(lint.help(format!("add `send {}` to a sequence, or remove the message", tree.name.value)));
            }
            let reach = self.offered(&senders);
            for subject in &tree.subject {
                self.template(&reach, Text::Inline(&subject.text, subject.span));
            }
            for body in tree.body.iter().chain(&tree.text) {
                match body {
                    Body::Inline(text) => self.template(&reach, Text::Inline(&text.text, text.span)),
                    Body::File(path) => {
                        let mut reach = reach.clone();
                        reach.labels.insert(0, (path.span, format!("the message `{}` has this body", tree.name.value)));
                        self.template(&reach, Text::File(&path.value, path.span));
                    }
                }
            }
        }
    }

    /// What is offered to a message by all the sequences that send it.
    fn offered(&self, senders: &[(Id<Sequence>, Span)]) -> Reach {
        let mut reach = Reach { event_open: senders.is_empty() || self.flow.unsure, ..Reach::default() };
        let mut keys: Vec<Option<Type>> = Vec::new();
        let mut seen = Vec::new();
        for (sequence, at) in senders {
            if seen.contains(sequence) {
                continue;
            }
            seen.push(*sequence);
            reach.labels.push((*at, format!("`{}` sends it here", self.names.name(*sequence))));
            if let Some(run) = self.flow.runs.get(sequence) {
                reach.event_open |= run.open;
                reach.entries.extend(run.entries.iter().cloned());
                keys.push(run.key.clone());
            }
        }
        let first = keys.first().cloned().flatten();
        reach.key = if keys.iter().all(|key| *key == first) { first } else { None };
        reach
    }

    /// Checks one template.
    pub(super) fn template(&mut self, reach: &Reach, text: Text<'_>) {
        let world = World {
            sources: self.sources,
            fields: &self.program.fields,
            events: &self.program.events,
            enums: &self.program.enums,
            fields_broken: self.names.contact_broken,
        };
        let found = template::check(world, reach, text, &mut self.program.templates, &mut self.sink);
        self.references.add(found);
    }
}

const DEFAULT_PRIORITY: i64 = 50;

fn body_span(body: &Body) -> Span {
    match body {
        Body::File(path) => path.span,
        Body::Inline(text) => text.span,
    }
}
