//! Pictures of figures under both programs, as SVG inside a page.

use super::html::escape;
use crate::numbers::number;

/// A figure under both programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) before: u64,
    pub(crate) after: u64,
}

/// Width of all pictures.
const WIDTH: f64 = 640.0;
/// A name that is longer is cut.
const NAME: usize = 26;

#[expect(clippy::cast_precision_loss, reason = "a length on a screen")]
fn length(count: u64, most: u64, room: f64) -> f64 {
    if most == 0 { 0.0 } else { count as f64 / most as f64 * room }
}

fn most(bars: &[Bar]) -> u64 {
    bars.iter().map(|bar| bar.before.max(bar.after)).max().unwrap_or(0)
}

/// What a picture shows, for who does not see it.
fn described(bars: &[Bar]) -> String {
    let said = |bar: &Bar| format!("{}: {} before, {} after", bar.name, number(bar.before), number(bar.after));
    bars.iter().map(said).collect::<Vec<_>>().join("; ")
}

/// A picture; on a narrow screen it can be moved to the side, so that its words stay large enough.
fn frame(title: &str, bars: &[Bar], height: f64, content: &str) -> String {
    let title = escape(title);
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\">\n<svg viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-label=\"{title}\">\n<desc>{}</desc>\n{content}</svg>\n</div>\n",
        escape(&described(bars))
    )
}

/// Names to the left, two bars each to the right.
pub(crate) fn bars(title: &str, bars: &[Bar]) -> String {
    const ROW: f64 = 40.0;
    const LEFT: f64 = 190.0;
    const ROOM: f64 = WIDTH - LEFT - 70.0;
    let most = most(bars);
    let mut content = String::new();
    let mut y = 4.0;
    for bar in bars {
        let name: String = bar.name.chars().take(NAME).collect();
        content.push_str(&format!("<text class=\"name\" x=\"0\" y=\"{}\">{}</text>\n", y + 19.0, escape(&name)));
        for (class, count, down) in [("before", bar.before, 0.0), ("after", bar.after, 15.0)] {
            let width = length(count, most, ROOM);
            let (top, end) = (y + down, LEFT + width + 6.0);
            content.push_str(&format!(
                "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{top}\" width=\"{width:.1}\" height=\"12\" rx=\"2\"/>\
                 <text x=\"{end:.1}\" y=\"{}\">{}</text>\n",
                top + 10.5,
                number(count)
            ));
        }
        y += ROW;
    }
    frame(title, bars, y, &content)
}

/// Two columns for each name, with the names below.
pub(crate) fn columns(title: &str, below: &str, bars: &[Bar]) -> String {
    const HEIGHT: f64 = 210.0;
    const FLOOR: f64 = 165.0;
    const LEFT: f64 = 56.0;
    let most = most(bars);
    let step = (WIDTH - LEFT) / f64::from(u32::try_from(bars.len().max(1)).unwrap_or(u32::MAX));
    let width = (step * 0.38).clamp(1.0, 26.0);
    // Names have room for about thirty points each.
    let every = (34.0 / step).ceil().max(1.0);
    let mut content = format!(
        "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{FLOOR}\" x2=\"{WIDTH}\" y2=\"{FLOOR}\"/>\
         <line class=\"axis\" x1=\"{LEFT}\" y1=\"15\" x2=\"{WIDTH}\" y2=\"15\"/>\
         <text x=\"{0}\" y=\"19\" text-anchor=\"end\">{1}</text><text x=\"{0}\" y=\"{FLOOR}\" text-anchor=\"end\">0</text>\n",
        LEFT - 6.0,
        number(most)
    );
    for (place, bar) in (0_u32..).zip(bars) {
        let middle = LEFT + step * (f64::from(place) + 0.5);
        for (class, count, x) in [("before", bar.before, middle - width), ("after", bar.after, middle)] {
            let tall = length(count, most, FLOOR - 15.0);
            let tall = if count > 0 { tall.max(1.0) } else { 0.0 };
            content.push_str(&format!(
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{tall:.1}\"/>",
                FLOOR - tall
            ));
        }
        if f64::from(place) % every < 0.5 {
            content.push_str(&format!(
                "<text x=\"{middle:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                FLOOR + 16.0,
                escape(&bar.name)
            ));
        }
    }
    content.push_str(&format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
        LEFT + (WIDTH - LEFT) / 2.0,
        HEIGHT - 6.0,
        escape(below)
    ));
    frame(title, bars, HEIGHT, &content)
}

/// A curve: places from 0 to 1, to the right and up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    /// `before` or `after`.
    pub(crate) class: &'static str,
    /// It is dashed.
    pub(crate) dashed: bool,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Curves over a scale of thresholds, in percent.
pub(crate) fn curves(title: &str, (low, high): (f64, f64), below: &str, curves: &[Curve]) -> String {
    const HEIGHT: f64 = 240.0;
    const FLOOR: f64 = 195.0;
    const LEFT: f64 = 56.0;
    const TOP: f64 = 12.0;
    let place = |(x, y): (f64, f64)| (LEFT + x * (WIDTH - LEFT - 12.0), FLOOR - y * (FLOOR - TOP));
    let mut content = String::new();
    for (share, name) in [(0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %")] {
        let (_, y) = place((0.0, share));
        content.push_str(&format!(
            "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{y}\" x2=\"{WIDTH}\" y2=\"{y}\"/><text x=\"{}\" y=\"{}\" \
             text-anchor=\"end\">{name}</text>\n",
            LEFT - 6.0,
            y + 4.0
        ));
    }
    for step in 0..=4_u8 {
        let share = f64::from(step) / 4.0;
        let (x, _) = place((share, 0.0));
        let value = low + share * (high - low);
        content
            .push_str(&format!("<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{value:.0}</text>\n", FLOOR + 17.0));
    }
    for curve in curves {
        let points = curve.points.iter().map(|point| place(*point)).map(|(x, y)| format!("{x:.1},{y:.1}"));
        let dash = if curve.dashed { " dash" } else { "" };
        content.push_str(&format!(
            "<polyline class=\"curve {}{dash}\" points=\"{}\"/>\n",
            curve.class,
            points.collect::<Vec<_>>().join(" ")
        ));
    }
    content.push_str(&format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
        LEFT + (WIDTH - LEFT) / 2.0,
        HEIGHT - 6.0,
        escape(below)
    ));
    frame(title, &[], HEIGHT, &content)
}
