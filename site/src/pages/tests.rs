//! The tests as examples: what happens to whom, told as stories.

use crate::code;
use crate::frame::Page;
use crate::html::{escape, link, list};
use crate::items::{Item, Site};

pub(super) fn page(site: &Site<'_>) -> Page {
    let mut body = String::from(
        "<p class=\"lead\">Each of these stories is played on a virtual clock whenever the project changes, and has to \
         come true.</p>\n",
    );
    if site.tests.is_empty() {
        body.push_str("<p>There are none.</p>\n");
    }
    let mut file = None;
    for test in &site.tests {
        if file != Some(test.span.file) {
            file = Some(test.span.file);
            body.push_str(&format!("<p class=\"path\">{}</p>\n", escape(site.sources.path(test.span.file))));
        }
        body.push_str(&format!(
            "<article id=\"{0}\">\n<h2><a class=\"here\" href=\"#{0}\">{1}</a></h2>\n{2}</article>\n",
            test.anchor,
            escape(&test.name),
            code::source(site, test.span)
        ));
    }
    let about = format!("{} stories", site.tests.len());
    Page { path: "tests.html".to_owned(), kind: "", title: "Tests as examples".to_owned(), about, body }
}

/// Tests that speak of an item.
pub(super) fn of(site: &Site<'_>, item: &Item) -> String {
    let line = |test: &&crate::items::Test| link(&format!("tests.html#{}", test.anchor), &escape(&test.name));
    list(&site.tests_of(item).iter().map(line).collect::<Vec<_>>())
}
