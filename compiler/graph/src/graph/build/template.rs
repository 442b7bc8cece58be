//! What templates read: found in their text, which the compiler has checked.

use super::{Build, Node, begins};
use crate::program::Sequence;
use crate::template::names::{Name, names};

impl Build<'_> {
    pub(super) fn template_files(&mut self) {
        let program = self.program;
        for (number, text) in (0..).zip(program.templates.values()) {
            let node = Node::Template(number);
            self.node(node);
            self.template(node, text, &[]);
        }
    }

    pub(super) fn template_node(&self, path: &str) -> Option<Node> {
        let number = self.program.templates.keys().position(|known| known == path)?;
        u32::try_from(number).ok().map(Node::Template)
    }

    /// What a text with gaps reads; `runs` are the sequences that bring it to somebody.
    pub(super) fn template(&mut self, reader: Node, text: &str, runs: &[&Sequence]) {
        for name in names(text) {
            match name {
                Name::Contact(field) => {
                    for (id, declared) in self.program.fields.enumerate() {
                        if field.is_none_or(|field| *declared.name == *field) {
                            self.reads(reader, Node::Field(id));
                        }
                    }
                }
                Name::Event(field) => self.event_field(reader, field, runs),
                Name::Key => {
                    for (event, slot) in runs.iter().filter_map(|run| run.key.as_ref()).flatten() {
                        self.reads(reader, Node::EventField(*event, *slot));
                    }
                }
                Name::File(path) => {
                    if let Some(node) = self.template_node(path) {
                        self.reads(reader, node);
                    }
                }
            }
        }
    }

    fn event_field(&mut self, reader: Node, name: Option<&str>, runs: &[&Sequence]) {
        for event in runs.iter().flat_map(|run| begins(run)) {
            let fields = self.program.events.get(event).map_or(&[][..], |event| event.fields.as_slice());
            let slots = (0..).zip(fields).filter(|(_, field)| name.is_none_or(|name| *field.name == *name));
            let slots: Vec<u16> = slots.map(|(slot, _)| slot).collect();
            if slots.is_empty() {
                self.reads(reader, Node::Event(event));
            }
            slots.into_iter().for_each(|slot| self.reads(reader, Node::EventField(event, slot)));
        }
    }
}
