//! A line of the table as a tree.

use super::table::{BLOCKS, Block, PARTS, SLOTS, Slot, VALUES, Value};

/// A line of the table, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// A word.
    Word(&'static str),
    /// A sign.
    Sign(&'static str),
    /// A name.
    Name(Slot),
    /// A literal.
    Literal(Value),
    /// A bracket.
    Bracket(u8, Block),
    /// One after the other.
    Row(Vec<Shape>),
    /// One of them.
    Choice(Vec<Shape>),
    /// May be left out.
    Maybe(Box<Shape>),
    /// Any number of times.
    Many(Box<Shape>),
    /// An expression, to the beginning of which its operators go back.
    Loop(Box<Shape>),
    /// Back to the beginning of the expression.
    Back,
    /// What an author fills in: the number of the gap in its line.
    Gap(usize, Box<Shape>),
}

/// Reads a line. What the table does not know is a mistake in the table, which a test finds: it is taken as a word.
pub(super) fn read(line: &'static str) -> Shape {
    let pieces = pieces(line);
    let mut at = 0;
    row(&pieces, &mut at, &mut 0)
}

/// The pieces of a line, for whoever shows it.
pub(super) fn pieces_of(line: &str) -> Vec<&str> {
    pieces(line)
}

/// A piece as a person reads it, and whether it is a gap that the author fills.
pub(super) fn shown(piece: &str) -> (&str, bool) {
    let gap = |text| (text, true);
    match piece {
        "EXPR" => gap("condition"),
        "TRIGGER" | "TRIGGERS" => gap("event"),
        "DAYS" => gap("days"),
        "NUM" | "NUMBER" => gap("number"),
        "DURATION" => gap("7 days"),
        "PERCENT" => gap("5%"),
        "CLOCK" => gap("09:00"),
        "DATE" => gap("2026-01-05"),
        "DATETIME" => gap("2026-01-05T10:00"),
        "TEXT" => gap("\"text\""),
        "FILE" => gap("\"templates/…\""),
        "ZONE" => gap("\"Europe/Berlin\""),
        "VALUE" => gap("value"),
        "TYPE" => gap("type"),
        "MODS" | "DOES" | "^" => ("…", false),
        _ if piece.starts_with('<') && piece.ends_with('>') && piece.len() > 2 => {
            let inner = piece.get(1..piece.len() - 1).unwrap_or("");
            gap(match inner {
                "new" => "name",
                "is" => "band",
                "key" => "field",
                other => other,
            })
        }
        _ if piece.starts_with('{') => ("{ … }", false),
        _ if piece.starts_with('(') => ("( … )", false),
        _ if piece.starts_with('[') => ("[ … ]", false),
        other => (other, false),
    }
}

/// The words and signs of a line; names in pointed brackets and what stands in brackets are one piece.
fn pieces(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '«' | '»' | '‹' | '›' => first.len_utf8() + usize::from(rest.starts_with("›*")),
            '<' if rest.chars().nth(1).is_some_and(|c| c.is_ascii_lowercase()) => {
                rest.find('>').map_or(1, |end| end + 1)
            }
            '{' => rest.find('}').map_or(1, |end| end + 1),
            '(' => rest.find(')').map_or(1, |end| end + 1),
            '[' => rest.find(']').map_or(1, |end| end + 1),
            _ => rest.find([' ', '›', '»', '‹', '«', '\n']).unwrap_or(rest.len()).max(first.len_utf8()),
        };
        found.push(rest.get(..length).unwrap_or(""));
        rest = rest.get(length..).unwrap_or("").trim_start();
    }
    found
}

fn row(pieces: &[&'static str], at: &mut usize, gaps: &mut usize) -> Shape {
    let mut choices: Vec<Shape> = Vec::new();
    let mut row: Vec<Shape> = Vec::new();
    while let Some(piece) = pieces.get(*at) {
        *at += 1;
        match *piece {
            "«" => row.push(self::row(pieces, at, gaps)),
            "‹" => {
                let inner = Box::new(self::row(pieces, at, gaps));
                // The closing mark has been passed: whether it has a star is seen on it.
                let star = pieces.get(at.saturating_sub(1)).is_some_and(|closing| *closing == "›*");
                row.push(if star { Shape::Many(inner) } else { Shape::Maybe(inner) });
            }
            "»" | "›" | "›*" => break,
            "|" => choices.push(Shape::Row(std::mem::take(&mut row))),
            piece if shown(piece).1 => {
                row.push(Shape::Gap(*gaps, Box::new(one(piece))));
                *gaps += 1;
            }
            piece => row.push(one(piece)),
        }
    }
    if choices.is_empty() {
        return Shape::Row(row);
    }
    choices.push(Shape::Row(row));
    Shape::Choice(choices)
}

fn one(piece: &'static str) -> Shape {
    let inner = || piece.get(1..piece.len() - 1).unwrap_or("");
    let named = |table: &[(&str, Block)]| table.iter().find(|(name, _)| *name == inner()).map(|(_, block)| *block);
    if piece == "^" {
        return Shape::Back;
    }
    if let Some((_, slot)) = SLOTS.iter().find(|(name, _)| piece.starts_with('<') && *name == inner()) {
        return Shape::Name(*slot);
    }
    if let Some(bracket) = piece.bytes().next().filter(|first| b"{([".contains(first))
        && let Some(block) = named(BLOCKS)
    {
        return Shape::Bracket(bracket, block);
    }
    if let Some((_, value)) = VALUES.iter().find(|(name, _)| *name == piece) {
        return Shape::Literal(*value);
    }
    if let Some((name, line)) = PARTS.iter().find(|(name, _)| *name == piece) {
        let inner = read(line);
        return if *name == "EXPR" { Shape::Loop(Box::new(inner)) } else { inner };
    }
    if piece.starts_with(|c: char| c.is_ascii_alphabetic()) { Shape::Word(piece) } else { Shape::Sign(piece) }
}
