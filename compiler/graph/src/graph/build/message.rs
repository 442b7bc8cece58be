//! Messages and what carries them; teams, calendars and service levels.

use super::{Build, How, Node, Sight};
use crate::Id;
use crate::program::{Event, Message, Route, Sequence, StepKind, builtin};

/// What channels report on a message.
const REPORTS: [Id<Event>; 6] = [
    builtin::DELIVERED,
    builtin::OPENED,
    builtin::CLICKED,
    builtin::BOUNCED,
    builtin::COMPLAINED,
    builtin::UNSUBSCRIBED,
];

impl Build<'_> {
    pub(super) fn messages(&mut self) {
        let program = self.program;
        program.channels.ids().for_each(|id| self.node(Node::Channel(id)));
        program.topics.ids().for_each(|id| self.node(Node::Topic(id)));
        self.template_files();
        let limits = &program.limits;
        let limited = !limits.caps.is_empty() || limits.quiet.is_some();
        if limited {
            self.node(Node::Limits);
            limits.caps.iter().for_each(|cap| self.reads(Node::Limits, Node::Channel(cap.channel)));
        }
        for (id, message) in program.messages.enumerate() {
            let node = Node::Message(id);
            self.node(node);
            self.reads(node, Node::Channel(message.channel));
            self.reads(node, Node::Topic(message.topic));
            let transactional = program.topics.get(message.topic).is_some_and(|topic| topic.transactional);
            if limited && !transactional {
                self.reads(node, Node::Limits);
            }
            REPORTS.into_iter().for_each(|event| self.later(node, Node::Event(event), How::Reports));
            self.content(node, message, &senders(program.versions(), id));
        }
    }

    /// What a message says. A file reads its values, and the message does too: what `event` is there hangs on who
    /// sends it.
    fn content(&mut self, node: Node, message: &Message, runs: &[&Sequence]) {
        if let Some(file) = message.body_file.as_deref().and_then(|path| self.template_node(path)) {
            self.reads(node, file);
        }
        for text in message.subject.iter().chain([&message.body]).chain(&message.text) {
            self.template(node, text, runs);
        }
    }

    pub(super) fn service_levels(&mut self) {
        let program = self.program;
        program.calendars.ids().for_each(|id| self.node(Node::Calendar(id)));
        for (id, team) in program.teams.enumerate() {
            self.node(Node::Team(id));
            for route in &team.routes {
                let Route::Webhook(name) = route else { continue };
                let connector = program.connectors.enumerate().find(|(_, connector)| connector.name == *name);
                if let Some((connector, _)) = connector {
                    self.causes(Node::Team(id), Node::Connector(connector), How::Calls);
                }
            }
        }
        for (id, sla) in program.slas.enumerate() {
            let node = Node::Sla(id);
            self.node(node);
            self.exprs(node, sla.per.iter().chain(&sla.pause), Sight::default());
            for (triggers, how) in [(&sla.start, How::Starts), (&sla.met, How::Meets)] {
                for trigger in triggers {
                    let source = self.trigger(trigger, node, None);
                    self.causes(source, node, how);
                }
            }
            if let Some(calendar) = sla.calendar {
                self.reads(node, Node::Calendar(calendar));
            }
            for (number, reminder) in (0..).zip(&sla.reminders) {
                let actions = reminder.actions.iter().map(|(action, _)| action);
                self.actions((node, Node::Reminder(id, number)), How::Reminds, actions);
            }
            self.actions((node, Node::Breach(id)), How::Breaches, sla.breach.iter().map(|(action, _)| action));
        }
    }

    fn actions<'a>(&mut self, (sla, node): (Node, Node), how: How, actions: impl Iterator<Item = &'a StepKind>) {
        self.node(node);
        self.later(sla, node, how);
        for action in actions {
            self.act(node, action, None);
        }
    }
}

/// The sequences that send a message.
fn senders<'p>(sequences: impl Iterator<Item = &'p Sequence>, id: Id<Message>) -> Vec<&'p Sequence> {
    let sends = |sequence: &&Sequence| {
        sequence.steps.iter().any(|step| matches!(&step.kind, StepKind::Send(message) if *message == id))
    };
    sequences.filter(sends).collect()
}
