//! Scores: points, how they fade, bands.

use flow_compiler::prove::Around;
use flow_graph::Words;
use flow_graph::program::{Band, FitRule, HitRule, Program, Score};
use flow_graph::words::Scope;

use super::{Diff, points};
use crate::plan::code::Code;
use crate::plan::meaning::Relation;

/// Whether an entry of before and one of after belong together.
type Test<'t, D, T> = &'t dyn Fn(&D, &T, &T) -> bool;

impl Diff<'_> {
    pub(super) fn scores(&mut self) {
        for (before, after) in self.pairs(|program| &program.scores, |score| &score.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("score.{name}"));
            let line = |it: &Score| format!("score {} with {} rules", it.name, it.fit.len() + it.hits.len());
            match (before, after) {
                (Some(before), Some(after)) => self.score(before, after),
                (None, Some(it)) => {
                    self.push(Code::ItemAdded, None, "the score is new", (None, Some((line(it), Some(&it.at)))));
                }
                (Some(it), None) => {
                    self.push(Code::ItemRemoved, None, "the score is gone", (Some((line(it), Some(&it.at))), None));
                }
                (None, None) => {}
            }
        }
    }

    fn score(&mut self, before: &Score, after: &Score) {
        let range = |it: &Score| it.range.map_or("no range".to_owned(), |(from, to)| format!("range {from}..{to}"));
        let sides = (Some((range(before), Some(&before.at))), Some((range(after), Some(&after.at))));
        self.clause(Code::ScoreRange, "range", "the score is held within other bounds", sides);
        self.facts(&before.fit, &after.fit);
        self.hits(&before.hits, &after.hits);
        self.bands(&before.bands, &after.bands);
    }

    /// `when` rules: the same condition is the same rule; what is left is compared one by one.
    fn facts(&mut self, before: &[FitRule], after: &[FitRule]) {
        let same = |diff: &Self, a: &FitRule, b: &FitRule| diff.same(&a.when, &b.when);
        let exactly =
            |diff: &Self, a: &FitRule, b: &FitRule| a.points.to_bits() == b.points.to_bits() && same(diff, a, b);
        let words = |program, rule: &FitRule| {
            format!("{} when {}", points(rule.points), Words::plain(program).expr(&rule.when, Scope::default()))
        };
        let paired =
            self.paired(before, after, &[&exactly, &same, &|_, a, b| a.points.to_bits() == b.points.to_bits()]);
        for (a, b) in paired {
            let sides =
                (a.map(|it| (words(self.old, it), Some(&it.at))), b.map(|it| (words(self.new, it), Some(&it.at))));
            match (a, b) {
                (Some(a), Some(b)) if exactly(self, a, b) => {}
                (Some(a), Some(b)) if same(self, a, b) => {
                    let says = format!("the rule gives {} points instead of {}", points(b.points), points(a.points));
                    self.push(Code::ScorePoints, Some("when"), says, sides);
                }
                (Some(a), Some(b)) => {
                    let meaning = self.meaning(Some(&a.when), Some(&b.when), Around::default());
                    let says = who_gets(meaning.relation, b.points);
                    self.tell(meaning.relation.code(), Some("when"), says, sides, meaning.witnesses);
                }
                (None, Some(b)) => {
                    let says = format!("there is a new rule for {} points", points(b.points));
                    self.push(Code::ScoreRuleAdded, Some("when"), says, sides);
                }
                (Some(a), None) => {
                    let says = format!("the rule for {} points is gone", points(a.points));
                    self.push(Code::ScoreRuleRemoved, Some("when"), says, sides);
                }
                (None, None) => {}
            }
        }
    }

    fn hits(&mut self, before: &[HitRule], after: &[HitRule]) {
        let event = |program: &Program, rule: &HitRule| Words::exact(program).event(rule.event, rule.filter.as_ref());
        let same = |diff: &Self, a: &HitRule, b: &HitRule| event(diff.old, a) == event(diff.new, b);
        let exactly =
            |diff: &Self, a: &HitRule, b: &HitRule| same(diff, a, b) && bare(diff.old, a) == bare(diff.new, b);
        let of = |diff: &Self, a: &HitRule, b: &HitRule| {
            Words::exact(diff.old).event(a.event, None) == Words::exact(diff.new).event(b.event, None)
        };
        for (a, b) in self.paired(before, after, &[&exactly, &same, &of]) {
            let sides = (
                a.map(|it| (rule_words(self.old, it), Some(&it.at))),
                b.map(|it| (rule_words(self.new, it), Some(&it.at))),
            );
            match (a, b) {
                (Some(a), Some(b)) => self.hit(a, b, &sides),
                (None, Some(b)) => {
                    let says = format!("there is a new rule for {} points", points(b.points));
                    self.push(Code::ScoreRuleAdded, Some("on"), says, sides);
                }
                (Some(a), None) => {
                    let says = format!("the rule for {} points is gone", points(a.points));
                    self.push(Code::ScoreRuleRemoved, Some("on"), says, sides);
                }
                (None, None) => {}
            }
        }
    }

    /// A rule that is still there: each of its parts.
    fn hit(&mut self, a: &HitRule, b: &HitRule, sides: &(Option<super::At<'_>>, Option<super::At<'_>>)) {
        if Words::exact(self.old).event(a.event, a.filter.as_ref())
            != Words::exact(self.new).event(b.event, b.filter.as_ref())
        {
            let around = Around { event: Some(b.event), ..Around::default() };
            let meaning = self.filters((a.filter.as_ref(), a.event), b.filter.as_ref(), around);
            let says = who_gets(meaning.relation, b.points);
            self.tell(meaning.relation.code(), Some("on"), says, sides.clone(), meaning.witnesses);
        }
        if a.points.to_bits() != b.points.to_bits() {
            let says = format!("the rule gives {} points instead of {}", points(b.points), points(a.points));
            self.push(Code::ScorePoints, Some("on"), says, sides.clone());
        }
        if a.half_life_ms != b.half_life_ms {
            let says = match (a.half_life_ms, b.half_life_ms) {
                (Some(_), None) => "its points no longer fade",
                (None, _) => "its points fade from now on",
                (Some(a), Some(b)) if a < b => "its points fade more slowly",
                (Some(_), Some(_)) => "its points fade faster",
            };
            self.push(Code::ScoreDecay, Some("half-life"), says, sides.clone());
        }
        let cap = |program: &Program, it: &HitRule| {
            let once = it.once_per.map(|slot| Words::exact(program).slot(it.event, slot));
            (it.cap.map(|cap| (cap.points.to_bits(), cap.per)), once)
        };
        if cap(self.old, a) != cap(self.new, b) {
            let says = "how many points it gives at most was changed";
            self.push(Code::ScoreCap, Some("on"), says, sides.clone());
        }
    }

    fn bands(&mut self, before: &[Band], after: &[Band]) {
        let words = |band: &Band| {
            if band.from.to_bits() == band.until.to_bits() {
                format!("{} from {}", band.name, band.from)
            } else {
                format!("{} from {} until {}", band.name, band.from, band.until)
            }
        };
        for band in before {
            let name = &band.name;
            let now = after.iter().find(|it| it.name == *name);
            let sides = (Some((words(band), Some(&band.at))), now.map(|it| (words(it), Some(&it.at))));
            match now {
                None => self.push(Code::ScoreBand, Some("bands"), format!("the band `{name}` is gone"), sides),
                Some(now) => {
                    let moved = |before: f64, after: f64| before.to_bits() != after.to_bits();
                    if moved(band.from, now.from) || moved(band.until, now.until) {
                        let how = if now.from > band.from || (now.from >= band.from && now.until > band.until) {
                            "needs a higher score"
                        } else {
                            "is reached, or kept, with a lower score"
                        };
                        self.push(Code::ScoreBand, Some("bands"), format!("`{name}` {how}"), sides);
                    }
                }
            }
        }
        for band in after.iter().filter(|band| !before.iter().any(|it| it.name == band.name)) {
            let side = (words(band), Some(&band.at));
            self.push(
                Code::ScoreBand,
                Some("bands"),
                format!("there is a new band `{}`", band.name),
                (None, Some(side)),
            );
        }
    }

    /// Entries of two lists that belong together: first by the first test, what is left by the next one, and so on.
    pub(super) fn paired<'t, T>(
        &self,
        before: &'t [T],
        after: &'t [T],
        tests: &[Test<'_, Self, T>],
    ) -> Vec<(Option<&'t T>, Option<&'t T>)> {
        let mut partner: Vec<Option<&T>> = vec![None; after.len()];
        let mut left: Vec<&T> = before.iter().collect();
        for test in tests {
            for (b, partner) in after.iter().zip(&mut partner).filter(|(_, partner)| partner.is_none()) {
                if let Some(at) = left.iter().position(|a| test(self, a, b)) {
                    *partner = Some(left.remove(at));
                }
            }
        }
        let both = after.iter().zip(partner).map(|(b, a)| (a, Some(b)));
        both.chain(left.into_iter().map(|a| (Some(a), None))).collect()
    }
}

/// Half-lives are elapsed time, and people think of them in days.
const DAY_MS: i64 = 86_400_000;

/// What of a rule is beside its event and its condition.
fn bare(program: &Program, rule: &HitRule) -> String {
    let cap = rule.cap.map(|cap| (cap.points.to_bits(), cap.per));
    let once = rule.once_per.map(|slot| Words::exact(program).slot(rule.event, slot));
    format!("{:?}", (rule.points.to_bits(), rule.half_life_ms, cap, once))
}

fn rule_words(program: &Program, rule: &HitRule) -> String {
    let words = Words::plain(program);
    let mut text = format!("{} on {}", points(rule.points), words.event(rule.event, rule.filter.as_ref()));
    if let Some(slot) = rule.once_per {
        text.push_str(&format!(" once per {}", words.slot(rule.event, slot)));
    }
    if let Some(cap) = rule.cap {
        text.push_str(&format!(" at most {} per {}", cap.points, cap.per));
    }
    match rule.half_life_ms {
        Some(ms) if ms % DAY_MS == 0 => text.push_str(&format!(" half-life {} days", ms / DAY_MS)),
        Some(ms) => text.push_str(&format!(" half-life {}", flow_graph::Span::Elapsed(ms))),
        None => text.push_str(" no decay"),
    }
    text
}

fn who_gets(relation: Relation, given: f64) -> String {
    let given = points(given);
    match relation {
        Relation::Wider => format!("more get the {given} points"),
        Relation::Narrower => format!("fewer get the {given} points"),
        Relation::Disjoint => format!("others get the {given} points: nobody of before"),
        Relation::Same => format!("the rule for {given} points is written anew, and exactly the same get them"),
        Relation::Different | Relation::Unproved => format!("others get the {given} points"),
    }
}
