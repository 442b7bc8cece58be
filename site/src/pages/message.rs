//! A message: who may get it, and what it looks like.

use flow_graph::Id;
use flow_graph::graph::Node;
use flow_graph::program::{ChannelKind, Consent, Message};
use flow_runtime::Renderer;

use super::{neighbours, of_item};
use crate::frame::Page;
use crate::html::{escape, link, list, section, words};
use crate::items::Site;
use crate::sample::{self, Shown};

pub(super) fn pages(site: &Site<'_>) -> Vec<Page> {
    let renderer = Renderer::new(site.program);
    let messages = (0_u32..).zip(site.program.messages.iter());
    let page = |(number, message): (u32, &Message)| {
        let id = Id::new(number);
        let node = Node::Message(id);
        let item = site.item(node)?;
        let shown = sample::shown(site.program, &renderer, id);
        let shown: String = shown.iter().map(|shown| letter(message, shown)).collect();
        let mut said = section("letter", "What it looks like", &shown);
        said.push_str(&section("who", "Who may get it", &list(&who(site, message))));
        said.push_str(&template(message));
        Some(of_item(site, item, "message", &said, &neighbours(site, node)))
    };
    messages.filter_map(page).collect()
}

/// The message as somebody gets it.
fn letter(message: &Message, shown: &Shown) -> String {
    let subject = shown.subject.as_ref().map_or(String::new(), |subject| {
        format!("<p class=\"subject\"><span>Subject</span> {}</p>\n", escape(subject))
    });
    let html = message.body_file.as_deref().is_some_and(|path| path.ends_with(".html") || path.ends_with(".htm"));
    let plain = |text: &str| format!("<div class=\"plain\">{}</div>\n", escape(text.trim_end()));
    let body = if html { frame(&shown.body, &shown.who) } else { plain(&shown.body) };
    let text = shown
        .text
        .as_ref()
        .map_or(String::new(), |text| format!("<details><summary>Its plain part</summary>{}</details>\n", plain(text)));
    let who = escape(&shown.who);
    format!(
        "<figure class=\"letter\">\n<figcaption>As it looks for {who}</figcaption>\n{subject}{body}{text}</figure>\n"
    )
}

/// A body in HTML, shut in: no script, nothing fetched, no way out.
fn frame(body: &str, who: &str) -> String {
    let document = format!(
        "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\
         <style>body{{margin:16px;font:16px/1.5 system-ui,sans-serif;color:#1d2733;background:#fff}}\
         a{{color:#1f5fa8}}h1{{font-size:1.4em;margin:0 0 .6em}}p{{margin:0 0 .8em}}</style>{body}"
    );
    // Lines that the text takes, guessed: a frame that is shut in cannot tell how high it is.
    let letters = words(body).chars().count();
    let blocks = body.matches("<p").count() + 2 * body.matches("<h").count() + body.matches("<li").count();
    let height = (56 + 26 * (letters / 76 + blocks)).clamp(110, 640);
    format!(
        "<iframe sandbox=\"\" loading=\"lazy\" title=\"The message for {}\" height=\"{height}\" srcdoc=\"{}\"></iframe>\n",
        escape(who),
        escape(&document)
    )
}

fn who(site: &Site<'_>, message: &Message) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(topic) = site.program.topics.get(message.topic) {
        let name = site.link(Node::Topic(message.topic));
        said.push(match topic.consent {
            Consent::OptIn => format!("Its topic is {name}: only people who have said yes to it."),
            Consent::OptOut => format!("Its topic is {name}: everybody who has not said no to it."),
            Consent::None => format!("Its topic is {name}: everybody, nobody is asked."),
        });
        if topic.transactional {
            said.push("It belongs to a contract: it leaves at once, at any hour, and counts for no limit.".to_owned());
        } else {
            let limits = link("rules.html#limits", "consent and limits");
            let priority = message.priority;
            said.push(format!("Quiet hours and caps hold it back, see {limits}."));
            said.push(format!(
                "Of several that wait the one of the highest priority goes first; its own is {priority}."
            ));
        }
    }
    if let Some(channel) = site.program.channels.get(message.channel) {
        let name = site.link(Node::Channel(message.channel));
        let address = if channel.kind == ChannelKind::Smtp { ", and needs an address" } else { "" };
        said.push(format!("It leaves by {name}{address}."));
    }
    said
}

/// What the author wrote, with the gaps that are filled in.
fn template(message: &Message) -> String {
    let path = message
        .body_file
        .as_ref()
        .map_or(String::new(), |path| format!(" <span class=\"path\">{}</span>", escape(path)));
    let subject = message.subject.as_ref().map_or(String::new(), |subject| format!("{}\n\n", escape(subject)));
    let body = escape(message.body.trim_end());
    format!(
        "<details class=\"source\"><summary>Its template{path}</summary>\n\
         <pre tabindex=\"0\"><code>{subject}{body}</code></pre></details>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_cannot_break_out_of_its_frame() {
        let frame = frame("<p>\"</iframe><script>alert(1)</script>", "anybody");
        assert_eq!(frame.matches("</iframe>").count(), 1);
        assert!(!frame.contains("<script"), "{frame}");
    }
}
