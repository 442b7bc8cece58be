//! What the world looks like: `contact`, `event`, `enum`, and the types of fields.

use super::expr::Literal;
use crate::source::{Name, Span, Spanned};

/// `enum industry { saas, retail, finance }`
#[derive(Debug, Clone, PartialEq)]
pub struct EnumItem {
    /// Its name.
    pub name: Name,
    /// The values, in order.
    pub values: Vec<Name>,
}

/// `contact { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct ContactItem {
    /// The word `contact`.
    pub keyword: Span,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// `event cart_updated as "Cart Updated" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct EventItem {
    /// Its name.
    pub name: Name,
    /// The call or name under which it arrives.
    pub wire: Option<WireName>,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// The wire name of an event: a call (`as page`, `as screen`, `as group`) or a track call's name in quotes.
#[derive(Debug, Clone, PartialEq)]
pub enum WireName {
    /// `as page`
    Call(Name),
    /// `as "Cart Updated"`
    Track(Name),
}

/// One field of the contact or of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The `///` lines before it.
    pub doc: Option<String>,
    /// Its name.
    pub name: Name,
    /// Its type, without `?`.
    pub ty: FieldType,
    /// `?`: may be missing; the span of the question mark.
    pub optional: Option<Span>,
    /// `in 0..100`: allowed values, both ends included.
    pub range: Option<Spanned<(Literal, Literal)>>,
    /// `as "orderId"`: the property or trait under which it arrives; else its own name.
    pub wire: Option<Name>,
    /// `personal`
    pub personal: Option<Span>,
    /// `unique` (events only)
    pub unique: Option<Span>,
    /// `from crm`: the connector that alone may write it (contact only)
    pub owner: Option<Name>,
    /// The whole line.
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldType {
    /// `set of T`
    pub set: bool,
    /// The name of the scalar type or enum.
    pub name: Name,
    /// All of it.
    pub span: Span,
}
