//! A delivery as a letter (RFC 5322): the same bytes for each try.

use std::time::{Duration, UNIX_EPOCH};

use flow_graph::program::Route;
use hmac_sha256::Hash;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message as Composed};
use reqwest::Url;

use crate::delivery::{Delivery, What};
use crate::links::{Dressed, Links};

/// Letters of a subject that is made of a notice.
const NOTICE_SUBJECT_CHARS: usize = 70;

/// A link in a header has to fit into a line of at most 998 characters (RFC 5322); only an id of some hundred characters
/// makes a longer one.
const LINK_CHARS_MAX: usize = 970;

/// What a mail server is handed.
pub(super) struct Letter {
    pub(super) from: Address,
    pub(super) to: Address,
    /// As it is sent after `DATA`: dots doubled at the start of a line, and the last one.
    pub(super) content: String,
}

impl Letter {
    /// An address has letters beyond ASCII before its `@`.
    pub(super) fn needs_utf8(&self) -> bool {
        ![&self.from, &self.to].into_iter().all(|address| AsRef::<str>::as_ref(address).is_ascii())
    }
}

/// A sender as the settings name one: an address, with a name before it or not.
pub(super) fn sender(text: &str) -> Option<Mailbox> {
    let (name, email) = match text.split_once('<') {
        Some((name, rest)) => (name, rest.trim_end().strip_suffix('>')?),
        None => ("", text),
    };
    let name = one_line(name.trim().trim_matches('"'));
    Some(Mailbox::new((!name.is_empty()).then_some(name), address(email)?))
}

/// Composes a message, or a notice to an address. Says why there is none, without the address.
pub(super) fn compose(delivery: &Delivery, from: &Mailbox, links: Option<&Links>) -> Result<Letter, String> {
    let (to, letter) = match &delivery.what {
        What::Message(message) => {
            let to = message.to.as_deref().ok_or("the contact has no address")?;
            let to = address(to).ok_or("the address of the contact is none that mail can be sent to")?;
            (
                to.clone(),
                message_letter(
                    delivery,
                    &Dressed::new(delivery, message, links),
                    builder(delivery, from, to).subject(one_line(message.subject.as_deref().unwrap_or_default())),
                )?,
            )
        }
        What::Notice { team, text, route: Some(Route::Email(to)) } => {
            let to = address(to)
                .ok_or_else(|| format!("the address of the team `{team}` is none that mail can be sent to"))?;
            (to.clone(), notice_letter(team, text, builder(delivery, from, to))?)
        }
        What::Notice { .. } | What::Call { .. } => {
            return Err("mail carries messages and notices to an address only".into());
        }
    };
    Ok(Letter { from: from.email.clone(), to, content: content(letter.formatted())? })
}

fn builder(delivery: &Delivery, from: &Mailbox, to: Address) -> MessageBuilder {
    let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(delivery.at.0).unwrap_or(0));
    Composed::builder()
        .message_id(Some(format!("<{}@{}>", digest(&delivery.key), from.email.domain())))
        .date(at)
        .from(from.clone())
        .to(Mailbox::new(None, to))
}

fn message_letter(delivery: &Delivery, parts: &Dressed, mut builder: MessageBuilder) -> Result<Composed, String> {
    if let Some(link) = parts.unsubscribe.as_ref().filter(|link| link.len() <= LINK_CHARS_MAX) {
        // RFC 2369 and RFC 8058. A link is ASCII without spaces, and must not be cut into encoded words.
        for (name, value) in [
            (HeaderName::new_from_ascii_str("List-Unsubscribe"), format!("<{link}>")),
            (HeaderName::new_from_ascii_str("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click".to_owned()),
        ] {
            builder = builder.raw_header(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value));
        }
    }
    let composed = match &parts.html {
        Some(html) => {
            let parts = MultiPart::alternative()
                .boundary(format!("flow-{}", digest(&delivery.key)))
                .singlepart(SinglePart::plain(parts.text.clone()))
                .singlepart(SinglePart::html(html.clone()));
            builder.multipart(parts)
        }
        None => builder.header(ContentType::TEXT_PLAIN).body(parts.text.clone()),
    };
    composed.map_err(|_| "no letter can be made of this".into())
}

fn notice_letter(team: &str, text: &str, builder: MessageBuilder) -> Result<Composed, String> {
    let line = one_line(text.lines().next().unwrap_or_default());
    let cut: String = line.chars().take(NOTICE_SUBJECT_CHARS).collect();
    let more = if cut.len() < line.len() { "…" } else { "" };
    builder
        .subject(one_line(&format!("[{team}] {cut}{more}")))
        // No absence note comes back (RFC 3834).
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
        .header(ContentType::TEXT_PLAIN)
        .body(text.to_owned())
        .map_err(|_| "no letter can be made of this".into())
}

/// A letter as SMTP carries it (RFC 5321, section 4.5.2).
fn content(letter: Vec<u8>) -> Result<String, String> {
    let letter = String::from_utf8(letter).map_err(|_| "no letter can be made of this")?;
    let end = if letter.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" };
    Ok(letter.replace("\r\n.", "\r\n..") + end)
}

/// An address as it is written in an envelope: the domain in ASCII (`xn--…`).
fn address(text: &str) -> Option<Address> {
    let (user, domain) = text.trim().rsplit_once('@')?;
    let domain = if domain.is_ascii() {
        domain.to_owned()
    } else {
        Url::parse(&format!("http://{domain}/")).ok()?.host_str()?.to_owned()
    };
    if user.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return None;
    }
    Address::new(user, domain).ok()
}

/// Breaks of a line would begin another header.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}').collect();
    words.join(" ").trim().to_owned()
}

/// The key, without what it says.
fn digest(key: &str) -> String {
    Hash::hash(key.as_bytes()).iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::sample;
    use crate::delivery::Message;

    fn letter(change: impl FnOnce(&mut Message)) -> Result<String, String> {
        let mut delivery = sample::message("u-1/cart/1/send cart_reminder/1");
        if let What::Message(message) = &mut delivery.what {
            change(message);
        }
        let from = sender("Bäcker & Söhne <hello@acme.example>").expect("a sender");
        compose(&delivery, &from, None).map(|letter| letter.content)
    }

    #[test]
    fn a_letter_is_the_same_each_time() {
        let one = letter(|_| {}).expect("a letter");
        assert_eq!(one, letter(|_| {}).expect("a letter"));
        assert!(one.is_ascii() && !one.contains("u-1"), "{one}");
        for line in [
            "Date: Fri, 27 Mar 2026 10:00:00 +0000",
            "To: ana@example.org",
            "Subject: Your cart is waiting",
            "Content-Type: multipart/alternative;",
            "@acme.example>",
        ] {
            assert!(one.contains(line), "{line}\n{one}");
        }
    }

    #[test]
    fn nothing_begins_another_header() {
        let evil = "Hello\r\nBcc: all@example.org\nX: y\u{2028}z";
        let one = letter(|message| message.subject = Some(evil.into())).expect("a letter");
        let headers = one.split("\r\n\r\n").next().unwrap_or_default();
        assert!(!headers.contains("\nBcc") && !headers.contains("\nX:"), "{headers}");
        for to in ["a@b.example\r\nRCPT TO:<c@d.example>", "a b@c.example", "<a@b.example>", "a@b@c.example", "", "@"] {
            assert!(letter(|message| message.to = Some(to.into())).is_err(), "{to}");
        }
        assert!(letter(|message| message.to = None).is_err());
    }

    #[test]
    fn a_dot_ends_the_letter_and_no_other_does() {
        let one = letter(|message| {
            message.html = false;
            message.body = "one\n.\r\n.\n..two\n.".into();
        });
        let one = one.expect("a letter");
        assert!(one.ends_with("\r\n\r\none\r\n..\r\n..\r\n...two\r\n..\r\n.\r\n"), "{one:?}");
        assert!(!one.replace("\r\n", "").contains(['\r', '\n']), "{one:?}");
    }

    #[test]
    fn a_sender_has_a_name_or_none() {
        let shown = |text| sender(text).map(|mailbox| mailbox.to_string());
        assert_eq!(shown("hello@acme.example").as_deref(), Some("hello@acme.example"));
        for text in ["Acme, Inc. <hello@acme.example>", "\"Acme, Inc.\" <hello@acme.example>"] {
            assert_eq!(shown(text).as_deref(), Some("\"Acme, Inc.\" <hello@acme.example>"));
        }
        for wrong in ["", "Acme", "Acme <hello@acme.example", "a@b@c.example", "Acme <a b@c.example>", "Acme <>"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_domain_of_any_letters_is_written_in_ascii() {
        let address = address("ana@bücher.example").expect("an address");
        assert_eq!(AsRef::<str>::as_ref(&address), "ana@xn--bcher-kva.example");
    }
}
