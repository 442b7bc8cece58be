//! Changes of sequences: who enters, what ends a run, and the steps.

use flow_graph::program::sequence::SplitArm;
use flow_graph::program::{Again, Sequence, Step, StepId, StepKind, Trigger, WaitUntil};
use flow_graph::{ClockWindow, Expr, Id, Program, Span, Weekdays};
use flow_machine::Point;

use super::{List, Site};

/// Arms of a `choose`: conditions and targets.
type Arms = [(Expr, Option<StepId>)];

impl List<'_> {
    pub(super) fn sequences(&mut self) {
        let program = self.program;
        for (id, sequence) in program.sequences.enumerate() {
            let entered = (0_u16..).zip(&sequence.enter).map(|(position, _)| Point::Enter(id, position));
            let site = Site::new(sequence.at, format!("sequence {}", sequence.name), entered.collect());
            self.entry(&site, id, sequence);
            self.ending(&site, id, sequence);
            for (position, step) in (0_u16..).zip(&sequence.steps) {
                let here = site.only(step.at, vec![Point::Step(id, position)]);
                self.step(&here, (id, position), step);
            }
        }
    }

    fn entry(&mut self, site: &Site, id: Id<Sequence>, sequence: &Sequence) {
        let here = site.at(sequence.enter_at);
        self.triggers(&here, &sequence.enter, move |program| {
            program.sequences.get_mut(id).map(|sequence| &mut sequence.enter)
        });
        if let Some(unless) = &sequence.unless {
            let only = site.only(sequence.at, vec![Point::Unless(id)]);
            self.add(&only, "unless", "`unless` was left out", move |program| {
                change(program, id, &|sequence| sequence.unless = None);
            });
            self.condition(site, (unless, None), move |program| program.sequences.get_mut(id)?.unless.as_mut());
        }
        let changed = match sequence.again {
            Again::Once => vec![("`once` became `again`".to_owned(), Again::Always)],
            Again::Always => vec![("`again` was left out".to_owned(), Again::Once)],
            Again::After(span) => {
                let longer = super::spans::around(span).into_iter();
                longer.map(|it| (format!("`again after {span}` became `again after {it}`"), Again::After(it))).collect()
            }
        };
        for (words, again) in changed {
            self.add(site, "again", words, move |program| change(program, id, &|sequence| sequence.again = again));
        }
        if sequence.key.is_some() {
            self.add(site, "key", "`key` was left out", move |program| {
                change(program, id, &|sequence| sequence.key = None);
            });
        }
    }

    fn ending(&mut self, site: &Site, id: Id<Sequence>, sequence: &Sequence) {
        if let Some(goal) = &sequence.goal {
            let reached = (0_u16..).zip(&goal.triggers).map(|(position, _)| Point::Goal(id, position));
            let only = site.only(goal.at, reached.collect());
            self.add(&only, "goal", "the goal was left out", move |program| {
                change(program, id, &|sequence| sequence.goal = None);
            });
            self.triggers(&site.at(goal.at), &goal.triggers, move |program| {
                program.sequences.get_mut(id)?.goal.as_mut().map(|goal| &mut goal.triggers)
            });
        }
        for (position, (trigger, at)) in sequence.exit_on.iter().enumerate() {
            let only = site.only(*at, vec![Point::ExitOn(id, u16::try_from(position).unwrap_or(u16::MAX))]);
            let words = format!("`exit on`, trigger {} of {}, was left out", position + 1, sequence.exit_on.len());
            self.add(&only, "exit", words, move |program| {
                change(program, id, &|sequence| drop(sequence.exit_on.remove(position)));
            });
            if let Trigger::Event { event, filter: Some(filter) } = trigger {
                self.condition(&site.at(*at), (filter, Some(*event)), move |program| {
                    let (trigger, _) = program.sequences.get_mut(id)?.exit_on.get_mut(position)?;
                    if let Trigger::Event { filter, .. } = trigger { filter.as_mut() } else { None }
                });
            }
        }
        if let Some(exit_when) = &sequence.exit_when {
            let only = site.only(sequence.at, vec![Point::ExitWhen(id)]);
            self.add(&only, "exit", "`exit when` was left out", move |program| {
                change(program, id, &|sequence| sequence.exit_when = None);
            });
            self.condition(site, (exit_when, None), move |program| program.sequences.get_mut(id)?.exit_when.as_mut());
        }
    }

    fn step(&mut self, site: &Site, (id, number): (Id<Sequence>, StepId), step: &Step) {
        let next = step.next;
        let kind = move |program: &mut Program, kind: StepKind| {
            let steps = program.sequences.get_mut(id).map(|sequence| &mut sequence.steps);
            if let Some(step) = steps.and_then(|steps| steps.get_mut(usize::from(number))) {
                step.kind = kind;
            }
        };
        match &step.kind {
            StepKind::Wait(_)
            | StepKind::WaitUntil(_)
            | StepKind::Send(_)
            | StepKind::Set(_)
            | StepKind::Call { .. }
            | StepKind::Notify { .. }
            | StepKind::Emit { .. }
            | StepKind::Enroll(_) => {
                // A choice without arms goes on at once.
                self.add(site, "step", format!("`{}` was left out", step.text), move |program| {
                    kind(program, StepKind::Choose { arms: Vec::new(), otherwise: next });
                });
            }
            StepKind::WaitFor { .. } | StepKind::Choose { .. } | StepKind::Split { .. } | StepKind::Exit => {}
        }
        match &step.kind {
            StepKind::Wait(span) => self.span(site, ("wait ", *span), move |program| {
                if let StepKind::Wait(span) = kind_of(program, id, number)? { Some(span) } else { None }
            }),
            StepKind::WaitUntil(WaitUntil::Clock { days, window, single }) => {
                self.clock(site, (*days, *window, *single), kind);
            }
            StepKind::WaitUntil(WaitUntil::Moment { value, at, otherwise_exit }) => {
                let (word, other) = if *otherwise_exit { ("exit", "continue") } else { ("continue", "exit") };
                let until = WaitUntil::Moment { value: value.clone(), at: *at, otherwise_exit: !otherwise_exit };
                self.add(site, "branch", format!("`else {word}` became `else {other}`"), move |program| {
                    kind(program, StepKind::WaitUntil(until.clone()));
                });
            }
            StepKind::WaitFor { limit, .. } => self.wait_for(site, (id, number), (step, *limit)),
            StepKind::Choose { arms, otherwise } => self.choose(site, (id, number), (step, arms, *otherwise)),
            StepKind::Split { salt, arms } => self.split(site, (salt, arms), kind),
            StepKind::Send(_)
            | StepKind::Set(_)
            | StepKind::Call { .. }
            | StepKind::Notify { .. }
            | StepKind::Emit { .. }
            | StepKind::Enroll(_)
            | StepKind::Exit => {}
        }
    }

    fn clock(
        &mut self,
        site: &Site,
        (days, window, single): (Weekdays, ClockWindow, bool),
        kind: impl Fn(&mut Program, StepKind) + Copy + Send + Sync + 'static,
    ) {
        if days != Weekdays::ALL {
            let until = WaitUntil::Clock { days: Weekdays::ALL, window, single };
            self.add(site, "duration", "the days of the week were left out", move |program| {
                kind(program, StepKind::WaitUntil(until.clone()));
            });
        }
        let from = window.from.wrapping_add(jiff::SignedDuration::from_hours(1));
        let later = ClockWindow { from, to: if single { from } else { window.to } };
        let until = WaitUntil::Clock { days, window: later, single };
        let words = format!("`{}` became `{}`", window.from.strftime("%H:%M"), from.strftime("%H:%M"));
        if later.from != later.to || single {
            self.add(site, "duration", words, move |program| kind(program, StepKind::WaitUntil(until.clone())));
        }
    }

    fn wait_for(&mut self, site: &Site, (id, number): (Id<Sequence>, StepId), (step, limit): (&Step, Option<Span>)) {
        let StepKind::WaitFor { branches, .. } = &step.kind else { return };
        if let Some(limit) = limit {
            self.span(site, ("wait up to ", limit), move |program| {
                if let StepKind::WaitFor { limit, .. } = kind_of(program, id, number)? { limit.as_mut() } else { None }
            });
        }
        for (position, (triggers, _)) in branches.iter().enumerate() {
            let way = step.ways.get(position);
            let here = site.at(way.map_or(step.at, |way| way.at));
            let words = format!("`{}` was left out", way.map_or("", |way| &way.text));
            self.add(&here, "branch", words, move |program| {
                if let Some(triggers) = branch(program, (id, number), position) {
                    triggers.clear();
                }
            });
            self.triggers(&here, triggers, move |program| branch(program, (id, number), position));
        }
    }

    fn choose(
        &mut self,
        site: &Site,
        (id, number): (Id<Sequence>, StepId),
        (step, arms, otherwise): (&Step, &Arms, Option<StepId>),
    ) {
        let targets: Vec<Option<StepId>> = arms.iter().map(|arm| arm.1).chain([otherwise]).collect();
        for (position, (condition, _)) in arms.iter().enumerate() {
            let here = site.at(step.ways.get(position).map_or(step.at, |way| way.at));
            self.condition(&here, (condition, None), move |program| {
                let StepKind::Choose { arms, .. } = kind_of(program, id, number)? else { return None };
                arms.get_mut(position).map(|(condition, _)| condition)
            });
            let (Some(own), Some(next)) = (targets.get(position).copied(), targets.get(position + 1).copied()) else {
                continue;
            };
            if own == next {
                continue;
            }
            let name = |way: usize| step.ways.get(way).map_or("", |way| &way.text);
            let words = format!("`{}` and `{}` changed places", name(position), name(position + 1));
            self.add(&here, "branch", words, move |program| {
                let Some(StepKind::Choose { arms, otherwise }) = kind_of(program, id, number) else { return };
                if let Some((_, target)) = arms.get_mut(position) {
                    *target = next;
                }
                match arms.get_mut(position + 1) {
                    Some((_, target)) => *target = own,
                    None => *otherwise = own,
                }
            });
        }
    }

    fn split(
        &mut self,
        site: &Site,
        (salt, arms): (&str, &[SplitArm]),
        kind: impl Fn(&mut Program, StepKind) + Copy + Send + Sync + 'static,
    ) {
        for position in 1..arms.len() {
            let (Some(one), Some(other)) = (arms.get(position - 1), arms.get(position)) else { continue };
            if one.target == other.target {
                continue;
            }
            let mut changed = arms.to_vec();
            if let Some(arm) = changed.get_mut(position - 1) {
                arm.target = other.target;
            }
            if let Some(arm) = changed.get_mut(position) {
                arm.target = one.target;
            }
            let words = format!("the arms `{}` and `{}` changed places", one.name, other.name);
            let salt = salt.to_owned();
            self.add(site, "branch", words, move |program| {
                kind(program, StepKind::Split { salt: salt.clone(), arms: changed.clone() });
            });
        }
    }
}

fn change(program: &mut Program, id: Id<Sequence>, change: &dyn Fn(&mut Sequence)) {
    if let Some(sequence) = program.sequences.get_mut(id) {
        change(sequence);
    }
}

fn kind_of(program: &mut Program, id: Id<Sequence>, number: StepId) -> Option<&mut StepKind> {
    program.sequences.get_mut(id)?.steps.get_mut(usize::from(number)).map(|step| &mut step.kind)
}

/// What a branch of a wait waits for.
fn branch(program: &mut Program, (id, number): (Id<Sequence>, StepId), position: usize) -> Option<&mut Vec<Trigger>> {
    let StepKind::WaitFor { branches, .. } = kind_of(program, id, number)? else { return None };
    branches.get_mut(position).map(|(triggers, _)| triggers)
}
