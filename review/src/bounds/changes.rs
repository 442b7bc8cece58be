//! What becomes of the worst case with a change.

use serde::{Deserialize, Serialize};

use super::{Bounds, ChannelBounds, HeldBack};

/// A worst case that is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Change {
    /// How many messages a contact can get by a channel in a week.
    Most {
        /// The channel.
        channel: String,
        /// Before; none: without a bound.
        before: Option<u64>,
        /// Now.
        after: Option<u64>,
        /// Sequences because of which there is no bound now, with the reason.
        because: Vec<String>,
    },
    /// A message can be kept from leaving, which always left or is new.
    Held(Box<HeldBack>),
    /// A message always leaves, which could be kept from it.
    Leaves {
        /// Its name.
        message: String,
        /// The channel.
        channel: String,
    },
}

/// What is another one in the second than in the first. A message that is gone does not always leave.
#[must_use]
pub fn changes(before: &Bounds, after: &Bounds) -> Vec<Change> {
    let mut changes = Vec::new();
    let names = before.channels.iter().chain(&after.channels).map(|it| it.channel.as_str());
    let names: std::collections::BTreeSet<&str> = names.collect();
    for name in names {
        let find = |bounds: &'_ Bounds| bounds.channels.iter().find(|it| it.channel == name).cloned();
        let (old, new) = (find(before), find(after));
        // By a channel that is not there nothing leaves.
        let most = |channel: &Option<ChannelBounds>| channel.as_ref().map_or(Some(0), |it| it.most);
        if most(&old) != most(&new) {
            let endless =
                new.iter().flat_map(|it| &it.sequences).filter(|it| most(&new).is_none() && it.most.is_none());
            let because = endless.filter_map(|it| Some(format!("`{}`: {}", it.sequence, it.because.as_ref()?)));
            let (channel, before, after) = (name.to_owned(), most(&old), most(&new));
            changes.push(Change::Most { channel, before, after, because: because.collect() });
        }
    }
    let key = |held: &HeldBack| (held.channel.clone(), held.message.clone());
    let was = |held: &&HeldBack| before.held_back.iter().any(|it| key(it) == key(held));
    changes.extend(after.held_back.iter().filter(|held| !was(held)).cloned().map(|it| Change::Held(Box::new(it))));
    let is = |held: &&HeldBack| after.held_back.iter().any(|it| key(it) == key(held));
    let gone = before.held_back.iter().filter(|held| !is(held)).filter(|held| sends(after, held));
    changes.extend(gone.map(|it| Change::Leaves { message: it.message.clone(), channel: it.channel.clone() }));
    changes
}

/// Whether a message is sent by the same channel still.
fn sends(bounds: &Bounds, held: &HeldBack) -> bool {
    let channels = bounds.channels.iter().filter(|it| it.channel == held.channel);
    channels.flat_map(|it| &it.sequences).any(|it| it.messages.contains(&held.message))
}

impl std::fmt::Display for Change {
    /// In a sentence, for people who do not program.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Most { channel, before, after, because } => {
                write!(f, "by {channel} a contact can get {} in a week; it was {}", words(*after), words(*before))?;
                if because.is_empty() { Ok(()) } else { write!(f, " ({})", because.join("; ")) }
            }
            Self::Held(held) => write!(f, "{held}"),
            Self::Leaves { message, channel } => {
                write!(f, "`{message}` always leaves now: others cannot fill the caps of {channel} any more")
            }
        }
    }
}

/// `at most 3 messages`, `any number of messages`
fn words(most: Option<u64>) -> String {
    match most {
        None => "any number of messages".to_owned(),
        Some(0) => "no messages".to_owned(),
        Some(1) => "at most 1 message".to_owned(),
        Some(most) => format!("at most {most} messages"),
    }
}

impl std::fmt::Display for HeldBack {
    /// In a sentence: that it can be kept from leaving, by which caps and because of which messages.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let full = self.full.join(" and ");
        let waits = self.waits.as_ref().map(|waits| format!(", which it waits up to {waits} for")).unwrap_or_default();
        write!(f, "`{}` can be kept from leaving by `{} at most {full}`{waits}: ", self.message, self.channel)?;
        f.write_str(&self.filled_by().join("; "))
    }
}

impl HeldBack {
    /// What fills the caps, a group of messages each.
    #[must_use]
    pub fn filled_by(&self) -> Vec<String> {
        let name = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let group = |names: &[String], one: &str, more: &str| {
            let how = if names.len() == 1 { one } else { more };
            (!names.is_empty()).then(|| format!("{} {how}", name(names)))
        };
        let groups = [
            group(&self.first, "has a higher priority", "have a higher priority"),
            group(&self.equal, "goes first when it waits longer", "go first when they wait longer"),
            group(&self.earlier, "fills them when it left before", "fill them when they left before"),
        ];
        let groups: Vec<String> = groups.into_iter().flatten().collect();
        if groups.is_empty() { vec!["it fills them itself, in other runs".to_owned()] } else { groups }
    }
}
