//! From an offset within a template to a place in a file: templates stand in files and in quotes.

use minijinja::machinery::Span as TemplateSpan;

use crate::source::{FileId, Sources, Span};

/// Where the text of a template stands.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    file: FileId,
    /// Added to each offset.
    base: u32,
    /// Where in the text an escape (`\n`, `\"`) makes the file longer than the text: from each of these offsets on,
    /// one more byte.
    shifts: Vec<(u32, u32)>,
}

impl Place {
    /// A file whose text begins at `base`.
    pub(crate) fn new(file: FileId, base: u32) -> Self {
        Self { file, base, shifts: Vec::new() }
    }

    /// A text in quotes.
    pub(crate) fn inline(sources: &Sources, span: Span, text: &str) -> Self {
        let mut place = Self::new(span.file, span.start.saturating_add(1));
        let raw = sources.slice(span);
        let raw = raw.strip_prefix('"').unwrap_or(raw);
        let (mut written, mut offset, mut shift) = (raw.chars(), 0_u32, 0_u32);
        for character in text.chars() {
            let long = written.next() == Some('\\');
            offset += size(character);
            if long {
                // An escape is a backslash and one character; what it stands for may have another length.
                let second = written.next().map_or(0, size);
                shift = (shift + 1 + second).saturating_sub(size(character));
                place.shifts.push((offset, shift));
            }
        }
        place
    }

    /// Two offsets of the text as a span of the file.
    pub(crate) fn offsets(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, self.at(start), self.at(end.max(start)))
    }

    /// A span of the text as a span of the file.
    pub(crate) fn span(&self, span: TemplateSpan) -> Span {
        self.offsets(span.start_offset, span.end_offset)
    }

    fn at(&self, offset: u32) -> u32 {
        let passed = self.shifts.partition_point(|(from, _)| *from <= offset);
        let shift = passed.checked_sub(1).and_then(|last| self.shifts.get(last)).map_or(0, |(_, shift)| *shift);
        self.base.saturating_add(offset).saturating_add(shift)
    }
}

fn size(character: char) -> u32 {
    u32::try_from(character.len_utf8()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Place;
    use crate::source::{FileKind, Sources, Span};

    #[test]
    fn escapes_move_what_follows() {
        let mut sources = Sources::default();
        let file = sources.add("a.flow", FileKind::Flow, r#"xx"a\"b\nü{{ c }}""#);
        let text = "a\"b\nü{{ c }}";
        let place = Place::inline(&sources, Span::new(file, 2, 19), text);
        let start = u32::try_from(text.find('c').expect("it is there")).expect("small");
        assert_eq!(sources.slice(place.offsets(start, start + 1)), "c");
        assert_eq!(sources.slice(place.offsets(0, 1)), "a");
    }
}
