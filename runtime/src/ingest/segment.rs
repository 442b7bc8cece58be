//! Calls in Segment's shape: track, identify, page, screen, group, alias, and batches of them.

use std::sync::Arc;

use flow_graph::program::{Event as EventType, Field};
use flow_graph::{Id, Timestamp, Type, Value};
use flow_machine::Event;
use flow_machine::input::Meta;

use super::catalog::{Catalog, absent};
use super::json::{self, Json, Object};
use super::{Harvest, Incoming, MAX_ID_BYTES, Origin, Reason, Refusal, Who, moment};

/// Reads one line: a call, or an object with a `batch` of calls.
pub(crate) fn read(catalog: &Catalog, line: &str, harvest: &mut Harvest) {
    let tree = match json::parse(line) {
        Ok(tree) => tree,
        Err(refusal) => return harvest.refusals.push(refusal),
    };
    let Some(object) = tree.as_object() else {
        let detail = format!("a call is an object, this is {}", tree.kind());
        return harvest.refusals.push(Refusal::call(Reason::NotACall, detail));
    };
    let Some(batch) = object.get("batch") else {
        return call(catalog, object, None, harvest);
    };
    let Json::List(calls) = batch else {
        return harvest.refusals.push(Refusal::call(Reason::NotACall, "`batch` is not a list"));
    };
    for member in calls {
        match member.as_object() {
            Some(inner) => call(catalog, inner, Some(object), harvest),
            None => {
                let detail = format!("a call is an object, this is {}", member.kind());
                harvest.refusals.push(Refusal::call(Reason::NotACall, detail));
            }
        }
    }
}

fn call(catalog: &Catalog, object: &Object<'_>, batch: Option<&Object<'_>>, harvest: &mut Harvest) {
    let reader = Call { catalog, object, batch };
    // What is refused inside a call that is refused as a whole is not worth a line of its own.
    let mut values = Vec::new();
    match reader.read(&mut values) {
        Ok(incoming) => {
            harvest.incoming.push(incoming);
            harvest.refusals.append(&mut values);
        }
        Err(refusal) => harvest.refusals.push(refusal),
    }
}

/// One call that is being read.
#[derive(Clone, Copy)]
struct Call<'a, 'j> {
    catalog: &'a Catalog,
    object: &'a Object<'j>,
    batch: Option<&'a Object<'j>>,
}

impl<'a, 'j> Call<'a, 'j> {
    fn read(self, refused: &mut Vec<Refusal>) -> Result<Incoming, Refusal> {
        let kind = match self.object.get("type") {
            Some(Json::Text(kind)) => kind.as_ref(),
            Some(_) | None => return Err(Refusal::call(Reason::NotACall, "a call has a `type`")),
        };
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
        let id = id_of(self.object, "messageId")?.unwrap_or_else(|| Arc::from(""));
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
        let text = self.object.get("receivedAt").or_else(|| self.batch?.get("receivedAt"));
        text.map(|text| self.moment("receivedAt", text)).transpose()
    }

    fn time(self, arrival: Option<Timestamp>) -> Result<Timestamp, Refusal> {
        if let Some(text) = self.object.get("timestamp") {
            return self.moment("timestamp", text);
        }
        if let Some(arrival) = arrival {
            return Ok(arrival);
        }
        match self.object.get("sentAt").or_else(|| self.batch?.get("sentAt")) {
            Some(text) => self.moment("sentAt", text),
            None => Err(Refusal::call(Reason::MissingTime, "neither `timestamp` nor `receivedAt` nor `sentAt`")),
        }
    }

    fn moment(self, key: &str, json: &Json<'_>) -> Result<Timestamp, Refusal> {
        let found = json.as_text().and_then(|text| moment::instant(text, self.catalog.zone()));
        found.ok_or_else(|| Refusal::call(Reason::InvalidTime, format!("`{key}` is no time that can be read")))
    }

    fn who(self, kind: &str) -> Result<Who, Refusal> {
        let who = Who {
            user: id_of(self.object, "userId")?,
            anonymous: id_of(self.object, "anonymousId")?,
            previous: if kind == "alias" { id_of(self.object, "previousId")? } else { None },
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
        match self.object.text("event") {
            Some(name) => self.catalog.track(name),
            None => Err(Refusal::call(Reason::UnknownEvent, "a track call has the name of an `event`")),
        }
    }

    fn event(self, kind: Id<EventType>, call: &str, time: Timestamp, id: &Arc<str>) -> Result<Arc<Event>, Refusal> {
        let fields = self.catalog.program().events.get(kind).map_or(&[][..], |event| &event.fields);
        let converter = self.catalog.converter();
        let properties = self.object.object(if call == "group" { "traits" } else { "properties" });
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
        let meta = self.meta(call, properties);
        Ok(Arc::new(Event { kind, id: Arc::clone(id), time, values: values.into(), meta }))
    }

    /// Where else a page, screen or group call says a thing: beside its properties, or in the context.
    fn beside(self, call: &str, wire: &str) -> Option<&'a Json<'j>> {
        match (call, wire) {
            ("page" | "screen", "name" | "category") => self.object.get(wire),
            ("page", "path" | "url" | "title" | "referrer" | "search") => self.context()?.object("page")?.get(wire),
            ("group", "groupId" | "group_id") => self.object.get("groupId"),
            _ => None,
        }
    }

    fn currency(self, field: &Field, properties: Option<&Object<'_>>) -> Result<(), Refusal> {
        let ours = &self.catalog.program().project.currency;
        match properties.and_then(|p| p.get("currency")) {
            None => Ok(()),
            Some(Json::Text(theirs)) if theirs.eq_ignore_ascii_case(ours) => Ok(()),
            Some(theirs) => {
                let theirs: String = theirs.as_text().unwrap_or("something else").chars().take(12).collect();
                let detail = format!("`{}` is in {theirs}, the project counts in {ours}", field.wire);
                Err(Refusal::call(Reason::WrongCurrency, detail))
            }
        }
    }

    /// Traits of an identify call, and those that any call may bring in its context. The nearer one wins.
    fn changes(self, kind: &str, refused: &mut Vec<Refusal>) -> Vec<(Id<Field>, Value)> {
        let near = if kind == "identify" { self.object.object("traits") } else { None };
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

    fn change(self, field: &Field, json: &Json<'_>) -> Result<Value, Refusal> {
        if let Some(owner) = &field.owner {
            let detail = format!("`{}` may only be written by `{owner}`", field.wire);
            return Err(Refusal::call(Reason::OwnedField, detail));
        }
        match json {
            Json::Null if field.optional || matches!(field.ty, Type::Set(_)) => Ok(Value::Missing),
            Json::Null => Err(Refusal::call(Reason::MissingField, format!("`{}` may not be empty", field.wire))),
            Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => {
                self.catalog.converter().json(field, json)
            }
        }
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

    fn context(self) -> Option<&'a Object<'j>> {
        self.object.object("context").or_else(|| self.batch?.object("context"))
    }

    fn meta(self, call: &str, properties: Option<&Object<'_>>) -> Option<Box<Meta>> {
        let context = self.context();
        let campaign = context.and_then(|context| context.object("campaign"));
        let page = context.and_then(|context| context.object("page"));
        let of_page = properties.filter(|_| call == "page");
        let text = |object: Option<&Object<'_>>, key: &str| object?.text(key).and_then(shared);
        let meta = Meta {
            utm: ["source", "medium", "name", "content", "term"].map(|key| text(campaign, key)),
            page: ["url", "path", "title", "referrer"].map(|key| text(of_page, key).or_else(|| text(page, key))),
        };
        (meta != Meta::default()).then(|| Box::new(meta))
    }
}

fn shared(text: &str) -> Option<Arc<str>> {
    (!text.is_empty() && text.len() <= super::MAX_TEXT_BYTES).then(|| Arc::from(text))
}

/// An id: a text, or a whole number as its text. Null and empty are none.
fn id_of(object: &Object<'_>, key: &str) -> Result<Option<Arc<str>>, Refusal> {
    match object.get(key) {
        None => Ok(None),
        Some(Json::Text(text)) if text.is_empty() => Ok(None),
        Some(Json::Text(text)) if text.len() <= MAX_ID_BYTES => Ok(Some(Arc::from(text.as_ref()))),
        Some(Json::Int(number)) => Ok(Some(Arc::from(number.to_string()))),
        Some(Json::Text(_)) => {
            Err(Refusal::call(Reason::InvalidId, format!("`{key}` is longer than {MAX_ID_BYTES} bytes")))
        }
        Some(other) => Err(Refusal::call(Reason::InvalidId, format!("`{key}` is {}", other.kind()))),
    }
}
