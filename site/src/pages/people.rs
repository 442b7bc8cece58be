//! Teams and systems: whom the project tells and asks, how messages leave, when somebody works.

use flow_graph::graph::Node;
use flow_graph::program::{ChannelKind, Route};

use crate::around::around;
use crate::frame::Page;
use crate::html::{and, code, escape, markdown};
use crate::items::{Item, Site};
use crate::prose::hours;

/// What stands on the page: the beginning of anchors, and the title.
const KINDS: [(&str, &str); 4] =
    [("team", "Teams"), ("calendar", "Working time"), ("channel", "Channels"), ("connector", "Systems")];

pub(super) fn page(site: &Site<'_>) -> Page {
    let mut body = String::from("<p class=\"lead\">Whom the project tells and asks, and how messages leave.</p>\n");
    for (kind, title) in KINDS {
        let begin = format!("people.html#{kind}-");
        let items: Vec<&Item> = site.items.iter().filter(|item| item.path.starts_with(&begin)).collect();
        if items.is_empty() {
            continue;
        }
        body.push_str(&format!("<section aria-labelledby=\"{kind}s\">\n<h2 id=\"{kind}s\">{title}</h2>\n"));
        for item in items {
            let anchor = item.path.split('#').next_back().unwrap_or_default();
            body.push_str(&format!("<article id=\"{anchor}\">\n<h3>{}</h3>\n", code(&item.name)));
            body.push_str(&item.doc.as_deref().map_or(String::new(), markdown));
            body.push_str(&format!("<p>{}</p>\n", said(site, item.node)));
            // The halves have headings of the third level, too, which belong below this one.
            body.push_str(&around(site, item.node).replace("<h3>", "<h4>").replace("</h3>", "</h4>"));
            body.push_str("</article>\n");
        }
        body.push_str("</section>\n");
    }
    let about = "Teams, working time, channels, systems".to_owned();
    Page { path: "people.html".to_owned(), kind: "", title: "Teams and systems".to_owned(), about, body }
}

fn said(site: &Site<'_>, node: Node) -> String {
    if let Node::Team(id) = node {
        let routes = site.program.teams.get(id).map_or(&[][..], |team| team.routes.as_slice());
        let route = |route: &Route| match route {
            Route::Email(address) => format!("by mail to {}", code(address)),
            Route::Webhook(connector) => format!("through {}", code(connector)),
        };
        return format!("Is told {}.", and(&routes.iter().map(route).collect::<Vec<_>>()));
    }
    if let Node::Calendar(id) = node
        && let Some(calendar) = site.program.calendars.get(id)
    {
        let open: Vec<String> = calendar.open.iter().map(|open| hours(site, open.days, open.window)).collect();
        let closed: Vec<String> = calendar.except.iter().map(ToString::to_string).collect();
        let closed = if closed.is_empty() { String::new() } else { format!(" Closed on {}.", closed.join(", ")) };
        return format!("Open {} in {}.{closed}", and(&open), escape(&calendar.zone));
    }
    let channel = if let Node::Channel(id) = node { site.program.channels.get(id) } else { None };
    let said = match channel.map(|channel| channel.kind) {
        Some(ChannelKind::Smtp) => "Sends mail.",
        Some(ChannelKind::Webhook) => "Hands messages to another system.",
        Some(ChannelKind::Console) => "Prints messages, for trying things out.",
        Some(ChannelKind::File) => "Writes messages into a file.",
        None => "A system outside that is asked to do something.",
    };
    said.to_owned()
}
