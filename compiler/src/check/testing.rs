//! Tests in the language: who takes part, when each line takes place, what happens.

mod event;
mod expect;

use flow_graph::program::Field;
use flow_graph::testcase::{Action, MergeFrom, TestCase, TestContact, TestLine, VARIES, When};
use flow_graph::{Id, Span as Length, Timestamp, Type, Value};
use jiff::tz::TimeZone;

use super::{Check, Scope};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::names::lookup;
use crate::settings::zone;
use crate::source::{Name, Span, Spanned};
use crate::suggest;
use crate::syntax::tree::expr::Expr as Tree;
use crate::syntax::tree::test::{TestField, TestItem, TestLine as LineTree, TestStep, TestTime};
use crate::syntax::tree::{Item, ItemKind};

/// A test under construction.
struct Stage {
    /// The names of its contacts, in order.
    contacts: Vec<Name>,
    /// Where its clock stands, as far as that is known.
    now: Option<(Timestamp, Span)>,
}

impl Check<'_> {
    pub(super) fn test_cases(&mut self) {
        for item in self.names.tests() {
            if let ItemKind::Test(tree) = &item.kind {
                let test = self.test_case(item, tree);
                self.tests.push(test);
            }
        }
        self.tests.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    }

    fn test_case(&mut self, item: &Item, tree: &TestItem) -> TestCase {
        let mut stage = Stage { contacts: Vec::new(), now: None };
        let mut contacts = Vec::new();
        for contact in &tree.contacts {
            if let Some(first) = stage.contacts.iter().find(|name| name.value == contact.name.value) {
                let message = format!("the contact `{}` is in this test twice", contact.name.value);
                let wrong = Diagnostic::new(Code::DuplicateName, contact.name.span, message);
                self.report(wrong.label(first.span, "first here").help("give it another name"));
                continue;
            }
            stage.contacts.push(contact.name.clone());
            let fields = self.contact_values(&contact.fields);
            contacts.push(TestContact { name: contact.name.value.clone(), fields });
        }
        let lines = tree.lines.iter().filter_map(|line| self.test_line(&mut stage, line)).collect();
        self.varies(&tree.varies);
        let varies = tree.varies.iter().map(|name| name.value.clone()).collect();
        let file = self.sources.path(item.span.file).to_owned();
        let line = self.sources.line(tree.name.span);
        TestCase { name: tree.name.value.clone(), file, line, contacts, lines, varies }
    }

    fn varies(&mut self, names: &[Name]) {
        for name in names.iter().filter(|name| !VARIES.contains(&name.value.as_str())) {
            let message = format!("`{}` is nothing that can vary", name.value);
            let wrong = lookup::suggest(Diagnostic::new(Code::UnknownName, name.span, message), name, &VARIES);
            let help = wrong.help.clone().unwrap_or_else(|| format!("what can vary are {}", suggest::list(VARIES)));
            self.report(wrong.help(help));
        }
    }

    fn test_line(&mut self, stage: &mut Stage, tree: &LineTree) -> Option<TestLine> {
        let when = tree.when.as_ref().map_or(When::Now, |when| self.when(stage, when));
        let what = match &tree.what {
            None => Action::Nothing,
            Some(step) => self.test_step(stage, step)?,
        };
        // The time may stand on a line of its own, before what happens then.
        let does = tree.what.as_ref().map_or(tree.span, who);
        Some(TestLine { when, what, line: self.sources.line(does), text: self.text(tree.span) })
    }

    fn when(&mut self, stage: &mut Stage, when: &Spanned<TestTime>) -> When {
        match when.value {
            TestTime::At(time) => {
                let Some(instant) = self.instant(time, when.span) else { return When::Now };
                if let Some((now, before)) = stage.now.filter(|(now, _)| instant < *now) {
                    let stands = self.local(now);
                    let message = format!("the clock stands at {stands} already and does not go back");
                    let wrong = Diagnostic::new(Code::TestTime, when.span, message);
                    self.report(
                        wrong.label(before, "the clock was set here").help("write the lines in the order of time"),
                    );
                }
                stage.now = Some((instant, when.span));
                When::At(instant)
            }
            TestTime::After(duration) => {
                let length = self.span(duration, when.span);
                stage.now = stage.now.map(|(now, _)| (self.later(now, length), when.span));
                When::After(length)
            }
        }
    }

    fn later(&self, now: Timestamp, length: Length) -> Timestamp {
        match length {
            Length::Elapsed(ms) => now.plus(ms),
            Length::Calendar { months, days } => {
                let moved = jiff::Timestamp::from_millisecond(now.0).ok().and_then(|instant| {
                    let span = jiff::Span::new().try_months(i64::from(months)).ok()?.try_days(i64::from(days)).ok()?;
                    instant.to_zoned_datetime(self.project_zone()).checked_add(span).ok()
                });
                moved.map_or(now.plus(length.nominal_ms()), |zoned| Timestamp(zoned.timestamp().as_millisecond()))
            }
        }
    }

    /// An instant as it is written in a test.
    fn local(&self, instant: Timestamp) -> String {
        let zoned = jiff::Timestamp::from_millisecond(instant.0).map(|at| at.to_zoned_datetime(self.project_zone()));
        zoned.map_or(instant.to_string(), |at| at.strftime("%Y-%m-%dT%H:%M").to_string())
    }

    fn project_zone(&self) -> TimeZone {
        zone::get(&self.settings.project.timezone.value).unwrap_or(TimeZone::UTC)
    }

    fn test_step(&mut self, stage: &Stage, step: &TestStep) -> Option<Action> {
        match step {
            TestStep::Does { contact, event, id, ago, anonymous } => {
                let contact = self.who(stage, contact);
                let (event, values) = self.test_event(event)?;
                let id = id.as_ref().map(|id| id.value.clone());
                let ago = ago.as_ref().map(|ago| self.spanned(ago));
                let anonymous = anonymous.as_ref().map(|name| name.value.clone());
                Some(Action::Event { contact: contact?, event, values, id, ago, anonymous })
            }
            TestStep::Sets { contact, fields, ago } => {
                let contact = self.who(stage, contact);
                let fields = self.contact_values(fields);
                let ago = ago.as_ref().map(|ago| self.spanned(ago));
                Some(Action::Sets { contact: contact?, fields, ago })
            }
            TestStep::Merge { from, into } => {
                let into = self.who(stage, into);
                let quoted = self.sources.slice(from.span).starts_with('"');
                let from = if quoted {
                    MergeFrom::Anonymous(from.value.clone())
                } else {
                    MergeFrom::Contact(self.who(stage, from)?)
                };
                Some(Action::Merge { from, into: into? })
            }
            TestStep::Expect { contact, expectation } => {
                if self.nobody_named(stage, contact) {
                    return None;
                }
                let contact = self.who(stage, contact);
                let expectation = self.expectation(expectation)?;
                Some(Action::Expect { contact: contact?, expectation })
            }
        }
    }

    /// `expect sent x`: the contact is left out, and the next word stands in its place.
    fn nobody_named(&mut self, stage: &Stage, name: &Name) -> bool {
        let word = name.value.as_str();
        let known = stage.contacts.iter().any(|contact| contact.value == word);
        let follows = ["sent", "held", "dropped", "in", "not", "score", "stage", "sla", "called", "notified", "at"];
        if known || !follows.contains(&word) {
            return false;
        }
        let who = stage.contacts.first().map_or("ana", |contact| contact.value.as_str());
        let fixed = format!("{who} {word}");
        let wrong = Diagnostic::new(Code::UnknownName, name.span, "it is not said of whom this is expected");
        let help = format!("write `expect {fixed} …`");
        self.report(wrong.help(help).fix(format!("write `{fixed}`"), name.span, fixed, Applicability::Unsafe));
        true
    }

    /// The number of a contact of the test.
    fn who(&mut self, stage: &Stage, name: &Name) -> Option<u16> {
        let position = stage.contacts.iter().position(|contact| contact.value == name.value);
        if position.is_none() {
            let message = format!("there is no contact `{}` in this test", name.value);
            let names: Vec<&str> = stage.contacts.iter().map(|name| name.value.as_str()).collect();
            let wrong = lookup::suggest(Diagnostic::new(Code::UnknownName, name.span, message), name, &names);
            let help =
                wrong.help.clone().unwrap_or_else(|| format!("begin the test with `contact {} {{ … }}`", name.value));
            self.report(wrong.help(help));
        }
        position.and_then(|position| u16::try_from(position).ok())
    }

    fn contact_values(&mut self, trees: &[TestField]) -> Vec<(Id<Field>, Value)> {
        self.given_twice(trees);
        let mut values = Vec::new();
        for tree in trees {
            let Some(id) = self.find::<Field>(&tree.name) else { continue };
            let Some(field) = self.program.fields.get(id) else { continue };
            let (ty, range) = (field.ty.clone(), field.range);
            let declared = self.names.declared(id);
            values.extend(self.constant(&tree.value, &ty, range, declared).map(|value| (id, value)));
        }
        values
    }

    fn given_twice(&mut self, trees: &[TestField]) {
        for (position, tree) in trees.iter().enumerate() {
            if let Some(first) = trees.iter().take(position).find(|first| first.name.value == tree.name.value) {
                let message = format!("`{}` is given twice", tree.name.value);
                let wrong = Diagnostic::new(Code::DuplicateName, tree.name.span, message);
                self.report(wrong.label(first.name.span, "first given here").help("keep one of the two"));
            }
        }
    }

    /// The value of a field in a test: no expression.
    fn constant(&mut self, tree: &Tree, ty: &Type, range: Option<(f64, f64)>, declared: Option<Span>) -> Option<Value> {
        let typed = self.value(&Scope::default(), tree, ty, declared);
        if typed.is_error() {
            return None;
        }
        self.in_range(&typed, range, declared);
        let value = match (typed.constant(), ty) {
            #[expect(clippy::cast_precision_loss, reason = "an int beyond 2^53 is no exact number anywhere")]
            (Some(Value::Int(int)), Type::Number) => Some(Value::Number(*int as f64)),
            (value, _) => value.cloned(),
        };
        if value.is_none() {
            let wrong = Diagnostic::new(Code::NotConstant, tree.span, "a test needs a plain value here");
            self.report(wrong.help("write the value itself, not a field or a computation"));
        }
        value
    }
}

/// Whom a step names first.
fn who(step: &TestStep) -> Span {
    match step {
        TestStep::Does { contact, .. } | TestStep::Sets { contact, .. } | TestStep::Expect { contact, .. } => {
            contact.span
        }
        TestStep::Merge { from, .. } => from.span,
    }
}
