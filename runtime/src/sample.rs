//! A small program for the tests of this package, made by hand since the compiler is out of reach here.

use std::sync::Arc;

use flow_graph::program::{EnumType, Event, Field, Program, Project, SourceFile, Wire, builtin};
use flow_graph::{Id, Span, Table, Type};
use flow_machine::Engine;

pub(crate) const PAGE: u32 = 7;
pub(crate) const ORDER: u32 = 8;

/// Contacts with nine fields, and three events: `page_viewed as page`, `order_placed as "Order Completed"`,
/// `video_watched`.
pub(crate) fn program() -> Program {
    let mut files = Table::default();
    files.push(SourceFile { path: "world.flow".to_owned() });
    let mut enums = Table::default();
    enums.push(EnumType { name: "plan".to_owned(), values: vec!["free".to_owned(), "pro".to_owned()] });
    let mut fields = Table::default();
    for (name, ty) in [
        ("email", Type::Email),
        ("name", Type::Text),
        ("plan", Type::Enum(Id::new(0))),
        ("timezone", Type::TimeZone),
        ("mrr", Type::Money),
        ("trial", Type::Bool),
        ("tags", Type::Set(Box::new(Type::Text))),
        ("joined", Type::DateTime),
    ] {
        fields.push(field(name, ty));
    }
    fields.push(Field {
        owner: Some("crm".to_owned()),
        range: Some((0.0, 100_000.0)),
        wire: "seats".to_owned(),
        ..field("company_size", Type::Int)
    });
    Program {
        files,
        enums,
        email_field: Some(Id::new(0)),
        zone_field: Some(Id::new(3)),
        fields,
        events: events(),
        ..Program::empty(Project {
            name: "sample".to_owned(),
            timezone: "Europe/Berlin".to_owned(),
            currency: "EUR".to_owned(),
            currency_digits: 2,
            late_after: Span::Elapsed(72 * 3_600_000),
            duplicates_within: Span::Calendar { months: 0, days: 30 },
        })
    }
}

/// [`program`], ready to run.
pub(crate) fn engine() -> Arc<Engine> {
    Arc::new(Engine::new(Arc::new(program())).unwrap())
}

fn events() -> Table<Event> {
    let mut events = Table::default();
    for name in builtin::NAMES {
        let fields = builtin::FIELDS.map(|field_name| {
            let ty = if matches!(field_name, "human" | "hard") { Type::Bool } else { Type::Text };
            field(field_name, ty)
        });
        events.push(Event { name: name.to_owned(), wire: Wire::BuiltIn, fields: fields.into() });
    }
    let required = |name: &str, ty| Field { optional: false, ..field(name, ty) };
    events.push(Event {
        name: "page_viewed".to_owned(),
        wire: Wire::Page,
        fields: vec![required("path", Type::Text), field("title", Type::Text)],
    });
    events.push(Event {
        name: "order_placed".to_owned(),
        wire: Wire::Track("Order Completed".to_owned()),
        fields: vec![
            Field { wire: "orderId".to_owned(), unique: true, ..required("order", Type::Text) },
            Field { wire: "revenue".to_owned(), ..required("value", Type::Money) },
        ],
    });
    events.push(Event {
        name: "video_watched".to_owned(),
        wire: Wire::Track("video_watched".to_owned()),
        fields: vec![
            required("video", Type::Text),
            Field { range: Some((0.0, 100.0)), ..required("percent", Type::Int) },
        ],
    });
    events
}

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.to_owned(),
        wire: name.to_owned(),
        ty,
        optional: true,
        range: None,
        personal: name == "email",
        unique: false,
        owner: None,
    }
}
