//! What a change does: a semantic comparison of two programs.
//!
//! Two programs are compared item by item and part by part, by what they mean. Formatting, comments, the order of items
//! and files, and names that a `moved` clause takes along are no change; everything that the canonical form tells apart
//! is one. Of a condition that was changed it is proved for whom it holds now and no longer, with somebody who shows it.

pub mod change;
pub mod code;
mod diff;
mod impact;
mod joined;
mod lines;
pub mod markdown;
mod meaning;
mod moved;
mod picture;
mod places;
mod written;

use flow_graph::Program;
use flow_graph::canonical::{fingerprint_of, items_of};
use serde::Serialize;

use crate::bounds;
use crate::people::People;

pub use change::{Change, Said, Witness};
pub use code::{Aspect, Code};
pub use places::Places;

/// Version of the JSON form. It grows when a reader of the older one could misunderstand the newer one.
pub const FORMAT_VERSION: u32 = 1;

/// What a change does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// [`FORMAT_VERSION`]
    pub format_version: u32,
    /// Before.
    pub base: Side,
    /// After.
    pub head: Side,
    /// Somebody has to approve of it.
    pub needs_approval: bool,
    /// In the order of the language.
    pub changes: Vec<Change>,
    /// Worst cases of messages in a week that are others now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<bounds::Change>,
    /// What becomes of the people inside, where they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<People>,
    /// With what exactly this is deployed, where a daemon would take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What changed and what follows from it, as Mermaid.
    #[serde(skip)]
    pub pictures: Vec<String>,
}

/// One of two programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// As it was asked for: a revision, a folder, a daemon.
    pub name: String,
    /// The fingerprint of its canonical form.
    pub fingerprint: String,
}

/// A program that is compared.
#[derive(Debug, Clone)]
pub struct Compared<'p> {
    /// Where it comes from, for people.
    pub name: String,
    /// What it means.
    pub program: &'p Program,
    /// Where things stand, as far as its files are known.
    pub places: Places,
}

/// Compares two programs.
#[must_use]
pub fn plan(base: &Compared<'_>, head: &Compared<'_>) -> Plan {
    let (old, new) = (base.program, head.program);
    let named = moved::renamed(old, &new.moved);
    let mut changes = diff::Diff::all(&named, new);
    impact::note(&mut changes, &named, new);
    another_name(&mut changes, &named, new);
    places::note(&mut changes, &base.places, &head.places);
    let side = |it: &Compared<'_>| Side { name: it.name.clone(), fingerprint: fingerprint_of(it.program) };
    let needs_approval = changes.iter().any(|change| change.needs_approval);
    let pictures = picture::pictures(new, &changes);
    let (base, head) = (side(base), side(head));
    let unchanged = changes.is_empty();
    let bounds = if unchanged { Vec::new() } else { bounds::changes(&bounds::of(&named), &bounds::of(new)) };
    Plan {
        format_version: FORMAT_VERSION,
        base,
        head,
        needs_approval,
        changes,
        bounds,
        people: None,
        token: None,
        pictures,
    }
}

/// Says of what is gone while the same came under another name that a clause takes people along.
fn another_name(changes: &mut [Change], old: &Program, new: &Program) {
    let kind = |address: &str| address.split_once('.').map(|(kind, _)| kind.to_owned());
    let added: Vec<String> = changes.iter().filter(|it| it.code == Code::ItemAdded).map(|it| it.item.clone()).collect();
    if added.is_empty() {
        return;
    }
    let (old, new) = (items_of(old), items_of(new));
    for change in changes.iter_mut().filter(|change| change.code == Code::ItemRemoved) {
        let moves = ["segment", "score", "lifecycle", "message", "sequence", "sla"];
        let Some(was) = old.get(&change.item) else { continue };
        let same = |to: &&String| {
            kind(to) == kind(&change.item) && new.get(*to).is_some_and(|is| is.fingerprint == was.fingerprint)
        };
        if let Some(to) = added.iter().find(same)
            && kind(&change.item).is_some_and(|kind| moves.contains(&kind.as_str()))
        {
            change.says =
                format!("{}; if it has another name only, write `moved {} to {to}`", change.says, change.item);
        }
    }
}

impl Plan {
    /// Whether people would be left where nothing leads on, so that a daemon would refuse it.
    #[must_use]
    pub fn strands(&self) -> bool {
        self.people.as_ref().is_some_and(|people| !people.stranded.is_empty())
    }
}
