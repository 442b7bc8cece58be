//! A picture as Mermaid, which code hosts draw by themselves.

use super::{Arrow, Direction, Form, Line, Look, Picture, Shape};
use crate::picture::svg::colours::{Colours, LIGHT};

/// The picture as a Mermaid flowchart.
#[must_use]
pub fn mermaid(picture: &Picture) -> String {
    let direction = match picture.direction {
        Direction::Down => "TB",
        Direction::Right => "LR",
    };
    let mut text = format!("---\ntitle: {}\n---\nflowchart {direction}\n", crate::words::quoted(&picture.title));
    for (group, title) in picture.groups.iter().enumerate() {
        text.push_str(&format!("  subgraph g{group}[\"{}\"]\n", escape(title)));
        for (number, shape) in of_group(picture, Some(group)) {
            text.push_str(&format!("    {}\n", node(number, shape)));
        }
        text.push_str("  end\n");
    }
    for (number, shape) in of_group(picture, None) {
        text.push_str(&format!("  {}\n", node(number, shape)));
    }
    for arrow in &picture.arrows {
        text.push_str(&format!("  {}\n", edge(arrow)));
    }
    for look in Look::ALL.into_iter().filter(|look| picture.boxes.iter().any(|shape| shape.look == *look)) {
        let Colours { fill, stroke, .. } = LIGHT.of(look);
        text.push_str(&format!("  classDef {} fill:{fill},stroke:{stroke},color:#1d2733\n", class(look)));
    }
    if picture.boxes.iter().any(|shape| shape.strong) {
        text.push_str("  classDef strong stroke-width:3px\n");
    }
    text
}

fn of_group(picture: &Picture, group: Option<usize>) -> impl Iterator<Item = (usize, &Shape)> {
    picture.boxes.iter().enumerate().filter(move |(_, shape)| shape.group == group)
}

fn node(number: usize, shape: &Shape) -> String {
    let mut lines = Vec::new();
    if !shape.tag.is_empty() {
        lines.push(format!("<small>{}</small>", escape(&shape.tag)));
    }
    lines.push(format!("<b>{}</b>", escape(&shape.title)));
    lines.extend(shape.lines.iter().map(|line| escape(line)));
    let (open, close) = match shape.form {
        Form::Card => ("(", ")"),
        Form::Pill => ("([", "])"),
        Form::Fork => ("{{", "}}"),
    };
    let strong = if shape.strong { format!("\n  class n{number} strong") } else { String::new() };
    format!("n{number}{open}\"{}\"{close}:::{}{strong}", lines.join("<br/>"), class(shape.look))
}

fn edge(arrow: &Arrow) -> String {
    let sign = match arrow.line {
        Line::Causes => "-->",
        Line::Ends => "--x",
        Line::Read => "-.->",
    };
    let label = if arrow.label.is_empty() { String::new() } else { format!("|\"{}\"|", escape(&arrow.label)) };
    format!("n{} {sign}{label} n{}", arrow.from, arrow.to)
}

/// Classes are words of one piece, and some words have a meaning of their own.
fn class(look: Look) -> String {
    format!("is_{}", look.word().replace(' ', "_"))
}

/// Text in quotes: what would end it, be taken for markup or for Markdown is written as an entity.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '*' | '_' | '\\' | '[' | ']' | '{' | '}' | '|' | '~' | '$' => {
                out.push_str(&format!("#{};", u32::from(c)));
            }
            '-' | '+' if out.is_empty() => out.push_str(&format!("#{};", u32::from(c))),
            '\n' | '\r' | '\t' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
