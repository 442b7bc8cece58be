//! A picture as SVG: drawn here, with no other program, no script and nothing fetched.

pub(super) mod colours;
mod layout;
mod legend;
mod path;
mod style;
pub(super) mod text;

use super::{Arrow, Form, Picture, Shape};
use layout::Place;
use text::Font;

/// Space around everything, in pixels.
const MARGIN: f64 = 28.0;
/// Space between the text of a box and its outline.
const PADDING: f64 = 13.0;
/// What the slanted sides of a fork take away from its width.
const SLANT: f64 = 16.0;
/// The title stands above the rest.
const HEAD: f64 = 44.0;

/// The picture as an SVG document.
#[must_use]
pub fn svg(picture: &Picture) -> String {
    let drawn = Drawn::new(picture, HEAD);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" {} role=\"img\" \
         aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n",
        drawn.size(),
        escape(&picture.title),
        escape(&described(picture)),
    );
    out.push_str(&style::style(picture));
    out.push_str("<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    out.push_str(&format!(
        "<text class=\"head\" x=\"{}\" y=\"{}\">{}</text>\n",
        number(MARGIN),
        number(MARGIN + 14.0),
        escape(&picture.title)
    ));
    out.push_str(&drawn.body(&|_| None));
    out.push_str("</svg>\n");
    out
}

/// The picture as a part of a page, which brings the style ([`sheet`]) and the arrow heads ([`marks`]) once for all of
/// its pictures. A box may lead somewhere: `link` says where.
#[must_use]
pub fn inline(picture: &Picture, link: &dyn Fn(&Shape) -> Option<String>) -> String {
    let drawn = Drawn::new(picture, 0.0);
    let words = escape(&format!("{}: {}", picture.title, described(picture)));
    format!(
        "<svg class=\"picture\" {} role=\"group\" aria-label=\"{words}\">\n{}</svg>\n",
        drawn.size(),
        drawn.body(link)
    )
}

/// The style of pictures that are parts of a page: the rules for all of them, the colours on white, those on black.
#[must_use]
pub fn sheet() -> (&'static str, String, String) {
    (
        style::SHAPES,
        style::colours(&colours::LIGHT, &super::Look::ALL),
        style::colours(&colours::DARK, &super::Look::ALL),
    )
}

/// The arrow heads of pictures that are parts of a page.
#[must_use]
pub fn marks() -> &'static str {
    style::MARKS
}

/// A picture with the places of everything in it.
struct Drawn<'a> {
    picture: &'a Picture,
    cards: Vec<Card>,
    labels: Vec<Vec<String>>,
    layout: layout::Layout,
    legend: legend::Legend,
    head: f64,
}

impl<'a> Drawn<'a> {
    fn new(picture: &'a Picture, head: f64) -> Self {
        let cards: Vec<Card> = picture.boxes.iter().map(Card::new).collect();
        let labels: Vec<Vec<String>> =
            picture.arrows.iter().map(|arrow| text::wrap(&arrow.label, text::LABEL, Font::Line)).collect();
        let layout = layout::layout(picture, &cards, &labels);
        Self { picture, cards, labels, layout, legend: legend::legend(picture), head }
    }

    /// The attributes that say how large it is.
    fn size(&self) -> String {
        let title = if self.head > 0.0 { text::width(&self.picture.title, Font::Head) } else { 0.0 };
        let width = self.layout.width.max(self.legend.width).max(title) + 2.0 * MARGIN;
        let height = self.layout.height + self.head + self.legend.height + 2.0 * MARGIN;
        let (w, h) = (number(width.ceil()), number(height.ceil()));
        format!("viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\"")
    }

    /// Frames, arrows, boxes, labels and the legend.
    fn body(&self, link: &dyn Fn(&Shape) -> Option<String>) -> String {
        let (picture, layout) = (self.picture, &self.layout);
        let mut out = format!("<g transform=\"translate({} {})\">\n", number(MARGIN), number(MARGIN + self.head));
        for (place, title) in layout.groups.iter().zip(&picture.groups) {
            out.push_str(&frame(place, title));
        }
        for (arrow, points) in picture.arrows.iter().zip(&layout.arrows) {
            let d = path::path(points, picture.direction);
            out.push_str(&format!("<path class=\"{}\" d=\"{d}\"/>\n", style::line(arrow.line)));
        }
        for ((card, shape), place) in self.cards.iter().zip(&picture.boxes).zip(&layout.boxes) {
            let card = card.draw(shape, place);
            match link(shape) {
                Some(to) => out.push_str(&format!("<a href=\"{}\">{}</a>\n", escape(&to), card.trim_end())),
                None => out.push_str(&card),
            }
        }
        for ((arrow, lines), at) in picture.arrows.iter().zip(&self.labels).zip(&layout.labels) {
            out.push_str(&label(arrow, lines, *at));
        }
        out.push_str("</g>\n");
        out.push_str(&self.legend.draw(MARGIN, layout.height + self.head + MARGIN));
        out
    }
}

/// What it shows, in a few words for those who cannot see it.
fn described(picture: &Picture) -> String {
    let count = |n: usize, one: &str, many: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") };
    let boxes = count(picture.boxes.len(), "box", "boxes");
    format!("{boxes} and {}", count(picture.arrows.len(), "arrow", "arrows"))
}

/// A box with its text broken into lines.
pub(super) struct Card {
    lines: Vec<(Font, String)>,
    /// Width with padding.
    pub(super) width: f64,
    /// Height with padding.
    pub(super) height: f64,
}

impl Card {
    fn new(shape: &Shape) -> Self {
        let mut lines: Vec<(Font, String)> = Vec::new();
        if !shape.tag.is_empty() {
            lines.push((Font::Tag, shape.tag.clone()));
        }
        lines.extend(text::wrap(&shape.title, text::WIDEST, Font::Title).into_iter().map(|line| (Font::Title, line)));
        for line in &shape.lines {
            lines.extend(text::wrap(line, text::WIDEST, Font::Line).into_iter().map(|line| (Font::Line, line)));
        }
        let widest = lines.iter().map(|(font, line)| text::width(line, *font)).fold(0.0, f64::max);
        let sides = match shape.form {
            Form::Card | Form::Pill => PADDING,
            Form::Fork => PADDING + SLANT,
        };
        let height: f64 = lines.iter().map(|(font, _)| font.height()).sum();
        Self { lines, width: (widest + 2.0 * sides).max(64.0), height: height + 2.0 * (PADDING - 4.0) }
    }

    fn draw(&self, shape: &Shape, place: &Place) -> String {
        let (left, top) = (place.x - self.width / 2.0, place.y - self.height / 2.0);
        let strong = if shape.strong { " strong" } else { "" };
        let mut out = format!("<g class=\"{}{strong}\">", style::look(shape.look));
        out.push_str(&self.outline(shape.form, left, top));
        let mut y = top + PADDING - 4.0;
        for (font, line) in &self.lines {
            let class = font.class();
            let (x, base) = (number(place.x), number(y + font.height() * 0.74));
            out.push_str(&format!("<text class=\"{class}\" x=\"{x}\" y=\"{base}\">{}</text>", escape(line)));
            y += font.height();
        }
        out.push_str("</g>\n");
        out
    }

    fn outline(&self, form: Form, left: f64, top: f64) -> String {
        let [x, y, w, h] = [left, top, self.width, self.height].map(number);
        match form {
            Form::Card => format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"7\"/>"),
            Form::Pill => {
                let round = number((self.height / 2.0).min(22.0));
                format!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{round}\"/>")
            }
            Form::Fork => {
                let (right, bottom, middle) = (left + self.width, top + self.height, top + self.height / 2.0);
                let corners = [
                    (left + SLANT, top),
                    (right - SLANT, top),
                    (right, middle),
                    (right - SLANT, bottom),
                    (left + SLANT, bottom),
                    (left, middle),
                ];
                let points = corners.map(|(x, y)| format!("{},{}", number(x), number(y))).join(" ");
                format!("<polygon points=\"{points}\"/>")
            }
        }
    }
}

fn frame(place: &Place, title: &str) -> String {
    let (x, y) = (place.x - place.width / 2.0, place.y - place.height / 2.0);
    format!(
        "<g class=\"frame\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"10\"/><text x=\"{}\" y=\"{}\">{}</text></g>\n",
        number(x),
        number(y),
        number(place.width),
        number(place.height),
        number(x + 10.0),
        number(y - 5.0),
        escape(title)
    )
}

fn label(arrow: &Arrow, lines: &[String], at: Option<(f64, f64)>) -> String {
    let (Some((x, y)), false) = (at, arrow.label.is_empty()) else { return String::new() };
    let step = Font::Line.height();
    let mut out = String::new();
    let mut base = y - step * (f64::from(u32::try_from(lines.len()).unwrap_or(1)) - 1.0) / 2.0 + 4.0;
    for line in lines {
        out.push_str(&format!(
            "<text class=\"label\" x=\"{}\" y=\"{}\">{}</text>\n",
            number(x),
            number(base),
            escape(line)
        ));
        base += step;
    }
    out
}

/// A length with one digit behind the point at most.
fn number(n: f64) -> String {
    let rounded = (n * 10.0).round() / 10.0;
    // A zero has no sign.
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
