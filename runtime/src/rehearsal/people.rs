//! What a rehearsal comes to, as plain data.

use flow_machine::adopt::Moves;
use serde::{Deserialize, Serialize};

/// What a change does to the people inside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// The instant for which it was worked out, RFC 3339.
    pub at: String,
    /// How many contacts there are.
    pub contacts: u64,
    /// What becomes of the runs of sequences, those left out that would be stranded.
    pub runs: Moves,
    /// Where somebody is, in the order of the program that runs.
    pub places: Vec<Place>,
    /// Who begins a sequence because of `enroll existing`.
    pub enrolled: Vec<Enrolled>,
    /// Who is in another segment by the new rules, by the name of the segment.
    pub segments: Vec<Membership>,
    /// Who is in another stage by the new rules.
    pub stages: Vec<StageChange>,
    /// What leaves at once.
    pub leaves: Vec<Leaves>,
    /// Where people are, or could be, of whom the new program does not know what becomes: it would be refused.
    pub stranded: Vec<Stranding>,
    /// Clauses of the new program that do nothing.
    pub idle: Vec<IdleClause>,
}

/// A step at which somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The sequence, as the program that runs calls it.
    pub sequence: String,
    /// They follow it as an earlier program had it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub earlier: bool,
    /// The step as it is written.
    pub step: String,
    /// The file, in the program that runs.
    pub file: String,
    /// The line there.
    pub line: u32,
    /// How many runs are here.
    pub runs: u64,
    /// What becomes of them: one of these for each.
    pub fates: Vec<PlaceFate>,
}

/// What becomes of some of those who are at a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceFate {
    /// What.
    pub fate: Fate,
    /// Of how many runs.
    pub runs: u64,
    /// Of them, those whose wait is over by the new program: they go on at once.
    #[serde(default, skip_serializing_if = "is_none")]
    pub at_once: u64,
    /// The sequence in which they go on, where it or the step is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
    /// The step at which they go on, as it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Some of them: those who were seen first.
    pub sample: Vec<Sampled>,
}

/// What becomes of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It stays where it is, and nothing of it changes.
    Stays,
    /// It stays at a wait that ends at another time.
    Recomputed,
    /// It goes on at another step, or under another name.
    Moves,
    /// It finishes the version in which it is.
    Finishes,
    /// It ends.
    Exits,
    /// Nothing says what becomes of it.
    Stranded,
}

/// One of those who are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampled {
    /// The id of the contact.
    pub contact: String,
    /// When the wait ends by the program that runs, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// When it ends by the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A sequence that takes those who are there already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// Its name.
    pub sequence: String,
    /// How many begin it.
    pub contacts: u64,
    /// Some of them.
    pub sample: Vec<String>,
}

/// A segment that others are in by the new rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Its name in the new program.
    pub segment: String,
    /// How many come in. It sets nothing off.
    pub entered: u64,
    /// How many go out.
    pub left: u64,
    /// Some of those who come in.
    pub entered_sample: Vec<String>,
    /// Some of those who go out.
    pub left_sample: Vec<String>,
}

/// Contacts that are in another stage by the new rules. It sets nothing off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageChange {
    /// The lifecycle.
    pub lifecycle: String,
    /// The stage before; none: the lifecycle is new.
    pub from: Option<String>,
    /// The stage now.
    pub to: String,
    /// How many.
    pub contacts: u64,
    /// Some of them.
    pub sample: Vec<String>,
}

/// What leaves as soon as the new program runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaves {
    /// `message`, `call` or `notice`.
    pub kind: String,
    /// The message, `connector.action`, the team.
    pub name: String,
    /// How many.
    pub count: u64,
    /// Some of those whom they go to.
    pub sample: Vec<String>,
}

/// A place where people would be stranded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stranding {
    /// The sequence.
    pub sequence: String,
    /// The step as it is written; none: all of the sequence.
    pub step: Option<String>,
    /// The file, in the program that runs.
    pub file: String,
    /// The line there.
    pub line: u32,
    /// How many are there now; others may come.
    pub people: u64,
    /// Some of them.
    pub sample: Vec<String>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// Clauses of which one is to be written; capital letters stand for names that only the author knows.
    pub clauses: Vec<String>,
}

/// A `moved` or `retired` that does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleClause {
    /// It, without its braces: `moved segment.engaged to segment.active`.
    pub clause: String,
    /// The file, in the new program.
    pub file: String,
    /// The line there.
    pub line: u32,
    /// Why, in one sentence.
    pub message: String,
}

impl People {
    /// Whether nobody is touched by the change: all stay where they are, and nothing leaves.
    #[must_use]
    pub fn is_unmoved(&self) -> bool {
        let Self { places, enrolled, segments, stages, leaves, stranded, .. } = self;
        let stays = |place: &Place| place.fates.iter().all(|fate| fate.fate == Fate::Stays);
        places.iter().all(stays)
            && enrolled.is_empty()
            && segments.is_empty()
            && stages.is_empty()
            && leaves.is_empty()
            && stranded.is_empty()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}
