//! Coverage in the format of LCOV, as `genhtml` and code hosts read it. See geninfo(1), "Tracefile format".
//!
//! Items are functions; steps, transitions, rules and messages are lines; where a line has several outcomes they are its
//! branches. What happened on a line is what happened to its line place or, without one, to its branches together.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Spot;

/// What is known of one file.
#[derive(Default)]
struct File<'s> {
    /// Items by line: name and count.
    items: BTreeMap<(u32, &'s str), u64>,
    lines: BTreeMap<u32, Line>,
}

#[derive(Default)]
struct Line {
    /// Of the places that are the line.
    own: Option<u64>,
    branches: Vec<u64>,
}

impl Line {
    fn count(&self) -> u64 {
        self.own.unwrap_or_else(|| self.branches.iter().fold(0, |sum, count| sum.saturating_add(*count)))
    }
}

/// Writes places as LCOV. `path` is how the path of a file is shown.
#[must_use]
pub fn lcov(spots: &[Spot], path: impl Fn(&str) -> String) -> String {
    let mut files: BTreeMap<&str, File<'_>> = BTreeMap::new();
    for spot in spots {
        let file = files.entry(&spot.place.file).or_default();
        let item = file.items.entry((spot.item_line, &spot.item)).or_default();
        *item = (*item).max(spot.count);
        let line = file.lines.entry(spot.place.line).or_default();
        if spot.branch {
            line.branches.push(spot.count);
        } else {
            line.own = Some(line.own.unwrap_or(0).max(spot.count));
        }
    }
    let mut text = String::new();
    for (name, mut file) in files {
        // A function begins on a line, which has to be there.
        for ((line, _), count) in &file.items {
            let line = file.lines.entry(*line).or_default();
            line.own = Some(line.own.unwrap_or(0).max(*count));
        }
        let _ = writeln!(text, "TN:\nSF:{}", path(name));
        record(&mut text, &file);
        text.push_str("end_of_record\n");
    }
    text
}

fn record(text: &mut String, file: &File<'_>) {
    let name = |item: &str| item.replace(' ', ".");
    for (line, item) in file.items.keys() {
        let _ = writeln!(text, "FN:{line},{}", name(item));
    }
    for ((_, item), count) in &file.items {
        let _ = writeln!(text, "FNDA:{count},{}", name(item));
    }
    let hit = file.items.values().filter(|count| **count > 0).count();
    let _ = writeln!(text, "FNF:{}\nFNH:{hit}", file.items.len());
    let (mut found, mut taken) = (0, 0);
    for (number, line) in &file.lines {
        for (branch, count) in line.branches.iter().enumerate() {
            let said = if line.count() == 0 { "-".to_owned() } else { count.to_string() };
            let _ = writeln!(text, "BRDA:{number},0,{branch},{said}");
            found += 1;
            taken += usize::from(*count > 0);
        }
    }
    if found > 0 {
        let _ = writeln!(text, "BRF:{found}\nBRH:{taken}");
    }
    for (number, line) in &file.lines {
        let _ = writeln!(text, "DA:{number},{}", line.count());
    }
    let hit = file.lines.values().filter(|line| line.count() > 0).count();
    let _ = writeln!(text, "LF:{}\nLH:{hit}", file.lines.len());
}

#[cfg(test)]
mod tests {
    use super::super::SpotKind;
    use super::*;
    use crate::testing::Place;

    fn spot(line: u32, branch: bool, count: u64) -> Spot {
        Spot {
            place: Place { file: "a.flow".into(), line },
            kind: SpotKind::Step,
            item: "sequence q".into(),
            item_line: 1,
            text: None,
            missing: "nobody came here",
            branch,
            count,
        }
    }

    #[test]
    fn lines_branches_and_items() {
        let spots = [spot(3, false, 2), spot(3, true, 2), spot(3, true, 0), spot(5, true, 0), spot(6, false, 0)];
        let expected = "TN:\nSF:p/a.flow\nFN:1,sequence.q\nFNDA:2,sequence.q\nFNF:1\nFNH:1\n\
            BRDA:3,0,0,2\nBRDA:3,0,1,0\nBRDA:5,0,0,-\nBRF:3\nBRH:1\n\
            DA:1,2\nDA:3,2\nDA:5,0\nDA:6,0\nLF:4\nLH:2\nend_of_record\n";
        assert_eq!(lcov(&spots, |path| format!("p/{path}")), expected);
    }
}
