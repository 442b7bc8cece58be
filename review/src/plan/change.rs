//! One change, as data.

use serde::Serialize;

use super::code::{Aspect, Code};
use crate::place::Place;

/// One change of one item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Why it counts as one.
    pub code: Code,
    /// What it touches.
    pub aspect: Aspect,
    /// The address of the item: as it is now, or as it was where it is gone.
    pub item: String,
    /// Which part of it, as the language writes it; none for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// What is different, in one English sentence without its end.
    pub says: String,
    /// As it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Said>,
    /// As it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Said>,
    /// Who is treated differently.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Witness>,
    /// Somebody has to approve of it.
    pub needs_approval: bool,
    /// Addresses of the items that may be different because of it, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affects: Vec<String>,
}

/// Something in the words of the language, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// The words; may have several lines.
    pub text: String,
    /// The line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
}

/// Somebody who is treated differently: values with which only one of two conditions holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Witness {
    /// In one English sentence without its end: "a contact with country SE now matches".
    pub says: String,
    /// Whether the condition holds now; else it held before.
    pub now: bool,
    /// Each value in the words of the language, by what it is a value of.
    pub values: Vec<(String, String)>,
    /// A contact like this exists for certain; else its values are possible one by one.
    pub certain: bool,
    /// What to say of how far it is proved, behind the sentence; nothing where it is.
    #[serde(skip)]
    pub reserve: &'static str,
    /// A test that shows it, in the words of the language; whether it passes is not tried yet.
    #[serde(skip)]
    pub test: Option<String>,
}
