//! Where in a call that stands which a program wants to know.
//!
//! It hangs on the keys of the call, on how they are nested and on what is null, on its type and its event: not on the
//! other values. So calls of one shape, as prepared logs have them, have it in common.

use flow_graph::Id;
use flow_graph::program::{Event as EventType, Field};

use super::super::json::{Json, Object, Place, Tree};
use super::Call;

/// Of how many shapes layouts are kept: where there are more, nearly each call has its own.
pub(in super::super) const MOST: usize = 4_096;
/// Of how many nodes a shape is that is kept: longer ones are batches, which seldom come again.
pub(in super::super) const LONGEST: usize = 256;

/// The types of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Verb {
    Track,
    Page,
    Screen,
    Group,
    Identify,
    Alias,
}

impl Verb {
    /// By its name on the wire.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "track" => Some(Self::Track),
            "page" => Some(Self::Page),
            "screen" => Some(Self::Screen),
            "group" => Some(Self::Group),
            "identify" => Some(Self::Identify),
            "alias" => Some(Self::Alias),
            _ => None,
        }
    }

    /// Its name on the wire.
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Identify => "identify",
            Self::Alias => "alias",
        }
    }
}

/// What stands at the top of a call and is not null.
#[derive(Debug, Default)]
pub(super) struct Envelope {
    pub(super) kind: Place,
    pub(super) event: Place,
    pub(super) message_id: Place,
    pub(super) user_id: Place,
    pub(super) anonymous_id: Place,
    pub(super) previous_id: Place,
    group_id: Place,
    name: Place,
    category: Place,
    /// An object, as are traits and context.
    properties: Place,
    traits: Place,
    context: Place,
    pub(super) timestamp: Place,
    pub(super) original: Place,
    pub(super) received_at: Place,
    pub(super) sent_at: Place,
    pub(super) batch: Place,
}

impl Envelope {
    pub(super) fn of(object: Object<'_>) -> Self {
        let mut it = Self::default();
        // Of equal keys the last counts, and where that is null there is nothing.
        for (key, value) in object.entries() {
            let some = if value.is_null() { None } else { value.place() };
            let inner = || value.as_object().and_then(|_| value.place());
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
                "properties" => it.properties = inner(),
                "traits" => it.traits = inner(),
                "context" => it.context = inner(),
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

/// Where a call says what is wanted of it.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// By field of the event.
    pub(super) fields: Vec<Place>,
    /// In what money it counts.
    pub(super) currency: Place,
    /// Fields of the contact that it names.
    pub(super) changes: Vec<(Id<Field>, Place)>,
    /// The zone of the device.
    pub(super) zone: Place,
    /// Texts that every event may have. One may stand at two places, of which the first one goes before.
    pub(super) meta: Vec<(Beside, Place)>,
}

/// A text that every event may have: its number among those of its kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Beside {
    Utm(usize),
    Page(usize),
}

/// The layouts of shapes that come again.
#[derive(Debug, Default)]
pub(super) struct Layouts {
    shapes: Vec<Option<Box<Known>>>,
}

/// What is known of a shape.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) envelope: Envelope,
    pub(super) layouts: Kept,
}

/// The layouts of calls of one shape, by what they are. Nearly all calls of a shape are of one event.
pub(super) type Kept = Vec<((Verb, Option<Id<EventType>>), Layout)>;

impl Layouts {
    /// What is known of the shape of a call; nothing where there are too many.
    pub(super) fn of(&mut self, shape: usize, tree: &Tree<'_>) -> Option<&mut Known> {
        if shape >= MOST {
            return None;
        }
        if shape >= self.shapes.len() {
            self.shapes.resize_with(shape + 1, || None);
        }
        let known = self.shapes.get_mut(shape)?;
        if known.is_none() {
            let envelope = Envelope::of(tree.root().as_object()?);
            *known = Some(Box::new(Known { envelope, layouts: Vec::new() }));
        }
        known.as_deref_mut()
    }
}

/// Where layouts are kept while a call is read.
pub(super) struct Memory<'m> {
    /// Those of its shape, if it has one that comes again.
    pub(super) known: Option<&'m mut Kept>,
    /// Else it is filled for each.
    pub(super) scratch: &'m mut Layout,
}

impl<'m> Memory<'m> {
    /// The layout of a call.
    pub(super) fn layout(self, call: Call<'_>, verb: Verb, event: Option<Id<EventType>>) -> &'m Layout {
        let Some(known) = self.known else {
            self.scratch.fill(call, verb, event);
            return self.scratch;
        };
        let what = (verb, event);
        let place = known.iter().position(|(known, _)| *known == what);
        let place = place.unwrap_or_else(|| {
            let mut layout = Layout::default();
            layout.fill(call, verb, event);
            known.push((what, layout));
            known.len() - 1
        });
        known.get(place).map_or(self.scratch, |(_, layout)| layout)
    }
}

impl Layout {
    fn fill(&mut self, call: Call<'_>, verb: Verb, event: Option<Id<EventType>>) {
        let program = call.catalog().program();
        let of = Of { call, verb };
        let fields = event.and_then(|event| program.events.get(event)).map_or(&[][..], |event| &event.fields);
        let properties = of.object(if verb == Verb::Group { call.it.traits } else { call.it.properties });
        let get = |wire: &str| properties.and_then(|p| p.get(wire)).and_then(Json::place);
        self.fields.clear();
        self.fields.extend(fields.iter().map(|field| get(&field.wire).or_else(|| of.beside(&field.wire))));
        self.currency = get("currency");
        self.changes.clear();
        of.changes(&mut self.changes);
        self.zone = of.zone();
        self.meta.clear();
        if event.is_some() {
            of.meta(properties, &mut self.meta);
        }
    }
}

/// The call whose layout is worked out.
#[derive(Clone, Copy)]
struct Of<'a> {
    call: Call<'a>,
    verb: Verb,
}

impl<'a> Of<'a> {
    fn object(self, place: Place) -> Option<Object<'a>> {
        self.call.find(place).and_then(Json::as_object)
    }

    fn context(self) -> Option<Object<'a>> {
        self.object(self.call.it.context.or_else(|| self.call.batch?.context))
    }

    /// Where else a page, screen or group call says a thing: beside its properties, or in the context.
    fn beside(self, wire: &str) -> Place {
        match (self.verb, wire) {
            (Verb::Page | Verb::Screen, "name") => self.call.it.name,
            (Verb::Page | Verb::Screen, "category") => self.call.it.category,
            (Verb::Page, "path" | "url" | "title" | "referrer" | "search") => {
                self.context()?.object("page")?.get(wire)?.place()
            }
            (Verb::Group, "groupId" | "group_id") => self.call.it.group_id,
            _ => None,
        }
    }

    /// Traits of an identify call, and those that any call may bring in its context. The nearer one wins, null too.
    fn changes(self, changes: &mut Vec<(Id<Field>, Place)>) {
        let near = if self.verb == Verb::Identify { self.object(self.call.it.traits) } else { None };
        let far = self.context().and_then(|context| context.object("traits"));
        if near.is_none() && far.is_none() {
            return;
        }
        for (id, field) in self.call.catalog().program().fields.enumerate() {
            let json = near.and_then(|n| n.entry(&field.wire)).or_else(|| far.and_then(|f| f.get(&field.wire)));
            changes.extend(json.map(|json| (id, json.place())));
        }
    }

    /// Where the zone is one that the project takes.
    fn zone(self) -> Place {
        let program = self.call.catalog().program();
        let field = program.fields.get(program.zone_field?).filter(|field| field.owner.is_none());
        field.and_then(|_| self.context()?.get("timezone")?.place())
    }

    fn meta(self, properties: Option<Object<'a>>, meta: &mut Vec<(Beside, Place)>) {
        let context = self.context();
        let campaign = context.and_then(|context| context.object("campaign"));
        let page = context.and_then(|context| context.object("page"));
        let of_page = properties.filter(|_| self.verb == Verb::Page);
        let mut add = |object: Option<Object<'_>>, keys: &[&str], beside: fn(usize) -> Beside| {
            let Some(object) = object else { return };
            let places = keys.iter().map(|key| object.get(key).and_then(Json::place));
            let known = (0..).zip(places).filter(|(_, place)| place.is_some());
            meta.extend(known.map(|(number, place)| (beside(number), place)));
        };
        add(campaign, &["source", "medium", "name", "content", "term"], Beside::Utm);
        for object in [of_page, page] {
            add(object, &["url", "path", "title", "referrer"], Beside::Page);
        }
    }
}
