//! Figures as people like to read them: names to the left, numbers in a column, a small bar.

pub(crate) use flow_review::numbers::{number, plural};

/// One line of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// What is counted.
    pub(crate) name: String,
    /// How many.
    pub(crate) count: u64,
    /// What else there is to say; may be empty.
    pub(crate) note: String,
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, count: u64, note: impl Into<String>) -> Self {
        Self { name: name.into(), count, note: note.into() }
    }
}

/// Columns of a bar at its longest.
const BAR: usize = 20;

/// Rows below each other, indented by two, `width` columns at most: a note goes on below its beginning.
pub(crate) fn rows(rows: &[Row], bars: bool, width: usize, unicode: bool) -> String {
    let names = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let counts: Vec<String> = rows.iter().map(|row| number(row.count)).collect();
    let figures = counts.iter().map(String::len).max().unwrap_or(0);
    let most = rows.iter().map(|row| row.count).max().unwrap_or(0);
    let mut text = String::new();
    for (row, count) in rows.iter().zip(&counts) {
        let mut line = format!("  {:<names$}  {count:>figures$}", row.name);
        if bars {
            line.push_str(&format!("  {:<BAR$}", bar(row.count, most, unicode)));
        }
        text.push_str(&hanging(&format!("{line}  "), &row.note, width));
    }
    text
}

/// Rows of texts in columns, indented by two; what stands last goes on below its beginning.
pub(crate) fn columns(rows: &[Vec<String>], width: usize) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        let kept = row.len().saturating_sub(1);
        widths.resize(widths.len().max(kept), 0);
        for (widest, cell) in widths.iter_mut().zip(row.iter().take(kept)) {
            *widest = (*widest).max(cell.chars().count());
        }
    }
    let line = |row: &Vec<String>| {
        let Some((last, before)) = row.split_last() else { return String::new() };
        let lead: String = before.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}  ")).collect();
        hanging(&format!("  {lead}"), last, width)
    };
    rows.iter().map(line).collect()
}

/// A part of a whole in percent, rounded down: `100 %` is all of it.
pub(crate) fn share(part: usize, whole: usize) -> String {
    let percent = part.saturating_mul(100).checked_div(whole).unwrap_or(100);
    format!("{percent} %")
}

/// Elapsed time with the digits that mean something: `85 ms`, `2.4 s`, `94 s`.
pub(crate) fn elapsed(time: std::time::Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 {
        format!("{} ms", time.as_millis())
    } else if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{seconds:.0} s")
    }
}

/// Words behind a lead; further lines stand below the first word. Each line ends with its break.
pub(crate) fn hanging(lead: &str, words: &str, width: usize) -> String {
    let indent = lead.chars().count();
    // Where the lead leaves no room, a line is longer than the screen, but still one line.
    let width = if indent + 16 > width { usize::MAX } else { width };
    let mut text = String::new();
    let mut line = lead.to_owned();
    let mut column = indent;
    for word in words.split(' ') {
        let length = word.chars().count();
        if column > indent && column + 1 + length > width {
            text.push_str(line.trim_end());
            text.push('\n');
            line = " ".repeat(indent);
            column = indent;
        }
        if column > indent {
            line.push(' ');
            column += 1;
        }
        line.push_str(word);
        column += length;
    }
    text.push_str(line.trim_end());
    text.push('\n');
    text
}

/// A line of at most `width` columns.
pub(crate) fn shorten(line: &str, width: usize, unicode: bool) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let end = if unicode { "…" } else { "..." };
    let kept: String = line.chars().take(width.saturating_sub(end.chars().count())).collect();
    format!("{}{end}", kept.trim_end())
}

/// A bar in eighths of a column; something that is there is always seen.
fn bar(count: u64, most: u64, unicode: bool) -> String {
    if count == 0 || most == 0 {
        return String::new();
    }
    let columns = u64::try_from(BAR).unwrap_or(1);
    let eighths = usize::try_from(u128::from(count) * u128::from(columns) * 8 / u128::from(most)).unwrap_or(BAR * 8);
    if !unicode {
        return "#".repeat((eighths / 8).max(1));
    }
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let part = parts.get(eighths % 8).copied().unwrap_or_default();
    let text = format!("{}{part}", "█".repeat(eighths / 8));
    if text.is_empty() { "▏".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let row = |cells: [&str; 3]| cells.map(ToOwned::to_owned).to_vec();
        let all = [row(["a", "bbb", "one two three four five"]), row(["aa", "b", "x"])];
        assert_eq!(columns(&all, 80), "  a   bbb  one two three four five\n  aa  b    x\n");
        assert_eq!(columns(&all, 28), "  a   bbb  one two three\n           four five\n  aa  b    x\n");
    }

    #[test]
    fn rows_stand_in_columns() {
        let rows_in = [Row::new("a", 2000, "x"), Row::new("long", 1, "")];
        assert_eq!(rows(&rows_in, false, 80, true), "  a     2,000  x\n  long      1\n");
        assert_eq!(rows(&rows_in, true, 80, true), "  a     2,000  ████████████████████  x\n  long      1  ▏\n");
        let long = [Row::new("a", 1, "one two three")];
        assert_eq!(rows(&long, false, 24, true), "  a  1  one two three\n");
        let long = [Row::new("a", 1, "one two three four five")];
        assert_eq!(rows(&long, false, 24, true), "  a  1  one two three\n        four five\n");
    }
}
