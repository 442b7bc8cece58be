//! The sentences.

use crate::numbers::{number, plural};

use super::{Fate, Leaves, Membership, People, Place, PlaceFate, Sampled, StageChange};

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What they are about, in small letters.
    pub title: String,
    /// They.
    pub lines: Vec<Line>,
}

/// How many of something, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where: a sequence, a segment, a lifecycle; empty where it is the one of the line above.
    pub of: String,
    /// The step there, a message; may be empty.
    pub at: String,
    /// How many.
    pub count: u64,
    /// What becomes of them.
    pub says: String,
    /// Some of them, each in a few words; instants are RFC 3339.
    pub sample: Vec<String>,
}

/// All of it in one sentence.
#[must_use]
pub fn head(people: &People) -> String {
    let contacts = plural(people.contacts, "contact");
    if people.is_unmoved() {
        let runs = match people.runs.runs() {
            0 => "nobody is inside a sequence".to_owned(),
            1 => "the one who is inside a sequence stays there".to_owned(),
            n => format!("all {} who are inside sequences stay where they are", number(n)),
        };
        return format!("{contacts}: {runs}");
    }
    let touched: u64 = fates(people).filter(|fate| fate.fate != Fate::Stays).map(|fate| fate.runs).sum();
    let stay = people.runs.stayed;
    let parts = [
        (touched, "inside a sequence would be touched", "inside sequences would be touched"),
        (stay, "stays where it is", "stay where they are"),
    ];
    let parts = parts.into_iter().filter(|part| part.0 > 0);
    let parts: Vec<_> =
        parts.map(|(n, one, many)| format!("{} {}", number(n), if n == 1 { one } else { many })).collect();
    if parts.is_empty() { contacts } else { format!("{contacts}: {}", parts.join(", ")) }
}

fn fates(people: &People) -> impl Iterator<Item = &PlaceFate> {
    people.places.iter().flat_map(|place| &place.fates)
}

/// What would happen to whom; sections of which there is nothing to say are left out.
#[must_use]
pub fn sections(people: &People) -> Vec<Section> {
    let enrolled = people.enrolled.iter().map(|it| Line {
        of: it.sequence.clone(),
        at: String::new(),
        count: it.contacts,
        says: "begin it, because they are already where it takes people from".to_owned(),
        sample: it.sample.clone(),
    });
    let inside: Vec<Line> = places(&people.places).into_iter().chain(enrolled).collect();
    let all = [
        ("people inside", inside),
        ("leaves at once", people.leaves.iter().map(leaves).collect()),
        ("segments", people.segments.iter().flat_map(membership).collect()),
        ("stages", people.stages.iter().map(stage).collect()),
    ];
    let all = all.into_iter().filter(|(_, lines)| !lines.is_empty());
    all.map(|(title, lines)| Section { title: title.to_owned(), lines }).collect()
}

fn places(places: &[Place]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut last = "";
    for place in places {
        // Where all stay there is nothing to say of the step.
        if place.fates.iter().all(|fate| fate.fate == Fate::Stays) {
            continue;
        }
        let earlier = if place.earlier { " (earlier version)" } else { "" };
        let mut at = format!("{}{earlier}", place.step);
        for fate in &place.fates {
            let of = if last == place.sequence { String::new() } else { place.sequence.clone() };
            last = &place.sequence;
            let sample = fate.sample.iter().map(sampled).collect();
            lines.push(Line { of, at: std::mem::take(&mut at), count: fate.runs, says: fated(place, fate), sample });
        }
    }
    lines
}

/// What becomes of those at a step, behind their number.
fn fated(place: &Place, fate: &PlaceFate) -> String {
    let one = fate.runs == 1;
    let pick = |singular: &str, many: &str| if one { singular.to_owned() } else { many.to_owned() };
    match fate.fate {
        Fate::Stays => pick("stays", "stay"),
        Fate::Recomputed => {
            let says = pick("waits until another time", "wait until another time");
            format!("{says}{}", at_once(fate))
        }
        Fate::Moves => {
            let says = pick("goes on", "go on");
            let step = fate.step.as_ref().map(|step| format!(" at `{step}`")).unwrap_or_default();
            let other = fate.sequence.as_ref().filter(|sequence| **sequence != place.sequence);
            let sequence = other.map(|sequence| format!(" in `{sequence}`")).unwrap_or_default();
            format!("{says}{step}{sequence}{}", at_once(fate))
        }
        Fate::Finishes => pick("finishes the sequence as it was", "finish the sequence as it was"),
        Fate::Exits => pick("leaves the sequence", "leave the sequence"),
        Fate::Stranded => pick(
            "would be stranded: nothing says what becomes of it",
            "would be stranded: nothing says what becomes of them",
        ),
    }
}

fn at_once(fate: &PlaceFate) -> String {
    match fate.at_once {
        0 => String::new(),
        n if n == fate.runs && n == 1 => "; that time is over, so it goes on at once".to_owned(),
        n if n == fate.runs => "; that time is over, so all go on at once".to_owned(),
        1 => "; for 1 of them it is over: it goes on at once".to_owned(),
        n => format!("; for {} of them it is over: they go on at once", number(n)),
    }
}

fn sampled(sampled: &Sampled) -> String {
    let Sampled { contact, before, after } = sampled;
    match (before, after) {
        (None, None) => contact.clone(),
        (Some(before), Some(after)) => format!("{contact}: {before} becomes {after}"),
        (Some(before), None) => format!("{contact}: {before} becomes no end"),
        (None, Some(after)) => format!("{contact}: {after}"),
    }
}

fn leaves(leaves: &Leaves) -> Line {
    let says = match (leaves.kind.as_str(), leaves.count) {
        ("message", 1) => "message is sent",
        ("message", _) => "messages are sent",
        ("call", 1) => "call is made",
        ("call", _) => "calls are made",
        (_, 1) => "notice is given",
        (_, _) => "notices are given",
    };
    let says = format!("{says} as soon as the program runs");
    Line { of: leaves.name.clone(), at: String::new(), count: leaves.count, says, sample: leaves.sample.clone() }
}

fn membership(it: &Membership) -> Vec<Line> {
    let ways = [
        (it.entered, "comes in by the new rules", "come in by the new rules", &it.entered_sample),
        (it.left, "goes out", "go out", &it.left_sample),
    ];
    let mut of = it.segment.clone();
    let ways = ways.into_iter().filter(|way| way.0 > 0);
    ways.map(|(count, one, many, sample)| Line {
        of: std::mem::take(&mut of),
        at: String::new(),
        count,
        says: format!("{}; that sets nothing off", if count == 1 { one } else { many }),
        sample: sample.clone(),
    })
    .collect()
}

fn stage(it: &StageChange) -> Line {
    let says = match &it.from {
        Some(from) => format!("from `{from}` to `{}` by the new rules; that sets nothing off", it.to),
        None => format!("at `{}`, where the lifecycle begins", it.to),
    };
    Line { of: it.lifecycle.clone(), at: String::new(), count: it.contacts, says, sample: it.sample.clone() }
}
