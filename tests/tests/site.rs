//! The pages of a project: every link leads to something that is there, nothing is fetched, nobody's text becomes code,
//! and the same project gives the same bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use std::collections::{BTreeMap, BTreeSet};

use flow_compiler::diagnostic::Code;
use flow_compiler::source::Sources;
use flow_compiler::{compile, explain};
use flow_site::{explain_pages, site};
use flow_tests::{lines, project, root, texts};

fn pages(sources: &Sources) -> BTreeMap<String, String> {
    let compilation = compile(sources);
    let files = site(sources, &compilation).unwrap_or_else(|| panic!("{}", lines(sources, &compilation.diagnostics)));
    let count = files.len();
    let files: BTreeMap<String, String> = files.into_iter().map(|file| (file.path, file.text)).collect();
    assert_eq!(files.len(), count, "two files of one path");
    files
}

/// Values of an attribute, as they are written; what stands inside a frame is somebody's letter.
fn attribute<'t>(html: &'t str, name: &str) -> Vec<&'t str> {
    let begin = format!(" {name}=\"");
    html.split(&begin).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// What is wrong with the links of some pages.
fn dead(files: &BTreeMap<String, String>) -> Vec<String> {
    let ids: BTreeMap<&str, BTreeSet<&str>> =
        files.iter().map(|(path, html)| (path.as_str(), attribute(html, "id").into_iter().collect())).collect();
    let mut wrong = Vec::new();
    for (path, html) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        let all = attribute(html, "id");
        if all.len() != ids[path.as_str()].len() {
            wrong.push(format!("{path}: an id is given twice"));
        }
        for link in attribute(html, "href").into_iter().chain(attribute(html, "src")) {
            if link == "data:," {
                continue;
            }
            let (to, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if to.is_empty() { path.clone() } else { joined(path, to) };
            match ids.get(target.as_str()) {
                None => wrong.push(format!("{path}: {link} leads nowhere")),
                Some(ids) if !anchor.is_empty() && !ids.contains(anchor) => {
                    wrong.push(format!("{path}: {link}: there is no such place on the page"));
                }
                Some(_) => {}
            }
        }
    }
    wrong
}

fn joined(from: &str, to: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in to.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_leads_to_something() {
    let mut folders: Vec<_> = ["shop", "saas", "cdnow"].iter().map(|name| root().join("examples").join(name)).collect();
    folders.extend(["shop", "saas", "newsletter"].iter().map(|name| root().join("cli/templates").join(name)));
    let examples = folders.iter().map(|folder| (folder.display().to_string(), project(folder)));
    // Small projects with a bit of everything: the examples of the codes.
    let small = Code::ALL.iter().step_by(6).filter_map(|code| {
        let page = explain::page(*code)?;
        Some((code.number().to_owned(), explain::project(&page.right)))
    });
    let mut checked = 0;
    for (name, sources) in examples.chain(small) {
        let files = pages(&sources);
        let wrong = dead(&files);
        assert!(wrong.is_empty(), "{name}: {} links:\n{}", wrong.len(), wrong.join("\n"));
        checked += 1;
    }
    assert!(checked > 15, "only {checked} projects");
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    let sources = project(&root().join("examples/saas"));
    assert_eq!(pages(&sources), pages(&sources));
}

#[test]
fn everything_of_a_project_is_told() {
    let files = pages(&project(&root().join("examples/saas")));
    let has = |path: &str, words: &[&str]| {
        let html = files.get(path).unwrap_or_else(|| panic!("there is no {path}"));
        for word in words {
            assert!(html.contains(word), "{path} does not say `{word}`");
        }
    };
    has("index.html", &["class=\"picture\"", "sequences/nurture.html", "promises/mql_follow_up.html"]);
    has("sequences/nurture.html", &["One track per persona", "Who enters", "controller_guide", "10 % of all people"]);
    has("scores/lead.html", &["+25", "once for each", "at most 20 in 7 days", "14 days", "below 50"]);
    has("lifecycles/buyer.html", &["recycled", "for 14 days without a break"]);
    has("promises/mql_follow_up.html", &["1 hour of the working time", "95 %"]);
    has("messages/video_follow_up.html", &["sandbox=\"\"", "You watched 80 % of it"]);
    has("data.html", &["id=\"contact-owner\"", "only crm changes it"]);
    has("rules.html", &["who has said yes", "between 20:00 and 07:00"]);
    has("tests.html", &["the developer track"]);
    has("segments/gone_quiet.html", &["never did", "all</strong>"]);
    has("language/F2001.html", &["unknown-name"]);
    let index = &files["search-index.js"];
    for word in ["\"personal_video\"", "\"company_size\"", "\"hot at 60, hot still at 55, not below 50\""] {
        assert!(index.contains(word), "the search does not know {word}");
    }
}

/// Names, comments and templates are written by people, and end up in pages as text.
#[test]
fn nobody_writes_code_into_a_page() {
    let settings = "[project]\nname = \"<script>alert(1)</script>\"\nlanguage = 1\ntimezone = \"UTC\"\ncurrency = \"EUR\"\n\n\
                    [channels.email]\nkind = \"console\"\n";
    let flow = r#"
contact { email: email? personal }

/// <script>alert(2)</script> and <img src=x onerror=alert(3)> and [click](javascript:alert(4)) and ![p](http://x.example/p.png)
event signed_up { source: text? }

topic news { consent opt_in }

message hello {
  channel email
  topic news
  subject "</title><script>alert(5)</script>"
  body file "templates/a.html"
}

sequence s {
  enter on signed_up where source == "</code><script>alert(6)</script>"
  send hello
}

test "</pre><script>alert(7)</script>" {
  contact ana { email "a@x.example" }
  at 2026-03-01T10:00
  ana does signed_up { source "</script><script>alert(8)</script>" }
}
"#;
    let letter = "</iframe><script>alert(9)</script>\" onload=\"alert(10)";
    let files = pages(&texts(&[("flow.toml", settings), ("a.flow", flow), ("templates/a.html", letter)]));
    for (path, text) in &files {
        if path.ends_with(".html") {
            assert!(!text.contains("<script>alert(") && !text.contains("<img"), "{path}");
            assert!(!text.contains("href=\"javascript") && !text.contains("\" onload="), "{path}");
            assert_eq!(text.matches("<script").count(), 3, "{path}");
        }
    }
    assert!(!files["search-index.js"].contains("</script"), "the index ends its own script");
}

#[test]
fn pages_of_the_language_stand_alone() {
    let files: BTreeMap<String, String> = explain_pages().into_iter().collect();
    assert_eq!(files.len(), 1 + explain::topics().len() + Code::ALL.len());
    let wrong = dead(&files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, html) in &files {
        assert!(!html.contains("<script") && html.contains("<style>") && !html.contains('\u{f0000}'), "{name}");
    }
    assert!(files["wait.html"].contains("F4088.html") && files["F4088.html"].contains("wait.html"));
}
