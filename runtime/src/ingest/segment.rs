//! Calls in Segment's shape: track, identify, page, screen, group, alias, and batches of them.

use std::sync::Arc;

use flow_graph::program::{Event as EventType, Field};
use flow_graph::{Id, Timestamp, Type, Value};
use flow_machine::Event;
use flow_machine::input::Meta;

use super::catalog::{Catalog, absent};
use super::json::{Document, Json, Kind, Object, Tree};
use super::{Harvest, Incoming, MAX_ID_BYTES, Origin, Reason, Refusal, Who, moment};

/// How calls come in that do not stand in a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door<'a> {
    /// The type of a call that does not say one.
    pub(crate) kind: Option<&'a str>,
    /// When they came in; what they say of it themselves is not believed.
    pub(crate) received: Timestamp,
}

/// Reads one line: a call, or an object with a `batch` of calls.
pub(crate) fn read(catalog: &Catalog, document: &mut Document, line: &str, harvest: &mut Harvest) {
    read_at(catalog, None, document, line, harvest);
}

/// The same, of what came in at a door.
pub(crate) fn read_at(
    catalog: &Catalog,
    door: Option<Door<'_>>,
    document: &mut Document,
    line: &str,
    harvest: &mut Harvest,
) {
    match document.read(line) {
        Ok(tree) => read_tree(catalog, door, tree, harvest),
        Err(refusal) => harvest.refuse(0, refusal),
    }
}

/// The same, of what has been read.
pub(super) fn read_tree(catalog: &Catalog, door: Option<Door<'_>>, tree: Tree<'_>, harvest: &mut Harvest) {
    let root = tree.root();
    let Some(object) = root.as_object() else {
        return harvest.refuse(0, not_a_call(root));
    };
    let envelope = Envelope::of(object);
    let Some(batch) = envelope.batch else {
        return call(Call { catalog, door, it: &envelope, batch: None }, 0, harvest);
    };
    let Some(calls) = batch.members() else {
        return harvest.refuse(0, Refusal::call(Reason::NotACall, "`batch` is not a list"));
    };
    for (member, number) in calls.zip(0..) {
        match member.as_object() {
            Some(inner) => {
                call(Call { catalog, door, it: &Envelope::of(inner), batch: Some(&envelope) }, number, harvest);
            }
            None => harvest.refuse(number, not_a_call(member)),
        }
    }
}

fn not_a_call(json: Json<'_>) -> Refusal {
    Refusal::call(Reason::NotACall, format!("a call is an object, this is {}", json.kind().words()))
}

fn call(call: Call<'_>, number: u32, harvest: &mut Harvest) {
    // What is refused inside a call that is refused as a whole is not worth a line of its own.
    let mut values = Vec::new();
    match call.read(&mut values) {
        Ok(incoming) => {
            harvest.incoming.push((number, incoming));
            values.into_iter().for_each(|refusal| harvest.refuse(number, refusal));
        }
        Err(refusal) => harvest.refuse(number, refusal),
    }
}

/// What stands at the top of a call and is not null.
#[derive(Default)]
struct Envelope<'d> {
    kind: Option<Json<'d>>,
    event: Option<Json<'d>>,
    message_id: Option<Json<'d>>,
    user_id: Option<Json<'d>>,
    anonymous_id: Option<Json<'d>>,
    previous_id: Option<Json<'d>>,
    group_id: Option<Json<'d>>,
    name: Option<Json<'d>>,
    category: Option<Json<'d>>,
    properties: Option<Object<'d>>,
    traits: Option<Object<'d>>,
    context: Option<Object<'d>>,
    timestamp: Option<Json<'d>>,
    original: Option<Json<'d>>,
    received_at: Option<Json<'d>>,
    sent_at: Option<Json<'d>>,
    batch: Option<Json<'d>>,
}

impl<'d> Envelope<'d> {
    fn of(object: Object<'d>) -> Self {
        let mut it = Self::default();
        // Of equal keys the last counts, and where that is null there is nothing.
        for (key, value) in object.entries() {
            let some = (!value.is_null()).then_some(value);
            match key {
                "type" => it.kind = some,
                "event" => it.event = some,
                "messageId" => it.message_id = some,
                "userId" => it.user_id = some,
                "anonymousId" => it.anonymous_id = some,
                "previousId" => it.previous_id = some,
                "groupId" => it.group_id = some,
                "name" => it.name = some,
                "category" => it.category = some,
                "properties" => it.properties = value.as_object(),
                "traits" => it.traits = value.as_object(),
                "context" => it.context = value.as_object(),
                "timestamp" => it.timestamp = some,
                "originalTimestamp" => it.original = some,
                "receivedAt" => it.received_at = some,
                "sentAt" => it.sent_at = some,
                "batch" => it.batch = some,
                _ => {}
            }
        }
        it
    }
}

/// One call that is being read.
#[derive(Clone, Copy)]
struct Call<'a> {
    catalog: &'a Catalog,
    door: Option<Door<'a>>,
    it: &'a Envelope<'a>,
    batch: Option<&'a Envelope<'a>>,
}

impl<'a> Call<'a> {
    fn read(self, refused: &mut Vec<Refusal>) -> Result<Incoming, Refusal> {
        let kind = self.it.kind.and_then(Json::as_text).or_else(|| self.door?.kind);
        let kind = kind.ok_or_else(|| Refusal::call(Reason::NotACall, "a call has a `type`"))?;
        let arrival = self.arrival()?;
        let time = self.time(arrival)?;
        let this = Call { catalog: self.catalog.at(arrival.unwrap_or(time)), ..self };
        this.rest((arrival, time), kind, refused)
    }

    /// What hangs on the names of the program at its arrival.
    fn rest(
        self,
        (arrival, time): (Option<Timestamp>, Timestamp),
        kind: &str,
        refused: &mut Vec<Refusal>,
    ) -> Result<Incoming, Refusal> {
        let id = id_of("messageId", self.it.message_id)?.unwrap_or_else(|| Arc::from(""));
        let who = self.who(kind)?;
        let event = match kind {
            "track" => Some(self.event(self.track()?, kind, time, &id)?),
            "page" | "screen" | "group" => Some(self.event(self.catalog.of_call(kind)?, kind, time, &id)?),
            "identify" | "alias" => None,
            _ => return Err(Refusal::call(Reason::NotACall, "`type` is none of the calls that are known")),
        };
        let changes = self.changes(kind, refused);
        let zone = self.zone(refused);
        // The id belongs to the event: attributes beside it would make it its own duplicate.
        Ok(Incoming { who, arrival, time, id, event, changes, zone, origin: Origin::default() })
    }

    fn arrival(self) -> Result<Option<Timestamp>, Refusal> {
        if let Some(door) = self.door {
            return Ok(Some(door.received));
        }
        let text = self.it.received_at.or_else(|| self.batch?.received_at);
        text.map(|text| self.moment("receivedAt", text)).transpose()
    }

    fn time(self, arrival: Option<Timestamp>) -> Result<Timestamp, Refusal> {
        if let Some(text) = self.it.timestamp.or(self.it.original) {
            let time = self.moment("timestamp", text)?;
            return self.by_our_clock(time);
        }
        if let Some(arrival) = arrival {
            return Ok(arrival);
        }
        match self.it.sent_at.or_else(|| self.batch?.sent_at) {
            Some(text) => self.moment("sentAt", text),
            None => Err(Refusal::call(Reason::MissingTime, "neither `timestamp` nor `receivedAt` nor `sentAt`")),
        }
    }

    /// What a device's clock says, by ours: it is as wrong as it is when the device sends.
    fn by_our_clock(self, time: Timestamp) -> Result<Timestamp, Refusal> {
        let (Some(door), Some(sent)) = (self.door, self.it.sent_at.or_else(|| self.batch?.sent_at)) else {
            return Ok(time);
        };
        let sent = self.moment("sentAt", sent)?;
        let ours = moment::valid(time.0.saturating_add(door.received.0.saturating_sub(sent.0)));
        let apart = "`timestamp` is no time any more when it is put right by `sentAt`";
        ours.ok_or_else(|| Refusal::call(Reason::InvalidTime, apart))
    }

    fn moment(self, key: &str, json: Json<'_>) -> Result<Timestamp, Refusal> {
        if let Some(known) = json.moment() {
            return Ok(known);
        }
        let found = json.as_text().and_then(|text| moment::instant(text, self.catalog.zone()));
        found.ok_or_else(|| Refusal::call(Reason::InvalidTime, format!("`{key}` is no time that can be read")))
    }

    fn who(self, kind: &str) -> Result<Who, Refusal> {
        let who = Who {
            user: id_of("userId", self.it.user_id)?,
            anonymous: id_of("anonymousId", self.it.anonymous_id)?,
            previous: if kind == "alias" { id_of("previousId", self.it.previous_id)? } else { None },
            alone: false,
        };
        let nobody = who.user.is_none() && who.anonymous.is_none();
        if nobody {
            return Err(Refusal::call(Reason::MissingContact, "neither `userId` nor `anonymousId`"));
        }
        if kind == "alias" && (who.user.is_none() || who.previous.is_none()) {
            return Err(Refusal::call(Reason::MissingContact, "an alias has a `previousId` and a `userId`"));
        }
        Ok(who)
    }

    fn track(self) -> Result<Id<EventType>, Refusal> {
        match self.it.event.and_then(Json::as_text) {
            Some(name) => self.catalog.track(name),
            None => Err(Refusal::call(Reason::UnknownEvent, "a track call has the name of an `event`")),
        }
    }

    fn event(self, kind: Id<EventType>, call: &str, time: Timestamp, id: &Arc<str>) -> Result<Arc<Event>, Refusal> {
        let fields = self.catalog.program().events.get(kind).map_or(&[][..], |event| &event.fields);
        let converter = self.catalog.converter();
        let properties = if call == "group" { self.it.traits } else { self.it.properties };
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            let json = properties.and_then(|p| p.get(&field.wire)).or_else(|| self.beside(call, &field.wire));
            let value = match json {
                None => absent(kind, field)?,
                Some(json) => {
                    if field.ty == Type::Money {
                        self.currency(field, properties)?;
                    }
                    converter.json(field, json)?
                }
            };
            values.push(value);
        }
        let meta = self.meta(call, properties, &values);
        Ok(Arc::new(Event { kind, id: Arc::clone(id), time, values: values.into(), meta }))
    }

    /// Where else a page, screen or group call says a thing: beside its properties, or in the context.
    fn beside(self, call: &str, wire: &str) -> Option<Json<'a>> {
        match (call, wire) {
            ("page" | "screen", "name") => self.it.name,
            ("page" | "screen", "category") => self.it.category,
            ("page", "path" | "url" | "title" | "referrer" | "search") => self.context()?.object("page")?.get(wire),
            ("group", "groupId" | "group_id") => self.it.group_id,
            _ => None,
        }
    }

    fn currency(self, field: &Field, properties: Option<Object<'_>>) -> Result<(), Refusal> {
        let ours = &self.catalog.program().project.currency;
        match properties.and_then(|p| p.get("currency")) {
            None => Ok(()),
            Some(theirs) if theirs.as_text().is_some_and(|text| text.eq_ignore_ascii_case(ours)) => Ok(()),
            Some(theirs) => {
                let theirs: String = theirs.as_text().unwrap_or("something else").chars().take(12).collect();
                let detail = format!("`{}` is in {theirs}, the project counts in {ours}", field.wire);
                Err(Refusal::call(Reason::WrongCurrency, detail))
            }
        }
    }

    /// Traits of an identify call, and those that any call may bring in its context. The nearer one wins.
    fn changes(self, kind: &str, refused: &mut Vec<Refusal>) -> Vec<(Id<Field>, Value)> {
        let near = if kind == "identify" { self.it.traits } else { None };
        let far = self.context().and_then(|context| context.object("traits"));
        if near.is_none() && far.is_none() {
            return Vec::new();
        }
        let mut changes = Vec::new();
        for (id, field) in self.catalog.program().fields.enumerate() {
            let json = near.and_then(|n| n.entry(&field.wire)).or_else(|| far.and_then(|f| f.get(&field.wire)));
            match json.map(|json| self.change(field, json)) {
                None => {}
                Some(Ok(value)) => changes.push((id, value)),
                Some(Err(refusal)) => refused.push(refusal.value()),
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
            return self.catalog.converter().json(field, json);
        }
        if field.optional || matches!(field.ty, Type::Set(_)) {
            return Ok(Value::Missing);
        }
        Err(Refusal::call(Reason::MissingField, format!("`{}` may not be empty", field.wire)))
    }

    fn zone(self, refused: &mut Vec<Refusal>) -> Option<Value> {
        let field = self.catalog.program().fields.get(self.catalog.program().zone_field?)?;
        let json = self.context()?.get("timezone")?;
        if field.owner.is_some() {
            return None;
        }
        let value = self.catalog.converter().json(field, json);
        value
            .map_err(|_| {
                let detail = "`context.timezone` is not a time zone";
                refused.push(Refusal::call(Reason::InvalidValue, detail).value());
            })
            .ok()
    }

    fn context(self) -> Option<Object<'a>> {
        self.it.context.or_else(|| self.batch?.context)
    }

    fn meta(self, call: &str, properties: Option<Object<'_>>, values: &[Value]) -> Option<Box<Meta>> {
        let context = self.context();
        let campaign = context.and_then(|context| context.object("campaign"));
        let page = context.and_then(|context| context.object("page"));
        let of_page = properties.filter(|_| call == "page");
        if campaign.is_none() && page.is_none() && of_page.is_none() {
            return None;
        }
        let text = |object: Option<Object<'_>>, key: &str| object?.text(key).and_then(|text| shared(text, values));
        let meta = Meta {
            utm: ["source", "medium", "name", "content", "term"].map(|key| text(campaign, key)),
            page: ["url", "path", "title", "referrer"].map(|key| text(of_page, key).or_else(|| text(page, key))),
        };
        (meta != Meta::default()).then(|| Box::new(meta))
    }
}

/// A text that is kept: the one of a field, where that says the same.
fn shared(text: &str, values: &[Value]) -> Option<Arc<str>> {
    let same =
        |value: &Value| if let Value::Text(said) = value { (**said == *text).then(|| Arc::clone(said)) } else { None };
    let said = values.iter().find_map(same);
    let fits = !text.is_empty() && text.len() <= super::MAX_TEXT_BYTES;
    fits.then(|| said.unwrap_or_else(|| Arc::from(text)))
}

/// An id: a text, or a whole number as its text. Null and empty are none.
fn id_of(key: &str, json: Option<Json<'_>>) -> Result<Option<Arc<str>>, Refusal> {
    let Some(json) = json else { return Ok(None) };
    if let Some(known) = json.known() {
        return Ok(Some(Arc::clone(known)));
    }
    match json.kind() {
        Kind::Text("") => Ok(None),
        Kind::Text(text) if text.len() <= MAX_ID_BYTES => Ok(Some(Arc::from(text))),
        Kind::Int(number) => Ok(Some(Arc::from(number.to_string()))),
        Kind::Text(_) => Err(Refusal::call(Reason::InvalidId, format!("`{key}` is longer than {MAX_ID_BYTES} bytes"))),
        other @ (Kind::Null | Kind::Bool(_) | Kind::Float(_) | Kind::List | Kind::Object) => {
            Err(Refusal::call(Reason::InvalidId, format!("`{key}` is {}", other.words())))
        }
    }
}
