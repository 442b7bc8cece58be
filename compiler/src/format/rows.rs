//! Items on one line below each other share columns, and so do the comments behind lines.

use super::columns::{Shape, align};
use super::items::Unit;
use super::layout::{Block, Member, Part};
use super::render::{Line, flat};

/// Items whose neighbours of the same keyword share columns with them.
const SHARING: &[&str] = &["topic", "team", "message", "sequence", "segment", "enum", "score", "sla"];

/// Those whose clauses stand in columns, too.
const CLAUSES: &[&str] = &["topic", "team", "message"];

/// An item on one line.
pub(super) struct Row {
    keyword: String,
    header: String,
    /// What stands in its block.
    members: Vec<String>,
}

impl Row {
    /// The parts of an item that stands on one line; nothing when it shares no columns.
    pub(super) fn new(keyword: &str, item: &Member<'_>) -> Option<Self> {
        let [header, body] = item.cells.as_slice() else { return None };
        let [Part::Block(Block { members, .. })] = body.parts.as_slice() else { return None };
        let member = |member: &Member<'_>| {
            let cells: Vec<String> = member.cells.iter().map(|cell| flat(&cell.parts)).collect();
            cells.join(" ")
        };
        SHARING.contains(&keyword).then(|| Self {
            keyword: keyword.to_owned(),
            header: flat(&header.parts),
            members: members.iter().map(member).collect(),
        })
    }

    /// The words with which its members begin.
    fn kinds(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.split(' ').next().unwrap_or(""))
    }

    /// Its parts: what stands before the block, then the block; its first `apart` members stand in columns of their own.
    fn cells(&self, apart: usize, line: &Line<'_>) -> Vec<String> {
        let block = line.text.get(self.header.len()..).unwrap_or("").trim_start();
        let Some((apart, rest)) = self.members.split_at_checked(apart).filter(|(apart, _)| !apart.is_empty()) else {
            return vec![self.header.clone(), block.to_owned()];
        };
        let mut cells = vec![self.header.clone()];
        cells.extend(apart.iter().cloned());
        if !rest.is_empty() {
            cells.push(rest.join("  "));
        }
        if let Some(first) = cells.get_mut(1) {
            first.insert_str(0, "{ ");
        }
        if let Some(last) = cells.last_mut() {
            last.push_str(" }");
        }
        cells
    }
}

/// Puts neighbours on one line each into columns.
pub(super) fn align_rows(units: &mut [Unit<'_>]) {
    let mut rest = units;
    while !rest.is_empty() {
        let keyword = keyword(rest.first()).map(str::to_owned);
        let joins =
            |unit: &&Unit<'_>| keyword.is_some() && keyword.as_deref() == self::keyword(Some(unit)) && adjoins(unit);
        let count = rest.iter().skip(1).take_while(|unit| joins(unit)).count() + 1;
        let Some((run, behind)) = rest.split_at_mut_checked(count) else { return };
        if count > 1 {
            align_run(run);
        }
        rest = behind;
    }
}

fn keyword<'u>(unit: Option<&'u Unit<'_>>) -> Option<&'u str> {
    unit?.laid.as_ref()?.row.as_ref().map(|row| row.keyword.as_str())
}

/// Whether an item stands on the line below the item before.
fn adjoins(unit: &Unit<'_>) -> bool {
    unit.gap.as_ref().is_some_and(|gap| gap.comments.is_empty() && !gap.blank)
}

fn align_run(run: &mut [Unit<'_>]) {
    let mut rows: Vec<(&Row, &mut Line<'_>)> = Vec::new();
    for laid in run.iter_mut().filter_map(|unit| unit.laid.as_mut()) {
        if let (Some(row), Some(line)) = (&laid.row, laid.lines.first_mut()) {
            rows.push((row, line));
        }
    }
    // Where their clauses are of the same kinds, these stand in columns.
    let longest = rows.iter().map(|(row, _)| row).max_by_key(|row| row.members.len());
    let kinds: Vec<String> = longest
        .filter(|row| CLAUSES.contains(&row.keyword.as_str()))
        .map(|row| row.kinds().map(str::to_owned).collect())
        .unwrap_or_default();
    let shared = |row: &Row| row.kinds().zip(&kinds).take_while(|(kind, known)| kind == known).count();
    let apart: Vec<usize> = rows.iter().map(|(row, _)| shared(row)).collect();
    if !write_columns(&mut rows, &apart) {
        write_columns(&mut rows, &vec![0; apart.len()]);
    }
}

/// Writes rows in columns, if they fit; of each row so many members stand in columns of their own.
fn write_columns(rows: &mut [(&Row, &mut Line<'_>)], apart: &[usize]) -> bool {
    let cells: Vec<Vec<String>> = rows.iter().zip(apart).map(|((row, line), &apart)| row.cells(apart, line)).collect();
    let widest = cells.iter().map(Vec::len).max().unwrap_or(0);
    let shapes = cells.iter().zip(apart).enumerate().map(|(number, (cells, &apart))| {
        let shape = |(i, cell): (usize, &String)| {
            // What is not shared is a column that no other row has.
            let column = if i > apart && apart > 0 { widest + number } else { i };
            Shape { column, gap: i.min(2), width: cell.chars().count() }
        };
        Some(cells.iter().enumerate().map(shape).collect())
    });
    let gaps = align(shapes.collect(), 0);
    if gaps.iter().any(Option::is_none) {
        return false;
    }
    for (((_, line), cells), gaps) in rows.iter_mut().zip(cells).zip(gaps.into_iter().flatten()) {
        let gaps = std::iter::once(0).chain(gaps);
        line.text = cells.iter().zip(gaps).map(|(cell, gap)| format!("{:gap$}{cell}", "")).collect();
        line.width = line.text.chars().count();
    }
    true
}

/// Puts the comments behind lines that follow each other below each other, and writes them.
pub(super) fn align_comments(units: &mut [Unit<'_>]) {
    let mut run: Vec<&mut Line<'_>> = Vec::new();
    for unit in units {
        if !adjoins(unit) {
            write_comments(&mut run);
        }
        let Some(laid) = &mut unit.laid else {
            write_comments(&mut run);
            continue;
        };
        for line in &mut laid.lines {
            match line.comment {
                Some(_) => run.push(line),
                None => write_comments(&mut run),
            }
        }
    }
    write_comments(&mut run);
}

fn write_comments(run: &mut Vec<&mut Line<'_>>) {
    let column = run.iter().map(|line| line.width).max().unwrap_or(0) + 2;
    for line in run.drain(..) {
        if let Some(comment) = line.comment.take() {
            line.text.extend(std::iter::repeat_n(' ', column - line.width));
            line.text.push_str(comment);
        }
    }
}
