//! `segment` and `score`.

use super::{Block, Builder, Cursor, Pair, Rule};
use crate::source::Spanned;
use crate::syntax::tree::expr::Duration;
use crate::syntax::tree::score::{Band, RuleDecay, ScoreItem, ScoreRule, ScoreRuleKind, SegmentItem};

impl Builder<'_> {
    pub(super) fn segment_item(&mut self, pair: &Pair<'_>) -> Option<SegmentItem> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let body = self.clauses(&mut inner, Block::Segment);
        let condition = body.first().and_then(|condition| self.expr(condition));
        self.broken |= condition.is_none() && !body.is_empty();
        Some(SegmentItem { name, condition })
    }

    pub(super) fn score_item(&mut self, pair: &Pair<'_>) -> Option<ScoreItem> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let mut item = ScoreItem { name, range: vec![], half_life: vec![], rules: vec![], bands: vec![] };
        for clause in self.clauses(&mut inner, Block::Score) {
            let read = self.score_clause(&clause, &mut item);
            self.broken |= read.is_none();
        }
        Some(item)
    }

    fn score_clause(&mut self, pair: &Pair<'_>, item: &mut ScoreItem) -> Option<()> {
        let span = self.span(pair);
        let mut inner = Cursor::of(pair);
        match pair.as_rule() {
            Rule::range_clause => {
                let range = inner.find(Rule::number_range)?;
                let mut ends = Cursor::of(&range);
                let low = self.number(&ends.find(Rule::signed_number)?)?;
                let high = self.number(&ends.find(Rule::signed_number)?)?;
                item.range.push(Spanned::new((low.value, high.value), low.span.to(high.span)));
            }
            Rule::half_life => item.half_life.push(self.half_life(pair)?),
            Rule::bands => {
                let bands = self.clauses(&mut inner, Block::Bands);
                let bands = bands.iter().filter_map(|band| self.band(band)).collect();
                item.bands.push(Spanned::new(bands, span));
            }
            _ => {
                let (rule, own) = self.score_rule(pair)?;
                item.rules.push(rule);
                item.half_life.extend(own);
            }
        }
        Some(())
    }

    fn half_life(&mut self, pair: &Pair<'_>) -> Option<Spanned<Duration>> {
        self.duration(&Cursor::of(pair).find_duration()?)
    }

    fn band(&mut self, pair: &Pair<'_>) -> Option<Band> {
        let mut inner = Cursor::of(pair);
        let name = self.declared(&inner.find(Rule::name)?);
        let from = self.number(&inner.find(Rule::signed_number)?)?;
        let mut span = name.span.to(from.span);
        let until = match inner.next_if(Rule::band_until) {
            Some(until) => Some(self.number(&Cursor::of(&until).find(Rule::signed_number)?)?),
            None => None,
        };
        if let Some(until) = &until {
            span = span.to(until.span);
        }
        Some(Band { name, from, until, span })
    }

    /// A rule, and the half-life that stands on a line of its own behind it: that one is the score's.
    fn score_rule(&mut self, pair: &Pair<'_>) -> Option<(ScoreRule, Option<Spanned<Duration>>)> {
        let mut inner = Cursor::of(pair);
        let points = self.number(&inner.find(Rule::points)?)?;
        let body = inner.find_any(&[Rule::rule_when, Rule::rule_on])?;
        let mut span = points.span.to(self.span(&body));
        let mut parts = Cursor::of(&body);
        if body.as_rule() == Rule::rule_when {
            let kind = ScoreRuleKind::When(self.expr(&parts.find(Rule::expr)?)?);
            return Some((ScoreRule { points, kind, span }, None));
        }
        let event = self.event_ref(&parts.find(Rule::event_ref)?)?;
        span = points.span.to(event.span);
        let (mut cap, mut once_per, mut decay, mut own) = (None, None, None, None);
        for part in parts {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::rule_cap => {
                    let mut inner = Cursor::of(&part);
                    let most = self.number(&inner.find(Rule::number)?)?;
                    let per = self.duration(&inner.find_duration()?)?;
                    cap = Some(Spanned::new((most.value, per.value), place));
                }
                Rule::once_per => once_per = Some(self.name(&Cursor::of(&part).find(Rule::name)?)),
                Rule::kw_no_decay => decay = Some(RuleDecay::None(place)),
                _ if self.begins_line(part.as_span().start()) => {
                    own = Some(self.half_life(&part)?);
                    continue;
                }
                _ => decay = Some(RuleDecay::HalfLife(self.half_life(&part)?)),
            }
            span = span.to(place);
        }
        Some((ScoreRule { points, kind: ScoreRuleKind::On { event, cap, once_per, decay }, span }, own))
    }
}
