//! The end of a run for people: figures below each other, eighty columns, nothing that is not there.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use flow_runtime::Summary;
use flow_runtime::ingest::{Reason, Rejection, Scope};
use flow_runtime::summary::{Conversion, MessageFigures, SequenceFigures, SlaFigures};

use crate::layout::{Row, elapsed, number, plural, rows};
use crate::terminal::{BOLD, DIM, Terminal, YELLOW};

/// What was refused, by reason, each with its first example.
#[derive(Debug, Default)]
pub(crate) struct Rejects {
    found: BTreeMap<(Scope, Reason), (u64, Rejection)>,
}

impl Rejects {
    pub(crate) fn add(&mut self, rejection: Rejection) {
        let key = (rejection.scope, rejection.reason);
        self.found.entry(key).or_insert((0, rejection)).0 += 1;
    }

    /// Whether every row could be used.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    fn rows(&self, scope: Scope) -> Vec<Row> {
        let here = self.found.iter().filter(|((found, _), _)| *found == scope);
        here.map(|((_, reason), (count, first))| {
            Row::new(reason.code(), *count, format!("{}:{}: {}", first.file, first.line, first.detail))
        })
        .collect()
    }
}

/// What a run came to.
pub(crate) struct End<'a> {
    /// Figures.
    pub(crate) summary: &'a Summary,
    /// What could not be used.
    pub(crate) rejects: &'a Rejects,
    /// How much was decided.
    pub(crate) decisions: u64,
    /// How long it took.
    pub(crate) took: Duration,
    /// Where decisions were written.
    pub(crate) out: Option<&'a Path>,
}

/// The figures of a run.
pub(crate) fn text(end: &End<'_>, terminal: &Terminal) -> String {
    let summary = end.summary;
    let mut page = Page { terminal, text: String::new() };
    for funnel in &summary.lifecycles {
        let stages = funnel.stages.iter().map(|stage| {
            let note = format!("entered {}", number(stage.entered));
            Row::new(&stage.stage, stage.contacts, note)
        });
        page.section(&format!("stages of {}", funnel.lifecycle), &stages.collect::<Vec<_>>(), true);
    }
    let segments = summary.segments.iter().map(|size| Row::new(&size.name, size.contacts, ""));
    page.section("segments", &segments.collect::<Vec<_>>(), true);
    for score in &summary.scores {
        let mut bands: Vec<Row> = score.bands.iter().map(|band| Row::new(&band.name, band.contacts, "")).collect();
        if score.below > 0 {
            bands.insert(0, Row::new("(below)", score.below, ""));
        }
        page.section(&format!("bands of {}", score.score), &bands, true);
    }
    let sent: Vec<Row> = summary.messages.iter().map(message).collect();
    page.section("messages sent", &sent, true);
    let sequences: Vec<Row> = summary.sequences.iter().map(sequence).collect();
    page.section("sequences entered", &sequences, false);
    page.section("service levels started", &summary.slas.iter().map(sla).collect::<Vec<_>>(), false);
    page.section("calls", &pairs(&summary.calls), false);
    page.section("notices", &pairs(&summary.notices), false);
    page.section("rows that could not be used", &end.rejects.rows(Scope::Call), false);
    page.section("values that could not be used", &end.rejects.rows(Scope::Value), false);
    page.last(end);
    page.text
}

struct Page<'a> {
    terminal: &'a Terminal,
    text: String,
}

impl Page<'_> {
    /// A heading and its rows; nothing when there are none.
    fn section(&mut self, title: &str, entries: &[Row], bars: bool) {
        if entries.is_empty() {
            return;
        }
        self.text.push_str(&self.terminal.paint(BOLD, title));
        self.text.push('\n');
        self.text.push_str(&rows(entries, bars, self.terminal.width, self.terminal.unicode));
        self.text.push('\n');
    }

    /// What was read, what came of it, and how fast.
    fn last(&mut self, end: &End<'_>) {
        let counts = end.summary.counts;
        let until = crate::layout::instant(&end.summary.until);
        let (inputs, people) = (plural(counts.inputs, "event"), plural(end.summary.contacts, "contact"));
        self.text.push_str(&format!("{inputs} of {people}, until {until}\n"));
        let aside = [
            (counts.late, "late", "late"),
            (counts.duplicates, "seen before", "seen before"),
            (counts.after_end, "after the end", "after the end"),
            (counts.merged, "contact merged", "contacts merged"),
        ];
        let words = |(n, one, many): &(u64, &str, &str)| format!("{} {}", number(*n), if *n == 1 { one } else { many });
        let aside: Vec<String> = aside.iter().filter(|(n, _, _)| *n > 0).map(words).collect();
        if !aside.is_empty() {
            self.text.push_str(&self.terminal.paint(YELLOW, &aside.join(", ")));
            self.text.push('\n');
        }
        let speed =
            per_second(counts.inputs, end.took).map_or_else(String::new, |n| format!(", {} events/s", number(n)));
        let time = self.terminal.paint(DIM, &format!("in {}{speed}", elapsed(end.took)));
        let written = end.out.map_or_else(String::new, |path| format!(", written to {}", path.display()));
        self.text.push_str(&format!("{} {time}{written}\n", plural(end.decisions, "decision")));
    }
}

fn message(figures: &MessageFigures) -> Row {
    let stopped = |word: &str, gates: &BTreeMap<String, u64>| {
        gates.iter().map(|(gate, n)| format!("{word} {} by {gate}", number(*n))).collect::<Vec<_>>()
    };
    let mut notes = stopped("held", &figures.held);
    notes.extend(stopped("dropped", &figures.dropped));
    Row::new(&figures.message, figures.sent, notes.join(", "))
}

fn sequence(figures: &SequenceFigures) -> Row {
    let entered = figures.messaged.entered + figures.held_out.entered;
    let mut notes = Vec::new();
    notes.extend(conversion("converted", &figures.messaged));
    notes.extend(conversion("held out", &figures.held_out));
    if figures.under_way > 0 {
        notes.push(format!("{} under way", number(figures.under_way)));
    }
    Row::new(&figures.sequence, entered, notes.join(", "))
}

fn conversion(word: &str, conversion: &Conversion) -> Option<String> {
    let share = conversion.share.filter(|_| conversion.goal > 0)?;
    Some(format!("{word} {} of {}", percent(share), number(conversion.entered)))
}

fn sla(figures: &SlaFigures) -> Row {
    let all = figures.all;
    let mut notes = Vec::new();
    if let Some(share) = all.share {
        let target = figures.target.map_or_else(String::new, |target| format!(" (target {})", percent(target)));
        notes.push(format!("met {}{target}", percent(share)));
    }
    for (n, word) in [(all.breached, "breached"), (all.met_late, "met late"), (all.reminded, "reminded")] {
        if n > 0 {
            notes.push(format!("{} {word}", number(n)));
        }
    }
    Row::new(&figures.sla, all.started, notes.join(", "))
}

fn pairs(counts: &BTreeMap<String, u64>) -> Vec<Row> {
    counts.iter().map(|(name, n)| Row::new(name, *n, "")).collect()
}

/// `12.3 %`; whole percents stay whole.
fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round() / 10.0;
    if (tenths - tenths.round()).abs() < 1e-9 { format!("{tenths:.0} %") } else { format!("{tenths:.1} %") }
}

fn per_second(events: u64, took: Duration) -> Option<u64> {
    let nanos = took.as_nanos().max(1);
    u64::try_from(u128::from(events) * 1_000_000_000 / nanos).ok().filter(|_| took >= Duration::from_millis(1))
}
