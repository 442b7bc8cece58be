//! Names that can be written, by what they have to be the name of.

use flow_compiler::keywords;
use flow_compiler::names::Kind;
use flow_graph::Program;
use flow_graph::program::{Event, builtin};
use flow_graph::testcase::{GATES, VARIES};

use super::around::{self, field_type};
use super::values;
use super::{Completion, What};
use crate::features::context::Context;
use crate::features::shapes::{CHANNEL_EVENTS, DAYS, Slot};
use crate::features::tokens::Kind as TokenKind;
use crate::snapshot::Snapshot;

/// Names of a kind.
pub(super) fn names(snapshot: &Snapshot, context: &Context<'_>, slot: Slot, items: &mut Vec<Completion>) {
    let program = &snapshot.recent().program;
    match slot {
        Slot::New | Slot::Argument | Slot::Action => {}
        Slot::Path => {
            path(program, context, items);
            scores(program, items);
        }
        Slot::Part => part(program, context, items),
        Slot::Field => fields(program, 1, items),
        Slot::EventField => {
            if let Some(event) = around::event_of_clause(program, context) {
                event_fields(program, event, 0, items);
            }
        }
        Slot::KeyField => {
            for event in around::run(program, context) {
                event_fields(program, event, 0, items);
            }
        }
        Slot::Event => events(program, items),
        Slot::ChannelEvent => fixed(&CHANNEL_EVENTS, What::Event, items),
        Slot::Segment => of_kind(snapshot, Kind::Segment, items),
        Slot::Score => scores(program, items),
        Slot::ScorePart => fixed(&["fit", "engagement"], What::Word, items),
        Slot::Is => {
            bands(program, context, items);
            fixed(&["known", "missing"], What::Word, items);
        }
        Slot::Band => bands(program, context, items),
        Slot::Lifecycle => of_kind(snapshot, Kind::Lifecycle, items),
        Slot::Stage => stages(program, context, items),
        Slot::Topic => of_kind(snapshot, Kind::Topic, items),
        Slot::Channel => of_kind(snapshot, Kind::Channel, items),
        Slot::Connector => of_kind(snapshot, Kind::Connector, items),
        Slot::Message => of_kind(snapshot, Kind::Message, items),
        Slot::Sequence => of_kind(snapshot, Kind::Sequence, items),
        Slot::Step => steps(program, context, items),
        Slot::Calendar => of_kind(snapshot, Kind::Calendar, items),
        Slot::Team => of_kind(snapshot, Kind::Team, items),
        Slot::Sla => of_kind(snapshot, Kind::Sla, items),
        Slot::Who => who(context, items),
        Slot::Gate => fixed(&GATES, What::Word, items),
        Slot::Varies => fixed(&VARIES, What::Word, items),
        Slot::Type => types(snapshot, items),
        Slot::Day => fixed(&DAYS, What::Word, items),
        Slot::Aggregate => aggregates(items),
        Slot::Value => values::of_type(program, context, items),
        Slot::AddressKind => fixed(
            &["contact", "segment", "score", "lifecycle", "sequence", "message", "sla", "event"],
            What::Word,
            items,
        ),
        Slot::AddressName => address(snapshot, context, items),
    }
}

fn fixed(names: &[&str], what: What, items: &mut Vec<Completion>) {
    items.extend(names.iter().map(|name| Completion::new(*name, what, 1)));
}

fn of_kind(snapshot: &Snapshot, kind: Kind, items: &mut Vec<Completion>) {
    for name in around::names(&snapshot.recent().program, kind) {
        items.push(Completion::new(name, What::Name, 0).detail(kind.noun()).item(kind));
    }
}

fn events(program: &Program, items: &mut Vec<Completion>) {
    for (at, event) in program.events.iter().enumerate() {
        let built_in = at < builtin::NAMES.len();
        let detail =
            if built_in { "event, built in".to_owned() } else { format!("event {{ {} }}", field_names(event)) };
        let rank = if built_in { 2 } else { 0 };
        let item = Completion::new(&event.name, What::Event, rank).detail(detail);
        items.push(item.item(Kind::Event));
    }
}

fn field_names(event: &Event) -> String {
    event.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Fields of the contact.
pub(super) fn fields(program: &Program, rank: u8, items: &mut Vec<Completion>) {
    for field in program.fields.iter() {
        let item = Completion::new(&field.name, What::Field, rank).detail(field_type(program, field));
        items.push(item.item(Kind::Field));
    }
}

/// Fields of an event.
pub(super) fn event_fields(program: &Program, event: &Event, rank: u8, items: &mut Vec<Completion>) {
    for field in &event.fields {
        let detail = format!("{} of {}", field_type(program, field), event.name);
        items.push(Completion::new(&field.name, What::Field, rank).detail(detail).part(&event.name));
    }
}

/// The first word of a path: fields of the event that is looked at, of the contact, and what a run has.
fn path(program: &Program, context: &Context<'_>, items: &mut Vec<Completion>) {
    if let Some(event) = around::event(program, context) {
        event_fields(program, event, 0, items);
        for (name, detail) in [("time", "datetime"), ("page", "where it was seen"), ("utm", "how they came")] {
            items.push(Completion::new(name, What::Field, 3).detail(detail));
        }
    }
    fields(program, 1, items);
    if around::item_name(context, "sequence").is_some() {
        items.push(Completion::new("key", What::Field, 2).detail("the key of the run"));
        items.push(Completion::new("event", What::Field, 3).detail("the event that began the run"));
    }
    items.push(Completion::new("contact", What::Field, 4).detail("the contact"));
}

/// Scores, whose bands are asked for: `lead is hot`.
fn scores(program: &Program, items: &mut Vec<Completion>) {
    let scores = program.scores.iter();
    items.extend(scores.map(|score| Completion::new(&score.name, What::Name, 2).detail("score").item(Kind::Score)));
}

/// What stands behind the dot of a path.
fn part(program: &Program, context: &Context<'_>, items: &mut Vec<Completion>) {
    match context.back(1) {
        "contact" => fields(program, 0, items),
        "event" => {
            for event in around::run(program, context) {
                event_fields(program, event, 0, items);
            }
            fixed(&["time", "id", "utm", "page"], What::Field, items);
        }
        "utm" => fixed(&flow_graph::template::UTM, What::Field, items),
        "page" => fixed(&flow_graph::template::PAGE, What::Field, items),
        _ => {}
    }
}

/// The bands of the score before the cursor: `lead is ‸`, `lead becomes ‸`.
fn bands(program: &Program, context: &Context<'_>, items: &mut Vec<Completion>) {
    let back = usize::from(context.back(0) == "not") + 1;
    let name = context.back(back);
    let Some(score) = program.scores.iter().find(|score| score.name == name) else { return };
    for band in &score.bands {
        let item = Completion::new(&band.name, What::Value, 0).detail(format!("from {} of {name}", band.from));
        items.push(item.part(name));
    }
}

/// The stages of the lifecycle before the cursor, or of the one around it.
fn stages(program: &Program, context: &Context<'_>, items: &mut Vec<Completion>) {
    let before = ["is", "least", "."].contains(&context.back(0));
    let back = if context.back(0) == "least" { 2 } else { 1 };
    let name = if before { context.back(back) } else { around::item_name(context, "lifecycle").unwrap_or_default() };
    let found = program.lifecycles.iter().find(|lifecycle| lifecycle.name == name);
    for stage in found.map(|lifecycle| lifecycle.stages.as_slice()).unwrap_or_default() {
        let item = Completion::new(stage, What::Value, 0).detail(format!("stage of {name}"));
        items.push(item.part(name));
    }
}

/// Labels of steps: of the sequence before the dot, else of all.
fn steps(program: &Program, context: &Context<'_>, items: &mut Vec<Completion>) {
    let of = if context.back(0) == "." { context.back(1) } else { "" };
    let named = program.sequences.iter().any(|sequence| sequence.name == of);
    for sequence in program.sequences.iter().filter(|sequence| !named || sequence.name == of) {
        let labels = sequence.steps.iter().filter_map(|step| step.label.as_deref());
        items.extend(
            labels.map(|label| Completion::new(label, What::Name, 0).detail(format!("step of {}", sequence.name))),
        );
        if !named && context.back(0) != "." {
            items.push(Completion::new(&sequence.name, What::Name, 1).detail("sequence"));
        }
    }
}

/// The contacts of the test around the cursor.
fn who(context: &Context<'_>, items: &mut Vec<Completion>) {
    for pair in context.tokens.windows(2) {
        if let [first, second] = pair
            && context.word(*first) == "contact"
            && second.kind == TokenKind::Word
        {
            items.push(Completion::new(context.word(*second), What::Name, 0).detail("contact of this test"));
        }
    }
}

fn types(snapshot: &Snapshot, items: &mut Vec<Completion>) {
    items.extend(keywords::TYPES.iter().map(|name| Completion::new(*name, What::Word, 0).detail("type")));
    of_kind(snapshot, Kind::Enum, items);
}

fn aggregates(items: &mut Vec<Completion>) {
    for name in keywords::AGGREGATES {
        let item = Completion::new(*name, What::Function, 3).detail("of events");
        items.push(item.snippet(format!("{name}(${{1:event}} ${{2:in last 30 days}})")));
    }
}

/// A name behind the dot of an address: `segment.‸`, `sequence.cart.step.‸`.
fn address(snapshot: &Snapshot, context: &Context<'_>, items: &mut Vec<Completion>) {
    let program = &snapshot.recent().program;
    let owner = context.back(1);
    match owner {
        "step" => steps(program, &Context::new(context.text, 0), items),
        "contact" => fields(program, 0, items),
        "event" => events(program, items),
        "segment" => of_kind(snapshot, Kind::Segment, items),
        "score" => of_kind(snapshot, Kind::Score, items),
        "lifecycle" => of_kind(snapshot, Kind::Lifecycle, items),
        "sequence" => of_kind(snapshot, Kind::Sequence, items),
        "message" => of_kind(snapshot, Kind::Message, items),
        "sla" => of_kind(snapshot, Kind::Sla, items),
        _ if context.back(3) == "sequence" => fixed(&["step"], What::Word, items),
        _ => {
            let stages =
                program.lifecycles.iter().filter(|lifecycle| lifecycle.name == owner).flat_map(|it| &it.stages);
            items.extend(stages.map(|stage| Completion::new(stage, What::Value, 0).detail("stage")));
        }
    }
}
