//! How figures are called.

use flow_runtime::backtest::facts::FactKind;
use serde::Serialize;

use super::{Both, Figure};
use crate::numbers::{number, plural};

/// What belongs together in a report, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Stages of lifecycles.
    Stages,
    /// Messages that leave.
    Sends,
    /// Messages that do not leave, or not yet.
    HeldBack,
    /// Runs of sequences.
    Sequences,
    /// Segments.
    Segments,
    /// Bands of scores.
    Bands,
    /// Service levels.
    Slas,
    /// Calls and notices.
    Calls,
    /// Where contacts stand at the end.
    AtEnd,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Stages,
        Self::Sends,
        Self::HeldBack,
        Self::Sequences,
        Self::Segments,
        Self::Bands,
        Self::Slas,
        Self::Calls,
        Self::AtEnd,
    ];

    /// Where a kind of fact belongs.
    #[must_use]
    pub fn of(kind: FactKind) -> Self {
        match kind {
            FactKind::Stage => Self::Stages,
            FactKind::Segment => Self::Segments,
            FactKind::Band => Self::Bands,
            FactKind::StageAtEnd | FactKind::SegmentAtEnd | FactKind::BandAtEnd => Self::AtEnd,
            FactKind::Sent => Self::Sends,
            FactKind::Held | FactKind::Dropped => Self::HeldBack,
            FactKind::Entered | FactKind::HeldOut | FactKind::Goal | FactKind::Converted | FactKind::Exited => {
                Self::Sequences
            }
            FactKind::SlaStarted | FactKind::SlaMet | FactKind::SlaBreached => Self::Slas,
            FactKind::Call | FactKind::Notice => Self::Calls,
        }
    }

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Stages => "Stages reached",
            Self::Sends => "Messages sent",
            Self::HeldBack => "Messages held back",
            Self::Sequences => "Sequences",
            Self::Segments => "Segments entered",
            Self::Bands => "Score bands reached",
            Self::Slas => "Service levels",
            Self::Calls => "Calls and notices",
            Self::AtEnd => "At the end",
        }
    }

    /// What it counts, for those who see it for the first time.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Stages => "How often a contact came to a stage.",
            Self::Sends => "How many messages left.",
            Self::HeldBack => "How often a message waited or was dropped, and what held it.",
            Self::Sequences => "Runs that began, reached their goal, or ended without it.",
            Self::Segments => "How often a contact came into a segment.",
            Self::Bands => "How often a score rose into a band.",
            Self::Slas => "Clocks that started, were met in time, or ran out.",
            Self::Calls => "What other systems were asked, and teams were told.",
            Self::AtEnd => "Where contacts stand when the history is over.",
        }
    }
}

impl Figure {
    /// Its name in its group: `customer: mql`.
    #[must_use]
    pub fn name(&self) -> String {
        let (item, part) = (&self.item, self.part.replace('_', " "));
        match self.kind {
            FactKind::Stage | FactKind::Band => format!("{item}: {}", self.part),
            FactKind::StageAtEnd | FactKind::BandAtEnd => format!("in {item}: {}", self.part),
            FactKind::SegmentAtEnd => format!("in {item}"),
            FactKind::Segment | FactKind::Sent => item.clone(),
            FactKind::Held => format!("{item} waits: {}", gate(&self.part)),
            FactKind::Dropped => format!("{item} dropped: {}", gate(&self.part)),
            FactKind::Entered => format!("{item}: entered"),
            FactKind::HeldOut => format!("{item}: held out"),
            FactKind::Goal => format!("{item}: goal reached"),
            FactKind::Converted => format!("{item}: converted in time"),
            FactKind::Exited => format!("{item}: ended ({part})"),
            FactKind::SlaStarted => format!("{item}: started"),
            FactKind::SlaMet => format!("{item}: met"),
            FactKind::SlaBreached => format!("{item}: breached"),
            FactKind::Call => format!("calls to {item}"),
            FactKind::Notice => format!("notices to {item}"),
        }
    }

    /// Who is different: `12 gain it, 3 lose it, 4 earlier`.
    #[must_use]
    pub fn who(&self) -> String {
        let mut parts = Vec::new();
        let mut say = |count: u64, one: &str, many: &str| {
            if count > 0 {
                parts.push(format!("{} {}", number(count), if count == 1 { one } else { many }));
            }
        };
        say(self.gained, "new", "new");
        say(self.lost, "no longer", "no longer");
        say(self.more - self.gained.min(self.more), "more often", "more often");
        say(self.fewer - self.lost.min(self.fewer), "less often", "less often");
        if self.group != Group::AtEnd {
            say(self.earlier, "earlier", "earlier");
            say(self.later, "later", "later");
        }
        parts.join(", ")
    }
}

/// What holds a message, in words.
fn gate(name: &str) -> &str {
    match name {
        "cap" => "cap",
        "quiet" => "quiet hours",
        "consent" => "no consent",
        "address" => "no address",
        "suppressed" => "suppressed",
        "wanted" => "not wanted",
        "rate" => "rate",
        "render" => "not filled in",
        other => other,
    }
}

/// `+46`, `−3`, `0`
#[must_use]
pub fn signed(difference: i64) -> String {
    match difference {
        0 => "0".to_owned(),
        1.. => format!("+{}", number(difference.unsigned_abs())),
        _ => format!("−{}", number(difference.unsigned_abs())),
    }
}

/// `+3.8 %`; empty where there was nothing before, or nothing is different.
#[must_use]
pub fn percent(both: Both) -> String {
    match both.share() {
        Some(share) if both.difference() != 0 => {
            let tenths = share.abs() * 100.0;
            let sign = if share < 0.0 { '−' } else { '+' };
            if tenths >= 99.95 { format!("{sign}{tenths:.0} %") } else { format!("{sign}{tenths:.1} %") }
        }
        Some(_) | None => String::new(),
    }
}

/// What all of it comes to, in a sentence or two.
#[must_use]
pub fn verdict(report: &super::Report) -> String {
    let contacts = report.history.contacts.after.max(report.history.contacts.before);
    if report.same {
        return "Both programs mean the same: nothing is different for anybody.".to_owned();
    }
    if report.is_empty() {
        return format!("Nothing is different for any of {}.", plural(contacts, "contact"));
    }
    let sends = report.sends();
    let messages = match sends.difference() {
        0 if sends.before == 0 => "no message is sent".to_owned(),
        0 => format!("as many messages are sent ({})", number(sends.after)),
        _ => {
            let share = percent(sends);
            let share = if share.is_empty() { share } else { format!(" ({share})") };
            format!("{} messages are sent instead of {}{share}", number(sends.after), number(sends.before))
        }
    };
    let are = if report.affected == 1 { "is" } else { "are" };
    format!("Of {}, {} {are} treated differently; {messages}.", plural(contacts, "contact"), number(report.affected))
}
