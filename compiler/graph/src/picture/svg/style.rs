//! The style sheet inside the document, and the marks at the ends of arrows.

use super::colours::{DARK, LIGHT, Scheme};
use crate::picture::{Line, Look, Picture};

/// The class of a kind of thing.
pub(super) fn look(look: Look) -> String {
    look.word().replace(' ', "-")
}

/// The class of an arrow.
pub(super) fn line(line: Line) -> &'static str {
    match line {
        Line::Causes => "causes",
        Line::Ends => "ends",
        Line::Read => "read",
    }
}

/// The style sheet and the arrow heads.
pub(super) fn style(picture: &Picture) -> String {
    let looks: Vec<Look> =
        Look::ALL.into_iter().filter(|look| picture.boxes.iter().any(|shape| shape.look == *look)).collect();
    format!(
        "<style>\n{SHAPES}{}@media (prefers-color-scheme: dark) {{\n{}}}\n</style>\n{MARKS}",
        colours(&LIGHT, &looks),
        colours(&DARK, &looks)
    )
}

pub(super) const SHAPES: &str = "\
text { font-family: system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", sans-serif; text-anchor: middle; }
.head { font-size: 17px; font-weight: 600; text-anchor: start; }
.tag { font-size: 10px; letter-spacing: .04em; }
.name { font-size: 13px; font-weight: 600; }
.line, .label, .frame text, .key { font-size: 11.5px; }
.key, .frame text { text-anchor: start; }
.label { paint-order: stroke; stroke-width: 5px; stroke-linejoin: round; }
path { fill: none; stroke-width: 1.3px; marker-end: url(#head); }
.ends { stroke-dasharray: 1.5 3.5; stroke-linecap: round; marker-end: url(#stop); }
.read { stroke-dasharray: 5 4; stroke-width: 1.1px; }
g > rect, g > polygon { stroke-width: 1.2px; }
.strong > rect, .strong > polygon { stroke-width: 2.6px; }
";

/// An open head for what goes on, a bar for what ends.
pub(super) const MARKS: &str = "\
<defs>
<marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
<polygon class=\"mark\" points=\"0,1 9.5,5 0,9\"/></marker>
<marker id=\"stop\" viewBox=\"0 0 10 10\" refX=\"7\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
<rect class=\"mark\" x=\"4.5\" y=\"0\" width=\"2.5\" height=\"10\"/></marker>
</defs>
";

pub(super) fn colours(scheme: &Scheme, looks: &[Look]) -> String {
    let Scheme { page, ink, faint, arrow, frame: (area, outline), .. } = scheme;
    let mut out = format!(
        ".page {{ fill: {page}; }}\ntext {{ fill: {ink}; }}\n.key, .frame text {{ fill: {faint}; }}\n\
         .label {{ fill: {faint}; stroke: {page}; }}\npath {{ stroke: {arrow}; }}\n.mark {{ fill: {arrow}; stroke: none; }}\n\
         .frame > rect {{ fill: {area}; stroke: {outline}; }}\n"
    );
    for look in looks {
        let (class, colours) = (self::look(*look), scheme.of(*look));
        out.push_str(&format!(
            ".{class} > rect, .{class} > polygon {{ fill: {}; stroke: {}; }}\n.{class} > .tag {{ fill: {}; }}\n",
            colours.fill, colours.stroke, colours.tag
        ));
    }
    out
}
