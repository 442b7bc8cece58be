//! A letter with its links: those that lead to the daemon are put in.

use reqwest::Url;

use super::{Kind, Links, Ticket};
use crate::delivery::{Delivery, Message};
use crate::html;
use crate::html::links::{escape, rewrite};

/// What an author writes where the link to unsubscribe shall stand: `<a href="flow:unsubscribe">`.
pub const UNSUBSCRIBE: &str = "flow:unsubscribe";
/// What an author writes where the link to choose topics shall stand: `<a href="flow:preferences">`.
pub const PREFERENCES: &str = "flow:preferences";
/// A longer address is not counted: the link with it would be too long for some programs.
const TARGET_CHARS_MAX: usize = 1500;

/// The parts of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dressed {
    /// The HTML part, where there is one.
    pub html: Option<String>,
    /// The plain part.
    pub text: String,
    /// The link for one-click unsubscribing; not of a transactional message.
    pub unsubscribe: Option<String>,
}

impl Dressed {
    /// The parts of a message, with links where they are configured.
    ///
    /// Addresses of the web in HTML lead over the daemon, so that clicks are counted, but for links with
    /// `data-track="off"`; the picture for opens stands at the end. The plain part has the addresses themselves.
    #[must_use]
    pub fn new(delivery: &Delivery, message: &Message, links: Option<&Links>) -> Self {
        let ticket = Ticket::new(delivery, message);
        let link = |kind, target: Option<&str>| links.and_then(|links| links.link(kind, &ticket, target));
        let unsubscribe = link(Kind::Unsubscribe, None).filter(|_| !message.transactional);
        let own = |target: &str| match target {
            UNSUBSCRIBE if !message.transactional => link(Kind::Unsubscribe, None),
            // There is nothing to withdraw from a transactional message; other topics can be chosen.
            UNSUBSCRIBE | PREFERENCES => link(Kind::Preferences, None),
            _ => None,
        };
        if !message.html {
            return Self { html: None, text: fill(&message.body, own), unsubscribe };
        }
        let text = match &message.text {
            Some(text) => fill(text, own),
            None => html::to_text(&rewrite(&message.body, "", |target, _| own(target))),
        };
        let pixel = link(Kind::Open, None).map(|link| {
            format!("<img src=\"{}\" alt=\"\" width=\"1\" height=\"1\" style=\"border:0\">", escape(&link))
        });
        let html = rewrite(&message.body, pixel.as_deref().unwrap_or_default(), |target, track| {
            own(target).or_else(|| link(Kind::Click, Some(&counted(target).filter(|_| track)?)))
        });
        Self { html: Some(html), text, unsubscribe }
    }
}

/// The address of a link that is counted: of the web, and not too long.
fn counted(target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    let web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    (web && url.as_str().len() <= TARGET_CHARS_MAX).then(|| url.to_string())
}

/// A plain text with the links that stand in it.
fn fill(text: &str, own: impl Fn(&str) -> Option<String>) -> String {
    [UNSUBSCRIBE, PREFERENCES].into_iter().fold(text.to_owned(), |text, name| match own(name) {
        Some(link) if text.contains(name) => text.replace(name, &link),
        Some(_) | None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::sample;
    use crate::delivery::What;
    use crate::secret::Secret;

    fn dress(body: &str, change: impl FnOnce(&mut Message)) -> (Links, Dressed) {
        let links = Links::new("https://m.example", &[Secret::new("0123456789abcdef")]).expect("links");
        let delivery = sample::message("u-1/cart/1/send cart_reminder/1");
        let What::Message(mut message) = delivery.what.clone() else { panic!("a message") };
        message.body = body.to_owned();
        change(&mut message);
        let dressed = Dressed::new(&delivery, &message, Some(&links));
        (links, dressed)
    }

    #[test]
    fn clicks_lead_over_the_daemon_and_opens_are_seen() {
        let body = "<body><a href=\"https://a.example/x?a=1&amp;b=2\">go</a> <a href=\"tel:+49\">call</a> \
                    <a href=\"flow:preferences\">choose</a></body>";
        let (links, dressed) = dress(body, |_| {});
        let html = dressed.html.expect("HTML");
        let token = html.split("/m/click/").nth(1).and_then(|rest| rest.split('"').next()).expect("a click");
        let (ticket, target) = links.read(Kind::Click, token).expect("read");
        assert_eq!((ticket.contact.as_str(), target.as_deref()), ("u-1", Some("https://a.example/x?a=1&b=2")));
        assert!(html.contains("<a href=\"tel:+49\">") && html.contains("https://m.example/m/preferences/"), "{html}");
        assert!(html.ends_with("style=\"border:0\"></body>"), "{html}");
        assert!(
            dressed.text.starts_with("go <https://a.example/x?a=1&b=2> call <+49> choose <https://m.example/m/pref")
        );
        assert!(dressed.unsubscribe.expect("a link").starts_with("https://m.example/m/unsubscribe/"));
    }

    #[test]
    fn what_shall_stay_stays() {
        let body = "<a data-track=\"off\" href=\"https://a.example/\">x</a> <a href=\"javascript:x()\">y</a>\
                    <a href=\"/relative\">z</a><a href=\"mailto:a@b.example\">m</a><a href=\"https:///\">n</a>";
        let (_, dressed) = dress(body, |_| {});
        assert!(dressed.html.expect("HTML").starts_with(body));
    }

    #[test]
    fn a_transactional_message_cannot_be_unsubscribed_from() {
        let (_, dressed) = dress("See flow:unsubscribe", |message| {
            message.transactional = true;
            message.html = false;
        });
        assert_eq!((dressed.html, dressed.unsubscribe), (None, None));
        assert!(dressed.text.starts_with("See https://m.example/m/preferences/"));
    }
}
