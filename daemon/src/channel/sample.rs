//! Deliveries for tests.

use flow_graph::Timestamp;

use crate::delivery::{Delivery, Message, What};

/// 2026-03-27T10:00:00Z
pub(crate) const AT: Timestamp = Timestamp(1_774_605_600_000);

/// A message under a key.
pub(crate) fn message(key: &str) -> Delivery {
    let message = Message {
        name: "cart_reminder".into(),
        channel: "email".into(),
        topic: "promotions".into(),
        transactional: false,
        to: Some("ana@example.org".into()),
        subject: Some("Your cart is waiting".into()),
        body: "<p>Hello Ana</p>".into(),
        html: true,
        text: None,
    };
    Delivery { key: key.into(), contact: "u-1".into(), at: AT, what: What::Message(message) }
}
