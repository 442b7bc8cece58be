//! What can happen to a contact.

use std::sync::Arc;

use flow_graph::program::{Event as EventType, Field};
use flow_graph::{Id, Timestamp, Value};
use serde::{Deserialize, Serialize};

use crate::contact::Contact;

/// One input for one contact.
#[derive(Debug, Clone)]
pub enum Input {
    /// Something happened.
    Event(Arc<Event>),
    /// Facts about the contact have changed.
    Attributes(Attributes),
    /// Time has passed: everything due up to now happens. Any other input does that first, too.
    Wake,
    /// Another contact turns out to be the same person.
    Merge(Box<Merge>),
    /// The program has changed: the state has been carried over by [`crate::contact::Contact`]'s adoption.
    Adopted,
}

/// An event of one contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Which.
    pub kind: Id<EventType>,
    /// The message id; empty: it has none and is never a duplicate.
    pub id: Arc<str>,
    /// When it happened; later than the arrival is held at the arrival.
    pub time: Timestamp,
    /// One value for each slot, `Missing` where there is none.
    pub values: Box<[Value]>,
    /// What every event may have beside its fields.
    pub meta: Option<Box<Meta>>,
}

/// What every event may have beside its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// source, medium, campaign, content, term
    pub utm: [Option<Arc<str>>; 5],
    /// url, path, title, referrer
    pub page: [Option<Arc<str>>; 4],
}

/// New values of fields of the contact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attributes {
    /// The message id; empty: none.
    pub id: Arc<str>,
    /// When they became true: per field the newest time wins.
    pub time: Timestamp,
    /// Fields and values; `Missing` clears a field.
    pub changes: Vec<(Id<Field>, Value)>,
}

/// A merge. The contact that is stepped stays; `other` is gone afterwards.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The state of who is merged in.
    pub other: Contact,
    /// The events of both, in the order of arrival with the instant of arrival: behaviours and scores are computed
    /// anew from them, without duplicates.
    pub log: Vec<(Timestamp, Arc<Event>)>,
}
