//! Pages written in Markdown, laid out for a terminal.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::terminal::{BOLD, CYAN, DIM, Terminal};

/// Begins and ends what is painted; none of them takes a column. They are of the range that stands for nothing.
const CODE: (char, char) = ('\u{f0000}', '\u{f0001}');
const STRONG: (char, char) = ('\u{f0002}', '\u{f0003}');

/// A page as wide as the screen. What it may hold: paragraphs, lists, tables, blocks of code, headings.
pub(crate) fn page(source: &str, terminal: &Terminal) -> String {
    let mut writer = Writer { terminal, out: String::new(), line: String::new(), place: Place::Text, rows: Vec::new() };
    for event in Parser::new_ext(source, Options::ENABLE_TABLES) {
        writer.event(event);
    }
    paint(&writer.out, terminal)
}

/// Where the text belongs that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Item,
    Heading,
    Block,
}

struct Writer<'a> {
    terminal: &'a Terminal,
    out: String,
    line: String,
    place: Place,
    rows: Vec<Vec<String>>,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.line.push_str(&text),
            Event::Code(text) => self.code(&text),
            Event::SoftBreak | Event::HardBreak => self.line.push(' '),
            Event::Rule => self.gap(),
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a page does not hold is shown as its text")]
    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Paragraph if self.place == Place::Text => self.gap(),
            Tag::List(_) => self.gap(),
            Tag::Item => self.place = Place::Item,
            Tag::Heading { .. } => {
                self.gap();
                self.place = Place::Heading;
            }
            Tag::CodeBlock(_) => {
                self.gap();
                self.place = Place::Block;
            }
            Tag::Table(_) => self.gap(),
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Strong => self.line.push(STRONG.0),
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what a page does not hold is shown as its text")]
    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph if self.place == Place::Text => self.wrap("", ""),
            TagEnd::Item => {
                self.wrap(if self.terminal.unicode { "• " } else { "* " }, "  ");
                self.place = Place::Text;
            }
            TagEnd::Heading(_) => {
                let title = std::mem::take(&mut self.line);
                self.out.push_str(&format!("{}{title}{}\n", STRONG.0, STRONG.1));
                self.place = Place::Text;
            }
            TagEnd::CodeBlock => {
                let block = std::mem::take(&mut self.line);
                self.out.push_str(&indented(&block, self.terminal));
                self.place = Place::Text;
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.line);
                self.rows.last_mut().into_iter().for_each(|row| row.push(cell.clone()));
            }
            TagEnd::Table => self.table(),
            TagEnd::Strong => self.line.push(STRONG.1),
            _ => {}
        }
    }

    /// Code within a line: painted, or in its backticks.
    fn code(&mut self, text: &str) {
        let (from, to) = if self.terminal.colour() { CODE } else { ('`', '`') };
        self.line.push(from);
        self.line.push_str(text);
        self.line.push(to);
    }

    /// An empty line between two blocks.
    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn wrap(&mut self, first: &str, others: &str) {
        let text = std::mem::take(&mut self.line);
        self.out.push_str(&hanging(first, others, &text, self.terminal.width));
    }

    /// Columns as wide as what is in them; the last one goes on below its beginning.
    fn table(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max();
        let all = 2 + (0..columns).map(|column| widest(column).unwrap_or(0) + 2).sum::<usize>();
        // Where not all fits, what stands last gets the other half.
        let most = if all <= self.terminal.width + 2 { usize::MAX } else { self.terminal.width / 2 };
        let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0).min(most)).collect();
        for (number, row) in rows.iter().enumerate() {
            if number == 0 && row.iter().all(String::is_empty) {
                continue;
            }
            let Some((last, before)) = row.split_last() else { continue };
            let mut lead = String::from("  ");
            for (cell, &width_of) in before.iter().zip(&widths) {
                lead.push_str(cell);
                lead.push_str(&" ".repeat(width_of.saturating_sub(width(cell)) + 2));
            }
            let indent = 2 + widths.iter().take(before.len()).map(|width| width + 2).sum::<usize>();
            let lines = if width(&lead) > indent && last.is_empty() {
                format!("{}\n", lead.trim_end())
            } else if width(&lead) > indent {
                // A cell that is too wide has a line of its own.
                format!(
                    "{}\n{}",
                    lead.trim_end(),
                    hanging(&" ".repeat(indent), &" ".repeat(indent), last, self.terminal.width)
                )
            } else {
                hanging(&lead, &" ".repeat(indent), last, self.terminal.width)
            };
            self.out.push_str(&if number == 0 { lines.replace(['`', CODE.0, CODE.1], "") } else { lines });
        }
    }
}

/// A block of code: indented, its comments dimmed.
pub(crate) fn indented(block: &str, terminal: &Terminal) -> String {
    let mut text = String::new();
    for line in block.lines() {
        let (code, rest) = line.split_at_checked(comment(line)).unwrap_or((line, ""));
        let rest = if rest.is_empty() { String::new() } else { terminal.paint(DIM, rest) };
        text.push_str(format!("  {code}{rest}").trim_end());
        text.push('\n');
    }
    text
}

/// Where the comment of a line begins: at its end, if there is none. What stands in quotes or in an address is no comment.
fn comment(line: &str) -> usize {
    let begins =
        |before: &str| before.matches('"').count().is_multiple_of(2) && (before.is_empty() || before.ends_with(' '));
    let mut places = line.match_indices("//").map(|(at, _)| at);
    places.find(|&at| line.get(..at).is_some_and(begins)).unwrap_or(line.len())
}

/// Words behind a lead, wrapped at the width of the screen.
fn hanging(first: &str, others: &str, words: &str, screen: usize) -> String {
    let mut text = first.to_owned();
    let mut column = width(first);
    let mut begins = true;
    for word in words.split_whitespace() {
        let length = width(word);
        if !begins && column + 1 + length > screen {
            text.push('\n');
            text.push_str(others);
            column = width(others);
            begins = true;
        }
        if !begins {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
        begins = false;
    }
    format!("{}\n", text.trim_end())
}

/// Columns that a text takes.
fn width(text: &str) -> usize {
    text.chars().filter(|c| ![CODE.0, CODE.1, STRONG.0, STRONG.1].contains(c)).count()
}

/// Puts colours in the place of signs. The end of a colour ends everything, so what is strong begins anew behind it.
fn paint(text: &str, terminal: &Terminal) -> String {
    let colour = terminal.colour();
    let mut out = String::with_capacity(text.len());
    let mut strong = false;
    for c in text.chars() {
        let sign = [CODE.0, CODE.1, STRONG.0, STRONG.1].contains(&c);
        if !sign {
            out.push(c);
            continue;
        }
        strong = if c == STRONG.0 || c == STRONG.1 { c == STRONG.0 } else { strong };
        if colour {
            match c {
                _ if c == CODE.0 => out.push_str(&CYAN.to_string()),
                _ if c == STRONG.0 => out.push_str(&BOLD.to_string()),
                _ if strong => out.push_str(&format!("{CYAN:#}{BOLD}")),
                _ => out.push_str(&format!("{CYAN:#}")),
            }
        }
    }
    out
}
