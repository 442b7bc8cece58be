//! Consent and limits: who may be written to about what, how often, and when.

use flow_graph::Id;
use flow_graph::graph::Node;
use flow_graph::program::{CapPolicy, Consent};

use super::source;
use crate::frame::Page;
use crate::html::{code, escape, list, markdown, section, table};
use crate::items::Site;
use crate::prose::span;

/// What each gate is closed by, and what becomes of the message; in the order in which they are passed.
const GATES: [(&str, &str, &str); 9] = [
    ("suppressed", "the address has bounced for good, complained, or was erased", "it is dropped"),
    ("consent", "the consent of its topic is not there", "it is dropped"),
    ("address", "there is no address", "it is dropped"),
    ("holdout", "they are held out of the sequence", "it is dropped"),
    ("wanted", "the goal is reached, or the sequence does not want it any more", "it is dropped, and the run ends"),
    ("quiet", "it is quiet where they live", "it waits until that is over, and is decided anew"),
    ("cap", "they have got enough", "it waits for room, or is skipped"),
    ("rate", "too much leaves at once", "it waits a moment"),
    ("render", "the template could not be filled in", "it is dropped"),
];

pub(super) fn page(site: &Site<'_>) -> Page {
    let mut body = String::from("<p class=\"lead\">Who may be written to about what, how often, and when.</p>\n");
    body.push_str(&section("topics", "Topics", &topics(site)));
    let limits = site.items.iter().find(|item| item.node == Node::Limits);
    let doc = limits.and_then(|item| item.doc.as_deref()).map_or(String::new(), markdown);
    body.push_str(&section("limits", "Limits", &format!("{doc}{}", list(&said(site)))));
    let rows: Vec<Vec<String>> =
        GATES.iter().map(|(name, when, then)| vec![code(name), escape(when), escape(then)]).collect();
    let hint = "<p class=\"hint\">Each message passes all of these just before it leaves. The first that closes decides.</p>\n";
    body.push_str(&section(
        "gates",
        "Gates",
        &format!("{hint}{}", table(&["Gate", "Closed when", "What becomes of the message"], &rows)),
    ));
    body.push_str(&limits.map_or(String::new(), |item| source(site, item)));
    let about = "Topics, caps, quiet hours".to_owned();
    Page { path: "rules.html".to_owned(), kind: "", title: "Consent and limits".to_owned(), about, body }
}

fn topics(site: &Site<'_>) -> String {
    let rows: Vec<Vec<String>> = site
        .items
        .iter()
        .filter_map(|item| {
            let Node::Topic(id) = item.node else { return None };
            let topic = site.program.topics.get(id)?;
            let who = match topic.consent {
                Consent::OptIn => "who has said yes",
                Consent::OptOut => "who has not said no",
                Consent::None => "everybody",
            };
            let at_any_time =
                if topic.transactional { "; at once and at any hour, since it belongs to a contract" } else { "" };
            let note = item
                .doc
                .as_deref()
                .map_or(String::new(), |doc| format!("<div class=\"note\">{}</div>", markdown(doc).trim_end()));
            let messages = (0_u32..).zip(site.program.messages.iter()).filter(|(_, message)| message.topic == id);
            let messages: Vec<String> = messages.map(|(n, _)| site.link(Node::Message(Id::new(n)))).collect();
            let name = format!("<span id=\"topic-{0}\">{1}</span>{note}", item.name, code(&item.name));
            Some(vec![name, format!("{who}{at_any_time}"), messages.join(" ")])
        })
        .collect();
    if rows.is_empty() {
        "<p>There are none.</p>\n".to_owned()
    } else {
        table(&["Topic", "Who gets its messages", "Messages"], &rows)
    }
}

fn said(site: &Site<'_>) -> Vec<String> {
    let limits = &site.program.limits;
    let mut said: Vec<String> = limits
        .caps
        .iter()
        .map(|cap| {
            let many = if cap.count == 1 { "one message".to_owned() } else { format!("{} messages", cap.count) };
            format!("Nobody gets more than {many} by {} in {}.", site.link(Node::Channel(cap.channel)), span(cap.per))
        })
        .collect();
    if let Some(quiet) = limits.quiet {
        let words = site.words().clock(flow_graph::Weekdays::ALL, quiet, false);
        let (from, to) = words.split_once("..").unwrap_or((words.as_str(), ""));
        said.push(format!("Nothing is sent between {} and {} where somebody lives.", escape(from), escape(to)));
    }
    if !limits.caps.is_empty() {
        said.push(match limits.when_capped {
            CapPolicy::Skip => "What a cap holds back is left out.".to_owned(),
            CapPolicy::WaitUpTo(length) => {
                format!("What a cap holds back waits up to {}, and is left out then.", span(length))
            }
        });
    }
    if said.is_empty() {
        said.push("There are none.".to_owned());
    }
    said
}
