//! Counts what is decided while a run goes on.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use flow_graph::program::{Program, Sequence, Sla};
use flow_graph::{Id, Value};
use flow_machine::decision::DecisionKind;
use serde::{Deserialize, Serialize};

use super::{Conversion, MessageFigures, SequenceFigures, SlaCounts, Summary};
use crate::driver::{Arriving, Decided};
use crate::identity::ContactNumber;
use crate::ingest::{Rejection, Scope};
use crate::record::exit_word;
use crate::values;

/// A stable word.
pub(super) type Word = Cow<'static, str>;

/// Runs of one contact that are held out: sequence, key in words.
pub(crate) type HeldOut = Vec<(usize, String)>;

/// Counts what is decided while a run goes on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Tally {
    pub(super) summary: Counted,
    /// Of what earlier programs had and the one that runs has not.
    pub(super) past: Past,
    /// Runs under way that are held out: contact, sequence, key in words.
    pub(super) held_out: BTreeSet<(ContactNumber, usize, String)>,
}

/// Figures of what is gone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Past {
    pub(super) messages: Vec<MessageFigures>,
    pub(super) sequences: Vec<SequenceFigures>,
}

/// What is counted; positions are those of the program's tables.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Counted {
    pub(super) stages: BTreeMap<(usize, usize), u64>,
    pub(super) sent: BTreeMap<usize, u64>,
    pub(super) held: BTreeMap<(usize, Word), u64>,
    pub(super) dropped: BTreeMap<(usize, Word), u64>,
    pub(super) runs: BTreeMap<(usize, bool), Conversion>,
    pub(super) exits: BTreeMap<(usize, Word), u64>,
    pub(super) slas: BTreeMap<usize, SlaCounts>,
    pub(super) per: BTreeMap<(usize, String), SlaCounts>,
    pub(super) calls: BTreeMap<String, u64>,
    pub(super) notices: BTreeMap<String, u64>,
    pub(super) rejected: BTreeMap<Word, u64>,
    pub(super) refused_values: BTreeMap<Word, u64>,
}

impl Tally {
    /// Counts something that was not used.
    pub fn rejected(&mut self, rejection: &Rejection) {
        let by_reason = match rejection.scope {
            Scope::Call => &mut self.summary.rejected,
            Scope::Value => &mut self.summary.refused_values,
        };
        *by_reason.entry(Word::Borrowed(rejection.reason.code())).or_default() += 1;
    }

    /// What a contact has come to stays in the figures; who it was is not known any more.
    pub fn forget(&mut self, contact: ContactNumber) {
        drop(self.go(contact));
    }

    /// Runs move along when contacts become one.
    pub fn arriving(&mut self, arriving: &Arriving<'_>) {
        for &other in arriving.merged {
            let theirs = self.go(other);
            self.come(arriving.contact, theirs);
        }
    }

    pub(super) fn of(&self, contact: ContactNumber) -> impl Iterator<Item = &(ContactNumber, usize, String)> {
        self.held_out.range((contact, 0, String::new())..(contact.saturating_add(1), 0, String::new()))
    }

    /// A run has ended; whether it was held out.
    fn ended(&mut self, contact: ContactNumber, sequence: Id<Sequence>, key: Option<&Value>) -> bool {
        !self.held_out.is_empty() && self.held_out.remove(&run(contact, sequence, key))
    }

    /// Counts a decision.
    pub fn decided(&mut self, program: &Program, decided: &Decided<'_>) {
        let counted = &mut self.summary;
        match &decided.decision.kind {
            DecisionKind::Send(send) => bump(&mut counted.sent, send.message.index()),
            DecisionKind::Held { send, gate, .. } => {
                bump(&mut counted.held, (send.message.index(), gate.name().into()));
            }
            DecisionKind::Dropped { send, gate } => {
                bump(&mut counted.dropped, (send.message.index(), gate.name().into()));
            }
            DecisionKind::Call { connector, action, .. } => {
                let connector = program.connectors.get(*connector).map_or("?", |connector| &connector.name);
                bump(&mut counted.calls, format!("{connector}.{action}"));
            }
            DecisionKind::Notify { team, .. } => {
                bump(&mut counted.notices, program.teams.get(*team).map_or("?", |team| &team.name).to_owned());
            }
            DecisionKind::Stage { lifecycle, to, .. } => {
                bump(&mut counted.stages, (lifecycle.index(), usize::from(*to)));
            }
            DecisionKind::Enrolled { sequence, key, holdout } => {
                if *holdout {
                    self.held_out.insert(run(decided.contact, *sequence, key.as_ref()));
                }
                self.conversion(*sequence, *holdout).entered += 1;
            }
            DecisionKind::Exited { sequence, key, reason } => {
                self.ended(decided.contact, *sequence, key.as_ref());
                bump(&mut self.summary.exits, (sequence.index(), exit_word(*reason).into()));
            }
            DecisionKind::Goal { sequence, key, converted } => {
                let holdout = self.ended(decided.contact, *sequence, key.as_ref());
                let conversion = self.conversion(*sequence, holdout);
                conversion.goal += 1;
                conversion.converted += u64::from(*converted);
            }
            DecisionKind::SlaStarted { sla, per, .. } => self.sla(program, *sla, per, |counts| counts.started += 1),
            DecisionKind::SlaMet { sla, per, late, .. } => self.sla(program, *sla, per, |counts| {
                if *late {
                    counts.met_late += 1;
                } else {
                    counts.met += 1;
                }
            }),
            DecisionKind::SlaReminded { sla, per, .. } => self.sla(program, *sla, per, |counts| counts.reminded += 1),
            DecisionKind::SlaBreached { sla, per } => self.sla(program, *sla, per, |counts| counts.breached += 1),
            DecisionKind::Set { .. }
            | DecisionKind::SetConsent { .. }
            | DecisionKind::Emit(_)
            | DecisionKind::EnteredSegment(_)
            | DecisionKind::LeftSegment(_)
            | DecisionKind::Band { .. }
            | DecisionKind::Split { .. } => {}
        }
    }

    /// Writes the counts where they belong.
    pub(super) fn write(&self, summary: &mut Summary) {
        let counted = &self.summary;
        for (&(lifecycle, stage), &count) in &counted.stages {
            let funnel = summary.lifecycles.get_mut(lifecycle);
            if let Some(figures) = funnel.and_then(|funnel| funnel.stages.get_mut(stage)) {
                figures.entered = count;
            }
        }
        for (position, figures) in summary.messages.iter_mut().enumerate() {
            counted.message(position, figures);
        }
        for (position, figures) in summary.sequences.iter_mut().enumerate() {
            counted.sequence(position, figures);
        }
        summary.messages.extend(self.past.messages.iter().cloned());
        summary.sequences.extend(self.past.sequences.iter().cloned());
        for (position, figures) in summary.slas.iter_mut().enumerate() {
            figures.all = counted.slas.get(&position).copied().map(kept).unwrap_or_default();
            let per = counted.per.iter().filter(|((sla, _), _)| *sla == position);
            figures.per = per.map(|((_, per), counts)| (per.clone(), kept(*counts))).collect();
        }
        summary.calls.clone_from(&counted.calls);
        summary.notices.clone_from(&counted.notices);
        summary.rejected.clone_from(&counted.rejected);
        summary.refused_values.clone_from(&counted.refused_values);
    }

    fn conversion(&mut self, sequence: Id<Sequence>, holdout: bool) -> &mut Conversion {
        self.summary.runs.entry((sequence.index(), holdout)).or_default()
    }

    fn sla(&mut self, program: &Program, sla: Id<Sla>, per: &Value, count: impl Fn(&mut SlaCounts)) {
        count(self.summary.slas.entry(sla.index()).or_default());
        let expr = program.slas.get(sla).and_then(|sla| sla.per.as_ref());
        if let Some(expr) = expr {
            let per = match values::is_personal(program, expr) {
                true => "(personal)".to_owned(),
                false => values::text(program, values::type_of(program, expr), per),
            };
            count(self.summary.per.entry((sla.index(), per)).or_default());
        }
    }
}

impl Counted {
    pub(super) fn message(&self, position: usize, figures: &mut MessageFigures) {
        figures.sent = self.sent.get(&position).copied().unwrap_or_default();
        figures.held = of(&self.held, position);
        figures.dropped = of(&self.dropped, position);
    }

    pub(super) fn sequence(&self, position: usize, figures: &mut SequenceFigures) {
        figures.messaged = with_share(self.runs.get(&(position, false)));
        figures.held_out = with_share(self.runs.get(&(position, true)));
        figures.exited = of(&self.exits, position);
    }
}

fn bump<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    *counts.entry(key).or_default() += 1;
}

fn of(counts: &BTreeMap<(usize, Word), u64>, position: usize) -> BTreeMap<String, u64> {
    let own = counts.iter().filter(|((of, _), _)| *of == position);
    own.map(|((_, word), count)| (word.clone().into_owned(), *count)).collect()
}

fn with_share(conversion: Option<&Conversion>) -> Conversion {
    let conversion = conversion.copied().unwrap_or_default();
    Conversion { share: share(conversion.converted, conversion.entered), ..conversion }
}

fn kept(counts: SlaCounts) -> SlaCounts {
    SlaCounts { share: share(counts.met, counts.met + counts.breached), ..counts }
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The machine keeps runs of a sequence apart by their keys.
fn run(contact: ContactNumber, sequence: Id<Sequence>, key: Option<&Value>) -> (ContactNumber, usize, String) {
    (contact, sequence.index(), key.map_or_else(String::new, |key| format!("{key:?}")))
}
