//! Topics and messages: what somebody gets, and what has to be agreed to.

use flow_graph::program::{Consent, Message, Topic};

use super::Diff;
use crate::plan::code::Code;
use crate::plan::lines;

impl Diff<'_> {
    pub(super) fn topics(&mut self) {
        for (before, after) in self.pairs(|program| &program.topics, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("topic.{name}"));
            let words = |it: &Topic| {
                format!("consent {}{}", consent(it.consent), if it.transactional { " transactional" } else { "" })
            };
            let sides = (before.map(|it| (words(it), Some(&it.at))), after.map(|it| (words(it), Some(&it.at))));
            match (before, after) {
                (Some(a), Some(b)) if words(a) != words(b) => {
                    let weaker = strictness(b) < strictness(a);
                    let (code, says) = match (weaker, a.transactional != b.transactional) {
                        (true, true) => {
                            (Code::ConsentWeaker, "its messages pass caps, quiet hours and holdouts from now on")
                        }
                        (true, false) => (Code::ConsentWeaker, "its messages need less consent than before"),
                        (false, _) => {
                            (Code::ConsentStricter, "its messages need more consent, or keep to limits, from now on")
                        }
                    };
                    self.push(code, Some("consent"), says, sides);
                }
                (Some(_), Some(_)) | (None, None) => {}
                (None, Some(_)) => self.push(Code::ItemAdded, None, "the topic is new", sides),
                (Some(_), None) => self.push(Code::ItemRemoved, None, "the topic is gone", sides),
            }
        }
    }

    pub(super) fn messages(&mut self) {
        for (before, after) in self.pairs(|program| &program.messages, |it| &it.name) {
            let name = after.or(before).map_or("?", |it| it.name.as_str());
            self.of(format!("message.{name}"));
            let line = |it: &Message| it.subject.clone().unwrap_or_else(|| format!("message {}", it.name));
            match (before, after) {
                (Some(before), Some(after)) => self.message(before, after),
                (None, Some(it)) => {
                    self.push(Code::ItemAdded, None, "the message is new", (None, Some((line(it), Some(&it.at)))));
                }
                (Some(it), None) => {
                    self.push(Code::ItemRemoved, None, "the message is gone", (Some((line(it), Some(&it.at))), None));
                }
                (None, None) => {}
            }
        }
        self.templates();
    }

    fn message(&mut self, a: &Message, b: &Message) {
        let both = |was: String, is: String| (Some((was, Some(&a.at))), Some((is, Some(&b.at))));
        let channel = |program: &flow_graph::Program, it: &Message| {
            format!("channel {}", program.channels.get(it.channel).map_or("?", |channel| &channel.name))
        };
        let sides = both(channel(self.old, a), channel(self.new, b));
        self.clause(Code::MessageChannel, "channel", "it leaves by another channel", sides);
        let topic = |program: &flow_graph::Program, it: &Message| {
            format!("topic {}", program.topics.get(it.topic).map_or("?", |topic| &topic.name))
        };
        let sides = both(topic(self.old, a), topic(self.new, b));
        self.clause(Code::TopicChanged, "topic", "it is about another topic, whose consent counts", sides);
        let sides = both(format!("priority {}", a.priority), format!("priority {}", b.priority));
        let says =
            if b.priority > a.priority { "it goes before more messages" } else { "it goes behind more messages" };
        self.clause(Code::MessagePriority, "priority", says, sides);
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        if a.subject != b.subject {
            let sides = both(text(&a.subject), text(&b.subject));
            self.push(Code::MessageText, Some("subject"), "its subject reads differently", sides);
        }
        if a.text != b.text {
            let (was, is) = lines::changed(&text(&a.text), &text(&b.text));
            self.push(Code::MessageText, Some("text"), "its plain text reads differently", both(was, is));
        }
        let file = |program: &flow_graph::Program, it: &Message| {
            it.body_file.clone().filter(|path| program.templates.get(path) == Some(&it.body))
        };
        let (was, is) = (file(self.old, a), file(self.new, b));
        if a.body_file != b.body_file {
            let path = |it: &Option<String>| it.clone().unwrap_or_else(|| "written in the message".to_owned());
            let sides = both(format!("body {}", path(&a.body_file)), format!("body {}", path(&b.body_file)));
            self.push(Code::MessageText, Some("body"), "its body comes from elsewhere", sides);
        }
        // What stands in a file is told of the file, once.
        if a.body != b.body && !(was.is_some() && was == is) {
            let (was, is) = lines::changed(&a.body, &b.body);
            self.push(Code::MessageText, Some("body"), "its body reads differently", both(was, is));
        }
    }

    fn templates(&mut self) {
        let (old, new) = (&self.old.templates, &self.new.templates);
        let mut paths: Vec<&String> = old.keys().chain(new.keys()).collect();
        paths.sort_unstable();
        paths.dedup();
        for path in paths {
            let (was, is) = (old.get(path), new.get(path));
            if was == is {
                continue;
            }
            self.of(format!("template.{path}"));
            let (before, after) = lines::changed(was.map_or("", String::as_str), is.map_or("", String::as_str));
            let side = |there: bool, text: String| there.then_some((text, None));
            let sides = (side(was.is_some(), before), side(is.is_some(), after));
            match (was, is) {
                (Some(_), Some(_)) => self.push(Code::MessageText, None, "the template reads differently", sides),
                (None, _) => self.push(Code::ItemAdded, None, "the template is new", sides),
                (Some(_), None) => self.push(Code::ItemRemoved, None, "the template is gone", sides),
            }
        }
    }
}

fn consent(consent: Consent) -> &'static str {
    match consent {
        Consent::OptIn => "opt_in",
        Consent::OptOut => "opt_out",
        Consent::None => "none",
    }
}

/// How much has to be agreed to, and how much is kept to.
fn strictness(topic: &Topic) -> (bool, u8) {
    let consent = match topic.consent {
        Consent::None => 0,
        Consent::OptOut => 1,
        Consent::OptIn => 2,
    };
    (!topic.transactional, consent)
}
