//! What comes in: events and fields, with who reads and who writes them.

use flow_compiler::names::{Kind, Symbol};
use flow_graph::graph::Node;
use flow_graph::program::{Event, Field, Wire, builtin};
use flow_graph::{Id, Type};

use super::{neighbours, of_item};
use crate::around::users;
use crate::frame::Page;
use crate::html::{code, escape, markdown, section, table};
use crate::items::Site;

/// The index, and a page for each event.
pub(super) fn pages(site: &Site<'_>) -> Vec<Page> {
    let mut pages = vec![index(site)];
    for (number, event) in (0_u32..).zip(site.program.events.iter()) {
        let id: Id<Event> = Id::new(number);
        let Some(item) = site.item(Node::Event(id)) else { continue };
        let own = id.index() >= builtin::NAMES.len();
        let mut said = section("arrives", "How it arrives", &format!("<p>{}</p>\n", arrives(event)));
        if own {
            said.push_str(&section("fields", "Its fields", &fields_of(site, id, event)));
        }
        pages.push(of_item(site, item, "event", &said, &neighbours(site, Node::Event(id))));
    }
    pages
}

fn arrives(event: &Event) -> String {
    match &event.wire {
        Wire::Track(name) => format!("As a call {} with the name {}.", code("track"), code(name)),
        Wire::Page => format!("As a call {}.", code("page")),
        Wire::Screen => format!("As a call {}.", code("screen")),
        Wire::Group => format!("As a call {}.", code("group")),
        Wire::BuiltIn if matches!(event.name.as_str(), "subscribed" | "unsubscribed") => {
            "When somebody gives or withdraws consent: by a link in a message, or by your site.".to_owned()
        }
        Wire::BuiltIn => "When a channel reports on a message.".to_owned(),
    }
}

fn index(site: &Site<'_>) -> Page {
    let mut body =
        String::from("<p class=\"lead\">What is known of people, what they do, and who makes use of it.</p>\n");
    let row = |(number, field): (u32, &Field)| {
        let (readers, writers) = users(site, Node::Field(Id::new(number)));
        let doc = site.field_docs.get(&Symbol::Item(Kind::Field, number));
        vec![
            format!("<span id=\"contact-{0}\">{1}</span>{2}", field.name, code(&field.name), note(doc)),
            what(site, field),
            links(&readers),
            links(&writers),
        ]
    };
    let rows: Vec<Vec<String>> = (0_u32..).zip(site.program.fields.iter()).map(row).collect();
    let head = ["Field", "Holds", "Read by", "Changed by"];
    body.push_str(&section("contact", "The contact", &table(&head, &rows)));
    body.push_str(&section("events", "Events", &events(site, false)));
    let channels = "<p class=\"hint\">Reported by channels, and by the links in messages.</p>\n";
    let built_in = events(site, true);
    let built_in = if built_in.is_empty() { built_in } else { format!("{channels}{built_in}") };
    body.push_str(&section("built-in", "Events that are there without being declared", &built_in));
    let enums = site.items.iter().filter_map(|item| {
        let Node::Enum(id) = item.node else { return None };
        let values: Vec<String> = site.program.enums.get(id)?.values.iter().map(|value| code(value)).collect();
        let name = format!("<span id=\"enum-{0}\">{1}</span>{2}", item.name, code(&item.name), note(item.doc.as_ref()));
        Some(vec![name, values.join(" ")])
    });
    body.push_str(&section("enums", "Lists of values", &table(&["List", "Values"], &enums.collect::<Vec<_>>())));
    let about = "Who reads and who writes each event and each field".to_owned();
    Page { path: "data.html".to_owned(), kind: "", title: "Events and fields".to_owned(), about, body }
}

/// The events of the project, or those that are built in.
fn events(site: &Site<'_>, built_in: bool) -> String {
    let row = |(number, event): (u32, &Event)| {
        let id: Id<Event> = Id::new(number);
        let item = site.item(Node::Event(id)).filter(|_| (id.index() < builtin::NAMES.len()) == built_in)?;
        let (readers, writers) = users(site, item.node);
        let name = format!("{}{}", site.link(item.node), note(item.doc.as_ref()));
        if built_in {
            return Some(vec![name, links(&readers)]);
        }
        let fields: Vec<String> = event.fields.iter().map(|field| code(&field.name)).collect();
        Some(vec![name, links(&fields), links(&readers), links(&writers)])
    };
    let rows: Vec<Vec<String>> = (0_u32..).zip(site.program.events.iter()).filter_map(row).collect();
    let head: &[&str] = if built_in { &["Event", "Used by"] } else { &["Event", "Fields", "Used by", "Made by"] };
    table(head, &rows)
}

fn fields_of(site: &Site<'_>, id: Id<Event>, event: &Event) -> String {
    let number = u32::try_from(id.index()).unwrap_or(u32::MAX);
    let row = |(slot, field): (u16, &Field)| {
        let doc = site.field_docs.get(&Symbol::Member(Kind::Event, number, slot));
        let (readers, _) = users(site, Node::EventField(id, slot));
        vec![
            format!("<span id=\"field-{0}\">{1}</span>{2}", field.name, code(&field.name), note(doc)),
            what(site, field),
            links(&readers),
        ]
    };
    let rows: Vec<Vec<String>> = (0_u16..).zip(&event.fields).map(row).collect();
    if rows.is_empty() { "<p>It has none.</p>\n".to_owned() } else { table(&["Field", "Holds", "Read by"], &rows) }
}

fn note(doc: Option<&String>) -> String {
    doc.map_or(String::new(), |doc| format!("<div class=\"note\">{}</div>", markdown(doc).trim_end()))
}

fn links(all: &[String]) -> String {
    if all.is_empty() {
        return "<span class=\"none\">–</span>".to_owned();
    }
    format!("<span class=\"names\">{}</span>", all.join(" "))
}

/// The type of a field and all that is known of its values.
fn what(site: &Site<'_>, field: &Field) -> String {
    let mut said = vec![ty(site, &field.ty)];
    if let Some((low, high)) = field.range {
        said.push(format!("from {low} to {high}"));
    }
    let marks = [(field.personal, "personal"), (field.unique, "the same again is a duplicate")];
    said.extend(marks.into_iter().filter(|(is, _)| *is).map(|(_, words)| words.to_owned()));
    if !field.optional && !matches!(field.ty, Type::Set(_)) {
        said.push("always there".to_owned());
    }
    if field.wire != field.name {
        said.push(format!("arrives as {}", code(&field.wire)));
    }
    if let Some(owner) = &field.owner {
        said.push(format!("only {} changes it", escape(owner)));
    }
    said.join(", ")
}

fn ty(site: &Site<'_>, ty: &Type) -> String {
    let plain = match ty {
        Type::Text => "text",
        Type::Int => "a whole number",
        Type::Number => "a number",
        Type::Bool => "yes or no",
        Type::Money => "an amount of money",
        Type::Percent => "a percentage",
        Type::Date => "a day",
        Type::DateTime => "a moment",
        Type::Duration => "a length of time",
        Type::Email => "an e-mail address",
        Type::Phone => "a phone number",
        Type::Url => "an address on the web",
        Type::Country => "a country",
        Type::TimeZone => "a time zone",
        Type::Enum(id) => return format!("one of {}", site.link(Node::Enum(*id))),
        Type::Set(member) => return format!("any number of: {}", self::ty(site, member)),
    };
    plain.to_owned()
}
