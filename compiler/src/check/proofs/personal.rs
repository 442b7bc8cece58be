//! Personal data that leaves without its mark: copied into what is not personal, or put into a link.
//!
//! Whoever names a personal field where something is sent (an argument of `call`, the text of a message or a notice)
//! sends it on purpose. A copy is another thing: from then on nothing says that it is personal, and a link is kept in
//! logs and histories wherever it is opened.

use flow_graph::expr::ArithOp;
use flow_graph::program::{Event, Message, Sequence, SetAction, StepKind};
use flow_graph::{Expr, Id};

use super::Proofs;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileKind, Span};
use crate::syntax::tree::ItemKind;
use crate::syntax::tree::message::Body;

impl Proofs<'_> {
    pub(super) fn personal(&mut self) {
        for (id, sequence) in self.program.sequences.enumerate() {
            for (number, step) in (0_u16..).zip(&sequence.steps) {
                let Some(at) = self.check.flow.places.get(&(id, number)).copied() else { continue };
                self.copies(&step.kind, sequence, at);
            }
        }
        self.links();
    }

    fn copies(&mut self, kind: &StepKind, sequence: &Sequence, at: Span) {
        if let StepKind::Set(SetAction::To(field, value) | SetAction::Add(field, value)) = kind {
            let target = self.program.fields.get(*field).filter(|field| !field.personal);
            if let Some((target, source)) = target.zip(self.personal_value(value, sequence)) {
                self.loses_its_mark(at, &source, &target.name, self.check.names.declared(*field));
            }
        } else if let StepKind::Emit { event, fields } = kind {
            for (slot, value) in fields {
                let target = self.program.events.get(*event).and_then(|it| it.fields.get(usize::from(*slot)));
                let target = target.filter(|field| !field.personal);
                if let Some((target, source)) = target.zip(self.personal_value(value, sequence)) {
                    let declared = self.check.names.member_declared(*event, *slot);
                    self.loses_its_mark(at, &source, &target.name, declared);
                }
            }
        }
    }

    fn loses_its_mark(&mut self, at: Span, source: &str, target: &str, declared: Option<Span>) {
        let message = format!("`{source}` is personal, and its copy in `{target}` is not marked so");
        let wrong = Diagnostic::new(Code::PersonalData, at, message);
        let wrong = declared.into_iter().fold(wrong, |wrong, at| wrong.label(at, "declared without `personal`"));
        self.report(wrong.help(format!("add `personal` to `{target}`, or do not copy it")));
    }

    /// The personal field whose value an expression can have, or a part of it.
    fn personal_value(&self, expr: &Expr, sequence: &Sequence) -> Option<String> {
        let slot = |event: Id<Event>, slot: u16| {
            let event = self.program.events.get(event)?;
            let field = event.fields.get(usize::from(slot)).filter(|field| field.personal)?;
            Some(format!("event.{}", field.name))
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other value holds a part of a text")]
        match expr {
            Expr::Field(id) => self.program.fields.get(*id).filter(|field| field.personal).map(|it| it.name.clone()),
            Expr::Trigger(slots) => slots.iter().find_map(|(event, number)| slot(*event, *number)),
            Expr::Key => sequence.key.iter().flatten().find_map(|(event, number)| slot(*event, *number)),
            Expr::Default { value: a, fallback: b }
            | Expr::If { then: a, otherwise: b, .. }
            | Expr::Arith { op: ArithOp::Add, left: a, right: b } => {
                self.personal_value(a, sequence).or_else(|| self.personal_value(b, sequence))
            }
            _ => None,
        }
    }

    /// Links in messages with personal data inside.
    fn links(&mut self) {
        let mut files: Vec<&str> = Vec::new();
        for (_, item) in self.check.names.items::<Message>() {
            let ItemKind::Message(message) = &item.kind else { continue };
            for body in message.body.iter().chain(&message.text) {
                match body {
                    Body::Inline(text) => self.links_of(&text.text, |_| text.span),
                    Body::File(path) if files.contains(&path.value.as_str()) => {}
                    Body::File(path) => {
                        files.push(&path.value);
                        let Some(file) = self.check.sources.find(&path.value) else { continue };
                        let Some(source) = self.check.sources.get(file).filter(|it| it.kind == FileKind::Template)
                        else {
                            continue;
                        };
                        let text = source.text.clone();
                        self.links_of(&text, |(start, end)| Span { file, start, end });
                    }
                }
            }
        }
    }

    fn links_of(&mut self, text: &str, place: impl Fn((u32, u32)) -> Span) {
        for (start, inside) in gaps_in_links(text) {
            let words = inside.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
            let Some(name) = words.clone().find(|word| self.is_personal_path(word)) else { continue };
            let end = start + inside.len();
            let span = place((u32::try_from(start).unwrap_or(0), u32::try_from(end).unwrap_or(0)));
            let message = format!("`{name}` is personal, and this link carries it wherever it is opened");
            let wrong = Diagnostic::new(Code::PersonalData, span, message);
            self.report(wrong.help("links are kept in logs and histories: leave it out of them"));
        }
    }

    fn is_personal_path(&self, path: &str) -> bool {
        if let Some(name) = path.strip_prefix("contact.") {
            return self.program.fields.iter().any(|field| field.personal && field.name == name);
        }
        let Some(name) = path.strip_prefix("event.") else { return false };
        self.program.events.iter().flat_map(|event| &event.fields).any(|field| field.personal && field.name == name)
    }
}

/// The `{{ … }}` inside of links, with where each begins.
fn gaps_in_links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("://")).map(|at| from + at) {
        let mut end = at + 3;
        // A link ends at a blank or a sign that none has, outside of its gaps.
        while let Some(rest) = text.get(end..).filter(|rest| !rest.is_empty()) {
            if let Some(gap) = rest.strip_prefix("{{") {
                let Some(length) = gap.find("}}") else { return found };
                if let Some(inside) = gap.get(..length) {
                    found.push((end + 2, inside));
                }
                end += length + 4;
                continue;
            }
            let Some(sign) = rest.chars().next().filter(|c| !c.is_whitespace() && !"\"'<>)".contains(*c)) else {
                break;
            };
            end += sign.len_utf8();
        }
        from = end;
    }
    found
}
