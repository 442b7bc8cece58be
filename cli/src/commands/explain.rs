//! `flow explain`: what a code means.

use flow_compiler::diagnostic::Code;
use flow_compiler::explain::{self, Block, Page};

use crate::args::ExplainArgs;
use crate::failure::{Exit, Failure};
use crate::terminal::{BOLD, DIM, GREEN, RED, Terminal};

pub(crate) fn run(args: &ExplainArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let Some(word) = &args.code else {
        list(terminal);
        return Ok(Exit::Done);
    };
    let found = Code::ALL.iter().copied().find(|code| code.slug() == word).or_else(|| Code::find(word));
    let Some(code) = found else {
        return Err(Failure::new(format!("no code is called `{word}`")).help("`flow explain --list` shows all codes"));
    };
    match explain::page(code) {
        Some(page) => show(&page, terminal),
        None => terminal.say(&format!("{code} {}\n", code.slug())),
    }
    Ok(Exit::Done)
}

fn list(terminal: &mut Terminal) {
    let mut codes = Code::ALL.to_vec();
    codes.sort_by_key(|code| code.number());
    for code in codes {
        let kind = flow_compiler::render::severity(code.severity());
        let line = format!("{}  {:<24} {}\n", code, code.slug(), terminal.paint(DIM, kind));
        terminal.say(&line);
    }
}

fn show(page: &Page, terminal: &mut Terminal) {
    let title = format!("{} {}", page.code, page.slug);
    let mut text = format!("{}\n\n{}\n", terminal.paint(BOLD, &title), wrap(&page.text, terminal.width));
    for (name, style, blocks) in [("Wrong", RED, &page.wrong), ("Right", GREEN, &page.right)] {
        text.push_str(&format!("\n{}\n", terminal.paint(style.bold(), name)));
        text.push_str(&example(blocks, terminal));
    }
    terminal.say(&text);
}

/// The files of an example; a path stands before each where there are several, or the one is not plain `.flow`.
fn example(blocks: &[Block], terminal: &Terminal) -> String {
    let mut text = String::new();
    let plain = blocks.iter().all(|block| block.path == "main.flow");
    for block in blocks {
        text.push('\n');
        if !plain {
            text.push_str(&format!("  {}\n", terminal.paint(DIM, &block.path)));
        }
        for line in block.text.lines() {
            text.push_str(format!("  {line}").trim_end());
            text.push('\n');
        }
    }
    text
}

/// Paragraphs wrapped at the width of the screen.
fn wrap(text: &str, width: usize) -> String {
    let paragraph = |paragraph: &str| {
        let mut lines = vec![String::new()];
        for word in paragraph.split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.is_empty() => line.push_str(word),
                Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                Some(_) | None => lines.push(word.to_owned()),
            }
        }
        lines.join("\n")
    };
    text.split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n\n")
}
