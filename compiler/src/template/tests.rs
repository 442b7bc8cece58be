//! What is said of templates, case by case.

use flow_graph::program::{EnumType, Event, Field, Wire};
use flow_graph::{Id, Table, Type};

use super::{Entry, Files, Reach, Text, World, check};
use crate::diagnostic::Sink;
use crate::source::{FileKind, Sources, Span};

fn field(name: &str, ty: Type, optional: bool) -> Field {
    let (name, wire) = (name.to_owned(), name.to_owned());
    Field { name, wire, ty, optional, range: None, personal: false, unique: false, owner: None }
}

/// `line:column code message` of what is said of a template file beside `templates/part.html`.
fn said(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let file = sources.add("templates/a.html", FileKind::Template, text);
    sources.add("templates/part.html", FileKind::Template, "{{ contact.first_name }}");
    sources.add("templates/round.html", FileKind::Template, "{% include 'templates/a.html' %}");
    let mut enums = Table::default();
    let industry = enums.push(EnumType { name: "industry".into(), values: vec!["saas".into(), "retail".into()] });
    let mut fields = Table::default();
    fields.push(field("first_name", Type::Text, true));
    fields.push(field("name", Type::Text, false));
    fields.push(field("industry", Type::Enum(industry), true));
    fields.push(field("tags", Type::Set(Box::new(Type::Text)), false));
    let mut events = Table::default();
    let event = |name: &str, fields| Event { name: name.into(), wire: Wire::Track(name.into()), fields };
    events.push(event("cart", vec![field("items", Type::Int, false), field("value", Type::Money, false)]));
    events.push(event("page", vec![field("value", Type::Money, true)]));
    let entry = |number| Entry { event: Some(Id::new(number)), at: Span::new(file, 0, 0), sequence: "q".into() };
    let reach = Reach { entries: vec![entry(0), entry(1)], ..Reach::default() };
    let world = World { sources: &sources, fields: &fields, events: &events, enums: &enums, fields_broken: false };
    let mut sink = Sink::default();
    let _ = check(world, &reach, Text::File("templates/a.html", Span::new(file, 0, 0)), &mut Files::new(), &mut sink);
    let place = |span: Span| {
        sources.get(span.file).map_or((0, 0), |file| (file.position(span.start).line, file.position(span.start).column))
    };
    sink.finish()
        .iter()
        .map(|d| {
            let (line, column) = place(d.primary.span);
            format!("{line}:{column} {} {} «{}»", d.code, d.message, sources.slice(d.primary.span))
        })
        .collect()
}

fn fine(text: &str) {
    assert_eq!(said(text), Vec::<String>::new(), "{text}");
}

#[test]
fn guards_make_certain() {
    fine("{{ contact.first_name | default('there') }}");
    fine("{% if contact.first_name %}{{ contact.first_name | upper }}{% endif %}");
    fine(
        "{% if contact.first_name is defined and contact.first_name | length > 3 %}{{ contact.first_name }}{% endif %}",
    );
    fine("{% if not contact.first_name %}Hi{% else %}{{ contact.first_name }}{% endif %}");
    fine("{{ contact.first_name if contact.first_name else 'there' }}");
    fine("{{ contact.first_name or 'there' }}");
    fine("{% if contact.industry == 'saas' %}{{ contact.industry }}{% elif 'x' in contact.tags %}y{% endif %}");
    fine("{% for tag in contact.tags %}{{ loop.index }} {{ tag }}{% endfor %}");
    fine("{% set n = contact.first_name | default('x') %}{{ n }}");
    fine("{% macro hi(who) %}Hi {{ who }}{% endmacro %}{{ hi(contact.name) }}");
    fine("{% if contact.first_name %}{% include 'templates/part.html' %}{% endif %}");
    fine("{{ event.time | date('%d') }} {{ event.utm.source | default('-') }}");
}

#[test]
fn missing_values_are_named() {
    assert_eq!(
        said("Hi\n {{ contact.first_name }}"),
        ["2:5 F3050 `contact.first_name` may be missing here «contact.first_name»"]
    );
    assert_eq!(said("{{ event.value }}"), ["1:4 F3050 `event.value` may be missing here «event.value»"]);
    assert_eq!(
        said("{% include 'templates/part.html' %}"),
        ["1:4 F3050 `contact.first_name` may be missing here «contact.first_name»"]
    );
    assert_eq!(
        said("{% set n = contact.first_name %}{{ n | upper }}"),
        ["1:36 F3050 `contact.first_name` may be missing here «n»"]
    );
    assert_eq!(
        said("{{ contact.tags | first }}"),
        ["1:4 F3050 `the first of an empty list` may be missing here «contact.tags | first»"]
    );
    assert_eq!(
        said("{% if contact.industry != 'saas' %}{% endif %}"),
        ["1:7 F3050 `contact.industry` may be missing here «contact.industry»"]
    );
}

#[test]
fn unknown_names_are_found() {
    assert_eq!(said("{{ contact.nam }}"), ["1:12 F2053 the contact has no field `nam` «nam»"]);
    assert_eq!(said("{{ first_name }}"), ["1:4 F2053 there is no variable `first_name` «first_name»"]);
    assert_eq!(said("{{ event.items }}"), ["1:10 F2053 the event `page` has no field `items` «items»"]);
    assert_eq!(said("{{ key }}"), ["1:4 F2053 there is no `key` here «key»"]);
    assert_eq!(said("{{ contact.name | uper }}"), ["1:19 F2054 there is no filter `uper` «uper»"]);
    assert_eq!(said("{% if contact.name is evn %}{% endif %}"), ["1:23 F2054 there is no test `evn` «evn»"]);
    assert_eq!(said("{{ now() }}"), ["1:4 F2054 there is no function `now` «now»"]);
    assert_eq!(said("{{ contact.name.upper() }}"), ["1:17 F2054 there is no function `upper` «upper»"]);
    assert_eq!(said("{% include 'templates/prt.html' %}").len(), 1);
}

#[test]
fn shapes_and_syntax() {
    assert_eq!(said("{{ contact }}"), ["1:4 F3051 the whole contact cannot be printed «contact»"]);
    assert_eq!(
        said("{% if contact.industry == 'sas' %}{% endif %}"),
        ["1:7 F3051 `sas` is not a value of the enum `industry` «contact.industry == 'sas'»"]
    );
    assert_eq!(
        said("a\n {% if contact.name %}"),
        ["2:21 F4053 the template cannot be read: it ends before a `}}`, `%}` or `{% end… %}` that it needs «%}»"]
    );
    assert_eq!(said("{{ contact.name ").len(), 1);
    assert_eq!(
        said("{% include 'templates/round.html' %}")[0],
        "1:12 F4054 `templates/a.html` includes itself «'templates/a.html'»"
    );
}
