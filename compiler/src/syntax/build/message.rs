//! `topic`, `message` and `limits`.

use jiff::civil::Time;

use super::{Block, Builder, Cursor, Pair, Rule};
use crate::source::Spanned;
use crate::syntax::tree::message::{Body, CapClause, LimitsItem, MessageItem, TopicItem, WhenCapped};

impl Builder<'_> {
    pub(super) fn topic_item(&mut self, pair: &Pair<'_>) -> Option<TopicItem> {
        let mut inner = Cursor::of(pair);
        let mut item =
            TopicItem { name: self.declared(&inner.find(Rule::name)?), consent: vec![], transactional: None };
        for clause in self.clauses(&mut inner, Block::Topic) {
            match clause.as_rule() {
                Rule::kw_transactional => item.transactional = Some(self.span(&clause)),
                _ => item.consent.extend(self.names(&clause)),
            }
        }
        Some(item)
    }

    pub(super) fn message_item(&mut self, pair: &Pair<'_>) -> Option<MessageItem> {
        let mut inner = Cursor::of(pair);
        let mut item = MessageItem {
            name: self.declared(&inner.find(Rule::name)?),
            channel: vec![],
            topic: vec![],
            subject: vec![],
            body: vec![],
            text: vec![],
            priority: vec![],
        };
        for clause in self.clauses(&mut inner, Block::Message) {
            let read = self.message_clause(&clause, &mut item);
            self.broken |= read.is_none();
        }
        Some(item)
    }

    fn message_clause(&mut self, pair: &Pair<'_>, item: &mut MessageItem) -> Option<()> {
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::channel_clause => item.channel.push(self.name(&inner.find(Rule::name)?)),
            Rule::topic_of => item.topic.push(self.name(&inner.find(Rule::name)?)),
            Rule::subject_clause => item.subject.push(self.unquote(&inner.find(Rule::text)?)),
            Rule::body_clause => item.body.push(self.body(&inner.find(Rule::body_source)?)?),
            Rule::text_clause => item.text.push(self.body(&inner.find(Rule::body_source)?)?),
            Rule::priority_clause => {
                let number = inner.find(Rule::signed_whole)?;
                let span = self.span(&number);
                item.priority.push(Spanned::new(self.integer(number.as_str().trim_end(), span)?, span));
            }
            _ => {
                let span = self.span(pair);
                self.not_available(span, "`track` in a message");
            }
        }
        Some(())
    }

    fn body(&mut self, pair: &Pair<'_>) -> Option<Body> {
        let mut inner = Cursor::of(pair);
        let file = inner.next_if(Rule::kw_file).is_some();
        let text = inner.find(Rule::text)?;
        Some(if file { Body::File(self.quoted(&text)) } else { Body::Inline(self.unquote(&text)) })
    }

    pub(super) fn limits_item(&mut self, pair: &Pair<'_>) -> Option<LimitsItem> {
        let mut inner = Cursor::of(pair);
        let keyword = self.span(&inner.find(Rule::kw_limits)?);
        let mut item = LimitsItem { keyword, caps: vec![], quiet: vec![], when_capped: vec![] };
        for clause in self.clauses(&mut inner, Block::Limits) {
            let read = self.limits_clause(&clause, &mut item);
            self.broken |= read.is_none();
        }
        Some(item)
    }

    fn limits_clause(&mut self, pair: &Pair<'_>, item: &mut LimitsItem) -> Option<()> {
        let span = self.span(pair);
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::cap_clause => {
                let channel = self.name(&inner.find(Rule::name)?);
                let mut caps = Vec::new();
                for cap in inner.filter(|part| part.as_rule() == Rule::cap) {
                    let mut parts = Cursor::of(&cap);
                    let most = self.count(&parts.find(Rule::whole)?)?;
                    let per = self.duration(&parts.find_duration()?)?;
                    caps.push(Spanned::new((most, per.value), self.span(&cap)));
                }
                item.caps.push(CapClause { channel, caps, span });
            }
            Rule::quiet_clause => item.quiet.push(self.clock_range(&inner.find(Rule::clock_range)?)?),
            _ => {
                let what = match inner.find(Rule::capped_wait) {
                    Some(wait) => WhenCapped::WaitUpTo(self.duration(&Cursor::of(&wait).find_duration()?)?),
                    None => WhenCapped::Skip,
                };
                item.when_capped.push(Spanned::new(what, span));
            }
        }
        Some(())
    }

    /// `21:00..08:00`
    pub(super) fn clock_range(&mut self, pair: &Pair<'_>) -> Option<Spanned<(Time, Time)>> {
        let mut inner = Cursor::of(pair);
        let from = self.clock(&inner.find(Rule::clock)?);
        let to = self.clock(&inner.find(Rule::clock)?);
        Some(Spanned::new((from?.value, to?.value), self.span(pair)))
    }
}
