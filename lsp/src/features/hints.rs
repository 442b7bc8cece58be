//! What a text leaves to be worked out, written beside it: how fast points fade, whose time counts, how many people an arm gets.

mod points;
mod times;

use std::ops::Range;

use flow_compiler::source::{FileId, Span};
use flow_compiler::syntax::tree::ItemKind;
use flow_compiler::syntax::tree::step::{Step, StepKind};

use crate::snapshot::Snapshot;

/// A few words beside a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Behind what they stand.
    pub span: Span,
    /// The words.
    pub label: String,
    /// What they mean, as Markdown.
    pub tooltip: String,
    /// What they tell.
    pub kind: HintKind,
}

/// What hints tell; a client may switch each off by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HintKind {
    /// How fast points fade.
    HalfLife,
    /// How long a band is kept once nothing happens any more.
    Band,
    /// Whose clock counts, which day a date is, what time it is in a test.
    Time,
    /// How many of all people come to an arm of a split.
    Share,
}

impl HintKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::HalfLife, Self::Band, Self::Time, Self::Share];

    /// As settings of a client call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfLife => "halfLife",
            Self::Band => "bands",
            Self::Time => "times",
            Self::Share => "shares",
        }
    }
}

/// The hints of the items that touch a range, in the order of the text.
#[must_use]
pub fn hints(snapshot: &Snapshot, file: FileId, range: Range<u32>) -> Vec<Hint> {
    let items = snapshot.parsed(file).map_or(&[][..], |parsed| parsed.tree.items.as_slice());
    let program = &snapshot.analysis().program;
    let mut found = Vec::new();
    for item in items.iter().filter(|item| item.span.start <= range.end && range.start <= item.span.end) {
        match &item.kind {
            ItemKind::Score(score) => points::score(score, &mut found),
            ItemKind::Limits(limits) => times::limits(program, snapshot.text(file), limits, &mut found),
            ItemKind::Calendar(calendar) => times::calendar(program, calendar, &mut found),
            ItemKind::Sequence(sequence) => {
                times::waits(program, &sequence.steps, &mut found);
                shares(&sequence.steps, 100.0, 0, &mut found);
            }
            ItemKind::Test(test) => times::test(program, test, &mut found),
            ItemKind::Enum(_)
            | ItemKind::Contact(_)
            | ItemKind::Event(_)
            | ItemKind::Segment(_)
            | ItemKind::Lifecycle(_)
            | ItemKind::Topic(_)
            | ItemKind::Message(_)
            | ItemKind::Team(_)
            | ItemKind::Sla(_)
            | ItemKind::Moved(_)
            | ItemKind::Retired(_)
            | ItemKind::Broken { .. } => {}
        }
    }
    found.retain(|hint| range.start <= hint.span.end && hint.span.start <= range.end);
    found.sort_by_key(|hint| (hint.span.end, hint.kind));
    found
}

/// The shares of arms inside of arms: what of all is left there.
fn shares(steps: &[Step], reached: f64, depth: usize, found: &mut Vec<Hint>) {
    for step in steps {
        let StepKind::Split(split) = &step.kind else {
            step.kind.blocks().into_iter().for_each(|block| shares(&block.steps, reached, depth, found));
            continue;
        };
        for arm in &split.arms {
            let here = reached * arm.share.value / 100.0;
            if depth > 0 {
                found.push(Hint {
                    span: arm.share.span,
                    label: format!("= {} % of all", number(here)),
                    tooltip: format!(
                        "{} % of those who come to the outermost split that this one stands in; each split draws by itself.",
                        number(here)
                    ),
                    kind: HintKind::Share,
                });
            }
            shares(&arm.block.steps, here, depth + 1, found);
        }
    }
}

/// A number with two digits behind the point at most.
fn number(number: f64) -> String {
    format!("{number:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number of days that is easy to read: `3.7 days`, `5 hours`.
fn days(days: f64) -> String {
    let (amount, unit) = if days >= 1.0 { (days, "day") } else { (days * 24.0, "hour") };
    let amount = if amount >= 10.0 { format!("{amount:.0}") } else { format!("{amount:.1}").replace(".0", "") };
    let plural = if amount == "1" { "" } else { "s" };
    format!("{amount} {unit}{plural}")
}
