//! Whether what a test expects is so, and what is so instead.

use flow_graph::expr::ScorePart;
use flow_graph::program::{Location, Program, Sequence, StepKind};
use flow_graph::testcase::{Expectation, SlaState};
use flow_graph::{Expr, Id, Timestamp};
use flow_machine::contact::journey::ClockState;
use flow_machine::{Contact, Engine, View};

use super::Place;
use crate::record::{Kind, Record};
use crate::values;

/// What an expectation looks at.
pub(super) struct Look<'a> {
    pub(super) engine: &'a Engine,
    pub(super) contact: &'a Contact,
    /// What was decided about the contact so far.
    pub(super) records: Vec<&'a Record>,
    pub(super) now: Timestamp,
}

impl<'a> Look<'a> {
    pub(super) fn holds(&self, expectation: &Expectation) -> bool {
        match expectation {
            Expectation::Sent { message, times, at } => {
                let sent: Vec<_> = self.about(Kind::Send, self.message(*message)).collect();
                let often = times.is_none_or(|times| u32::try_from(sent.len()) == Ok(times));
                let some = *times == Some(0) || !sent.is_empty();
                often && some && at.is_none_or(|at| sent.iter().any(|record| record.at == at))
            }
            Expectation::Held { message, gate } => self.stopped(Kind::Held, *message, gate.as_deref()),
            Expectation::Dropped { message, gate } => self.stopped(Kind::Dropped, *message, gate.as_deref()),
            Expectation::InSegment { segment, expected } => self.contact.facts.in_segment(*segment) == *expected,
            Expectation::Score { score, part, checks } => {
                let value = self.score(*score, *part);
                checks.iter().all(|(op, wanted)| op.holds(value.total_cmp(&rounded(*wanted))))
            }
            Expectation::Band { score, band } => self.contact.facts.band(*score) == Some(*band),
            Expectation::Stage { lifecycle, stage } => self.contact.journey.stage(*lifecycle) == *stage,
            Expectation::InSequence { sequence, expected } => self.contact.journey.in_sequence(*sequence) == *expected,
            Expectation::AtStep { steps } => {
                let runs = self.contact.journey.runs();
                runs.iter().any(|run| steps.contains(&(run.sequence, run.step)))
            }
            Expectation::Condition(condition) => self.view().holds(condition),
            Expectation::Sla { sla, state } => self.sla(*sla) == Some(*state),
            Expectation::Called { connector, action, expected } => {
                let name = format!("{}.{action}", self.program().connectors.get(*connector).map_or("?", |c| &c.name));
                self.about(Kind::Call, &name).next().is_some() == *expected
            }
            Expectation::Notified { team, expected } => {
                let name = self.program().teams.get(*team).map_or("?", |team| &team.name);
                self.about(Kind::Notify, name).next().is_some() == *expected
            }
        }
    }

    /// What is expected, in words.
    pub(super) fn expected(&self, expectation: &Expectation) -> String {
        let program = self.program();
        match expectation {
            Expectation::Sent { message, times, at } => {
                let often = match times {
                    None => "sent".to_owned(),
                    Some(0) => "not sent".to_owned(),
                    Some(1) => "sent once".to_owned(),
                    Some(times) => format!("sent {times} times"),
                };
                let at = at.map_or_else(String::new, |at| format!(" at {at}"));
                format!("{} {often}{at}", self.message(*message))
            }
            Expectation::Held { message, gate } => stop(self.message(*message), "held", gate.as_deref()),
            Expectation::Dropped { message, gate } => stop(self.message(*message), "dropped", gate.as_deref()),
            Expectation::InSegment { segment, expected } => {
                let name = program.segments.get(*segment).map_or("?", |s| &s.name);
                format!("{}in segment {name}", not(*expected))
            }
            Expectation::Score { score, part, checks } => {
                let checks: Vec<_> = checks.iter().map(|(op, value)| format!("{} {value}", op.sign())).collect();
                format!("score {} {}", self.score_name(*score, *part), checks.join(" and "))
            }
            Expectation::Band { score, band } => {
                format!("{} is {}", self.score_name(*score, ScorePart::Total), { self.band_name(*score, Some(*band)) })
            }
            Expectation::Stage { lifecycle, stage } => {
                let lifecycle = program.lifecycles.get(*lifecycle);
                let stage = lifecycle.and_then(|l| l.stages.get(usize::from(*stage))).map_or("?", String::as_str);
                format!("stage {} is {stage}", lifecycle.map_or("?", |l| &l.name))
            }
            Expectation::InSequence { sequence, expected } => {
                let name = program.sequences.get(*sequence).map_or("?", |s| &s.name);
                format!("{}in sequence {name}", not(*expected))
            }
            Expectation::AtStep { steps } => {
                let ids = steps.iter().filter_map(|(sequence, step)| {
                    let sequence = program.sequences.get(*sequence)?;
                    Some(format!("{} of {}", sequence.steps.get(usize::from(*step))?.id, sequence.name))
                });
                format!("at step {}", ids.collect::<Vec<_>>().join(" or "))
            }
            Expectation::Condition(_) => "the condition holds".to_owned(),
            Expectation::Sla { sla, state } => {
                format!("sla {} {}", program.slas.get(*sla).map_or("?", |s| &s.name), state_word(*state))
            }
            Expectation::Called { connector, action, expected } => {
                let connector = program.connectors.get(*connector).map_or("?", |c| &c.name);
                format!("{}called {connector}.{action}", not(*expected))
            }
            Expectation::Notified { team, expected } => {
                format!("{}notified {}", not(*expected), program.teams.get(*team).map_or("?", |t| &t.name))
            }
        }
    }

    /// What is so instead, in words.
    pub(super) fn actual(&self, expectation: &Expectation) -> String {
        match expectation {
            Expectation::Sent { message, .. }
            | Expectation::Held { message, .. }
            | Expectation::Dropped { message, .. } => self.fate(self.message(*message)),
            Expectation::InSegment { expected, segment } => {
                let condition = self.program().segments.get(*segment).map(|segment| &segment.condition);
                let facts = condition.map_or_else(String::new, |condition| self.facts(condition));
                format!("{}in it{facts}", not(!expected))
            }
            Expectation::Score { score, part, .. } => {
                let fit = self.score(*score, ScorePart::Fit);
                let engagement = self.score(*score, ScorePart::Engagement);
                format!("it is {} (fit {fit}, engagement {engagement})", self.score(*score, *part))
            }
            Expectation::Band { score, .. } => {
                let band = self.band_name(*score, self.contact.facts.band(*score));
                format!("it is {band}, at {}", self.score(*score, ScorePart::Total))
            }
            Expectation::Stage { lifecycle, .. } => {
                let stage = usize::from(self.contact.journey.stage(*lifecycle));
                let stages = self.program().lifecycles.get(*lifecycle).map(|lifecycle| &lifecycle.stages);
                format!("it is {}", stages.and_then(|stages| stages.get(stage)).map_or("?", String::as_str))
            }
            Expectation::InSequence { .. } | Expectation::AtStep { .. } => self.whereabouts(),
            Expectation::Condition(condition) => format!("it does not{}", self.facts(condition)),
            Expectation::Sla { sla, .. } => match self.sla(*sla) {
                Some(state) => format!("it is {}", state_word(state)),
                None => "it never started".to_owned(),
            },
            Expectation::Called { expected, .. } => format!("{}called", not(!expected)),
            Expectation::Notified { expected, .. } => format!("{}notified", not(!expected)),
        }
    }

    /// The line of the latest decision about what was expected, else the line of the item.
    pub(super) fn responsible(&self, expectation: &Expectation) -> Option<Place> {
        let program = self.program();
        let (names, at): (Vec<&str>, Option<Location>) = match expectation {
            Expectation::Sent { message, .. }
            | Expectation::Held { message, .. }
            | Expectation::Dropped { message, .. } => {
                (vec![self.message(*message)], program.messages.get(*message).map(|m| m.at))
            }
            Expectation::InSegment { segment, .. } => item(program.segments.get(*segment).map(|s| (&s.name, s.at))),
            Expectation::Score { score, .. } | Expectation::Band { score, .. } => {
                item(program.scores.get(*score).map(|s| (&s.name, s.at)))
            }
            Expectation::Stage { lifecycle, .. } => item(program.lifecycles.get(*lifecycle).map(|l| (&l.name, l.at))),
            Expectation::InSequence { sequence, .. } => {
                item(program.sequences.get(*sequence).map(|s| (&s.name, s.enter_at)))
            }
            Expectation::AtStep { steps } => {
                let first = steps.first().and_then(|(sequence, step)| {
                    let sequence = program.sequences.get(*sequence)?;
                    Some((&sequence.name, sequence.steps.get(usize::from(*step))?.at))
                });
                item(first)
            }
            Expectation::Sla { sla, .. } => item(program.slas.get(*sla).map(|s| (&s.name, s.at))),
            Expectation::Condition(_) | Expectation::Called { .. } | Expectation::Notified { .. } => (Vec::new(), None),
        };
        let latest = self.records.iter().rev().find(|record| names.contains(&record.name.as_str()));
        if let Some(record) = latest {
            return Some(Place { file: record.why.file.clone(), line: record.why.line });
        }
        if let Expectation::Sent { message, .. }
        | Expectation::Held { message, .. }
        | Expectation::Dropped { message, .. } = expectation
            && let Some(place) = self.on_the_way(*message)
        {
            return Some(place);
        }
        self.place(at?)
    }

    /// Of a message that was never about to be sent: where the run stands that could send it, else how the last one
    /// ended, else what would have begun one.
    fn on_the_way(&self, message: Id<flow_graph::program::Message>) -> Option<Place> {
        let sends = |sequence: &Sequence| sequence.steps.iter().any(|step| step.kind == StepKind::Send(message));
        let senders: Vec<_> = self.program().sequences.enumerate().filter(|(_, sequence)| sends(sequence)).collect();
        let standing = self.contact.journey.runs().iter().rev().find_map(|run| {
            let (_, sequence) = senders.iter().find(|(id, _)| *id == run.sequence)?;
            sequence.steps.get(usize::from(run.step))
        });
        if let Some(step) = standing {
            return self.place(step.at);
        }
        let ended = self.records.iter().rev().find(|record| {
            let over = matches!(record.kind, Kind::Exited | Kind::Goal);
            over && senders.iter().any(|(_, sequence)| sequence.name == record.name)
        });
        if let Some(record) = ended {
            return Some(Place { file: record.why.file.clone(), line: record.why.line });
        }
        let (_, sequence) = senders.first()?;
        self.place(sequence.enter_at)
    }

    fn place(&self, at: Location) -> Option<Place> {
        Some(Place { file: self.program().files.get(at.file)?.path.clone(), line: at.line })
    }

    fn program(&self) -> &'a Program {
        self.engine.program()
    }

    fn view(&self) -> View<'_> {
        View::new(self.engine, self.contact, self.now)
    }

    fn about<'s>(&'s self, kind: Kind, name: &'s str) -> impl Iterator<Item = &'s Record> {
        self.records.iter().copied().filter(move |record| record.kind == kind && record.name == name)
    }

    fn stopped(&self, kind: Kind, message: Id<flow_graph::program::Message>, gate: Option<&str>) -> bool {
        self.about(kind, self.message(message)).any(|record| gate.is_none_or(|gate| record.text("gate") == gate))
    }

    fn message(&self, message: Id<flow_graph::program::Message>) -> &'a str {
        self.program().messages.get(message).map_or("?", |message| &message.name)
    }

    fn score(&self, score: Id<flow_graph::program::Score>, part: ScorePart) -> f64 {
        rounded(self.view().score(score, part))
    }

    fn score_name(&self, score: Id<flow_graph::program::Score>, part: ScorePart) -> String {
        let name = self.program().scores.get(score).map_or("?", |score| &score.name);
        match part {
            ScorePart::Total => name.to_owned(),
            ScorePart::Fit => format!("{name}.fit"),
            ScorePart::Engagement => format!("{name}.engagement"),
        }
    }

    fn band_name(&self, score: Id<flow_graph::program::Score>, band: Option<u16>) -> &'a str {
        let bands = self.program().scores.get(score).map_or(&[][..], |score| &score.bands);
        flow_machine::decision::band(bands, band).map_or("below all bands", |band| &band.name)
    }

    fn sla(&self, sla: Id<flow_graph::program::Sla>) -> Option<SlaState> {
        self.contact.journey.clock(sla).map(|clock| match clock.state {
            ClockState::Running | ClockState::Paused => SlaState::Running,
            ClockState::Met => SlaState::Met,
            ClockState::Breached | ClockState::MetLate => SlaState::Breached,
        })
    }

    /// What became of a message.
    fn fate(&self, message: &str) -> String {
        let of_it = |record: &&&Record| {
            record.name == message && matches!(record.kind, Kind::Send | Kind::Held | Kind::Dropped)
        };
        let lines: Vec<_> = self
            .records
            .iter()
            .filter(of_it)
            .map(|record| {
                if record.kind == Kind::Held {
                    format!("held by {} at {} until {}", record.text("gate"), record.at, record.text("until"))
                } else if record.kind == Kind::Dropped {
                    format!("dropped by {} at {}", record.text("gate"), record.at)
                } else {
                    format!("sent at {}", record.at)
                }
            })
            .collect();
        if lines.is_empty() {
            format!("it was never about to be sent; {}", self.whereabouts())
        } else {
            lines.join("; ")
        }
    }

    /// In which runs the contact is.
    fn whereabouts(&self) -> String {
        let runs = self.contact.journey.runs().iter().filter_map(|run| {
            let sequence = self.program().version(run.sequence, run.version)?;
            Some(format!("at `{}` of {}", sequence.steps.get(usize::from(run.step))?.text, sequence.name))
        });
        let runs: Vec<_> = runs.collect();
        if runs.is_empty() {
            "the contact is in no sequence".to_owned()
        } else {
            format!("the contact is {}", runs.join(", "))
        }
    }

    /// What a condition reads, with the values of the moment.
    fn facts(&self, condition: &Expr) -> String {
        let program = self.program();
        let mut facts = Vec::new();
        condition.walk(&mut |expr| {
            let name = if let Expr::Field(id) = expr {
                program.fields.get(*id).map(|field| field.name.clone())
            } else if let Expr::Behaviour(id) = expr {
                program.behaviours.get(*id).map(|behaviour| behaviour.text.clone())
            } else if let Expr::Score { score, part } = expr {
                Some(format!("score {}", self.score_name(*score, *part)))
            } else {
                None
            };
            if let Some(name) = name {
                let value = values::text(program, values::type_of(program, expr), &self.view().value(expr));
                let fact = format!("{name} is {value}");
                if !facts.contains(&fact) {
                    facts.push(fact);
                }
            }
        });
        if facts.is_empty() { String::new() } else { format!(": {}", facts.join(", ")) }
    }
}

fn item(found: Option<(&String, Location)>) -> (Vec<&str>, Option<Location>) {
    found.map_or((Vec::new(), None), |(name, at)| (vec![name.as_str()], Some(at)))
}

fn stop(message: &str, word: &str, gate: Option<&str>) -> String {
    gate.map_or_else(|| format!("{message} {word}"), |gate| format!("{message} {word} by {gate}"))
}

fn not(expected: bool) -> &'static str {
    if expected { "" } else { "not " }
}

fn state_word(state: SlaState) -> &'static str {
    match state {
        SlaState::Met => "met",
        SlaState::Breached => "breached",
        SlaState::Running => "running",
    }
}

/// Decay is a binary fraction: nine decimals are what a person can mean.
fn rounded(value: f64) -> f64 {
    let rounded = (value * 1e9).round() / 1e9;
    // Minus nothing is nothing.
    if rounded == 0.0 { 0.0 } else { rounded }
}
