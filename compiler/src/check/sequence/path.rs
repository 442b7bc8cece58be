//! The stable identity of a step: people who are inside follow the program by it.
//!
//! A label is the identity by itself, wherever the step is moved. Without one it is kind and principal name, behind
//! the path of the blocks around; what may change while the step stays the same (how long a wait is, a condition, an
//! argument) is no part of it.

use std::collections::BTreeMap;

use crate::syntax::tree::step::{Set, StepKind};

/// The identities given so far.
#[derive(Debug, Default)]
pub(super) struct Paths {
    taken: BTreeMap<String, u32>,
}

impl Paths {
    /// The identity of a step; a repetition gets `#2`.
    pub(super) fn identity(&mut self, path: &str, label: Option<&str>, kind: &StepKind) -> String {
        let own = label.map_or_else(|| principal(kind), str::to_owned);
        let whole = if path.is_empty() || label.is_some() { own } else { format!("{path}/{own}") };
        let count = self.taken.entry(whole.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { whole } else { format!("{whole}#{count}") }
    }
}

fn principal(kind: &StepKind) -> String {
    match kind {
        StepKind::Wait(_) => "wait".to_owned(),
        StepKind::WaitUntil(_) => "wait until".to_owned(),
        StepKind::WaitFor(wait) if wait.limit.is_some() => "wait up to".to_owned(),
        StepKind::WaitFor(_) => "wait for".to_owned(),
        StepKind::Send(message) => format!("send {}", message.value),
        StepKind::Choose(_) => "choose".to_owned(),
        StepKind::Split(split) => format!("split {}", split.name.value),
        StepKind::Set(Set::To { field, .. } | Set::Member { field, .. } | Set::Clear { field }) => {
            format!("set {}", field.value)
        }
        StepKind::Set(Set::Consent { topic, .. }) => format!("set consent {}", topic.value),
        StepKind::Call(call) => format!("call {}.{}", call.connector.value, call.action.value),
        StepKind::Notify(notify) => format!("notify {}", notify.team.value),
        StepKind::Emit(emit) => format!("emit {}", emit.event.value),
        StepKind::Enroll(sequence) => format!("enroll in {}", sequence.value),
        StepKind::Exit => "exit".to_owned(),
    }
}
