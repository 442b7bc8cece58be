//! Source text: files, spans, and the way from a byte offset to a line and a column.

use std::sync::Arc;

/// Number of a file within one [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

impl FileId {
    /// No file: where something that should be there is not.
    pub const NONE: Self = Self(u32::MAX);
}

/// A stretch of one file, in bytes: `start` is the first, `end` is one past the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `file` from `start` up to `end`, in bytes.
    #[must_use]
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end: end.max(start) }
    }

    /// The smallest span that holds both; `other` must be of the same file, else `self` is returned.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.file != other.file {
            return self;
        }
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span just behind this one.
    #[must_use]
    pub fn after(self) -> Self {
        Self { start: self.end, ..self }
    }
}

/// A value with the place where the author wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A name as the author wrote it.
pub type Name = Spanned<String>;

impl<T> Spanned<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// What a file of a project is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A `.flow` file.
    Flow,
    /// `flow.toml`.
    Settings,
    /// A message body under `templates/`.
    Template,
}

/// One file of a project, its text already read. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path relative to the project's folder, with `/`.
    pub path: Arc<str>,
    /// What it is for.
    pub kind: FileKind,
    /// The whole text, as it stands on disk (a byte order mark and CRLF included).
    pub text: Arc<str>,
    lines: Arc<LineIndex>,
}

impl SourceFile {
    /// Line and column of a byte offset.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(&self.text, offset)
    }

    /// The text of a span, or nothing where the span does not fall on character borders.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The index of line starts.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }
}

/// The files of one project.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and returns its number. More than `u32::MAX` files cannot be added: the last number is reused.
    pub fn add(&mut self, path: impl Into<Arc<str>>, kind: FileKind, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { path: path.into(), kind, lines: Arc::new(LineIndex::new(&text)), text });
        id
    }

    /// Gives a file another text; a number that is not known changes nothing.
    pub fn set(&mut self, id: FileId, text: impl Into<Arc<str>>) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            file.text = text.into();
            file.lines = Arc::new(LineIndex::new(&file.text));
        }
    }

    /// The file of a number, if there is one.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The path of a file, empty for a number that is not known.
    #[must_use]
    pub fn path(&self, id: FileId) -> &str {
        self.get(id).map_or("", |file| &*file.path)
    }

    /// The text of a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file).map_or("", |file| file.slice(span))
    }

    /// The line (1-based) on which a span starts.
    #[must_use]
    pub fn line(&self, span: Span) -> u32 {
        self.get(span.file).map_or(1, |file| file.position(span.start).line)
    }

    /// All files with their numbers, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, file)| (FileId(u32::try_from(i).unwrap_or(u32::MAX)), file))
    }

    /// The file at a path relative to the project's folder.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.iter().find(|(_, file)| &*file.path == path).map(|(id, _)| id)
    }
}

/// A place in a text: both numbers are 1-based; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (not bytes), from 1.
    pub column: u32,
    /// Column in UTF-16 code units, from 0, as the language server protocol counts.
    pub utf16: u32,
}

/// Where each line of a text starts.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads the line starts of a text in one pass.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        for (i, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                starts.push(u32::try_from(i + 1).unwrap_or(u32::MAX));
            }
        }
        Self { starts }
    }

    /// Line and columns of a byte offset; an offset inside a character counts as its start.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0) as usize;
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(start..end).unwrap_or("");
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position {
            line: count(line),
            column: count(before.chars().count() + 1),
            utf16: count(before.encode_utf16().count()),
        }
    }

    /// Byte offset at which a line (1-based) starts.
    #[must_use]
    pub fn start_of(&self, line: u32) -> Option<u32> {
        self.starts.get(line.checked_sub(1)? as usize).copied()
    }
}
