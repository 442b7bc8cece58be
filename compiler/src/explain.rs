//! The pages behind the codes: what is wrong, why it matters, a wrong example and the same mended.
//!
//! A page is `compiler/explain/FNNNN.md`. A test compiles both examples: the wrong one gives exactly its code, the
//! right one nothing at all.

mod topics;

use crate::diagnostic::Code;
use crate::source::{FileKind, Sources};

pub use topics::{GROUPS, Group, Topic, sources as topic_sources, topic, topics, topics_of};

/// All pages, by file name and in its order, as they are written.
pub const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The settings of an example that brings none.
pub const DEFAULT_SETTINGS: &str = r#"[project]
name = "example"
language = 1
timezone = "Europe/Berlin"
currency = "EUR"

[channels.email]
kind = "smtp"
url = "env:SMTP_URL"
from = "Acme <hello@acme.example>"

[connectors.crm]
kind = "http"
url = "env:CRM_URL"
secret = "env:CRM_SECRET"
"#;

/// A page, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// `F2001`
    pub code: String,
    /// `unknown-name`
    pub slug: String,
    /// What is wrong and why it matters.
    pub text: String,
    /// A project that has the mistake and no other.
    pub wrong: Vec<Block>,
    /// The same, mended.
    pub right: Vec<Block>,
}

/// One file of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its path in the project.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The page of a code, if there is one that can be read.
#[must_use]
pub fn page(code: Code) -> Option<Page> {
    Page::parse(source(code)?).ok()
}

/// The page of a code as it is written.
#[must_use]
pub fn source(code: Code) -> Option<&'static str> {
    PAGES.iter().find(|(name, _)| *name == code.number()).map(|(_, text)| *text)
}

/// The project of an example; settings are supplied where it brings none.
#[must_use]
pub fn project(blocks: &[Block]) -> Sources {
    let mut sources = Sources::default();
    if !blocks.iter().any(|block| block.path == "flow.toml") {
        sources.add("flow.toml", FileKind::Settings, DEFAULT_SETTINGS);
    }
    for block in blocks {
        sources.add(block.path.as_str(), kind(&block.path), block.text.as_str());
    }
    sources
}

fn kind(path: &str) -> FileKind {
    if path == "flow.toml" {
        FileKind::Settings
    } else if path.ends_with(".flow") {
        FileKind::Flow
    } else {
        FileKind::Template
    }
}

impl Page {
    /// Takes a page apart.
    ///
    /// # Errors
    /// Says what the page lacks.
    pub fn parse(source: &str) -> Result<Self, String> {
        let mut lines = source.lines().peekable();
        let title = lines.next().unwrap_or_default();
        let (code, slug) = title
            .strip_prefix("# ")
            .and_then(|title| title.split_once(' '))
            .ok_or("the first line must be `# FNNNN slug`")?;
        let mut page = Self {
            code: code.to_owned(),
            slug: slug.trim().to_owned(),
            text: String::new(),
            wrong: Vec::new(),
            right: Vec::new(),
        };
        let mut part = Part::Text;
        while let Some(line) = lines.next() {
            match line.trim_end() {
                "## Wrong" => part = Part::Wrong,
                "## Right" => part = Part::Right,
                line => match (part, line.strip_prefix("```")) {
                    (Part::Text, _) => {
                        page.text.push_str(line);
                        page.text.push('\n');
                    }
                    (Part::Wrong, Some(info)) => page.wrong.push(block(info, &mut lines)?),
                    (Part::Right, Some(info)) => page.right.push(block(info, &mut lines)?),
                    (Part::Wrong | Part::Right, None) => {}
                },
            }
        }
        page.text = page.text.trim().to_owned();
        match &page {
            Self { text, .. } if text.is_empty() => Err("no text says what is wrong".to_owned()),
            Self { wrong, .. } if wrong.is_empty() => Err("no example stands under `## Wrong`".to_owned()),
            Self { right, .. } if right.is_empty() => Err("no example stands under `## Right`".to_owned()),
            _ => Ok(page),
        }
    }
}

#[derive(Clone, Copy)]
enum Part {
    Text,
    Wrong,
    Right,
}

/// A fenced block up to its end; the path stands behind the language (`html templates/x.html`) or follows from it.
fn block<'a>(info: &str, lines: &mut impl Iterator<Item = &'a str>) -> Result<Block, String> {
    let mut words = info.split_whitespace();
    let language = words.next().unwrap_or_default();
    let path = match (words.next().map(|word| word.strip_prefix("path=").unwrap_or(word)), language) {
        (Some(path), _) => path,
        (None, "flow") => "main.flow",
        (None, "toml") => "flow.toml",
        (None, other) => return Err(format!("a block of `{other}` needs a path behind it")),
    };
    let mut text = String::new();
    for line in lines {
        if line.trim_end() == "```" {
            return Ok(Block { path: path.to_owned(), text });
        }
        text.push_str(line);
        text.push('\n');
    }
    Err("a block is not closed".to_owned())
}
