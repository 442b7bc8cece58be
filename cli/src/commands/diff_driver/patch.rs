//! A patch of a `.flow` file in which each hunk belongs to one item and names it, with the blocks around the change.
//!
//! It is a patch all the same: `git apply` takes it.

use std::fmt::Write;
use std::ops::Range;

use flow_compiler::syntax::items::{ItemText, items};
use similar::{Algorithm, DiffOp, TextDiff};

use crate::layout::shorten;

/// Lines around each change.
const CONTEXT: usize = 3;

/// A text in lines, each with its end, and its items.
pub(super) struct Side<'t> {
    pub(super) lines: Vec<&'t str>,
    pub(super) items: Vec<ItemText<'t>>,
    /// Of each item its first line, from 0: that of the comment before it.
    starts: Vec<usize>,
}

impl<'t> Side<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let items = items(text);
        let first = |item: &ItemText<'_>| {
            let mut line = text.get(..item.start).map_or(0, |before| before.matches('\n').count());
            while line > 0 && lines.get(line - 1).is_some_and(|above| above.trim_start().starts_with("//")) {
                line -= 1;
            }
            line
        };
        let starts = items.iter().map(first).collect();
        Self { lines, items, starts }
    }

    fn between(&self, lines: Range<usize>) -> &[&'t str] {
        self.lines.get(lines).unwrap_or_default()
    }

    /// The item in which a line stands.
    fn item(&self, line: usize) -> Option<usize> {
        self.starts.partition_point(|start| *start <= line).checked_sub(1)
    }

    /// The item and the blocks in which a line stands: `sequence cart › wait up to 1 day › timeout`.
    fn place(&self, line: usize, unicode: bool) -> Option<String> {
        let item = self.item(line)?;
        let (from, item) = (*self.starts.get(item)?, self.items.get(item)?);
        let mut blocks = Vec::new();
        let mut indent =
            self.lines.get(line).filter(|line| !line.trim().is_empty()).map_or(usize::MAX, |it| spaces(it));
        for above in (from..line).rev().filter_map(|at| self.lines.get(at)) {
            let text = above.split("//").next().unwrap_or_default().trim_end();
            let opens = text.strip_suffix('{').map(str::trim);
            if text.trim().is_empty() || spaces(above) >= indent {
                continue;
            }
            indent = spaces(above);
            if let Some(block) = opens.filter(|_| indent > 0) {
                blocks.push(block.to_owned());
            }
            if indent == 0 {
                break;
            }
        }
        blocks.push(item.name.clone());
        blocks.reverse();
        Some(blocks.join(if unicode { " › " } else { " > " }))
    }
}

fn spaces(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Lines that take the place of others, and how many equal ones stand before.
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// All hunks of two texts; nothing where they are equal.
pub(super) fn hunks(old: &Side<'_>, new: &Side<'_>, width: usize, unicode: bool) -> String {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&old.lines, &new.lines);
    let mut changes: Vec<Change> = Vec::new();
    for op in diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let (from, to) = (op.old_range(), op.new_range());
        match changes.last_mut() {
            Some(last) if last.old.end == from.start && last.new.end == to.start => {
                last.old.end = from.end;
                last.new.end = to.end;
            }
            Some(_) | None => changes.push(Change { old: from, new: to }),
        }
    }
    let mut text = String::new();
    let mut first = 0;
    let mut before = CONTEXT;
    for at in 0..changes.len() {
        let (Some(change), next) = (changes.get(at), changes.get(at + 1)) else { break };
        let gap = next.map_or(usize::MAX, |next| next.old.start - change.old.end);
        let same = next.is_some_and(|next| owner(old, new, next) == owner(old, new, change));
        // A hunk needs a line behind it, unless the file ends there.
        if gap <= 1 || (same && gap <= 2 * CONTEXT) {
            continue;
        }
        let after = CONTEXT.min(gap.div_ceil(2));
        let group = changes.get(first..=at).unwrap_or_default();
        hunk(&mut text, [old, new], group, [before, after], (width, unicode));
        before = CONTEXT.min(gap - after);
        first = at + 1;
    }
    text
}

/// The first line of a change that says something, and on which side.
fn line_of<'s, 't>(old: &'s Side<'t>, new: &'s Side<'t>, change: &Change) -> (&'s Side<'t>, usize) {
    let says = |side: &Side<'_>, at: &usize| side.lines.get(*at).is_some_and(|line| !line.trim().is_empty());
    if let Some(line) = change.new.clone().find(|at| says(new, at)) {
        return (new, line);
    }
    (old, change.old.clone().find(|at| says(old, at)).unwrap_or(change.old.start))
}

/// The item to which a change belongs, by its name.
fn owner<'s>(old: &'s Side<'_>, new: &'s Side<'_>, change: &Change) -> Option<&'s str> {
    let (side, line) = line_of(old, new, change);
    side.items.get(side.item(line)?).map(|item| item.name.as_str())
}

fn hunk(
    text: &mut String,
    [old, new]: [&Side<'_>; 2],
    group: &[Change],
    [before, after]: [usize; 2],
    (width, unicode): (usize, bool),
) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return };
    let lead = before.min(first.old.start).min(first.new.start);
    let tail = after.min(old.lines.len() - last.old.end);
    let (from, to) = (first.old.start - lead..last.old.end + tail, first.new.start - lead..last.new.end + tail);
    let range = |range: &Range<usize>| {
        let start = if range.is_empty() { range.start } else { range.start + 1 };
        format!("{start},{}", range.len())
    };
    let mut head = format!("@@ -{} +{} @@", range(&from), range(&to));
    let (side, line) = line_of(old, new, first);
    if let Some(place) = side.place(line, unicode) {
        let room = width.saturating_sub(head.chars().count() + 1);
        let _ = write!(head, " {}", shorten(&place, room.max(20), unicode));
    }
    text.push_str(&head);
    text.push('\n');
    let mut lines = |sign: char, lines: &[&str]| {
        for line in lines {
            text.push(sign);
            text.push_str(line);
            if !line.ends_with('\n') {
                text.push_str("\n\\ No newline at end of file\n");
            }
        }
    };
    let mut at = from.start;
    for change in group {
        lines(' ', old.between(at..change.old.start));
        lines('-', old.between(change.old.clone()));
        lines('+', new.between(change.new.clone()));
        at = change.old.end;
    }
    lines(' ', old.between(at..from.end));
}
