//! How fast the daemon is: from files and over HTTP to what is durable, from an event to what leaves, timers, a start
//! after `kill -9`, a quiet minute, a plan for everybody, and how that compares with one transaction for each event.
//!
//! Words behind `--` choose the parts: `import http latency timers start plan naive`; `FLOW_CONTACTS=N` makes it smaller than
//! the million contacts of the README. The client of `http` and `latency` runs on the same machine and takes its share.

#![allow(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a bench may panic")]

mod client;
mod import;
mod latency;
mod naive;
mod net;
mod plan;
mod start;
mod timers;
mod world;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    if let [child, part, store] = words.as_slice()
        && child == "child"
    {
        return start::child_of(part, store.as_ref());
    }
    let parts: [(&str, fn()); 7] = [
        ("naive", naive::run),
        ("import", import::run),
        ("http", net::run),
        ("latency", latency::run),
        ("timers", timers::run),
        ("start", start::run),
        ("plan", plan::run),
    ];
    for (name, part) in parts {
        if words.is_empty() || words.iter().any(|word| word == name) {
            part();
        }
    }
}
