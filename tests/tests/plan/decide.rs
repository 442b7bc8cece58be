//! What a program decides about generated contacts.

use std::sync::Arc;

use flow_graph::Program;
use flow_machine::Engine;
use flow_runtime::driver::{Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Format, Inputs, Read};
use flow_runtime::{Record, Renderer};
use serde_json::Value as Json;

struct All {
    engine: Arc<Engine>,
    said: Vec<String>,
}

impl Observer for All {
    fn decided(&mut self, decided: Decided<'_>) {
        let record = Record::new(self.engine.program(), &decided);
        let mut json = serde_json::to_value(&record).unwrap_or_default();
        bare(&mut json);
        self.said.push(json.to_string());
    }
}

/// Places, texts as written and fingerprints are no decision.
fn bare(json: &mut Json) {
    if let Json::Object(map) = json {
        map.retain(|key, _| {
            !matches!(key.as_str(), "rule" | "file" | "line" | "graph" | "program" | "text" | "at_line")
        });
        map.values_mut().for_each(bare);
    } else if let Json::Array(all) = json {
        all.iter_mut().for_each(bare);
    }
}

/// All decisions about the contacts of some JSON Lines, and half a year after them.
pub(crate) fn decisions(program: &Program, lines: &str) -> Vec<String> {
    let engine = Arc::new(Engine::new(Arc::new(program.clone())).expect("a program that runs"));
    let catalog = Arc::new(Catalog::new(&engine));
    let inputs = Inputs::new(catalog, lines.as_bytes(), "events", 0, &Format::Segment).expect("a format");
    let mut driver = Driver::new(Arc::clone(&engine), Renderer::shared(&engine), Options::default());
    let mut all = All { engine, said: Vec::new() };
    let mut last = flow_graph::Timestamp::FIRST_VALID;
    for read in inputs {
        if let Ok(Read::Incoming(incoming)) = read {
            last = last.max(incoming.arrives());
            driver.feed(&incoming, &mut all);
        }
    }
    driver.run_until(last.plus(180 * 86_400_000), &mut all);
    all.said
}
