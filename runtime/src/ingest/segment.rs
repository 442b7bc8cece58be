//! Calls in Segment's shape: track, identify, page, screen, group, alias, and batches of them.
//!
//! What a call says is read in two steps: where in it that stands which a program wants to know ([`layout`]), and what
//! stands there. The first one hangs on keys alone, so of calls that come again and again in one shape it is kept.

pub(super) mod layout;
mod named;
mod shapes;

use std::sync::Arc;

use flow_graph::program::{Event as EventType, Field};
use flow_graph::{Id, Timestamp, Type, Value};
use flow_machine::Event;
use flow_machine::input::Meta;

use super::catalog::{Catalog, absent};
use super::json::{Document, Json, Place, Tree};
use super::ties::Joining;
use super::{Incoming, Origin, Reason, Refusal, Who, moment};
use layout::{Beside, Envelope, Layout, Layouts, Memory, Verb};
pub(crate) use named::Sieve;
use named::id_of;
pub(super) use named::{Named, Said};
use shapes::Shapes;

/// How calls come in that do not stand in a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door<'a> {
    /// The type of a call that does not say one.
    pub(crate) kind: Option<&'a str>,
    /// When they came in; what they say of it themselves is not believed.
    pub(crate) received: Timestamp,
}

/// Takes what calls give, with the number of each in its batch.
pub(super) trait Gather {
    /// A call that can be used.
    fn accept(&mut self, number: u32, incoming: Incoming);

    /// A call that cannot, or a value of one.
    fn refuse(&mut self, number: u32, refusal: Refusal);
}

/// Reads calls; it may be used for many, all under the same names but for those of a door.
#[derive(Debug, Default)]
pub(super) struct Reader {
    document: Document,
    shapes: Shapes,
    scratch: Layout,
    layouts: Layouts,
}

impl Reader {
    /// Reads one line: a call, or an object with a `batch` of calls.
    pub(super) fn line(&mut self, how: How<'_>, line: &str, gather: &mut impl Gather) {
        match self.document.read(line) {
            Ok(tree) => {
                // The names of a daemon change, and what comes in there is its own shape often enough.
                let shape = if how.door.is_none() { self.shapes.number(&tree) } else { None };
                (Recalled { scratch: &mut self.scratch, layouts: &mut self.layouts }).read(how, &tree, shape, gather);
            }
            Err(refusal) => gather.refuse(0, refusal),
        }
    }

    /// Shapes have other numbers from now on.
    pub(super) fn forget(&mut self) {
        self.layouts = Layouts::default();
    }

    /// Reads a call of a shape that has a number.
    pub(super) fn shaped(&mut self, how: How<'_>, tree: &Tree<'_>, shape: usize, gather: &mut impl Gather) {
        (Recalled { scratch: &mut self.scratch, layouts: &mut self.layouts }).read(how, tree, Some(shape), gather);
    }
}

/// What is kept of earlier calls.
struct Recalled<'r> {
    scratch: &'r mut Layout,
    layouts: &'r mut Layouts,
}

impl Recalled<'_> {
    fn read(self, how: How<'_>, tree: &Tree<'_>, shape: Option<usize>, gather: &mut impl Gather) {
        let reading = Reading { how, tree };
        // The names of a program that takes over later are others.
        let shape = shape.filter(|_| how.catalog.later().is_none());
        match shape.and_then(|shape| self.layouts.of(shape, tree)) {
            Some(known) if known.envelope.batch.is_none() => {
                let memory = Memory { known: Some(&mut known.layouts), scratch: self.scratch };
                Call { reading, it: &known.envelope, batch: None }.take(0, memory, gather);
            }
            Some(_) | None => read(reading, self.scratch, gather),
        }
    }
}

fn read(reading: Reading<'_>, scratch: &mut Layout, gather: &mut impl Gather) {
    each(reading.tree, &mut |number, found| match found {
        Ok((it, batch)) => {
            let memory = Memory { known: None, scratch: &mut *scratch };
            Call { reading, it, batch }.take(number, memory, gather);
        }
        Err(refusal) => gather.refuse(number, refusal),
    });
}

/// Whom the calls of a line name, as far as they can be used by any program.
pub(super) fn named(tree: &Tree<'_>, take: &mut impl FnMut(Named<'_>)) {
    each(tree, &mut |_, found| {
        let Ok((it, _)) = found else { return };
        let kind = tree.find(it.kind).and_then(Json::as_text).and_then(Verb::of);
        if let Ok(named) = it.named(tree, kind == Some(Verb::Alias)) {
            take(named);
        }
    });
}

/// A call, and the batch in which it is.
type Found<'f> = (&'f Envelope, Option<&'f Envelope>);

/// The calls of a line, with their numbers in its batch.
fn each(tree: &Tree<'_>, take: &mut impl FnMut(u32, Result<Found<'_>, Refusal>)) {
    let root = tree.root();
    let Some(object) = root.as_object() else { return take(0, Err(not_a_call(root))) };
    let envelope = Envelope::of(object);
    let Some(batch) = tree.find(envelope.batch) else { return take(0, Ok((&envelope, None))) };
    let Some(calls) = batch.members() else {
        return take(0, Err(Refusal::call(Reason::NotACall, "`batch` is not a list")));
    };
    for (member, number) in calls.zip(0..) {
        match member.as_object() {
            Some(inner) => take(number, Ok((&Envelope::of(inner), Some(&envelope)))),
            None => take(number, Err(not_a_call(member))),
        }
    }
}

fn not_a_call(json: Json<'_>) -> Refusal {
    Refusal::call(Reason::NotACall, format!("a call is an object, this is {}", json.kind().words()))
}

/// How calls are read.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    /// The names under which they arrive.
    pub(super) catalog: &'a Catalog,
    /// Where they came in.
    pub(super) door: Option<Door<'a>>,
    /// Who may turn out to be somebody else, where that is known beside what calls say.
    pub(super) joining: Option<&'a Joining>,
    /// Of others it is read no more than whom they speak of, and when.
    pub(super) only: Option<&'a Sieve>,
}

/// What is being read, and how.
#[derive(Clone, Copy)]
struct Reading<'a> {
    how: How<'a>,
    tree: &'a Tree<'a>,
}

/// One call that is being read.
#[derive(Clone, Copy)]
struct Call<'a> {
    reading: Reading<'a>,
    it: &'a Envelope,
    batch: Option<&'a Envelope>,
}

impl<'a> Call<'a> {
    fn take(self, number: u32, memory: Memory<'_>, gather: &mut impl Gather) {
        // What is refused inside a call that is refused as a whole is not worth a line of its own.
        let mut values = Vec::new();
        match self.read(memory, &mut values) {
            Ok(incoming) => {
                gather.accept(number, incoming);
                for refusal in values {
                    gather.refuse(number, refusal);
                }
            }
            Err(refusal) => gather.refuse(number, refusal),
        }
    }

    fn read(self, memory: Memory<'_>, refused: &mut Vec<Refusal>) -> Result<Incoming, Refusal> {
        let kind = self.find(self.it.kind).and_then(Json::as_text).or_else(|| self.reading.how.door?.kind);
        let kind = kind.ok_or_else(|| Refusal::call(Reason::NotACall, "a call has a `type`"))?;
        let verb = Verb::of(kind);
        let arrival = self.arrival()?;
        let time = self.time(arrival)?;
        let catalog = self.catalog().at(arrival.unwrap_or(time));
        let how = How { catalog, ..self.reading.how };
        let this = Call { reading: Reading { how, ..self.reading }, ..self };
        this.rest((arrival, time), verb, memory, refused)
    }

    /// What hangs on the names of the program at its arrival.
    fn rest(
        self,
        (arrival, time): (Option<Timestamp>, Timestamp),
        verb: Option<Verb>,
        memory: Memory<'_>,
        refused: &mut Vec<Refusal>,
    ) -> Result<Incoming, Refusal> {
        let id = id_of("messageId", self.find(self.it.message_id))?;
        let who = self.who(verb == Some(Verb::Alias))?;
        let unknown = || Refusal::call(Reason::NotACall, "`type` is none of the calls that are known");
        let verb = verb.ok_or_else(unknown)?;
        let kind = match verb {
            Verb::Track => Some(self.track()?),
            Verb::Page | Verb::Screen | Verb::Group => Some(self.catalog().of_call(verb)?),
            Verb::Identify | Verb::Alias => None,
        };
        let layout = memory.layout(self, verb, kind);
        if self.reading.how.only.is_some_and(|only| only.passes_over(&who)) {
            // It may be refused for all that.
            kind.map_or(Ok(()), |kind| self.glance(layout, kind))?;
            let (id, origin) = (Arc::default(), Origin::default());
            return Ok(Incoming { who, arrival, time, id, event: None, changes: Vec::new(), zone: None, origin });
        }
        let id = id.map_or_else(Arc::default, Said::shared);
        let event = kind.map(|kind| self.event(layout, kind, time, &id)).transpose()?;
        let changes = self.changes(layout, refused);
        let zone = self.zone(layout, refused);
        // The id belongs to the event: attributes beside it would make it its own duplicate.
        Ok(Incoming { who, arrival, time, id, event, changes, zone, origin: Origin::default() })
    }

    fn catalog(self) -> &'a Catalog {
        self.reading.how.catalog
    }

    fn find(self, place: Place) -> Option<Json<'a>> {
        self.reading.tree.find(place)
    }

    fn arrival(self) -> Result<Option<Timestamp>, Refusal> {
        if let Some(door) = self.reading.how.door {
            return Ok(Some(door.received));
        }
        let text = self.it.received_at.or_else(|| self.batch?.received_at);
        self.find(text).map(|text| self.moment("receivedAt", text)).transpose()
    }

    fn time(self, arrival: Option<Timestamp>) -> Result<Timestamp, Refusal> {
        if let Some(text) = self.find(self.it.timestamp.or(self.it.original)) {
            let time = self.moment("timestamp", text)?;
            return self.by_our_clock(time);
        }
        if let Some(arrival) = arrival {
            return Ok(arrival);
        }
        match self.find(self.it.sent_at.or_else(|| self.batch?.sent_at)) {
            Some(text) => self.moment("sentAt", text),
            None => Err(Refusal::call(Reason::MissingTime, "neither `timestamp` nor `receivedAt` nor `sentAt`")),
        }
    }

    /// What a device's clock says, by ours: it is as wrong as it is when the device sends.
    fn by_our_clock(self, time: Timestamp) -> Result<Timestamp, Refusal> {
        let Some(door) = self.reading.how.door else { return Ok(time) };
        let Some(sent) = self.find(self.it.sent_at.or_else(|| self.batch?.sent_at)) else { return Ok(time) };
        let sent = self.moment("sentAt", sent)?;
        let ours = moment::valid(time.0.saturating_add(door.received.0.saturating_sub(sent.0)));
        let apart = "`timestamp` is no time any more when it is put right by `sentAt`";
        ours.ok_or_else(|| Refusal::call(Reason::InvalidTime, apart))
    }

    fn moment(self, key: &str, json: Json<'_>) -> Result<Timestamp, Refusal> {
        if let Some(known) = json.moment() {
            return Ok(known);
        }
        let found = json.as_text().and_then(|text| moment::instant(text, self.catalog().zone()));
        found.ok_or_else(|| Refusal::call(Reason::InvalidTime, format!("`{key}` is no time that can be read")))
    }

    fn who(self, is_alias: bool) -> Result<Who, Refusal> {
        let Named { user, anonymous, previous } = self.it.named(self.reading.tree, is_alias)?;
        let known = |said: &Said<'_>| match self.reading.how.joining {
            Some(joining) => !joining.may(&said.text()),
            None => matches!(said, Said::Known(id) if id.alone),
        };
        let alone = [&user, &anonymous, &previous].into_iter().flatten().all(known);
        let id = |said: Option<Said<'_>>| said.map(Said::shared);
        Ok(Who { user: id(user), anonymous: id(anonymous), previous: id(previous), alone })
    }

    fn track(self) -> Result<Id<EventType>, Refusal> {
        match self.find(self.it.event).and_then(Json::as_text) {
            Some(name) => self.catalog().track(name),
            None => Err(Refusal::call(Reason::UnknownEvent, "a track call has the name of an `event`")),
        }
    }

    fn event(
        self,
        layout: &Layout,
        kind: Id<EventType>,
        time: Timestamp,
        id: &Arc<str>,
    ) -> Result<Arc<Event>, Refusal> {
        let fields = self.fields(kind);
        let mut values = Vec::with_capacity(fields.len());
        for (field, place) in fields.iter().zip(&layout.fields) {
            values.push(match self.find(*place) {
                None => absent(kind, field)?,
                Some(json) => self.value(field, json, layout)?,
            });
        }
        let meta = self.meta(layout, &values);
        Ok(Arc::new(Event { kind, id: Arc::clone(id), time, values: values.into(), meta }))
    }

    /// Whether an event can be used; nothing is kept of it.
    fn glance(self, layout: &Layout, kind: Id<EventType>) -> Result<(), Refusal> {
        for (field, place) in self.fields(kind).iter().zip(&layout.fields) {
            match self.find(*place) {
                None => drop(absent(kind, field)?),
                Some(json) if self.catalog().converter().is_text(field, json) => {}
                Some(json) => drop(self.value(field, json, layout)?),
            }
        }
        Ok(())
    }

    fn fields(self, kind: Id<EventType>) -> &'a [Field] {
        self.catalog().program().events.get(kind).map_or(&[][..], |event| &event.fields)
    }

    fn value(self, field: &Field, json: Json<'_>, layout: &Layout) -> Result<Value, Refusal> {
        if matches!(field.ty, Type::Money) {
            self.currency(field, layout)?;
        }
        self.catalog().converter().json(field, json)
    }

    fn currency(self, field: &Field, layout: &Layout) -> Result<(), Refusal> {
        let ours = &self.catalog().program().project.currency;
        match self.find(layout.currency) {
            None => Ok(()),
            Some(theirs) if theirs.as_text().is_some_and(|text| text.eq_ignore_ascii_case(ours)) => Ok(()),
            Some(theirs) => {
                let theirs: String = theirs.as_text().unwrap_or("something else").chars().take(12).collect();
                let detail = format!("`{}` is in {theirs}, the project counts in {ours}", field.wire);
                Err(Refusal::call(Reason::WrongCurrency, detail))
            }
        }
    }

    /// Traits of an identify call, and those that any call may bring in its context.
    fn changes(self, layout: &Layout, refused: &mut Vec<Refusal>) -> Vec<(Id<Field>, Value)> {
        let mut changes = Vec::with_capacity(layout.changes.len());
        for (id, place) in &layout.changes {
            let (Some(field), Some(json)) = (self.catalog().program().fields.get(*id), self.find(*place)) else {
                continue;
            };
            match self.change(field, json) {
                Ok(value) => changes.push((*id, value)),
                Err(refusal) => refused.push(refusal.value()),
            }
        }
        changes
    }

    fn change(self, field: &Field, json: Json<'_>) -> Result<Value, Refusal> {
        if let Some(owner) = &field.owner {
            let detail = format!("`{}` may only be written by `{owner}`", field.wire);
            return Err(Refusal::call(Reason::OwnedField, detail));
        }
        if !json.is_null() {
            return self.catalog().converter().json(field, json);
        }
        if field.optional || matches!(field.ty, Type::Set(_)) {
            return Ok(Value::Missing);
        }
        Err(Refusal::call(Reason::MissingField, format!("`{}` may not be empty", field.wire)))
    }

    fn zone(self, layout: &Layout, refused: &mut Vec<Refusal>) -> Option<Value> {
        let json = self.find(layout.zone)?;
        let field = self.catalog().program().fields.get(self.catalog().program().zone_field?)?;
        let value = self.catalog().converter().json(field, json);
        value
            .map_err(|_| {
                let detail = "`context.timezone` is not a time zone";
                refused.push(Refusal::call(Reason::InvalidValue, detail).value());
            })
            .ok()
    }

    fn meta(self, layout: &Layout, values: &[Value]) -> Option<Box<Meta>> {
        let mut meta: Option<Box<Meta>> = None;
        for (beside, place) in &layout.meta {
            let Some(text) = self.find(*place).and_then(|json| kept(json, values)) else { continue };
            let meta = meta.get_or_insert_default();
            let place = match beside {
                Beside::Utm(number) => meta.utm.get_mut(*number),
                Beside::Page(number) => meta.page.get_mut(*number),
            };
            if let Some(place @ None) = place {
                *place = Some(text);
            }
        }
        meta
    }
}

/// A text that is kept: the one of a field, where that says the same.
fn kept(json: Json<'_>, values: &[Value]) -> Option<Arc<str>> {
    let fits = |text: &str| !text.is_empty() && text.len() <= super::MAX_TEXT_BYTES;
    if let Some(shared) = json.shared() {
        return Some(shared).filter(|text| fits(text)).map(Arc::clone);
    }
    let text = json.as_text().filter(|text| fits(text))?;
    let same =
        |value: &Value| if let Value::Text(said) = value { (**said == *text).then(|| Arc::clone(said)) } else { None };
    Some(values.iter().find_map(same).unwrap_or_else(|| Arc::from(text)))
}
