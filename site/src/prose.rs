//! What a project means in English: conditions, triggers, lengths of time.

mod condition;
mod steps;

use flow_graph::program::{Cause, Event, Trigger, builtin};
use flow_graph::words::Scope;
use flow_graph::{ClockWindow, Expr, Id, Span, Weekdays};

use crate::html::{and, code, escape, link, or};
use crate::items::Site;
use flow_graph::graph::Node;

pub(crate) use condition::condition;
pub(crate) use steps::{action, steps};

/// What a condition says: alone, or as parts of which all or any have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// HTML that goes on behind "somebody".
    One(String),
    /// All of them.
    All(Vec<Said>),
    /// One of them is enough.
    Any(Vec<Said>),
}

impl Said {
    /// Everybody of whom it holds.
    pub(crate) fn everybody(&self) -> String {
        match self {
            Self::One(text) => format!("<p>Everybody who {text}.</p>\n"),
            Self::All(_) => format!(
                "<p class=\"lead-in\">Everybody who fulfils <strong>all</strong> of this:</p>\n{}",
                self.parts()
            ),
            Self::Any(_) => format!(
                "<p class=\"lead-in\">Everybody who fulfils <strong>at least one</strong> of these:</p>\n{}",
                self.parts()
            ),
        }
    }

    /// Its parts as lists within each other.
    fn parts(&self) -> String {
        let (Self::All(parts) | Self::Any(parts)) = self else { return String::new() };
        let part = |part: &Said| match part {
            Self::One(text) => format!("<li>{text}</li>\n"),
            Self::All(_) => format!("<li>all of this:\n{}</li>\n", part.parts()),
            Self::Any(_) => format!("<li>at least one of these:\n{}</li>\n", part.parts()),
        };
        format!("<ul class=\"said\">\n{}</ul>\n", parts.iter().map(part).collect::<String>())
    }

    /// In one line.
    pub(crate) fn line(&self) -> String {
        let part = |part: &Said| match part {
            Self::One(text) => text.clone(),
            Self::All(_) | Self::Any(_) => format!("({})", part.line()),
        };
        match self {
            Self::One(text) => text.clone(),
            Self::All(parts) => parts.iter().map(part).collect::<Vec<_>>().join(", and "),
            Self::Any(parts) => parts.iter().map(part).collect::<Vec<_>>().join(", or "),
        }
    }
}

/// An expression as the language writes it.
pub(crate) fn written(site: &Site<'_>, expr: &Expr, scope: Scope) -> String {
    code(&site.words().expr(expr, scope))
}

/// When something happens: "`order_placed` happens", "somebody enters the segment `vip`".
pub(crate) fn trigger(site: &Site<'_>, trigger: &Trigger) -> String {
    match trigger {
        Trigger::Event { event, filter } => {
            let (message, rest) = filtered(site, *event, filter.as_ref());
            format!("{}{rest}", happens(site, *event, message.as_deref()))
        }
        Trigger::EnteredSegment(id) => format!("somebody enters the segment {}", site.link(Node::Segment(*id))),
        Trigger::LeftSegment(id) => format!("somebody leaves the segment {}", site.link(Node::Segment(*id))),
        Trigger::BecomesBand { score, band } => {
            let bands = site.program.scores.get(*score).map_or(&[][..], |score| score.bands.as_slice());
            let band = bands.get(usize::from(*band)).map_or("?", |band| &band.name);
            format!("the score {} becomes {}", site.link(Node::Score(*score)), code(band))
        }
        Trigger::EnteredStage { lifecycle, stage } => {
            let stages = site.program.lifecycles.get(*lifecycle).map_or(&[][..], |it| it.stages.as_slice());
            let stage = stages.get(usize::from(*stage)).map_or("?", String::as_str);
            format!("somebody becomes {} in {}", code(stage), site.link(Node::Lifecycle(*lifecycle)))
        }
    }
}

/// The built-in events in English, in the order of [`builtin::NAMES`]: `@` is the message, `*` stands around the verb.
const REPORTS: [&str; 7] = [
    "@ is *delivered*",
    "somebody *opens* @",
    "somebody *clicks* in @",
    "@ *bounces*",
    "somebody *complains* about @",
    "somebody *unsubscribes*",
    "somebody *subscribes*",
];

/// That an event happens.
fn happens(site: &Site<'_>, event: Id<Event>, message: Option<&str>) -> String {
    let Some(words) = REPORTS.get(event.index()) else { return format!("{} happens", site.event(event)) };
    let mut parts = words.split('*');
    let mut next = || parts.next().unwrap_or_default();
    let (before, verb, behind) = (next(), next(), next());
    let verb = site.item(Node::Event(event)).map_or_else(|| verb.to_owned(), |item| link(&item.path, verb));
    format!("{before}{verb}{behind}").replace('@', message.unwrap_or("a message"))
}

/// Of which message an event of a channel is reported, and what else is asked of an event: ", where …".
fn filtered(site: &Site<'_>, event: Id<Event>, filter: Option<&Expr>) -> (Option<String>, String) {
    let Some(filter) = filter else { return (None, String::new()) };
    // The words of the language know what goes without saying: which message it is, and that a person did it.
    let words = site.words().event(event, Some(filter));
    let rest = words.split_once(" where ").map_or(String::new(), |(_, rest)| format!(", where {}", code(rest)));
    let of = words.split(" where ").next().unwrap_or_default();
    let message = of.split_once('(').and_then(|(_, name)| name.strip_suffix(')'));
    let message = message.filter(|_| event.index() < builtin::NAMES.len()).map(|name| {
        let found = site.items.iter().find(|item| item.name == name && matches!(item.node, Node::Message(_)));
        found.map_or_else(|| code(name), |item| site.link(item.node))
    });
    (message, rest)
}

/// Any of several triggers.
pub(crate) fn triggers(site: &Site<'_>, all: &[Trigger]) -> String {
    or(&all.iter().map(|one| trigger(site, one)).collect::<Vec<_>>())
}

/// Why somebody goes from one stage to another.
pub(crate) fn cause(site: &Site<'_>, cause: &Cause) -> String {
    match cause {
        Cause::When { condition: it, hold } => {
            let held = hold.map_or(String::new(), |hold| format!(", for {} without a break", span(hold)));
            format!("as soon as somebody {}{held}", condition(site, it, Scope::default()).line())
        }
        Cause::On(all) => format!("when {}", triggers(site, all)),
    }
}

/// `1 hour`, `90 minutes`, `7 days`
pub(crate) fn span(span: Span) -> String {
    let Span::Elapsed(ms) = span else { return span.to_string() };
    let of = |unit: i64, word: &str| {
        let n = ms / unit;
        format!("{n} {word}{}", if n == 1 { "" } else { "s" })
    };
    if ms % 3_600_000 == 0 {
        of(3_600_000, "hour")
    } else if ms % 60_000 == 0 {
        of(60_000, "minute")
    } else if ms % 1_000 == 0 {
        of(1_000, "second")
    } else {
        of(1, "millisecond")
    }
}

/// `a weekday between 09:00 and 17:00`, `the next Tuesday at 10:00`
pub(crate) fn clock(site: &Site<'_>, days: Weekdays, window: ClockWindow, single: bool) -> String {
    let written = site.words().clock(days, window, single);
    let (days, time) = written.rsplit_once(' ').map_or(("", written.as_str()), |(days, time)| (days, time));
    let days = match days {
        "" => String::new(),
        "weekday" => "a weekday, ".to_owned(),
        "weekend" => "a day of the weekend, ".to_owned(),
        several => {
            let names: Vec<String> = several.split(", ").map(day).collect();
            format!("{}, ", or(&names))
        }
    };
    let time = match time.split_once("..") {
        Some((from, to)) => format!("between {from} and {to}"),
        None => format!("at {time}"),
    };
    escape(&format!("{days}{time}"))
}

/// `Monday to Friday from 09:00 to 18:00`
pub(crate) fn hours(site: &Site<'_>, days: Weekdays, window: ClockWindow) -> String {
    let written = site.words().clock(days, window, false);
    let (days, time) = written.rsplit_once(' ').map_or(("", written.as_str()), |(days, time)| (days, time));
    let days = match days {
        "" => "every day".to_owned(),
        "weekday" => "Monday to Friday".to_owned(),
        "weekend" => "Saturday and Sunday".to_owned(),
        several => and(&several.split(", ").map(day).collect::<Vec<_>>()),
    };
    let (from, to) = time.split_once("..").unwrap_or((time, time));
    escape(&format!("{days} from {from} to {to}"))
}

fn day(short: &str) -> String {
    let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    names.iter().find(|name| name.to_lowercase().starts_with(short)).map_or(short, |name| *name).to_owned()
}

/// A share as percent: `5 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", (share * 10_000.0).round() / 100.0)
}

/// Points with their sign: `+20`, `−40`.
pub(crate) fn points(points: f64) -> String {
    if points < 0.0 { format!("−{}", points.abs()) } else { format!("+{points}") }
}
