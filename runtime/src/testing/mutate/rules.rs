//! Changes of what is derived: segments, figures, scores, lifecycles.

use flow_graph::program::lifecycle::Cause;
use flow_graph::program::{Behaviour, Lifecycle, Reach, Score, Trigger};
use flow_graph::{Expr, Id};
use flow_machine::Point;

use super::{List, Site};

impl List<'_> {
    pub(super) fn rules(&mut self) {
        let program = self.program;
        for (id, segment) in program.segments.enumerate() {
            let points = vec![Point::Entered(id), Point::Left(id)];
            let site = Site::new(segment.at, format!("segment {}", segment.name), points);
            self.condition(&site, (&segment.condition, None), move |program| {
                program.segments.get_mut(id).map(|segment| &mut segment.condition)
            });
        }
        for (id, behaviour) in program.behaviours.enumerate().filter(|(id, _)| is_read(program, *id)) {
            self.figure(id, behaviour);
        }
        for (id, score) in program.scores.enumerate() {
            self.score(id, score);
        }
        for (id, lifecycle) in program.lifecycles.enumerate() {
            self.lifecycle(id, lifecycle);
        }
    }

    fn figure(&mut self, id: Id<Behaviour>, behaviour: &Behaviour) {
        let site = Site::new(behaviour.at, behaviour.text.clone(), Vec::new());
        if let Some(filter) = &behaviour.filter {
            self.condition(&site, (filter, Some(behaviour.event)), move |program| {
                program.behaviours.get_mut(id)?.filter.as_mut()
            });
        }
        if let Reach::Last(span) = behaviour.reach {
            self.span(&site, ("in last ", span), move |program| {
                if let Reach::Last(span) = &mut program.behaviours.get_mut(id)?.reach { Some(span) } else { None }
            });
        }
    }

    fn score(&mut self, id: Id<Score>, score: &Score) {
        let site = Site::new(score.at, format!("score {}", score.name), Vec::new());
        for (position, rule) in score.fit.iter().enumerate() {
            let number = u16::try_from(position).unwrap_or(u16::MAX);
            let here = Site::new(rule.at, site.item.clone(), vec![Point::Fit(id, number)]);
            self.condition(&here, (&rule.when, None), move |program| {
                program.scores.get_mut(id)?.fit.get_mut(position).map(|rule| &mut rule.when)
            });
            let more = rule.points + 1.0;
            self.add(&here, "points", format!("`{:+}` became `{more:+}`", rule.points), move |program| {
                if let Some(rule) = program.scores.get_mut(id).and_then(|score| score.fit.get_mut(position)) {
                    rule.points = more;
                }
            });
        }
        self.hits(&site, id, score);
        for (position, band) in score.bands.iter().enumerate() {
            let number = u16::try_from(position).unwrap_or(u16::MAX);
            let here = Site::new(band.at, site.item.clone(), vec![Point::Band(id, number)]);
            // The lowest one has no border that anybody crosses.
            let steps: &[f64] = if position == 0 { &[] } else { &[1.0, -1.0] };
            for by in steps.iter().copied() {
                let words = format!("`{} from {}` became `from {}`", band.name, band.from, band.from + by);
                self.add(&here, "band", words, move |program| {
                    if let Some(band) = program.scores.get_mut(id).and_then(|score| score.bands.get_mut(position)) {
                        let plain = band.from.total_cmp(&band.until).is_eq();
                        band.from += by;
                        band.until = if plain { band.from } else { band.until };
                    }
                });
            }
            if band.until < band.from {
                let words = format!("`{} … until {}` was left out", band.name, band.until);
                self.add(&here, "band", words, move |program| {
                    if let Some(band) = program.scores.get_mut(id).and_then(|score| score.bands.get_mut(position)) {
                        band.until = band.from;
                    }
                });
            }
        }
        if let Some((least, most)) = score.range {
            self.add(&site, "range", format!("`range {least}..{most}` was left out"), move |program| {
                if let Some(score) = program.scores.get_mut(id) {
                    score.range = None;
                }
            });
        }
    }

    fn hits(&mut self, site: &Site, id: Id<Score>, score: &Score) {
        for (position, rule) in score.hits.iter().enumerate() {
            let points = vec![Point::Hit(id, u16::try_from(position).unwrap_or(u16::MAX))];
            let first = Site::new(rule.at, site.item.clone(), points.clone());
            let only = site.only(rule.at, points);
            if let Some(filter) = &rule.filter {
                self.condition(&first, (filter, Some(rule.event)), move |program| {
                    program.scores.get_mut(id)?.hits.get_mut(position)?.filter.as_mut()
                });
            }
            let hit = move |program: &mut flow_graph::Program, change: &dyn Fn(&mut flow_graph::program::HitRule)| {
                if let Some(rule) = program.scores.get_mut(id).and_then(|score| score.hits.get_mut(position)) {
                    change(rule);
                }
            };
            let more = rule.points + 1.0;
            let words = format!("`{:+}` became `{more:+}`", rule.points);
            self.add(&only, "points", words, move |program| hit(program, &|rule| rule.points = more));
            if let Some(half_life) = rule.half_life_ms {
                let twice = half_life.saturating_mul(2);
                let words = "its half-life was doubled";
                self.add(&only, "half-life", words, move |program| {
                    hit(program, &|rule| rule.half_life_ms = Some(twice));
                });
            }
            if let Some(cap) = rule.cap {
                let words = format!("`at most {} per {}` was left out", cap.points, cap.per);
                self.add(&only, "cap", words, move |program| hit(program, &|rule| rule.cap = None));
                self.span(&only, ("per ", cap.per), move |program| {
                    program.scores.get_mut(id)?.hits.get_mut(position)?.cap.as_mut().map(|cap| &mut cap.per)
                });
            }
            if rule.once_per.is_some() {
                let words = "`once per` was left out";
                self.add(&only, "cap", words, move |program| hit(program, &|rule| rule.once_per = None));
            }
        }
    }

    fn lifecycle(&mut self, id: Id<Lifecycle>, lifecycle: &Lifecycle) {
        for (position, transition) in lifecycle.transitions.iter().enumerate() {
            let points = vec![Point::Transition(id, u16::try_from(position).unwrap_or(u16::MAX))];
            let site = Site::new(transition.at, format!("lifecycle {}", lifecycle.name), points.clone());
            let only = site.only(transition.at, points);
            self.add(&only, "transition", "the transition was left out", move |program| {
                if let Some(transition) = program.lifecycles.get_mut(id).and_then(|it| it.transitions.get_mut(position))
                {
                    transition.from.clear();
                }
            });
            match &transition.cause {
                Cause::When { condition, hold } => {
                    self.condition(&site, (condition, None), move |program| {
                        match &mut program.lifecycles.get_mut(id)?.transitions.get_mut(position)?.cause {
                            Cause::When { condition, .. } => Some(condition),
                            Cause::On(_) => None,
                        }
                    });
                    if let Some(hold) = hold {
                        self.span(&site, ("for ", *hold), move |program| {
                            match &mut program.lifecycles.get_mut(id)?.transitions.get_mut(position)?.cause {
                                Cause::When { hold, .. } => hold.as_mut(),
                                Cause::On(_) => None,
                            }
                        });
                    }
                }
                Cause::On(triggers) => self.triggers(&site, triggers, move |program| {
                    match &mut program.lifecycles.get_mut(id)?.transitions.get_mut(position)?.cause {
                        Cause::When { .. } => None,
                        Cause::On(triggers) => Some(triggers),
                    }
                }),
            }
        }
    }

    /// What is behind `where`, and each trigger left out where there are others.
    pub(super) fn triggers(
        &mut self,
        site: &Site,
        triggers: &[Trigger],
        slot: impl Fn(&mut flow_graph::Program) -> Option<&mut Vec<Trigger>> + Clone + Send + Sync + 'static,
    ) {
        for (position, trigger) in triggers.iter().enumerate() {
            if let Trigger::Event { event, filter: Some(filter) } = trigger {
                let slot = slot.clone();
                self.condition(site, (filter, Some(*event)), move |program| {
                    match slot(program)?.get_mut(position)? {
                        Trigger::Event { filter, .. } => filter.as_mut(),
                        Trigger::EnteredSegment(_)
                        | Trigger::LeftSegment(_)
                        | Trigger::BecomesBand { .. }
                        | Trigger::EnteredStage { .. } => None,
                    }
                });
            }
            if triggers.len() > 1 {
                let slot = slot.clone();
                let words = format!("its trigger {} of {} was left out", position + 1, triggers.len());
                self.add(site, "trigger", words, move |program| {
                    if let Some(triggers) = slot(program) {
                        triggers.remove(position);
                    }
                });
            }
        }
    }
}

/// Whether anything but a test reads a figure.
fn is_read(program: &flow_graph::Program, id: Id<Behaviour>) -> bool {
    let mut read = false;
    flow_machine::eval::each_expr(program, &mut |expr| {
        read |= matches!(expr, Expr::Behaviour(it) | Expr::SinceLast { behaviour: it, .. } if *it == id);
    });
    read
}
