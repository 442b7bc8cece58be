//! Diagnostics for people: the lines in question, drawn by miette. The only file that knows miette.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity as MietteSeverity,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::snippet::{Snippets, snippets};
use super::{View, advice, clean};
use crate::diagnostic::{Code, Diagnostic, Severity};

/// How a report is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the screen.
    pub width: usize,
    /// Lines and signs beyond ASCII.
    pub unicode: bool,
    /// Colours as ANSI sequences.
    pub colour: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, unicode: true, colour: false }
    }
}

/// A report for each diagnostic, with an empty line between them.
#[must_use]
pub fn miette(view: View<'_>, diagnostics: &[Diagnostic], style: Style) -> String {
    let handler = handler(style);
    let mut out = String::new();
    for diagnostic in diagnostics {
        if !out.is_empty() {
            out.push('\n');
        }
        let report = Report {
            code: diagnostic.code,
            message: clean(&diagnostic.message),
            help: advice(diagnostic),
            snippets: snippets(view, diagnostic, style.width),
        };
        // Writing to a string does not fail; a piece that miette cannot draw costs the piece and not the message.
        if handler.render_report(&mut out, &report).is_err() {
            out.push_str(&super::plain::plain(view, std::slice::from_ref(diagnostic)));
        }
    }
    // Lines that only a tool sees the end of.
    out.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width.max(40))
        .with_links(false)
        .with_context_lines(CONTEXT)
        .with_break_words(false)
        .without_syntax_highlighting()
}

/// What the handler asks for around a label; the pieces already hold it. Zero means: only the place.
const CONTEXT: usize = 1;

#[derive(Debug)]
struct Report {
    code: Code,
    message: String,
    help: Option<String>,
    snippets: Snippets,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("{} {}", self.code, self.code.slug())))
    }

    fn severity(&self) -> Option<MietteSeverity> {
        Some(match self.code.severity() {
            Severity::Error => MietteSeverity::Error,
            Severity::Warning => MietteSeverity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.snippets.pieces.is_empty()).then_some(&self.snippets as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.snippets.marks.iter().map(|mark| {
            let span = SourceSpan::from((mark.start, mark.end.saturating_sub(mark.start)));
            if mark.primary {
                LabeledSpan::new_primary_with_span(mark.words.clone(), span)
            } else {
                LabeledSpan::new_with_span(mark.words.clone(), span)
            }
        })))
    }
}

impl SourceCode for Snippets {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset().saturating_add(span.len());
        // A stretch over two pieces does not exist: so pieces stay apart.
        let piece = self.pieces.iter().find(|piece| piece.start <= span.offset() && end < piece.end);
        let piece = piece.ok_or(MietteError::OutOfBounds)?;
        let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let mark = self.marks.iter().find(|mark| mark.start == span.offset() && mark.end == end);
        let (line, column, from, to) = match mark {
            Some(mark) if before < CONTEXT => (mark.line, mark.column, span.offset(), end),
            Some(_) | None => (piece.first_line, 1, piece.start, piece.end),
        };
        let text = self.text.get(from..to).unwrap_or("");
        Ok(Box::new(MietteSpanContents::new_named(
            piece.path.clone(),
            text.as_bytes(),
            SourceSpan::from((from, to - from)),
            number(line).saturating_sub(1),
            number(column).saturating_sub(1),
            text.matches('\n').count(),
        )))
    }
}
