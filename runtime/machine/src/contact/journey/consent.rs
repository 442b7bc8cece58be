//! What a contact has agreed to, and which of its addresses nothing is sent to any more.
//!
//! Decisions where the language is silent:
//! * Per topic the newest word wins, by event time; of two at one instant the one that arrived last.
//! * `subscribed` and `unsubscribed` without a topic speak of all topics; one that the program does not know is ignored.
//! * A late event changes consent too: it is a fact, and nothing is triggered by it.
//! * An address is suppressed in small letters: a mailbox does not become another one by its spelling.
//! * A bounce or complaint about a message of a channel that needs no address suppresses nothing.

use std::sync::Arc;

use flow_graph::program::{Channel, ChannelKind, Consent, Topic, builtin};
use flow_graph::{Id, Program, Timestamp, Value};
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use crate::contact::{Facts, small};
use crate::input::Event;

/// Consent by topic, and suppressed addresses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Consents {
    pub(crate) words: ThinVec<(Id<Topic>, bool, Timestamp)>,
    pub(crate) suppressed: ThinVec<Arc<str>>,
}

impl Consents {
    /// The last word on a topic, if there ever was one.
    #[must_use]
    pub fn word(&self, topic: Id<Topic>) -> Option<bool> {
        self.words.iter().find(|word| word.0 == topic).map(|word| word.1)
    }

    /// Whether a message of a topic may be sent, by what was said.
    #[must_use]
    pub fn allows(&self, topic: &Topic, id: Id<Topic>) -> bool {
        match topic.consent {
            Consent::OptIn => self.word(id) == Some(true),
            Consent::OptOut => self.word(id) != Some(false),
            Consent::None => true,
        }
    }

    /// Addresses that nothing is sent to.
    #[must_use]
    pub fn suppressed(&self) -> &[Arc<str>] {
        &self.suppressed
    }

    /// Whether nothing is sent to an address.
    #[must_use]
    pub fn is_suppressed(&self, address: &str) -> bool {
        self.suppressed.iter().any(|known| known.eq_ignore_ascii_case(address))
    }

    /// Notes a word on a topic; the newest wins.
    pub(crate) fn say(&mut self, topic: Id<Topic>, granted: bool, at: Timestamp) {
        match self.words.iter_mut().find(|word| word.0 == topic) {
            Some(word) if at >= word.2 => (word.1, word.2) = (granted, at),
            Some(_) => {}
            None => small::push(&mut self.words, (topic, granted, at)),
        }
    }

    /// Nothing is sent to an address any more.
    pub fn suppress(&mut self, address: &str) {
        if !self.is_suppressed(address) {
            small::push(&mut self.suppressed, Arc::from(address.to_ascii_lowercase()));
        }
    }

    /// Takes what an event says about consent and addresses.
    pub(crate) fn take(&mut self, program: &Program, facts: &Facts, event: &Event) {
        if event.kind == builtin::SUBSCRIBED || event.kind == builtin::UNSUBSCRIBED {
            let granted = event.kind == builtin::SUBSCRIBED;
            let named = match slot(event, builtin::TOPIC) {
                Some(Value::Text(name)) => Some(name),
                _ => None,
            };
            for (id, topic) in program.topics.enumerate() {
                if named.is_none_or(|name| **name == *topic.name) {
                    self.say(id, granted, event.time);
                }
            }
        }
        let hard = !matches!(slot(event, builtin::HARD), Some(Value::Bool(false)));
        let dead = event.kind == builtin::COMPLAINED || event.kind == builtin::BOUNCED && hard;
        if dead
            && by_mail(program, event)
            && let Some(address) = address(program, facts)
        {
            self.suppress(&address);
        }
    }
}

/// The e-mail address of a contact.
pub(crate) fn address(program: &Program, facts: &Facts) -> Option<Arc<str>> {
    let Value::Text(address) = facts.field(program.email_field?) else { return None };
    (!address.is_empty()).then(|| Arc::clone(address))
}

/// Whether a channel needs an e-mail address.
pub(crate) fn needs_address(channel: &Channel) -> bool {
    match channel.kind {
        ChannelKind::Smtp => true,
        ChannelKind::Webhook | ChannelKind::Console | ChannelKind::File => false,
    }
}

fn slot(event: &Event, slot: u16) -> Option<&Value> {
    event.values.get(usize::from(slot))
}

/// Whether an event speaks of a message that went to an address; one that names no message does.
fn by_mail(program: &Program, event: &Event) -> bool {
    let Some(Value::Text(name)) = slot(event, builtin::MESSAGE) else { return true };
    let message = program.messages.iter().find(|message| *message.name == **name);
    message.and_then(|message| program.channels.get(message.channel)).is_none_or(needs_address)
}
