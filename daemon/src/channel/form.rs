//! The JSON form of a delivery: a line of a file, the body of a request. `docs/delivery.md` documents it.

use flow_graph::Timestamp;
use flow_graph::program::Route;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::delivery::{Delivery, What};

/// Version of the form. Within a version keys may be added, never removed or given another meaning.
pub const FORM_VERSION: u32 = 1;

#[derive(Serialize)]
struct Form<'a> {
    v: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    key: &'a str,
    contact: &'a str,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Message {
        name: &'a str,
        channel: &'a str,
        topic: &'a str,
        transactional: bool,
        from: Option<&'a str>,
        to: Option<&'a str>,
        subject: Option<&'a str>,
        body: &'a str,
        html: bool,
        text: Option<&'a str>,
    },
    Call {
        connector: &'a str,
        action: &'a str,
        arguments: &'a Map<String, Json>,
    },
    Notice {
        team: &'a str,
        from: Option<&'a str>,
        to: Option<&'a str>,
        text: &'a str,
    },
}

/// A delivery as one line of JSON, without a line break; the same bytes for each try. `from` is the sender of the
/// channel.
#[must_use]
pub fn line(delivery: &Delivery, from: Option<&str>) -> String {
    let (kind, data) = match &delivery.what {
        What::Message(message) => (
            "message",
            Data::Message {
                name: &message.name,
                channel: &message.channel,
                topic: &message.topic,
                transactional: message.transactional,
                from,
                to: message.to.as_deref(),
                subject: message.subject.as_deref(),
                body: &message.body,
                html: message.html,
                text: message.text.as_deref(),
            },
        ),
        What::Call { connector, action, arguments } => ("call", Data::Call { connector, action, arguments }),
        What::Notice { team, text, route } => {
            let to = match route {
                Some(Route::Email(address)) => Some(address.as_str()),
                Some(Route::Webhook(_)) | None => None,
            };
            ("notice", Data::Notice { team, from, to, text })
        }
    };
    let form = Form {
        v: FORM_VERSION,
        kind,
        timestamp: Timestamp::to_string(&delivery.at),
        key: &delivery.key,
        contact: &delivery.contact,
        data,
    };
    // Texts, numbers and maps of texts: nothing here that JSON cannot hold.
    serde_json::to_string(&form).unwrap_or_default()
}
