//! `console`: one line for each delivery, to the writer that was handed in.
//!
//! ```text
//! 2026-03-27 10:00:00Z  u-101  cart_reminder     Your cart is waiting
//! 2026-03-27 10:02:00Z  u-102  crm.create_lead   {"score":75}
//! ```

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use crate::channel::{Channel, Sending};
use crate::delivery::{Delivery, Outcome, What};
use crate::html;

/// Where lines go: the command line hands in its standard output, a test a buffer.
pub type Output = Arc<Mutex<dyn Write + Send>>;

/// Letters of a line's end; what is longer is cut.
const SUBJECT_MAX: usize = 100;

/// The channel.
pub(crate) struct Console {
    output: Output,
}

impl Console {
    pub(crate) fn new(output: Output) -> Self {
        Self { output }
    }
}

impl Channel for Console {
    fn send<'a>(&'a self, delivery: &'a Delivery) -> Sending<'a> {
        Box::pin(async move {
            let line = line(delivery);
            let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
            match output.write_all(line.as_bytes()).and_then(|()| output.flush()) {
                Ok(()) => Outcome::Delivered { reference: None, answer: None },
                Err(error) => Outcome::later(format!("the console cannot be written: {}", error.kind())),
            }
        })
    }
}

fn line(delivery: &Delivery) -> String {
    let (what, subject) = match &delivery.what {
        What::Message(message) => {
            let subject = match &message.subject {
                Some(subject) => subject.clone(),
                None if message.html => html::to_text(&message.body),
                None => message.body.clone(),
            };
            (message.name.clone(), subject)
        }
        What::Call { connector, action, arguments } => {
            (format!("{connector}.{action}"), serde_json::to_string(arguments).unwrap_or_default())
        }
        What::Notice { team, text, .. } => (format!("notify {team}"), text.clone()),
    };
    let at = delivery.at.to_string();
    // `2026-03-27T10:00:00.000Z`
    let second = at.get(..19).unwrap_or(&at).replace('T', " ");
    let contact = calm(&delivery.contact, SUBJECT_MAX);
    format!("{second}Z  {contact:<12}  {:<24}  {}", calm(&what, SUBJECT_MAX), calm(&subject, SUBJECT_MAX))
        .trim_end()
        .to_owned()
        + "\n"
}

/// One line of at most `max` letters, without what steers a terminal.
fn calm(text: &str, max: usize) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().filter(|c| !steers(*c)));
        if out.chars().count() > max {
            out = out.chars().take(max.saturating_sub(1)).collect();
            out.push('…');
            break;
        }
    }
    out
}

/// Signs that turn the direction of reading, or show nothing.
fn steers(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::sample;

    #[test]
    fn a_delivery_is_one_calm_line() {
        let mut delivery = sample::message("u-1");
        delivery.contact = "u\n\u{1b}[31m-1".into();
        let line = line(&delivery);
        assert_eq!(line, "2026-03-27 10:00:00Z  u [31m-1      cart_reminder             Your cart is waiting\n");
    }

    #[test]
    fn without_a_subject_the_body_is_begun() {
        let mut delivery = sample::message("u-1");
        if let What::Message(message) = &mut delivery.what {
            message.subject = None;
            message.body = format!("<p>Hello,</p><p>{}</p>", "long ".repeat(50));
        }
        let line = line(&delivery);
        assert!(line.contains("Hello, long long") && line.ends_with("…\n"), "{line}");
        assert_eq!(line.lines().count(), 1);
    }
}
