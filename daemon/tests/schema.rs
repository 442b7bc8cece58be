//! The form of a delivery, held against the schema that is published for it.
//!
//! The schema lets unknown keys pass, since a reader shall; here each key that is written has to stand in it.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use boon::{Compiler, Schemas};
use flow_daemon::channel::form::line;
use flow_daemon::delivery::{Delivery, What};
use flow_graph::program::Route;
use serde_json::Value as Json;
use support::{call, message, notice};

/// Each kind of delivery, with all that may be there and with all that may be missing.
fn deliveries() -> Vec<Delivery> {
    let full = message("k", "email", "ana@example.org");
    let mut bare = full.clone();
    if let What::Message(message) = &mut bare.what {
        message.to = None;
        message.subject = None;
        message.text = Some("plain\u{2028}\n\"".into());
    }
    let mut routed = notice("k", "sales");
    if let What::Notice { route, .. } = &mut routed.what {
        *route = Some(Route::Email("sales@acme.example".into()));
    }
    vec![full, bare, call("k", "crm"), notice("k", "sales"), routed]
}

#[test]
fn deliveries_keep_to_the_schema() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas/delivery.schema.json");
    let mut schema: Json = serde_json::from_str(&std::fs::read_to_string(path).expect("the schema")).expect("JSON");
    schema["additionalProperties"] = Json::Bool(false);
    for kind in schema["oneOf"].as_array_mut().expect("kinds") {
        let data = &mut kind["properties"]["data"];
        assert!(data["properties"].is_object());
        data["additionalProperties"] = Json::Bool(false);
    }
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.enable_format_assertions();
    compiler.add_resource("schema.json", schema).expect("a schema");
    let index = compiler.compile("schema.json", &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    for delivery in deliveries() {
        for from in [None, Some("Acme <hello@acme.example>")] {
            let line = line(&delivery, from);
            assert!(!line.contains('\n'), "{line}");
            let value = serde_json::from_str(&line).expect("JSON");
            if let Err(error) = schemas.validate(&value, index) {
                panic!("{error:#}\n{line}");
            }
        }
    }
    let wrong = serde_json::json!({"v": 1, "type": "call", "timestamp": "now", "key": "k", "contact": "u", "data": {}});
    assert!(schemas.validate(&wrong, index).is_err());
}
