//! What colours and lines mean, below the picture.

use super::text::{Font, width};
use super::{number, style};
use crate::picture::{Line, Look, Picture};

/// The legend of a picture.
pub(super) struct Legend {
    rows: Vec<Vec<Key>>,
    /// Width in pixels.
    pub(super) width: f64,
    /// Height in pixels.
    pub(super) height: f64,
}

enum Key {
    Look(Look),
    Line(Line),
}

const ROW: f64 = 22.0;
const SAMPLE: f64 = 26.0;
const GAP: f64 = 20.0;

impl Key {
    fn words(&self) -> &'static str {
        match self {
            Self::Look(look) => look.word(),
            Self::Line(line) => line.words(),
        }
    }

    fn width(&self) -> f64 {
        SAMPLE + 6.0 + width(self.words(), Font::Line) + GAP
    }
}

/// The kinds of boxes and of arrows that there are, each in a row, where that is not plain to see.
pub(super) fn legend(picture: &Picture) -> Legend {
    let looks = Look::ALL.into_iter().filter(|look| picture.boxes.iter().any(|shape| shape.look == *look));
    let lines = [Line::Causes, Line::Ends, Line::Read];
    let lines = lines.into_iter().filter(|line| picture.arrows.iter().any(|arrow| arrow.line == *line));
    let (looks, lines): (Vec<Key>, Vec<Key>) = (looks.map(Key::Look).collect(), lines.map(Key::Line).collect());
    // That an arrow leads from one to the next goes without saying.
    let plain = matches!(lines.as_slice(), [Key::Line(Line::Causes)]);
    let rows = [(looks.len() > 1, looks), (!plain, lines)];
    let rows: Vec<Vec<Key>> =
        rows.into_iter().filter(|(tell, row)| *tell && !row.is_empty()).map(|(_, row)| row).collect();
    let width = rows.iter().map(|row| row.iter().map(Key::width).sum::<f64>()).fold(0.0, f64::max);
    let height = rows.iter().map(|_| ROW).sum::<f64>();
    Legend { rows, width, height: if height > 0.0 { height + 18.0 } else { 0.0 } }
}

impl Legend {
    pub(super) fn draw(&self, left: f64, top: f64) -> String {
        let mut out = String::new();
        let mut y = top + 18.0;
        for row in &self.rows {
            let mut x = left;
            for key in row {
                out.push_str(&sample(key, x, y));
                let at = x + SAMPLE + 6.0;
                out.push_str(&format!(
                    "<text class=\"key\" x=\"{}\" y=\"{}\">{}</text>\n",
                    number(at),
                    number(y + 12.0),
                    key.words()
                ));
                x += key.width();
            }
            y += ROW;
        }
        out
    }
}

fn sample(key: &Key, x: f64, y: f64) -> String {
    match key {
        Key::Look(look) => format!(
            "<g class=\"{}\"><rect x=\"{}\" y=\"{}\" width=\"{SAMPLE}\" height=\"14\" rx=\"4\"/></g>",
            style::look(*look),
            number(x),
            number(y + 1.0)
        ),
        Key::Line(line) => {
            format!("<path class=\"{}\" d=\"M{} {} h{SAMPLE}\"/>", style::line(*line), number(x), number(y + 8.0))
        }
    }
}
