//! Figures in columns under their heads: names to the left, figures to the right.

use crate::layout::shorten;
use crate::terminal::{BOLD, DIM, Terminal};

/// A table: of each row the first cell is a name, the others are figures.
#[derive(Debug)]
pub(crate) struct Table {
    title: String,
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(title: impl Into<String>, heads: &[&'static str]) -> Self {
        Self { title: title.into(), heads: heads.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; a figure that is not there is empty.
    pub(crate) fn row(&mut self, name: impl Into<String>, figures: impl IntoIterator<Item = String>) {
        self.rows.push([name.into()].into_iter().chain(figures).collect());
    }

    /// The table in lines that are no wider than the terminal, with an empty one behind; nothing without rows. Names
    /// are shortened where they have no room.
    pub(crate) fn text(&self, terminal: &Terminal) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let length = |text: &String| text.chars().count();
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|column| {
                let figures = self.rows.iter().filter_map(|row| row.get(column + 1)).map(length).max().unwrap_or(0);
                figures.max(self.heads.get(column).map_or(0, |head| head.chars().count()))
            })
            .collect();
        let taken: usize = widths.iter().map(|width| width + 2).sum();
        let names = self.rows.iter().filter_map(|row| row.first()).map(|name| length(name) + 2).max().unwrap_or(0);
        let names = names.max(length(&self.title)).min(terminal.width.saturating_sub(taken).max(12));
        let figures = |cells: &mut dyn Iterator<Item = &str>| -> String {
            cells.zip(&widths).map(|(cell, width)| format!("  {cell:>width$}")).collect()
        };
        let title = shorten(&self.title, names, terminal.unicode);
        let heads = figures(&mut self.heads.iter().copied());
        let gap = " ".repeat(names.saturating_sub(title.chars().count()));
        let mut text = format!("{}{gap}{}\n", terminal.paint(BOLD, &title), terminal.paint(DIM, &heads));
        for row in &self.rows {
            let name = row.first().map_or("", String::as_str);
            let name = shorten(&format!("  {name}"), names, terminal.unicode);
            let line = format!("{name:<names$}{}", figures(&mut row.iter().skip(1).map(String::as_str)));
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text + "\n"
    }
}
