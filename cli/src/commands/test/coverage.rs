//! What `flow test --coverage` tells: how much of each file the tests reach, and what they do not.

use std::collections::BTreeMap;
use std::path::Path;

use flow_graph::Program;
use flow_runtime::testing::coverage::{Coverage, Spot, SpotKind, lcov};
use serde::Serialize;

use super::Ran;
use crate::failure::Failure;
use crate::layout::{share, shorten};
use crate::project::Project;
use crate::terminal::{BOLD, CYAN, DIM, Terminal};

/// All places of a program with what the tests have reached of them.
pub(crate) struct Report {
    /// By file and line; the paths are as they are shown.
    spots: Vec<Spot>,
    /// Of places whose words the program does not know: the line as it was written.
    lines: Vec<String>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Share {
    reached: usize,
    places: usize,
}

/// The figures as JSON has them.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    reached: usize,
    places: usize,
    kinds: BTreeMap<&'static str, Share>,
    files: BTreeMap<String, Share>,
    missed: Vec<Missed>,
}

/// A place that no test reached.
#[derive(Debug, Serialize)]
struct Missed {
    file: String,
    line: u32,
    kind: &'static str,
    item: String,
    text: String,
    why: &'static str,
}

impl Report {
    pub(crate) fn new(project: &Project, program: &Program, ran: &[Ran<'_>]) -> Self {
        let mut coverage = Coverage::default();
        ran.iter().for_each(|ran| coverage.unite(&ran.coverage));
        let mut spots = coverage.spots(program);
        let mut lines = Vec::new();
        for spot in &mut spots {
            lines.push(spot.text.clone().unwrap_or_else(|| project.line(&spot.place.file, spot.place.line)));
            spot.place.file = project.path(&spot.place.file);
        }
        Self { spots, lines }
    }

    /// As a tracefile.
    pub(crate) fn lcov(&self) -> String {
        lcov(&self.spots, ToOwned::to_owned)
    }

    /// Writes the tracefile.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        std::fs::write(path, self.lcov()).map_err(|error| Failure::file("write", path, &error))
    }

    /// Whether less is reached than is asked for; says so.
    pub(crate) fn is_below(&self, min: f64, terminal: &mut Terminal) -> bool {
        let Share { reached, places } = self.all();
        #[expect(clippy::cast_precision_loss, reason = "no project has so many places")]
        let below = (reached as f64) * 100.0 < min * (places as f64);
        if below {
            let said = format!("the tests reach {} of the project, less than {min}%\n", share(reached, places));
            terminal.note(&said);
        }
        below
    }

    pub(crate) fn figures(&self) -> Figures {
        let missed = self.missed().map(|(spot, text)| Missed {
            file: spot.place.file.clone(),
            line: spot.place.line,
            kind: spot.kind.plural(),
            item: spot.item.clone(),
            text: text.clone(),
            why: spot.missing,
        });
        let missed = missed.collect();
        let Share { reached, places } = self.all();
        Figures {
            reached,
            places,
            kinds: self.by(|spot| spot.kind.plural()),
            files: self.by(|spot| spot.place.file.clone()),
            missed,
        }
    }

    /// For people.
    pub(crate) fn text(&self, terminal: &Terminal) -> String {
        let mut rows: Vec<(String, Share)> = self.by(|spot| spot.place.file.clone()).into_iter().collect();
        rows.push(("all".to_owned(), self.all()));
        let mut text = format!("\n{}\n", terminal.paint(BOLD, "coverage"));
        text.push_str(&table(&rows));
        let kinds = self.by(|spot| spot.kind);
        let rows: Vec<(String, Share)> =
            SpotKind::ALL.iter().filter_map(|kind| Some((kind.plural().to_owned(), *kinds.get(kind)?))).collect();
        text.push('\n');
        text.push_str(&table(&rows));
        let missed: Vec<_> = self.missed().collect();
        if missed.is_empty() {
            return text;
        }
        text.push_str(&format!("\n{}\n", terminal.paint(BOLD, "not reached")));
        let places: Vec<String> =
            missed.iter().map(|(spot, _)| format!("{}:{}", spot.place.file, spot.place.line)).collect();
        let wide = places.iter().map(|place| place.chars().count()).max().unwrap_or(0).min(40);
        for ((spot, words), place) in missed.iter().zip(&places) {
            let taken = 2 + place.chars().count().max(wide) + 2 + 2 + spot.missing.chars().count();
            let words = shorten(words, terminal.width.saturating_sub(taken).max(12), terminal.unicode);
            let place = terminal.paint(CYAN, &format!("{place:<wide$}"));
            text.push_str(&format!("  {place}  {words}: {}\n", terminal.paint(DIM, spot.missing)));
        }
        text
    }

    fn missed(&self) -> impl Iterator<Item = (&Spot, &String)> {
        self.spots.iter().zip(&self.lines).filter(|(spot, _)| spot.count == 0)
    }

    fn all(&self) -> Share {
        self.by(|_| ()).into_values().next().unwrap_or_default()
    }

    fn by<K: Ord>(&self, key: impl Fn(&Spot) -> K) -> BTreeMap<K, Share> {
        let mut shares: BTreeMap<K, Share> = BTreeMap::new();
        for spot in &self.spots {
            let share = shares.entry(key(spot)).or_default();
            share.places += 1;
            share.reached += usize::from(spot.count > 0);
        }
        shares
    }
}

/// Names to the left, figures in columns.
fn table(rows: &[(String, Share)]) -> String {
    let names = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let figures = rows.iter().map(|(_, share)| share.places.to_string().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, Share { reached, places }) in rows {
        let percent = share(*reached, *places);
        text.push_str(&format!("  {name:<names$}  {reached:>figures$} of {places:>figures$}  {percent:>5}\n"));
    }
    text
}
