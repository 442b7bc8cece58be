//! How wide text is, without asking the fonts of a machine: advance widths of a common sans-serif face, with room for
//! the wider ones among those that `system-ui` may be.

/// The widest text of a box, in pixels.
pub(crate) const WIDEST: f64 = 250.0;
/// The widest text at an arrow, in pixels.
pub(crate) const LABEL: f64 = 160.0;

/// The faces of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Font {
    /// The title of the picture.
    Head,
    /// The kind of a box.
    Tag,
    /// The name of a box.
    Title,
    /// Everything else.
    Line,
}

impl Font {
    /// Size in pixels.
    fn size(self) -> f64 {
        match self {
            Self::Head => 17.0,
            Self::Tag => 10.0,
            Self::Title => 13.0,
            Self::Line => 11.5,
        }
    }

    /// From one line to the next, in pixels.
    pub(super) fn height(self) -> f64 {
        match self {
            Self::Head => 24.0,
            Self::Tag => 14.0,
            Self::Title => 18.0,
            Self::Line => 16.0,
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Tag => "tag",
            Self::Title => "name",
            Self::Line => "line",
        }
    }
}

/// Advance widths of the characters from space to tilde, in thousandths of the size: those of Helvetica.
const ADVANCES: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// The width of a line in pixels.
pub(crate) fn width(line: &str, font: Font) -> f64 {
    let advance = |c: char| {
        let known = u32::from(c).checked_sub(32).and_then(|at| ADVANCES.get(usize::try_from(at).ok()?));
        // Beyond ASCII: letters of Europe and around are narrow, all others may be as wide as high.
        f64::from(known.copied().unwrap_or(if u32::from(c) < 0x2000 { 600 } else { 1000 })) / 1000.0
    };
    let wide = match font {
        Font::Head | Font::Title => 1.27,
        Font::Tag => 1.3,
        Font::Line => 1.16,
    };
    line.chars().map(advance).sum::<f64>() * font.size() * wide
}

/// A text in lines of at most a width. It breaks at blanks, else behind signs that part a name, else anywhere.
pub(crate) fn wrap(text: &str, widest: f64, font: Font) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&longer, font) <= widest {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = broken(word, widest, font, &mut lines);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines
}

/// What is longer says too much for a picture.
const MOST_LINES: usize = 7;

/// Breaks a word that is too long by itself; gives what is left of it.
fn broken(word: &str, widest: f64, font: Font, lines: &mut Vec<String>) -> String {
    let mut rest = word.to_owned();
    while width(&rest, font) > widest {
        let mut fits = 0;
        let mut parts = 0;
        for (at, c) in rest.char_indices() {
            let end = at + c.len_utf8();
            if width(rest.get(..end).unwrap_or_default(), font) > widest {
                break;
            }
            fits = end;
            if matches!(c, '_' | '.' | '/' | '-' | ',') {
                parts = end;
            }
        }
        let end = if parts > 0 { parts } else { fits.max(rest.chars().next().map_or(1, char::len_utf8)) };
        let tail = rest.split_off(end);
        lines.push(std::mem::replace(&mut rest, tail));
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::{Font, WIDEST, width, wrap};

    #[test]
    fn lines_are_no_wider_than_asked() {
        let text =
            "count(order_placed in last 180 days) >= 3 or a_name_that_goes_on_and_on_without_any_blank_in_it_at_all";
        let lines = wrap(text, WIDEST, Font::Line);
        assert!(lines.iter().all(|line| width(line, Font::Line) <= WIDEST), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        assert_eq!(wrap("", WIDEST, Font::Line), Vec::<String>::new());
    }
}
