//! The pages of a project: one file for each part of the site.

mod data;
mod lifecycle;
mod message;
mod overview;
mod people;
mod promise;
mod rules;
mod score;
mod segment;
mod sequence;
mod tests;

use flow_graph::Picture;
use flow_graph::graph::Node;
use flow_graph::picture::{Look, Shape, svg};

use crate::around::around;
use crate::code;
use crate::frame::{PARTS, Page};
use crate::html::{ROOT, escape, link, markdown, section};
use crate::items::{Item, Site};

/// All pages of the project.
pub(crate) fn all(site: &Site<'_>) -> Vec<Page> {
    let mut pages = vec![overview::page(site)];
    pages.extend(sequence::pages(site));
    pages.extend(message::pages(site));
    pages.extend(segment::pages(site));
    pages.extend(score::pages(site));
    pages.extend(lifecycle::pages(site));
    pages.extend(promise::pages(site));
    pages.extend(data::pages(site));
    pages.push(rules::page(site));
    pages.push(people::page(site));
    pages.push(tests::page(site));
    for folder in ["sequences", "messages", "segments", "scores", "lifecycles", "promises"] {
        pages.extend(listing(site, folder));
    }
    pages
}

/// What the search finds besides pages: fields, topics, teams and the like, and tests.
pub(crate) fn parts(site: &Site<'_>) -> Vec<Page> {
    let part = |path: String, kind: &'static str, title: &str, about: &str| Page {
        path,
        kind,
        title: title.to_owned(),
        about: about.lines().next().unwrap_or_default().to_owned(),
        body: String::new(),
    };
    let shared = site.items.iter().filter(|item| item.path.contains('#') && item.node != Node::Limits);
    let shared = shared.map(|item| {
        let kind = if matches!(item.node, Node::Field(_)) { "field" } else { item.node.kind().word() };
        part(item.path.clone(), kind, &item.name, item.doc.as_deref().unwrap_or_default())
    });
    let tests = site.tests.iter().map(|test| part(format!("tests.html#{}", test.anchor), "test", &test.name, ""));
    shared.chain(tests).collect()
}

/// The list of a part: each item with the first sentence of its comment.
fn listing(site: &Site<'_>, folder: &'static str) -> Option<Page> {
    let items: Vec<&Item> = site.of(folder).collect();
    if items.is_empty() {
        return None;
    }
    let title = PARTS.iter().find(|(part, _)| *part == folder).map_or(folder, |(_, title)| title);
    let body = cards(&items);
    let about = format!("All {}", title.to_lowercase());
    Some(Page { path: format!("{folder}/index.html"), kind: "", title: title.to_owned(), about, body })
}

/// Items with what their authors say of them.
fn cards(items: &[&Item]) -> String {
    let card = |item: &&Item| {
        let doc = item.doc.as_deref().map_or(String::new(), markdown);
        format!("<li><p>{}</p>\n{doc}</li>\n", link(&item.path, &crate::frame::heading(&item.name)))
    };
    format!("<ul class=\"cards\">\n{}</ul>\n", items.iter().map(card).collect::<String>())
}

/// A page of an item: its comment, what is said of it, its picture, its neighbours, the tests that speak of it, its text.
fn of_item(site: &Site<'_>, item: &Item, kind: &'static str, said: &str, picture: &str) -> Page {
    let mut body = doc(item);
    body.push_str(said);
    body.push_str(&section("picture", "As a picture", picture));
    body.push_str(&section("around", "What hangs together", &around(site, item.node)));
    body.push_str(&section("tests", "Tests that speak of it", &tests::of(site, item)));
    body.push_str(&source(site, item));
    let about = item.doc.clone().unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    Page { path: item.path.clone(), kind, title: item.name.clone(), about, body }
}

/// What its author says of it.
fn doc(item: &Item) -> String {
    item.doc.as_deref().map_or(String::new(), |doc| format!("<div class=\"lead\">{}</div>\n", markdown(doc).trim_end()))
}

/// The text of an item, folded.
fn source(site: &Site<'_>, item: &Item) -> String {
    let Some(span) = item.span else { return String::new() };
    format!(
        "<details class=\"source\"><summary>As it is written <span class=\"path\">{}:{}</span></summary>\n{}</details>\n",
        escape(site.sources.path(span.file)),
        site.sources.line(span),
        code::source(site, span)
    )
}

/// A picture whose boxes lead to their pages.
fn picture(site: &Site<'_>, picture: &Picture, about: Option<Node>) -> String {
    let link = |shape: &Shape| {
        let item = of_shape(site, shape)?;
        (Some(item.node) != about).then(|| format!("{ROOT}{}", item.path))
    };
    format!("<figure class=\"drawing\" tabindex=\"0\">\n{}</figure>\n", svg::inline(picture, &link))
}

/// The picture of an item and its neighbours, or nothing if it stands alone.
fn neighbours(site: &Site<'_>, node: Node) -> String {
    let drawn = Picture::item(site.program, &site.graph, node, 1);
    if drawn.boxes.len() < 2 { String::new() } else { picture(site, &drawn, Some(node)) }
}

/// What a box shows.
fn of_shape<'s>(site: &'s Site<'_>, shape: &Shape) -> Option<&'s Item> {
    // `enroll` in a sequence, a stage of a lifecycle, what a step does to a field
    let title = shape.title.strip_prefix("in ").unwrap_or(&shape.title);
    let title = title.split(['.', ' ']).next().filter(|_| !title.contains('/')).unwrap_or(title);
    site.items.iter().find(|item| {
        let same = match item.node {
            Node::Event(_) => shape.look == Look::Event,
            Node::Segment(_) => shape.look == Look::Segment,
            Node::Score(_) => shape.look == Look::Score,
            Node::Lifecycle(_) => shape.look == Look::Lifecycle,
            Node::Sequence(_) => shape.look == Look::Sequence,
            Node::Message(_) => shape.look == Look::Message,
            Node::Sla(_) => shape.look == Look::Sla,
            Node::Field(_) => shape.look == Look::Contact,
            Node::Team(_) | Node::Connector(_) | Node::Channel(_) => shape.look == Look::Outside,
            Node::Topic(_) | Node::Calendar(_) | Node::Enum(_) | Node::Limits => shape.look == Look::Settings,
            Node::EventField(..)
            | Node::Behaviour(_)
            | Node::Rule(..)
            | Node::Band(..)
            | Node::Stage(..)
            | Node::Transition(..)
            | Node::Step(..)
            | Node::End(_)
            | Node::Reminder(..)
            | Node::Breach(_)
            | Node::Template(_) => false,
        };
        same && item.name == title
    })
}
