//! What is known of a contact and what follows from it without a will: attributes, behaviours, scores, segments.

use flow_graph::Value;
use serde::{Deserialize, Serialize};

use crate::engine::Engine;

/// Attributes, behaviours, scores, segments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The values of the contact's fields, by slot.
    pub fields: Vec<Value>,
}

impl Facts {
    /// Nothing known.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self { fields: vec![Value::Missing; engine.program().fields.len()] }
    }
}
