//! Columns: where neighbouring lines of the same kind have their parts, and their comments.

use super::WIDTH;
use super::layout::{Kind, Member, width};

/// What happens in a test never stands further left than behind `after 30 days`: so most lines stay where they are
/// when another is added.
const AFTER: usize = 14;

/// Where a member stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// How much further in than its block it begins.
    pub(super) indent: usize,
    /// The spaces before each of its cells but the first.
    pub(super) gaps: Vec<usize>,
}

/// The places of the members of a block that stand `indent` in, each on a line of its own.
pub(super) fn places(members: &[Member<'_>], indent: usize) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::with_capacity(members.len());
    let mut rest = members;
    while let Some(first) = rest.first() {
        let run = rest.iter().skip(1).take_while(|member| joins(first.kind, member)).count() + 1;
        let Some((run, behind)) = rest.split_at_checked(run) else { break };
        places.extend(shared(run, indent));
        rest = behind;
    }
    times(members, &mut places);
    places
}

/// Whether a member shares columns with the one before it.
fn joins(kind: Kind, member: &Member<'_>) -> bool {
    let apart = member.blank || member.before.iter().any(|comment| comment.blank);
    member.kind == kind && !apart
}

/// The places of neighbours of one kind.
fn shared(run: &[Member<'_>], indent: usize) -> Vec<Place> {
    let alone = |member: &Member<'_>| Place {
        indent: if member.kind == Kind::Sub { 2 } else { 0 },
        gaps: member.cells.iter().skip(1).map(|_| member.gap()).collect(),
    };
    let kind = run.first().map(|member| member.kind);
    if !matches!(kind, Some(Kind::Field | Kind::Rule | Kind::Transition | Kind::Arm | Kind::Person)) {
        return run.iter().map(alone).collect();
    }
    let rows: Vec<Option<Vec<Shape>>> = run
        .iter()
        .map(|member| {
            let fits = member.width().is_some_and(|width| indent + width <= WIDTH);
            if fits { shapes(member) } else { None }
        })
        .collect();
    let gaps = align(rows, indent);
    run.iter()
        .zip(gaps)
        .map(|(member, gaps)| gaps.map_or_else(|| alone(member), |gaps| Place { indent: 0, gaps }))
        .collect()
}

/// The outline of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) column: usize,
    /// The spaces before it, at least.
    pub(super) gap: usize,
    pub(super) width: usize,
}

fn shapes(member: &Member<'_>) -> Option<Vec<Shape>> {
    let marked = matches!(member.kind, Kind::Field | Kind::Rule);
    let wide = |column: usize| if marked && column > 1 { 2 } else { column.min(1) };
    let cells = member.cells.iter();
    cells.map(|cell| Some(Shape { column: cell.column, gap: wide(cell.column), width: width(&cell.parts)? })).collect()
}

/// The spaces before each cell but the first, row by row, so that columns begin below each other. A row that is none
/// gets nothing; so do all of them when that would make one too wide.
pub(super) fn align(mut rows: Vec<Option<Vec<Shape>>>, indent: usize) -> Vec<Option<Vec<usize>>> {
    share_columns(&mut rows);
    let last = rows.iter().flatten().flatten().map(|shape| shape.column).max().unwrap_or(0);
    let mut ends: Vec<usize> = vec![indent; rows.len()];
    let mut gaps: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    for column in 0..=last {
        let here = |row: &Option<Vec<Shape>>| {
            row.as_ref().and_then(|row| row.iter().find(|shape| shape.column == column).copied())
        };
        let starts = rows.iter().zip(&ends).filter_map(|(row, end)| here(row).map(|shape| end + shape.gap));
        let start = starts.max().unwrap_or(0);
        for ((row, end), gaps) in rows.iter().zip(&mut ends).zip(&mut gaps) {
            let Some(shape) = here(row) else { continue };
            if column > 0 {
                gaps.push(start - *end);
            }
            *end = start + shape.width;
        }
    }
    let fits = ends.iter().all(|&end| end <= WIDTH);
    rows.iter().zip(gaps).map(|(row, gaps)| (fits && row.is_some()).then_some(gaps)).collect()
}

/// Marks that never stand in one row share a column: `personal` of one field and `as "x"` of another.
fn share_columns(rows: &mut [Option<Vec<Shape>>]) {
    let last = rows.iter().flatten().flatten().map(|shape| shape.column).max().unwrap_or(0);
    let mut shared: Vec<usize> = Vec::new();
    for column in 0..=last {
        let rows = rows.iter().flatten().filter(|row| row.iter().any(|shape| shape.column == column));
        let before = rows.flatten().filter(|shape| shape.column < column);
        let behind = before.filter_map(|shape| shared.get(shape.column)).max().map_or(0, |column| column + 1);
        shared.push(behind);
    }
    for shape in rows.iter_mut().flatten().flatten() {
        shape.column = shared.get(shape.column).copied().unwrap_or(shape.column);
    }
}

/// In a test, what happens at one instant stands in one column.
fn times(members: &[Member<'_>], places: &mut [Place]) {
    let widest = |kind: Kind| {
        let timed = members.iter().filter(|member| member.kind == kind && member.cells.len() > 1);
        timed.filter_map(|member| member.cells.first().and_then(|cell| width(&cell.parts))).max()
    };
    let after = widest(Kind::After).map_or(0, |width| (width + 1).max(AFTER));
    let at = widest(Kind::At).map_or(0, |width| width + 3);
    let mut column = 0;
    for (member, place) in members.iter().zip(places) {
        let timed = match member.kind {
            Kind::At => Some(at),
            Kind::After => Some(after),
            Kind::Same if member.blank || member.before.iter().any(|comment| comment.blank) => None,
            Kind::Same => {
                place.indent = column;
                continue;
            }
            Kind::Plain
            | Kind::Field
            | Kind::Rule
            | Kind::Transition
            | Kind::Arm
            | Kind::Person
            | Kind::Condition
            | Kind::Enter
            | Kind::Sub => None,
        };
        column = timed.filter(|_| member.cells.len() > 1).unwrap_or(0);
        let first = member.cells.first().and_then(|cell| width(&cell.parts));
        if let (Some(_), Some(first), [gap]) = (timed, first, place.gaps.as_mut_slice()) {
            *gap = column.saturating_sub(first).max(1);
        }
    }
}
