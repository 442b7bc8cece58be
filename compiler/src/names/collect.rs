//! Collects what the files and the settings declare.

use std::collections::BTreeMap;

use flow_graph::program::builtin;

use super::{Entry, Kind, Member, Names, better};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::settings::Settings;
use crate::source::{Name, Span};
use crate::syntax::tree::step::Step;
use crate::syntax::tree::{File, Item, ItemKind};

impl<'a> Names<'a> {
    /// All names of all files; what is declared twice is reported.
    pub(crate) fn collect(files: &[&'a File], settings: &Settings, sink: &mut Sink) -> Self {
        let mut names = Self::default();
        let mut found = Vec::new();
        for item in files.iter().flat_map(|file| &file.items) {
            names.sort_in(item, &mut found);
        }
        let of_settings = settings.channels.values().map(|c| (Kind::Channel, &c.name));
        let of_settings = of_settings.chain(settings.connectors.values().map(|c| (Kind::Connector, &c.name)));
        for (kind, name) in of_settings {
            let span = Some(name.span);
            found
                .push((kind, Entry { name: name.value.clone(), span, item: None, broken: false, members: Vec::new() }));
        }
        // By place, so that of two declarations the later one is named, wherever the files come from.
        found.sort_by_key(|(_, entry)| entry.span);
        names.number_all(found, sink);
        names.contact_fields(sink);
        names
    }

    fn sort_in(&mut self, item: &'a Item, found: &mut Vec<(Kind, Entry<'a>)>) {
        match &item.kind {
            ItemKind::Contact(_) => {
                self.contacts.push(item);
                self.contact_broken |= item.broken;
            }
            ItemKind::Limits(_) => self.limits.push(item),
            ItemKind::Moved(_) | ItemKind::Retired(_) => self.migrations.push(item),
            ItemKind::Broken { keyword, .. } if keyword.value == "contact" => self.contact_broken = true,
            ItemKind::Broken { keyword, name } => {
                if let (Some(kind), Some(name)) = (Kind::of_keyword(&keyword.value), name) {
                    found.push((kind, entry(name, item, Vec::new())));
                }
            }
            ItemKind::Enum(it) => found.push((Kind::Enum, entry(&it.name, item, members(&it.values)))),
            ItemKind::Event(it) => {
                found.push((Kind::Event, entry(&it.name, item, members(it.fields.iter().map(|f| &f.name)))));
            }
            ItemKind::Segment(it) => found.push((Kind::Segment, entry(&it.name, item, Vec::new()))),
            ItemKind::Score(it) => {
                let bands = it.bands.first().into_iter().flat_map(|bands| &bands.value);
                found.push((Kind::Score, entry(&it.name, item, members(bands.map(|b| &b.name)))));
            }
            ItemKind::Lifecycle(it) => {
                let stages = it.stages.first().into_iter().flat_map(|stages| &stages.value);
                found.push((Kind::Lifecycle, entry(&it.name, item, members(stages.map(|s| &s.name)))));
            }
            ItemKind::Topic(it) => found.push((Kind::Topic, entry(&it.name, item, Vec::new()))),
            ItemKind::Message(it) => found.push((Kind::Message, entry(&it.name, item, Vec::new()))),
            ItemKind::Sequence(it) => {
                let mut labels = Vec::new();
                labels_of(&it.steps, &mut labels);
                found.push((Kind::Sequence, entry(&it.name, item, members(labels))));
            }
            ItemKind::Calendar(it) => found.push((Kind::Calendar, entry(&it.name, item, Vec::new()))),
            ItemKind::Team(it) => found.push((Kind::Team, entry(&it.name, item, Vec::new()))),
            ItemKind::Sla(it) => found.push((Kind::Sla, entry(&it.name, item, Vec::new()))),
            ItemKind::Test(it) => found.push((Kind::Test, entry(&it.name, item, Vec::new()))),
        }
    }

    fn number_all(&mut self, found: Vec<(Kind, Entry<'a>)>, sink: &mut Sink) {
        self.tables.insert(Kind::Event, builtin::NAMES.iter().map(|name| built_in(name)).collect());
        let mut kept: BTreeMap<(Kind, String), Entry<'a>> = BTreeMap::new();
        for (kind, mut entry) in found {
            unique_members(kind, &mut entry, sink);
            if kind == Kind::Event && builtin::NAMES.contains(&entry.name.as_str()) {
                built_in_again(&entry, sink);
            } else if let Some(first) = kept.get(&(kind, entry.name.clone())) {
                twice(kind.noun(), &entry.name, (entry.span, first.span), sink);
            } else {
                kept.insert((kind, entry.name.clone()), entry);
            }
        }
        for ((kind, _), entry) in kept {
            self.tables.entry(kind).or_default().push(entry);
        }
        for (kind, entries) in &self.tables {
            for (number, entry) in (0_u32..).zip(entries) {
                self.index.insert((*kind, entry.name.clone()), number);
            }
        }
        for (kind, entries) in &self.tables {
            for (number, entry) in (0_u32..).zip(entries) {
                if let Some(better) = better(&entry.name) {
                    self.index.entry((*kind, better)).or_insert(number);
                }
            }
        }
    }

    fn contact_fields(&mut self, sink: &mut Sink) {
        self.contacts.sort_by_key(|item| item.span);
        let mut fields: Vec<Entry<'a>> = Vec::new();
        let Some(first) = self.contacts.first() else { return };
        for again in self.contacts.iter().skip(1) {
            let message = "`contact` is declared a second time";
            let diagnostic = Diagnostic::new(Code::DuplicateName, keyword(again), message)
                .label(keyword(first), "first declared here")
                .help("write all fields of the contact into one block");
            sink.push(diagnostic);
        }
        if let ItemKind::Contact(contact) = &first.kind {
            for field in &contact.fields {
                let name = &field.name;
                if let Some(before) = fields.iter().find(|f| f.name == name.value) {
                    twice("contact field", &name.value, (Some(name.span), before.span), sink);
                } else {
                    fields.push(Entry { item: None, ..entry(name, first, Vec::new()) });
                }
            }
        }
        for (number, field) in (0_u32..).zip(&fields) {
            self.index.insert((Kind::Field, field.name.clone()), number);
        }
        for (number, field) in (0_u32..).zip(&fields) {
            if let Some(better) = better(&field.name) {
                self.index.entry((Kind::Field, better)).or_insert(number);
            }
        }
        self.tables.insert(Kind::Field, fields);
    }
}

fn keyword(item: &Item) -> Span {
    if let ItemKind::Contact(contact) = &item.kind { contact.keyword } else { item.span }
}

fn entry<'a>(name: &Name, item: &'a Item, members: Vec<Member>) -> Entry<'a> {
    let broken = item.broken || matches!(item.kind, ItemKind::Broken { .. });
    Entry { name: name.value.clone(), span: Some(name.span), item: Some(item), broken, members }
}

fn members<'n>(names: impl IntoIterator<Item = &'n Name>) -> Vec<Member> {
    names.into_iter().map(|name| Member { name: name.value.clone(), span: Some(name.span) }).collect()
}

fn built_in<'a>(name: &str) -> Entry<'a> {
    let members = builtin::FIELDS.iter().map(|field| Member { name: (*field).to_owned(), span: None }).collect();
    Entry { name: name.to_owned(), span: None, item: None, broken: false, members }
}

/// Drops members that are written twice, so that positions stay those of the table that is built from them.
fn unique_members(kind: Kind, entry: &mut Entry<'_>, sink: &mut Sink) {
    let mut kept: Vec<Member> = Vec::new();
    for member in entry.members.drain(..) {
        if let Some(first) = kept.iter().find(|m| m.name == member.name) {
            twice(kind.member_noun(), &member.name, (member.span, first.span), sink);
        } else {
            kept.push(member);
        }
    }
    entry.members = kept;
}

fn twice(noun: &str, name: &str, (again, first): (Option<Span>, Option<Span>), sink: &mut Sink) {
    let (Some(again), Some(first)) = (again, first) else { return };
    let diagnostic = Diagnostic::new(Code::DuplicateName, again, format!("the {noun} `{name}` is declared twice"))
        .here("declared again here")
        .label(first, "first declared here")
        .help("give one of them another name, or remove it");
    sink.push(diagnostic);
}

fn built_in_again(entry: &Entry<'_>, sink: &mut Sink) {
    let Some(span) = entry.span else { return };
    let message = format!("`{}` is a built-in event and cannot be declared", entry.name);
    sink.push(
        Diagnostic::new(Code::ReservedName, span, message).help("use it as it is, or give this event another name"),
    );
}

fn labels_of<'t>(steps: &'t [Step], labels: &mut Vec<&'t Name>) {
    for step in steps {
        labels.extend(&step.label);
        for block in step.kind.blocks() {
            labels_of(&block.steps, labels);
        }
    }
}
