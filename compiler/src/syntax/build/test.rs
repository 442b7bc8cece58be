//! `test`: what happens. What is expected has its own file.

use super::{Block, Builder, Cursor, Pair, Rule};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Name, Spanned};
use crate::syntax::tree::expr::{Duration, Expr, ExprKind};
use crate::syntax::tree::test::{TestContact, TestEvent, TestField, TestItem, TestLine, TestStep, TestTime};

/// What may stand behind an event of a test.
#[derive(Default)]
struct Extras {
    id: Option<Name>,
    ago: Option<Spanned<Duration>>,
    anonymous: Option<Name>,
}

impl Builder<'_> {
    pub(super) fn test_item(&mut self, pair: &Pair<'_>) -> Option<TestItem> {
        let mut inner = Cursor::of(pair);
        let name = self.quoted(&inner.find(Rule::text)?);
        let mut item = TestItem { name, contacts: vec![], lines: vec![], varies: vec![] };
        for part in self.clauses(&mut inner, Block::Test) {
            let read = self.test_part(&part, &mut item);
            self.broken |= read.is_none();
        }
        Some(item)
    }

    fn test_part(&mut self, pair: &Pair<'_>, item: &mut TestItem) -> Option<()> {
        let span = self.span(pair);
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::test_contact => {
                let name = self.declared(&inner.find(Rule::name)?);
                let fields = self.test_fields(inner.find(Rule::test_fields));
                item.contacts.push(TestContact { name, fields, span });
            }
            Rule::varies => item.varies.extend(self.names(pair)),
            _ => {
                let when = match inner.next_if(Rule::test_when) {
                    Some(when) => Some(self.test_when(&when)?),
                    None => None,
                };
                let what = match inner.next() {
                    Some(what) => Some(self.test_step(&what)?),
                    None => None,
                };
                item.lines.push(TestLine { when, what, span });
            }
        }
        Some(())
    }

    fn test_when(&mut self, pair: &Pair<'_>) -> Option<Spanned<TestTime>> {
        let span = self.span(pair);
        let part = Cursor::of(pair).find_any(&[Rule::datetime, Rule::duration, Rule::wrong_duration])?;
        let time = match part.as_rule() {
            Rule::datetime => TestTime::At(self.datetime(&part)?.value),
            _ => TestTime::After(self.duration(&part)?.value),
        };
        Some(Spanned::new(time, span))
    }

    fn test_step(&mut self, pair: &Pair<'_>) -> Option<TestStep> {
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::merge => {
                let from = match inner.find_any(&[Rule::text, Rule::name])? {
                    text if text.as_rule() == Rule::text => self.quoted(&text),
                    name => self.name(&name),
                };
                Some(TestStep::Merge { from, into: self.name(&inner.find(Rule::name)?) })
            }
            Rule::expect => {
                let contact = self.name(&inner.find(Rule::name)?);
                let expectation = self.expectation(&inner.find(Rule::expectation)?)?;
                Some(TestStep::Expect { contact, expectation })
            }
            _ => {
                let contact = self.name(&inner.find(Rule::name)?);
                self.act(contact, &inner.next()?)
            }
        }
    }

    fn act(&mut self, contact: Name, pair: &Pair<'_>) -> Option<TestStep> {
        let mut inner = Cursor::of(pair);
        let event = match pair.as_rule() {
            Rule::sets => {
                let fields = self.test_fields(inner.find(Rule::test_fields));
                let ago = match inner.find(Rule::mod_ago) {
                    Some(ago) => Some(self.duration(&Cursor::of(&ago).find_duration()?)?),
                    None => None,
                };
                return Some(TestStep::Sets { contact, fields, ago });
            }
            Rule::does => {
                let name = self.name(&inner.find(Rule::name)?);
                TestEvent::Does { name, fields: self.test_fields(inner.next_if(Rule::test_fields)) }
            }
            Rule::channel_event => TestEvent::Channel {
                name: self.name(&inner.find(Rule::channel_verb)?),
                message: self.test_object(&mut inner),
                machine: inner.next_if(Rule::by_machine).map(|part| self.span(&part)),
            },
            _ => {
                let verb = inner.find_any(&[Rule::kw_subscribes, Rule::kw_unsubscribes])?;
                TestEvent::Consent {
                    granted: verb.as_rule() == Rule::kw_subscribes,
                    topic: self.test_object(&mut inner),
                    verb: self.span(&verb),
                }
            }
        };
        let Extras { id, ago, anonymous } = self.extras(inner)?;
        Some(TestStep::Does { contact, event, id, ago, anonymous })
    }

    fn test_object(&mut self, inner: &mut Cursor<'_>) -> Option<Name> {
        let object = inner.next_if(Rule::test_object)?;
        Some(self.name(&Cursor::of(&object).find(Rule::name)?))
    }

    fn extras(&mut self, inner: Cursor<'_>) -> Option<Extras> {
        let mut extras = Extras::default();
        for part in inner {
            let mut parts = Cursor::of(&part);
            match part.as_rule() {
                Rule::mod_id => extras.id = Some(self.quoted(&parts.find(Rule::text)?)),
                Rule::mod_anonymous => extras.anonymous = Some(self.quoted(&parts.find(Rule::text)?)),
                _ => extras.ago = Some(self.duration(&parts.find_duration()?)?),
            }
        }
        Some(extras)
    }

    fn test_fields(&mut self, pair: Option<Pair<'_>>) -> Vec<TestField> {
        let Some(pair) = pair else { return Vec::new() };
        let found = self.clauses(&mut Cursor::of(&pair), Block::TestFields);
        let mut fields = Vec::with_capacity(found.len());
        for pair in &found {
            let field = self.test_field(pair);
            self.broken |= field.is_none();
            fields.extend(field);
        }
        fields
    }

    fn test_field(&mut self, pair: &Pair<'_>) -> Option<TestField> {
        let mut inner = Cursor::of(pair);
        let name = self.name(&inner.find(Rule::name)?);
        if let Some(colon) = inner.next_if(Rule::colon) {
            let span = self.span(&colon);
            self.report(
                Diagnostic::new(Code::StraySeparator, span, "no `:` is needed between a field and its value in a test")
                    .fix("remove it", span, "", Applicability::Safe),
            );
        }
        let value = Cursor::of(&inner.find(Rule::test_value)?).next()?;
        let span = self.span(&value);
        let value = match value.as_rule() {
            Rule::list => self.list(&value)?.expr,
            Rule::path => Expr { kind: ExprKind::Path(self.names(&value)), span },
            _ => Expr { kind: ExprKind::Literal(self.literal(&value)?.value), span },
        };
        Some(TestField { name, value })
    }
}
