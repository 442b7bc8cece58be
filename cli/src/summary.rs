//! The end of a run for people: figures below each other, eighty columns, nothing that is not there.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use flow_runtime::Summary;
use flow_runtime::ingest::{Reason, Rejection, Scope};
use flow_runtime::summary::{Conversion, MessageFigures, SequenceFigures, SlaFigures};

use crate::clock::Clock;
use crate::layout::{Row, elapsed, hanging, number, plural, rows};
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
        let mut files = self.found.values().map(|(_, first)| &first.file);
        let one = files.next().is_none_or(|file| files.all(|other| other == file));
        let place = |first: &Rejection| match one {
            true => format!("line {}", first.line),
            false => format!("{}:{}", first.file, first.line),
        };
        let here = self.found.iter().filter(|((found, _), _)| *found == scope);
        let rows = here.map(|((_, reason), (count, first))| {
            Row::new(reason.code(), *count, format!("{}: {}", place(first), first.detail))
        });
        most_first(rows.collect())
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
    /// The folders that took over, in order.
    pub(crate) dirs: &'a [String],
    /// Where decisions were written.
    pub(crate) out: Option<&'a Path>,
    /// Tells times.
    pub(crate) clock: &'a Clock,
    /// Whether all events were put in order first.
    pub(crate) sorted: bool,
    /// `--until` as it was given.
    pub(crate) until: Option<&'a str>,
}

/// The figures of a run. Stages and bands stand in their order, all else with the most first.
pub(crate) fn text(end: &End<'_>, terminal: &Terminal) -> String {
    let summary = end.summary;
    let mut page = Page { terminal, text: String::new() };
    if summary.contacts > 0 {
        figures(summary, &mut page);
    }
    page.section("rows that could not be used", &end.rejects.rows(Scope::Call), false);
    page.section("values that could not be used", &end.rejects.rows(Scope::Value), false);
    page.deployed(end);
    page.last(end);
    page.text
}

fn figures(summary: &Summary, page: &mut Page<'_>) {
    for funnel in &summary.lifecycles {
        let stages = funnel.stages.iter().map(|stage| {
            let note = format!("entered {}", number(stage.entered));
            Row::new(&stage.stage, stage.contacts, note)
        });
        page.section(&format!("stages of {}", funnel.lifecycle), &stages.collect::<Vec<_>>(), true);
    }
    let segments = summary.segments.iter().map(|size| Row::new(&size.name, size.contacts, ""));
    page.section("segments", &most_first(segments.collect()), true);
    for score in &summary.scores {
        let mut bands: Vec<Row> = score.bands.iter().map(|band| Row::new(&band.name, band.contacts, "")).collect();
        if score.below > 0 {
            bands.insert(0, Row::new("(below)", score.below, ""));
        }
        page.section(&format!("bands of {}", score.score), &bands, true);
    }
    let sent = summary.messages.iter().map(|figures| Row::new(&figures.message, figures.sent, ""));
    page.section("messages sent", &most_first(sent.collect()), true);
    page.words("messages held or dropped", &summary.messages.iter().filter_map(stopped).collect::<Vec<_>>());
    page.section("sequences entered", &most_first(summary.sequences.iter().map(sequence).collect()), false);
    page.section("service levels started", &most_first(summary.slas.iter().map(sla).collect()), false);
    page.section("calls", &most_first(pairs(&summary.calls)), false);
    page.section("notices", &most_first(pairs(&summary.notices)), false);
}

/// Of equal counts the names decide, which stand in order already.
fn most_first(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    rows
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

    /// What took over when, and what became of those who were inside.
    fn deployed(&mut self, end: &End<'_>) {
        let all = &end.summary.deployed;
        if all.is_empty() {
            return;
        }
        self.text.push_str(&self.terminal.paint(BOLD, "deployed"));
        self.text.push('\n');
        for (dir, deployed) in end.dirs.iter().zip(all) {
            let runs = deployed.runs;
            let words = [
                (runs.stayed, "stayed"),
                (runs.recomputed, "recomputed"),
                (runs.moved, "moved"),
                (runs.finishing, "finishing the old version"),
                (runs.exited, "exited"),
                (runs.enrolled, "enrolled"),
            ];
            let words = words.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", number(*n)));
            let words = words.collect::<Vec<_>>().join(", ");
            let words = if words.is_empty() { "nobody was inside".to_owned() } else { format!("runs: {words}") };
            let lead = format!("  {dir} at {}: ", end.clock.tell(&deployed.at));
            self.text.push_str(&hanging(&lead, &words, self.terminal.width));
        }
        self.text.push('\n');
    }

    /// A heading, names and what is said of each.
    fn words(&mut self, title: &str, entries: &[(&str, String)]) {
        if entries.is_empty() {
            return;
        }
        self.text.push_str(&format!("{}\n", self.terminal.paint(BOLD, title)));
        let longest = entries.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, words) in entries {
            self.text.push_str(&hanging(&format!("  {name:<longest$}  "), words, self.terminal.width));
        }
        self.text.push('\n');
    }

    /// What was read, what came of it, and how fast.
    fn last(&mut self, end: &End<'_>) {
        let counts = end.summary.counts;
        let (inputs, people) = (plural(counts.inputs, "event"), plural(end.summary.contacts, "contact"));
        match counts.inputs {
            0 => self.text.push_str("no events\n"),
            _ => self.text.push_str(&format!("{inputs} of {people}{}\n", until(end))),
        }
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
        if counts.late * 2 > counts.inputs && !end.sorted {
            self.text.push_str("most events came late, which triggers nothing: `--sort` puts them in order first\n");
        }
        let speed =
            per_second(counts.inputs, end.took).map_or_else(String::new, |n| format!(", {} events/s", number(n)));
        let time = self.terminal.paint(DIM, &format!("in {}{speed}", elapsed(end.took)));
        let out = end.out.filter(|path| *path != Path::new("-"));
        let written = out.map_or_else(String::new, |path| format!(", written to {}", path.display()));
        self.text.push_str(&format!("{} {time}{written}\n", plural(end.decisions, "decision")));
    }
}

/// `, until 2026-03-27 10:00:00 Europe/Berlin`; a day that was given has its end there.
fn until(end: &End<'_>) -> String {
    match end.until {
        Some(day) if day.len() == "2026-03-27".len() => format!(", to the end of {day}"),
        Some(_) | None if end.summary.contacts == 0 => String::new(),
        Some(_) | None => format!(", until {} {}", end.clock.tell(&end.summary.until), end.clock.zone()),
    }
}

/// `held 3 by cap, 1 by quiet; dropped 2 by consent`
fn stopped(figures: &MessageFigures) -> Option<(&str, String)> {
    let words = |word: &str, gates: &BTreeMap<String, u64>| {
        let gates: Vec<_> = gates.iter().map(|(gate, n)| format!("{} by {gate}", number(*n))).collect();
        (!gates.is_empty()).then(|| format!("{word} {}", gates.join(", ")))
    };
    let parts = [words("held", &figures.held), words("dropped", &figures.dropped)];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    (!said.is_empty()).then(|| (figures.message.as_str(), said.join("; ")))
}

fn sequence(figures: &SequenceFigures) -> Row {
    let entered = figures.messaged.entered + figures.held_out.entered;
    let mut notes = Vec::new();
    notes.extend(conversion("converted", &figures.messaged));
    notes.extend(conversion("held out", &figures.held_out));
    if figures.under_way > 0 {
        notes.push(format!("{} inside", number(figures.under_way)));
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
pub(crate) fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round() / 10.0;
    if (tenths - tenths.round()).abs() < 1e-9 { format!("{tenths:.0} %") } else { format!("{tenths:.1} %") }
}

fn per_second(events: u64, took: Duration) -> Option<u64> {
    let nanos = took.as_nanos().max(1);
    u64::try_from(u128::from(events) * 1_000_000_000 / nanos).ok().filter(|_| took >= Duration::from_millis(1))
}
