//! What stands between two words: blank lines and comments.

/// What is space, and may be changed. Other characters that cannot be seen may stand in comments, and stay there.
pub(super) const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// A comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comment<'a> {
    /// From its `//` to its last character that is no space.
    pub(super) text: &'a str,
    /// It has a line of its own.
    pub(super) own: bool,
    /// A blank line stands before it.
    pub(super) blank: bool,
}

/// The space between two words.
#[derive(Debug, Clone, Default)]
pub(super) struct Gap<'a> {
    /// The comments, in order.
    pub(super) comments: Vec<Comment<'a>>,
    /// A blank line stands behind the last comment.
    pub(super) blank: bool,
    /// It has a line break.
    pub(super) breaks: bool,
}

impl<'a> Gap<'a> {
    /// Reads the space between two words; nothing when it holds something else. `own`: it begins at the start of a
    /// line. A line that begins with `#` is taken as a comment, since that is what it was meant to be.
    pub(super) fn read(text: &'a str, mut own: bool) -> Option<Self> {
        let mut gap = Self::default();
        let mut rest = text;
        let mut lines = 0;
        loop {
            let visible = rest.find(|c: char| !SPACE.contains(&c)).unwrap_or(rest.len());
            let (space, behind) = rest.split_at_checked(visible)?;
            let breaks = space.bytes().filter(|&byte| byte == b'\n').count();
            own |= breaks > 0;
            lines += breaks;
            gap.breaks |= breaks > 0;
            if behind.is_empty() {
                gap.blank = lines > 1;
                return Some(gap);
            }
            if !behind.starts_with("//") && !behind.starts_with('#') {
                return None;
            }
            let end = behind.find('\n').unwrap_or(behind.len());
            let (comment, behind) = behind.split_at_checked(end)?;
            gap.comments.push(Comment { text: comment.trim_end_matches(SPACE), own, blank: lines > 1 });
            (rest, own, lines) = (behind, false, 0);
        }
    }

    /// The comment that stands on the line of the word before, if there is one, is taken out.
    pub(super) fn take_trailing(&mut self) -> Option<&'a str> {
        let trailing = self.comments.first().is_some_and(|comment| !comment.own);
        trailing.then(|| self.comments.remove(0).text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_know_their_lines() {
        let mut gap = Gap::read("  // a\n\n  // b \n", false).unwrap();
        assert_eq!(gap.take_trailing(), Some("// a"));
        assert_eq!(gap.comments, [Comment { text: "// b", own: true, blank: true }]);
        assert!(!gap.blank && gap.breaks);
        assert!(Gap::read(" x ", false).is_none());
    }
}
