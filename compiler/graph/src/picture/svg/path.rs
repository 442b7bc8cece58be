//! The way of an arrow through its points: it leaves and reaches boxes straight, and swings from one lane to the next.

use super::number;
use crate::picture::Direction;

/// The `d` of a path through points.
pub(super) fn path(points: &[(f64, f64)], direction: Direction) -> String {
    let mut points = points.iter().copied();
    let Some((mut x, mut y)) = points.next() else { return String::new() };
    let mut out = format!("M{} {}", number(x), number(y));
    for (to_x, to_y) in points {
        let [first, second] = match direction {
            Direction::Right => {
                let middle = x + (to_x - x) / 2.0;
                [(middle, y), (middle, to_y)]
            }
            Direction::Down => {
                let middle = y + (to_y - y) / 2.0;
                [(x, middle), (to_x, middle)]
            }
        };
        let [a, b, c] = [first, second, (to_x, to_y)].map(|(x, y)| format!("{} {}", number(x), number(y)));
        out.push_str(&format!(" C{a} {b} {c}"));
        (x, y) = (to_x, to_y);
    }
    out
}
