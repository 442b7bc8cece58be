//! The pages of `flow explain`, in HTML: each word of the language and each code.

use std::fmt::Write as _;

use flow_compiler::diagnostic::{Code, Severity};
use flow_compiler::explain::{self, Block, GROUPS, Topic};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd, html::push_html};

use crate::code;
use crate::frame::{self, Page};
use crate::html::{ROOT, escape, link, list, section, table};

/// Where they stand in a site.
const FOLDER: &str = "language";

/// All pages of the language: an index, one for each topic, one for each code.
pub(crate) fn pages() -> Vec<Page> {
    let topics = explain::topics().iter().map(topic);
    std::iter::once(index()).chain(topics).chain(codes().into_iter().map(page_of)).collect()
}

/// The pages of `flow explain` by themselves: `(file name, HTML)`, an index (`index.html`), each topic (`wait.html`) and
/// each code (`F2001.html`). Each is whole: it needs no other file, and links lead to those beside it.
#[must_use]
pub fn explain_pages() -> Vec<(String, String)> {
    let folder = format!("{ROOT}{FOLDER}/");
    pages()
        .into_iter()
        .map(|page| {
            let name = page.path.rsplit('/').next().unwrap_or_default().to_owned();
            let html = format!(
                "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
                 <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
                 <meta name=\"color-scheme\" content=\"light dark\">\n<title>{0} · Flow</title>\n<style>\n{1}</style>\n\
                 </head>\n<body>\n<header><a class=\"project\" href=\"index.html\">The language</a></header>\n\
                 <div class=\"columns alone\"><main id=\"main\">\n<h1>{2}</h1>\n{3}</main></div>\n</body>\n</html>\n",
                escape(&page.title),
                frame::style(),
                frame::heading(&page.title),
                page.body.replace(&folder, "").replace(ROOT, ""),
            );
            (name, html)
        })
        .collect()
}

/// The address of a topic's page.
fn topic_path(name: &str) -> String {
    format!("{FOLDER}/{name}.html")
}

fn code_link(code: Code) -> String {
    link(&format!("{FOLDER}/{code}.html"), &format!("<code>{code}</code> {}", escape(code.slug())))
}

fn index() -> Page {
    let mut body = String::from("<p class=\"lead\">In short pages, in the order in which they are read.</p>\n");
    for (number, group) in GROUPS.iter().enumerate() {
        let topics = group.topics.iter().filter_map(|name| explain::topic(name));
        let row = |topic: &Topic| {
            format!(
                "<dt>{}</dt><dd>{}</dd>\n",
                link(&topic_path(topic.name), &escape(topic.name)),
                inline(topic.summary)
            )
        };
        let rows: String = topics.map(row).collect();
        body.push_str(&section(
            &format!("group-{}", number + 1),
            group.title,
            &format!("<dl class=\"pages\">\n{rows}</dl>\n"),
        ));
    }
    let rows: Vec<Vec<String>> = codes()
        .into_iter()
        .map(|code| {
            let topics = explain::topics_of(code).map(|topic| link(&topic_path(topic.name), &escape(topic.name)));
            vec![code_link(code), severity(code).to_owned(), topics.collect::<Vec<_>>().join(", ")]
        })
        .collect();
    body.push_str(&section("codes", "What the compiler says", &table(&["Code", "Kind", "To read on"], &rows)));
    Page {
        path: format!("{FOLDER}/index.html"),
        kind: "",
        title: "The language".to_owned(),
        about: "All words and codes".to_owned(),
        body,
    }
}

fn topic(topic: &Topic) -> Page {
    let near: Vec<String> = topic.near.iter().map(|name| link(&topic_path(name), &escape(name))).collect();
    let codes: Vec<String> = topic.codes.iter().map(|code| code_link(*code)).collect();
    let text = topic.text.strip_prefix(topic.summary).unwrap_or(topic.text);
    let mut body = format!("<p class=\"lead\">{}</p>\n{}", inline(topic.summary), markdown(text));
    body.push_str(&section("near", "See also", &format!("<p>{}</p>\n", near.join(" · "))));
    body.push_str(&section("codes", "What can go wrong", &list(&codes)));
    let about = topic.summary.replace('`', "");
    Page { path: topic_path(topic.name), kind: "language", title: topic.name.to_owned(), about, body }
}

fn page_of(code: Code) -> Page {
    let mut body = format!("<p class=\"lead\">{}</p>\n", weight(code));
    if let Some(page) = explain::page(code) {
        body.push_str(&markdown(&page.text));
        body.push_str(&section("wrong", "Wrong", &files(&page.wrong)));
        body.push_str(&section("right", "Right", &files(&page.right)));
    }
    let topics: Vec<String> = explain::topics_of(code)
        .map(|topic| format!("{}: {}", link(&topic_path(topic.name), &escape(topic.name)), inline(topic.summary)))
        .collect();
    body.push_str(&section("near", "To read on", &list(&topics)));
    Page {
        path: format!("{FOLDER}/{code}.html"),
        kind: "language",
        title: format!("{code} {}", code.slug()),
        about: severity(code).to_owned(),
        body,
    }
}

fn codes() -> Vec<Code> {
    let mut all = Code::ALL.to_vec();
    all.sort_by_key(|code| code.number());
    all
}

fn severity(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// What it means for the project.
fn weight(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "An error: the project is not run.",
        Severity::Warning => "A warning: the project is run; somebody should look.",
    }
}

/// The files of an example, each under its path where there are several.
fn files(blocks: &[Block]) -> String {
    let plain = blocks.iter().all(|block| block.path == "main.flow");
    let mut out = String::new();
    for block in blocks {
        if !plain {
            let _ = writeln!(out, "<p class=\"path\"><code>{}</code></p>", escape(&block.path));
        }
        out.push_str(&code::block(block.text.trim_end()));
    }
    out
}

/// One line of Markdown.
fn inline(text: &str) -> String {
    let html = markdown(text);
    html.trim().trim_start_matches("<p>").trim_end_matches("</p>").to_owned()
}

/// A page of ours, with its blocks in colours.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    let mut open: Option<(bool, String)> = None;
    let mut events = Vec::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match (event, &mut open) {
            (Event::Start(Tag::CodeBlock(kind)), _) => {
                let flow = matches!(&kind, CodeBlockKind::Fenced(words) if words.starts_with("flow"));
                open = Some((flow, String::new()));
            }
            (Event::End(TagEnd::CodeBlock), block) => {
                if let Some((flow, text)) = block.take() {
                    let text = text.trim_end();
                    let html = if flow {
                        code::block(text)
                    } else {
                        format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", escape(text))
                    };
                    events.push(Event::Html(html.into()));
                }
            }
            (Event::Text(text), Some((_, block))) => block.push_str(&text),
            (Event::Start(Tag::Table(columns)), None) => {
                events.push(Event::Html("<div class=\"wide\" tabindex=\"0\">\n".into()));
                events.push(Event::Start(Tag::Table(columns)));
            }
            (Event::End(TagEnd::Table), None) => {
                events.push(Event::End(TagEnd::Table));
                events.push(Event::Html("</div>\n".into()));
            }
            (event, _) => events.push(event),
        }
    }
    push_html(&mut out, events.into_iter());
    out
}
