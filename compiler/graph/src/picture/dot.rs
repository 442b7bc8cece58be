//! A picture as DOT, for Graphviz and what reads it.

use super::{Arrow, Direction, Form, Line, Picture, Shape};
use crate::picture::svg::colours::LIGHT;
use crate::picture::svg::text;

/// The picture as a DOT graph.
#[must_use]
pub fn dot(picture: &Picture) -> String {
    let direction = match picture.direction {
        Direction::Down => "TB",
        Direction::Right => "LR",
    };
    let mut out = format!(
        "digraph {} {{\n  rankdir={direction}\n  label={}\n  labelloc=t\n  fontname=\"sans-serif\"\n  \
         node [fontname=\"sans-serif\" fontsize=11 style=\"rounded,filled\" shape=box margin=\"0.15,0.08\"]\n  \
         edge [fontname=\"sans-serif\" fontsize=10 color=\"#64707d\"]\n",
        quoted(&picture.title),
        quoted(&picture.title)
    );
    for (group, title) in picture.groups.iter().enumerate() {
        out.push_str(&format!("  subgraph cluster_{group} {{\n    label={}\n    color=\"#c3cad3\"\n", quoted(title)));
        for (number, shape) in of_group(picture, Some(group)) {
            out.push_str(&format!("    {}\n", node(number, shape)));
        }
        out.push_str("  }\n");
    }
    for (number, shape) in of_group(picture, None) {
        out.push_str(&format!("  {}\n", node(number, shape)));
    }
    for arrow in &picture.arrows {
        out.push_str(&format!("  {}\n", edge(arrow)));
    }
    out.push_str("}\n");
    out
}

fn of_group(picture: &Picture, group: Option<usize>) -> impl Iterator<Item = (usize, &Shape)> {
    picture.boxes.iter().enumerate().filter(move |(_, shape)| shape.group == group)
}

fn node(number: usize, shape: &Shape) -> String {
    let mut lines: Vec<String> = Vec::new();
    lines.extend((!shape.tag.is_empty()).then(|| shape.tag.clone()));
    for line in std::iter::once(&shape.title).chain(&shape.lines) {
        lines.extend(text::wrap(line, text::WIDEST, text::Font::Line));
    }
    let form = match shape.form {
        Form::Card => "",
        Form::Pill => " shape=box style=\"rounded,filled,bold\"",
        Form::Fork => " shape=hexagon style=filled",
    };
    let colours = LIGHT.of(shape.look);
    let width = if shape.strong { " penwidth=2.5" } else { "" };
    format!(
        "n{number} [label={} fillcolor=\"{}\" color=\"{}\"{form}{width}]",
        quoted(&lines.join("\n")),
        colours.fill,
        colours.stroke
    )
}

fn edge(arrow: &Arrow) -> String {
    let style = match arrow.line {
        Line::Causes => "solid",
        Line::Ends => "dotted",
        Line::Read => "dashed",
    };
    let lines = text::wrap(&arrow.label, text::LABEL, text::Font::Line).join("\n");
    let label = if arrow.label.is_empty() { String::new() } else { format!(" label={}", quoted(&lines)) };
    format!("n{} -> n{} [style={style}{label}]", arrow.from, arrow.to)
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
