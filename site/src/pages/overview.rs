//! The first page: what the project is, the flow of data, everything with one sentence.

use flow_graph::Picture;

use super::{cards, picture};
use crate::frame::{PARTS, Page};
use crate::html::{ROOT, escape, section};
use crate::items::{Item, Site};

pub(super) fn page(site: &Site<'_>) -> Page {
    let project = &site.program.project;
    let mut body = format!(
        "<p class=\"lead\">Times of day are those of the place where somebody lives, else of {}. Amounts are in {}.</p>\n",
        escape(&project.timezone),
        escape(&project.currency)
    );
    body.push_str(&counts(site));
    let drawn = Picture::overview(site.program, &site.graph, 1);
    if drawn.boxes.len() > 1 {
        let hint = "<p class=\"hint\">Read from left to right. Each box leads to its page.</p>\n";
        body.push_str(&section("flow", "How it hangs together", &format!("{hint}{}", picture(site, &drawn, None))));
    }
    for (folder, title) in PARTS.iter().filter(|(part, _)| !part.ends_with(".html") && *part != "language") {
        let items: Vec<&Item> = site.of(folder).collect();
        if !items.is_empty() {
            body.push_str(&section(folder, title, &cards(&items)));
        }
    }
    Page {
        path: "index.html".to_owned(),
        kind: "",
        title: project.name.clone(),
        about: "Overview of the project".to_owned(),
        body,
    }
}

/// How much there is of what.
fn counts(site: &Site<'_>) -> String {
    let mut out = String::new();
    for (part, title) in PARTS {
        let (folder, count) = match *part {
            "tests.html" => ("tests.html".to_owned(), site.tests.len()),
            "data.html" => ("data.html".to_owned(), site.of("events").count()),
            part if part.ends_with(".html") || part == "language" => continue,
            part => (format!("{part}/index.html"), site.of(part).count()),
        };
        let title = match *part {
            "tests.html" => "Tests",
            "data.html" => "Events",
            _ => title,
        };
        let title = if count == 1 { title.trim_end_matches('s') } else { title };
        if count > 0 {
            out.push_str(&format!("<li><a href=\"{ROOT}{folder}\"><strong>{count}</strong> {title}</a></li>\n"));
        }
    }
    format!("<ul class=\"counts\">\n{out}</ul>\n")
}
