//! Everything that is printed goes through here: colour, width, a reader that has gone away.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::{AnsiColor, Style};
use flow_compiler::render::{hidden, miette};

use crate::args::Colour;
use crate::failure::{Exit, Failure};

/// Columns where nothing else is known.
const WIDTH: usize = 80;
/// Lines longer than this are hard to read on any screen.
const WIDEST: usize = 120;

/// Standard output and standard error.
pub(crate) struct Terminal {
    choice: ColorChoice,
    /// Columns of the screen.
    pub(crate) width: usize,
    /// Signs beyond ASCII.
    pub(crate) unicode: bool,
    /// The reader has gone away (`flow … | head`): nothing more is written.
    closed: bool,
    /// Output that could not be written for another reason.
    broken: Option<io::Error>,
}

impl Terminal {
    /// The terminal as the environment describes it.
    pub(crate) fn new(colour: Colour) -> Self {
        let choice = match colour {
            // Behind the pager of git stands a screen.
            Colour::Auto if paged_by_git() => ColorChoice::Always,
            Colour::Auto => AutoStream::choice(&io::stdout()),
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        Self { choice, width: width(), unicode: unicode(), closed: false, broken: None }
    }

    /// How diagnostics are drawn here.
    pub(crate) fn style(&self) -> miette::Style {
        miette::Style { width: self.width, unicode: self.unicode, colour: self.colour() }
    }

    /// Whether standard output takes colours.
    pub(crate) fn colour(&self) -> bool {
        self.choice != ColorChoice::Never
    }

    /// Text in a style, where colours are taken.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.colour() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Writes to standard output. What is not painted goes to a file or another program as it is.
    pub(crate) fn say(&mut self, text: &str) {
        if self.colour() { self.write(&harmless(text)) } else { self.pass(text) }
    }

    /// Writes JSON to standard output, laid out.
    pub(crate) fn json(&mut self, value: &serde_json::Value) {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        self.pass(&format!("{text}\n"));
    }

    /// Writes what people wrote to standard output: as it is, or so that it does no harm to a screen.
    pub(crate) fn pass(&mut self, text: &str) {
        if io::stdout().is_terminal() { self.write(&harmless(text)) } else { self.write(text) }
    }

    fn write(&mut self, text: &str) {
        if self.closed || self.broken.is_some() {
            return;
        }
        // Of a text without colours nothing is taken out: a sequence in it is somebody's own.
        let choice = if self.colour() { self.choice } else { ColorChoice::AlwaysAnsi };
        let mut out = AutoStream::new(io::stdout().lock(), choice);
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
            Err(error) => self.broken = Some(error),
        }
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed || self.broken.is_some()
    }

    /// Clears the screen, where there is one.
    pub(crate) fn clear(&mut self) {
        if io::stdout().is_terminal() {
            let mut out = io::stdout().lock();
            let _ = out.write_all(b"\x1b[2J\x1b[3J\x1b[H").and_then(|()| out.flush());
        }
    }

    /// Writes to standard error. Nobody is left to be told when that fails.
    pub(crate) fn note(&mut self, text: &str) {
        let choice = if self.choice == ColorChoice::Never { self.choice } else { AutoStream::choice(&io::stderr()) };
        let mut out = AutoStream::new(io::stderr().lock(), choice);
        let _ = out.write_all(harmless(text).as_bytes()).and_then(|()| out.flush());
    }

    /// Says why a command could not do its work.
    pub(crate) fn complain(&mut self, failure: &Failure) {
        let (error, help) = (RED.bold(), CYAN);
        let mut text = format!("{error}error{error:#}: {failure}\n");
        if let Some(advice) = &failure.help {
            text.push_str(&format!(" {help}help{help:#}: {advice}\n"));
        }
        self.note(&text);
    }

    /// The end of a command: what could not be written counts.
    pub(crate) fn finish(&mut self, exit: Exit) -> Exit {
        let Some(error) = self.broken.take() else { return exit };
        self.complain(&Failure::new(format!("cannot write the output: {error}")));
        Exit::Unusable
    }
}

/// Text that can do no more to a screen than colour it: names and values come from files that somebody else wrote, and
/// must not move the cursor, set the title, hide what follows or turn the direction of reading.
fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if c == '\x1b' { colour(rest) } else { None };
        let (piece, behind) = rest.split_at(length.unwrap_or(c.len_utf8()));
        // A line's end may be CRLF.
        let stays = length.is_some() || !hidden(c) || (c == '\r' && behind.starts_with('\n'));
        shown.push_str(if stays { piece } else { "\u{fffd}" });
        rest = behind;
    }
    Cow::Owned(shown)
}

/// The length of the sequence with which a text begins, if it is one of those with which this program paints.
fn colour(text: &str) -> Option<usize> {
    let codes = text.strip_prefix("\x1b[")?;
    let end = codes.find('m')?;
    let painted = |code: &str| {
        matches!(code, "" | "0" | "1" | "2" | "4" | "22" | "24" | "31" | "32" | "33" | "34" | "35" | "36" | "39")
    };
    codes.get(..end)?.split(';').all(painted).then_some("\x1b[".len() + end + 1)
}

/// What is wrong.
pub(crate) const RED: Style = AnsiColor::Red.on_default();
/// What deserves a look.
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
/// What is right.
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
/// Advice.
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default();
/// Headings.
pub(crate) const BOLD: Style = Style::new().bold();
/// What may be skipped.
pub(crate) const DIM: Style = Style::new().dimmed();

/// Whether git pages what is written, on a screen that takes colours.
fn paged_by_git() -> bool {
    let is = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    is("GIT_PAGER_IN_USE").is_some() && is("NO_COLOR").is_none() && is("TERM").is_some_and(|term| term != "dumb")
}

/// Whether somebody watches standard error.
pub(crate) fn watched() -> bool {
    io::stderr().is_terminal()
}

/// Standard output for records, which have no colours.
pub(crate) fn raw() -> Box<dyn Write + Send> {
    Box::new(io::stdout())
}

fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    told.or_else(seen).filter(|&columns| columns > 0).unwrap_or(WIDTH).clamp(40, WIDEST)
}

/// ASCII alone where the locale says so, or the terminal can do no more.
fn unicode() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if set("TERM").is_some_and(|term| term == "dumb") {
        return false;
    }
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_reach_a_screen() {
        for same in ["plain\ttext\n", "a\r\nb", "\u{1b}[1m\u{1b}[31mred\u{1b}[0m", "\u{1b}[31;1mred\u{1b}[m"] {
            assert_eq!(harmless(same), same);
        }
        for (text, shown) in [
            ("\u{1b}[2Jgone", "\u{fffd}[2Jgone"),
            ("\u{1b}]0;title\u{7}", "\u{fffd}]0;title\u{fffd}"),
            ("\u{1b}[8mhidden", "\u{fffd}[8mhidden"),
            ("\u{1b}", "\u{fffd}"),
            ("over\rwritten", "over\u{fffd}written"),
            ("\u{9b}2J \u{8} \u{202e}", "\u{fffd}2J \u{fffd} \u{fffd}"),
        ] {
            assert_eq!(harmless(text), shown);
        }
    }
}
