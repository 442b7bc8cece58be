//! All places of a program that a test can reach.

use flow_graph::Id;
use flow_graph::program::{Consent, Location, Message, Program, Sequence, Step, StepKind, Trigger, WaitUntil};
use flow_machine::decision::Gate;
use flow_machine::{Point, derive};

use super::{Coverage, Spot, SpotKind, place};

/// All places, item by item.
pub(super) fn all(program: &Program, coverage: &Coverage) -> Vec<Spot> {
    let mut list = List { program, coverage, spots: Vec::new() };
    list.segments();
    list.scores();
    list.lifecycles();
    for (id, sequence) in program.sequences.enumerate() {
        list.sequence(id, sequence);
    }
    list.service_levels();
    list.messages();
    list.limits();
    list.spots
}

struct List<'a> {
    program: &'a Program,
    coverage: &'a Coverage,
    spots: Vec<Spot>,
}

/// The item that places belong to.
#[derive(Clone)]
struct Owner {
    name: String,
    line: u32,
}

/// What is said of a place beside where it stands.
struct Said {
    kind: SpotKind,
    text: Option<String>,
    missing: &'static str,
    branch: bool,
}

impl Said {
    fn line(kind: SpotKind, missing: &'static str) -> Self {
        Self { kind, text: None, missing, branch: false }
    }

    fn branch(kind: SpotKind, missing: &'static str) -> Self {
        Self { branch: true, ..Self::line(kind, missing) }
    }

    fn text(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }
}

impl List<'_> {
    fn add(&mut self, owner: &Owner, at: Location, said: Said, points: &[Point]) {
        let Said { kind, text, missing, branch } = said;
        let count = self.coverage.count(points);
        let (item, item_line) = (owner.name.clone(), owner.line);
        self.spots.push(Spot { place: place(self.program, at), kind, item, item_line, text, missing, branch, count });
    }

    fn segments(&mut self) {
        for (id, segment) in self.program.segments.enumerate() {
            let owner = Owner { name: format!("segment {}", segment.name), line: segment.at.line };
            let entered = Said::branch(SpotKind::Segment, "nobody entered").text(owner.name.clone());
            self.add(&owner, segment.at, entered, &[Point::Entered(id)]);
            let left = Said::branch(SpotKind::Segment, "nobody left").text(owner.name.clone());
            self.add(&owner, segment.at, left, &[Point::Left(id)]);
        }
    }

    fn scores(&mut self) {
        for (id, score) in self.program.scores.enumerate() {
            let owner = Owner { name: format!("score {}", score.name), line: score.at.line };
            for (position, rule) in (0_u16..).zip(&score.fit) {
                self.add(&owner, rule.at, Said::line(SpotKind::Rule, "never held"), &[Point::Fit(id, position)]);
            }
            for (position, rule) in (0_u16..).zip(&score.hits) {
                self.add(&owner, rule.at, Said::line(SpotKind::Rule, "never counted"), &[Point::Hit(id, position)]);
            }
            let nothing = score.range.map_or(0.0, |(least, most)| 0.0_f64.min(most).max(least));
            let resting = derive::band::after(&score.bands, None, nothing);
            for (position, band) in (0_u16..).zip(&score.bands) {
                // Everybody begins there: it says nothing that somebody came back.
                if Some(position) != resting {
                    let said = Said::branch(SpotKind::Band, "never reached");
                    let said = said.text(format!("{} becomes {}", score.name, band.name));
                    self.add(&owner, band.at, said, &[Point::Band(id, position)]);
                }
            }
        }
    }

    fn lifecycles(&mut self) {
        for (id, lifecycle) in self.program.lifecycles.enumerate() {
            let owner = Owner { name: format!("lifecycle {}", lifecycle.name), line: lifecycle.at.line };
            for (position, transition) in (0_u16..).zip(&lifecycle.transitions) {
                let said = Said::line(SpotKind::Transition, "never fired").text(transition.text.clone());
                self.add(&owner, transition.at, said, &[Point::Transition(id, position)]);
            }
        }
    }

    fn sequence(&mut self, id: Id<Sequence>, sequence: &Sequence) {
        let owner = Owner { name: format!("sequence {}", sequence.name), line: sequence.at.line };
        for (position, trigger) in (0_u16..).zip(&sequence.enter) {
            let said = Said::branch(SpotKind::Trigger, "began no run").text(self.words("enter on", trigger));
            self.add(&owner, sequence.enter_at, said, &[Point::Enter(id, position)]);
        }
        if sequence.unless.is_some() {
            let said = Said::branch(SpotKind::Trigger, "kept nobody out").text(format!("unless, of {}", sequence.name));
            self.add(&owner, sequence.at, said, &[Point::Unless(id)]);
        }
        if sequence.exit_when.is_some() {
            let text = format!("exit when, of {}", sequence.name);
            let said = Said::branch(SpotKind::Trigger, "kept nobody out").text(text);
            self.add(&owner, sequence.at, said, &[Point::ExitWhen(id)]);
        }
        if let Some(goal) = &sequence.goal {
            for (position, trigger) in (0_u16..).zip(&goal.triggers) {
                let said = Said::branch(SpotKind::Trigger, "never reached").text(self.words("goal", trigger));
                self.add(&owner, goal.at, said, &[Point::Goal(id, position)]);
            }
        }
        for (position, (trigger, at)) in (0_u16..).zip(&sequence.exit_on) {
            let said = Said::branch(SpotKind::Trigger, "ended no run").text(self.words("exit on", trigger));
            self.add(&owner, *at, said, &[Point::ExitOn(id, position)]);
        }
        for (position, step) in (0_u16..).zip(&sequence.steps) {
            let said = Said::line(SpotKind::Step, "nobody came here").text(step.text.clone());
            self.add(&owner, step.at, said, &[Point::Step(id, position)]);
            for (way, (text, at)) in (0_u16..).zip(ways(step)) {
                let said = Said::branch(SpotKind::Branch, "never taken").text(text);
                self.add(&owner, at, said, &[Point::Way(id, position, way)]);
            }
        }
    }

    fn service_levels(&mut self) {
        for (id, sla) in self.program.slas.enumerate() {
            let owner = Owner { name: format!("sla {}", sla.name), line: sla.at.line };
            let said = |missing: &'static str, branch: bool| Said {
                branch,
                ..Said::line(SpotKind::ServiceLevel, missing).text(format!("sla {}", sla.name))
            };
            self.add(&owner, sla.at, said("never started", false), &[Point::SlaStarted(id)]);
            self.add(&owner, sla.met_at, said("never met in time", true), &[Point::SlaMet(id)]);
            self.add(&owner, sla.met_at, said("never breached", true), &[Point::SlaBreached(id)]);
            for (position, reminder) in (0_u16..).zip(&sla.reminders) {
                let said = Said::line(SpotKind::ServiceLevel, "never due");
                self.add(&owner, reminder.at, said, &[Point::SlaReminded(id, position)]);
            }
        }
    }

    fn messages(&mut self) {
        for (id, message) in self.program.messages.enumerate() {
            let owner = Owner { name: format!("message {}", message.name), line: message.at.line };
            let said = Said::line(SpotKind::Message, "never sent").text(owner.name.clone());
            self.add(&owner, message.at, said, &[Point::Sent(id)]);
        }
    }

    fn limits(&mut self) {
        let program = self.program;
        let of = |wanted: &dyn Fn(&Message) -> bool| -> Vec<Id<Message>> {
            program.messages.enumerate().filter(|(_, message)| wanted(message)).map(|(id, _)| id).collect()
        };
        for (id, topic) in program.topics.enumerate() {
            if topic.consent != Consent::None {
                let owner = Owner { name: format!("topic {}", topic.name), line: topic.at.line };
                let points = of(&|message| message.topic == id).into_iter().map(|id| Point::Dropped(id, Gate::Consent));
                let said = Said::branch(SpotKind::Gate, "nobody was without consent").text(owner.name.clone());
                self.add(&owner, topic.at, said, &points.collect::<Vec<_>>());
            }
        }
        if let Some(at) = program.limits.quiet_at {
            let owner = Owner { name: "limits".to_owned(), line: at.line };
            let points = of(&|_| true).into_iter().map(|id| Point::Held(id, Gate::Quiet));
            self.add(&owner, at, Said::branch(SpotKind::Gate, "held nothing"), &points.collect::<Vec<_>>());
        }
        for cap in &program.limits.caps {
            let owner = Owner { name: "limits".to_owned(), line: cap.at.line };
            let stopped = |id: Id<Message>| [Point::Held(id, Gate::Cap), Point::Dropped(id, Gate::Cap)];
            let points = of(&|message| message.channel == cap.channel).into_iter().flat_map(stopped);
            self.add(&owner, cap.at, Said::branch(SpotKind::Gate, "held nothing"), &points.collect::<Vec<_>>());
        }
    }

    /// A trigger in words, without its `where`.
    fn words(&self, lead: &str, trigger: &Trigger) -> String {
        let program = self.program;
        let stage = |lifecycle, stage: u16| {
            let lifecycle = program.lifecycles.get(lifecycle)?;
            Some(format!("{}.{}", lifecycle.name, lifecycle.stages.get(usize::from(stage))?))
        };
        let said = match trigger {
            Trigger::Event { event, .. } => program.events.get(*event).map(|event| event.name.clone()),
            Trigger::EnteredSegment(id) => program.segments.get(*id).map(|it| format!("entered segment {}", it.name)),
            Trigger::LeftSegment(id) => program.segments.get(*id).map(|it| format!("left segment {}", it.name)),
            Trigger::BecomesBand { score, band } => program.scores.get(*score).and_then(|score| {
                Some(format!("{} becomes {}", score.name, score.bands.get(usize::from(*band))?.name))
            }),
            Trigger::EnteredStage { lifecycle, stage: number } => {
                stage(*lifecycle, *number).map(|stage| format!("entered stage {stage}"))
            }
        };
        format!("{lead} {}", said.unwrap_or_default())
    }
}

/// The ways behind a step, with where each stands.
fn ways(step: &Step) -> Vec<(String, Location)> {
    if let StepKind::WaitUntil(WaitUntil::Moment { otherwise_exit, .. }) = &step.kind {
        let otherwise = if *otherwise_exit { "else exit" } else { "else continue" };
        return vec![(step.text.clone(), step.at), (otherwise.to_owned(), step.at)];
    }
    step.ways.iter().map(|way| (way.text.clone(), way.at)).collect()
}
