//! Scores: range, rules, decay and caps.

use flow_graph::program::{FitRule, HitRule, Score, ScoreCap};

use super::proofs::Place;
use super::{Check, Scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::prove::Around;
use crate::source::{Span, Spanned};
use crate::syntax::tree::expr::{Duration, DurationUnit};
use crate::syntax::tree::score::{RuleDecay, ScoreItem, ScoreRule, ScoreRuleKind};
use crate::syntax::tree::{Item, ItemKind};

impl Check<'_> {
    pub(super) fn scores(&mut self) {
        for (id, item) in self.names.items::<Score>() {
            let mut score = Score {
                name: self.names.name(id).to_owned(),
                doc: item.doc.clone(),
                range: None,
                fit: Vec::new(),
                hits: Vec::new(),
                bands: Vec::new(),
                at: self.location(item.span),
            };
            if let ItemKind::Score(it) = &item.kind {
                self.score(&mut score, it, item);
            }
            self.program.scores.push(score);
        }
    }

    fn score(&mut self, score: &mut Score, it: &ScoreItem, item: &Item) {
        let range = self.once("range", &it.range, |range| range.span).cloned();
        let mut sound = range.clone();
        if let Some(range) = &range {
            if range.value.0 < range.value.1 {
                score.range = Some(range.value);
            } else {
                sound = None;
                let wrong = Diagnostic::new(Code::ScoreRule, range.span, "this range holds nothing");
                self.report(wrong.help("write the smaller end first: `range 0..100`"));
            }
        }
        let half_life = self.once("half-life", &it.half_life, |half_life| half_life.span).cloned();
        let default_ms = half_life.and_then(|half_life| self.half_life(&half_life));
        if it.rules.is_empty() && !item.broken {
            let message = format!("the score `{}` has no rules, so it is always 0", score.name);
            let wrong = Diagnostic::new(Code::Empty, it.name.span, message);
            self.report(wrong.help("add a rule, for example `+10 when …` or `+5 on …`"));
        }
        for rule in &it.rules {
            self.rule(score, rule, default_ms);
        }
        if let Some(bands) = self.once("bands", &it.bands, |bands| bands.span) {
            score.bands = self.bands(&bands.value, sound.as_ref());
        }
    }

    fn rule(&mut self, score: &mut Score, rule: &ScoreRule, default_ms: Option<i64>) {
        let points = rule.points.value;
        let at = self.location(rule.span);
        if points == 0.0 {
            self.report(
                Diagnostic::new(Code::ScoreRule, rule.points.span, "this rule adds nothing").help("remove the rule"),
            );
        }
        match &rule.kind {
            ScoreRuleKind::When(condition) => {
                let when = self.condition(&Scope::contact(), condition);
                self.ask(Place::Rule, condition.span, &when, Around::default());
                score.fit.push(FitRule { points, when, at });
            }
            ScoreRuleKind::On { event, cap, once_per, decay } => {
                let found = self.event_ref(&Scope::of_filter(), event);
                let cap = cap.as_ref().and_then(|cap| self.cap(cap));
                let half_life_ms = match decay {
                    Some(RuleDecay::None(_)) => None,
                    Some(RuleDecay::HalfLife(own)) => self.half_life(own),
                    None => default_ms,
                };
                let Some((event, filter)) = found else { return };
                let once_per = once_per.as_ref().and_then(|field| self.find_member(event, field));
                score.hits.push(HitRule { points, event, filter, half_life_ms, cap, once_per, at });
            }
        }
    }

    fn cap(&mut self, cap: &Spanned<(f64, Duration)>) -> Option<ScoreCap> {
        let (points, per) = cap.value;
        if points <= 0.0 {
            let wrong = Diagnostic::new(Code::ScoreRule, cap.span, "this limit leaves no points");
            self.report(wrong.help("write how many points count at most, without a sign: `at most 20 per 7 days`"));
            return None;
        }
        let per = self.span(per, cap.span);
        if per.nominal_ms() == 0 {
            self.report(Diagnostic::new(Code::ScoreRule, cap.span, "this window has no length"));
            return None;
        }
        Some(ScoreCap { points, per })
    }

    /// Elapsed time, so units that have no fixed length are refused.
    fn half_life(&mut self, half_life: &Spanned<Duration>) -> Option<i64> {
        let ms = self.spanned(half_life).nominal_ms();
        let wrong = |span: Span, message: &str| Diagnostic::new(Code::ScoreRule, span, message.to_owned());
        match half_life.value.unit {
            _ if ms == 0 => {
                let wrong = wrong(half_life.span, "a half-life needs a length");
                self.report(wrong.help("for points that do not decay leave it out, or write `no decay` at the rule"));
                None
            }
            DurationUnit::Month | DurationUnit::Year => {
                let wrong = wrong(half_life.span, "months and years have no fixed length, and decay needs one");
                self.report(wrong.help("write it in days: `30 days`"));
                None
            }
            DurationUnit::Second
            | DurationUnit::Minute
            | DurationUnit::Hour
            | DurationUnit::Day
            | DurationUnit::Week => Some(ms),
        }
    }
}
