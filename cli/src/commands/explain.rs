//! `flow explain`: pages from which the language is learnt, what a code means, and what a reason of a plan.

mod json;

use flow_compiler::diagnostic::Code;
use flow_compiler::explain::{self, Block, GROUPS, Page, Topic};
use flow_compiler::suggest;
use flow_review::plan::Code as Reason;

use crate::args::learn::ExplainArgs;
use crate::args::remote::AnswerFormat;
use crate::failure::{Exit, Failure};
use crate::layout;
use crate::markdown;
use crate::terminal::{BOLD, DIM, GREEN, RED, Terminal};

/// What the hundreds of a code's number stand for.
const KINDS: &[(&str, &str)] = &[
    ("F1", "How things are written"),
    ("F2", "Names and settings"),
    ("F3", "Types and missing values"),
    ("F4", "Meaning, and what is proved"),
    ("F5", "Consent, time and pressure"),
    ("F6", "People who are inside when the program changes"),
    ("F9", "Advice"),
];

pub(crate) fn run(args: &ExplainArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let json = args.format == AnswerFormat::Json;
    let words = args.words.join(" ");
    match Some(words.as_str()).filter(|words| !words.is_empty()) {
        None if json => terminal.json(&json::list()),
        None => {
            let mut text = pages(terminal);
            if args.list {
                text.push_str(&codes(terminal));
            } else {
                text.push_str("\n`flow explain event` shows a page, `flow explain F2001` what a code means,\n");
                text.push_str("`flow explain --list` all codes, too.\n");
            }
            terminal.say(&text);
        }
        Some(word) => match find(word)? {
            Found::Topic(topic) if json => terminal.json(&json::topic(topic)),
            Found::Topic(topic) => terminal.say(&show_topic(topic, terminal)),
            Found::Code(code) if json => terminal.json(&json::code(code)),
            Found::Code(code) => terminal.say(&show_code(code, terminal)),
            Found::Reason(reason) if json => terminal.json(&json::reason(reason)),
            Found::Reason(reason) => terminal.say(&show_reason(reason, terminal)),
        },
    }
    Ok(Exit::Done)
}

enum Found {
    Topic(&'static Topic),
    Code(Code),
    Reason(Reason),
}

/// The page of a word, the code of a number or name, or a reason for which something counts as a change.
fn find(word: &str) -> Result<Found, Failure> {
    let plain = word.trim_matches('`').to_lowercase();
    // Of several words, such as `exit when`, the first that has a page.
    let first = || plain.split(' ').find_map(explain::topic);
    if let Some(topic) = explain::topic(word).or_else(|| explain::topic(&plain)).or_else(first) {
        return Ok(Found::Topic(topic));
    }
    if let Some(code) = Code::ALL.iter().copied().find(|code| code.slug() == plain).or_else(|| Code::find(&plain)) {
        return Ok(Found::Code(code));
    }
    if let Some(reason) = Reason::ALL.iter().copied().find(|reason| reason.word() == plain) {
        return Ok(Found::Reason(reason));
    }
    let names = explain::topics().iter().map(|topic| topic.name);
    let words = explain::topics().iter().flat_map(|topic| topic.words.iter().copied());
    let slugs = Code::ALL.iter().map(|code| code.slug()).chain(Reason::ALL.iter().map(|reason| reason.word()));
    let number =
        plain.strip_prefix('f').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_digit()));
    if number {
        return Err(Failure::new(format!("there is no code `{word}`")).help("`flow explain --list` shows all codes"));
    }
    let failure = Failure::new(format!("there is no page about `{word}`"));
    Err(match suggest::nearest(&plain, names.chain(words).chain(slugs)) {
        Some(near) => failure.help(format!("did you mean `{near}`? `flow explain --list` shows all")),
        None => failure.help("`flow explain --list` shows all pages and codes"),
    })
}

/// All pages, in the order in which they are read.
fn pages(terminal: &Terminal) -> String {
    let count = explain::topics().len();
    let mut text = format!("The language in {count} short pages, in the order in which they are read.\n");
    let widest = explain::topics().iter().map(|topic| topic.name.len()).max().unwrap_or(0);
    for group in GROUPS {
        text.push_str(&format!("\n{}\n", terminal.paint(BOLD, group.title)));
        for topic in group.topics.iter().filter_map(|name| explain::topic(name)) {
            let lead = format!("  {:<widest$}  ", topic.name);
            text.push_str(&layout::hanging(&lead, &topic.summary.replace('`', ""), terminal.width));
        }
    }
    text
}

/// All codes, by what they are about.
fn codes(terminal: &Terminal) -> String {
    let mut all = Code::ALL.to_vec();
    all.sort_by_key(|code| code.number());
    let widest = all.iter().map(|code| code.slug().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (kind, title) in KINDS {
        text.push_str(&format!("\n{}\n", terminal.paint(BOLD, &format!("{kind}…  {title}"))));
        for code in all.iter().filter(|code| code.number().starts_with(kind)) {
            let severity = flow_compiler::render::severity(code.severity());
            let page = explain::topics_of(*code).next().map_or("", |topic| topic.name);
            let line = format!(
                "  {code}  {:<widest$}  {}  {page}",
                code.slug(),
                terminal.paint(DIM, &format!("{severity:<7}"))
            );
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

fn show_topic(topic: &Topic, terminal: &Terminal) -> String {
    let mut text = format!("{}\n\n{}", terminal.paint(BOLD, topic.name), markdown::page(topic.text, terminal));
    let near = topic.near.iter().map(|name| (*name).to_owned());
    let codes = topic.codes.iter().map(|code| format!("{code} {}", code.slug()));
    text.push_str(&format!("\n{}\n", terminal.paint(BOLD, "See also")));
    text.push_str(&layout::hanging("  pages  ", &near.collect::<Vec<_>>().join(", "), terminal.width));
    if !topic.codes.is_empty() {
        text.push_str(&layout::hanging("  codes  ", &codes.collect::<Vec<_>>().join(", "), terminal.width));
    }
    text
}

fn show_code(code: Code, terminal: &Terminal) -> String {
    let title = terminal.paint(BOLD, &format!("{code} {}", code.slug()));
    let Some(page) = explain::page(code) else { return format!("{title}\n") };
    let Page { text, wrong, right, .. } = &page;
    let mut out = format!("{title}\n\n{}", markdown::page(text, terminal));
    for (name, style, blocks) in [("Wrong", RED, wrong), ("Right", GREEN, right)] {
        out.push_str(&format!("\n{}\n", terminal.paint(style.bold(), name)));
        out.push_str(&example(blocks, terminal));
    }
    let topics: Vec<String> = explain::topics_of(code).map(|topic| format!("`flow explain {}`", topic.name)).collect();
    if !topics.is_empty() {
        out.push_str(&format!("\n{}", layout::hanging("To read on: ", &topics.join(", "), terminal.width)));
    }
    out
}

fn show_reason(reason: Reason, terminal: &Terminal) -> String {
    let mut says = reason.says().to_owned();
    if let Some(first) = says.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let who = if reason.needs_approval() { "somebody" } else { "nobody" };
    let exit = if reason.needs_approval() { 3 } else { 2 };
    let aspect = reason.aspect().word();
    let told =
        format!("A reason of `flow plan`. It touches {aspect}, and {who} has to approve of it (exit code {exit}).");
    let lines = [format!("{says}."), told, "To read on: `flow explain review`".to_owned()];
    let lines = lines.map(|line| layout::hanging("", &line, terminal.width));
    format!("{}\n\n{}", terminal.paint(BOLD, reason.word()), lines.join("\n"))
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
        text.push_str(&markdown::indented(&block.text, terminal));
    }
    text
}
