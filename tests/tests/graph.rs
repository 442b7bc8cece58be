//! The graph and the canonical form: what must not change them, and what must.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;

use flow_compiler::compile;
use flow_compiler::source::{FileKind, Sources};
use flow_graph::graph::{How, Kind, Node};
use flow_graph::{Canonical, Graph, Program};
use flow_tests::harness::rearrange::rearranged;
use flow_tests::{project, root, texts};
use proptest::prelude::*;
use serde_json::Value as Json;

const EXAMPLES: [&str; 3] = ["shop", "saas", "cdnow"];

fn example(name: &str) -> Sources {
    project(&root().join("examples").join(name))
}

fn compiled(sources: &Sources) -> Option<Program> {
    compile(sources).program
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_files_and_layout_change_nothing(
        order in prop::collection::vec(0_usize..1_000, 40),
        files in 1_usize..6,
    ) {
        for name in EXAMPLES {
            let before = example(name);
            let after = rearranged(&before, &order, files);
            let [before, after] = [&before, &after].map(|sources| {
                let compilation = compile(sources);
                let program = compilation.program.unwrap_or_else(|| panic!("{name}: {:#?}", compilation.diagnostics));
                Canonical::new(&program).to_json()
            });
            prop_assert_eq!(before, after);
        }
    }
}

/// A program without its places, its comments and the words as they were written, with names for numbers where a
/// number may differ without a change of meaning: figures over events.
fn meaning(program: &Program) -> Json {
    let mut json = serde_json::to_value(program).expect("a program is JSON");
    let whole = json.as_object_mut().expect("an object");
    whole.remove("files");
    whole.remove("order");
    for (table, list) in [("behaviours", ""), ("lifecycles", "transitions"), ("sequences", "steps")] {
        for entry in whole.get_mut(table).and_then(Json::as_array_mut).into_iter().flatten() {
            if list.is_empty() {
                entry.as_object_mut().expect("an object").remove("text");
            }
            for part in entry.get_mut(list).and_then(Json::as_array_mut).into_iter().flatten() {
                let part = part.as_object_mut().expect("an object");
                part.remove("text");
                part.remove("ways");
            }
        }
    }
    strip(&mut json);
    json
}

fn strip(json: &mut Json) {
    match json {
        Json::Object(map) => {
            map.retain(|key, value| key != "doc" && !is_location(value));
            map.values_mut().for_each(strip);
        }
        Json::Array(list) => {
            list.retain(|value| !is_location(value));
            list.iter_mut().for_each(strip);
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn is_location(json: &Json) -> bool {
    json.as_object().is_some_and(|map| map.len() == 2 && map.contains_key("file") && map.contains_key("line"))
}

/// The tokens of a text, as byte ranges: words, numbers, texts and signs, without comments.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let rest = &text[at..];
        let length = match bytes[at] {
            b'/' if rest.starts_with("//") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            b'"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            c if c.is_ascii_alphanumeric() || c == b'_' => {
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())
            }
            c if c.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        found.push((at, at + length));
        at += length;
    }
    found
}

/// What may stand instead of a token: nothing, the token twice, another number, another word of the project.
fn replacements(token: &str, words: &[String], seed: usize) -> Vec<String> {
    let mut found = vec![String::new()];
    if let Ok(number) = token.parse::<u64>() {
        found.push((number + 1).to_string());
        found.push((number / 2).to_string());
    } else if let Some(text) = token.strip_prefix('"') {
        found.push(format!("\"x{text}"));
    } else if token.starts_with(|c: char| c.is_ascii_alphabetic()) {
        found.extend((1..4).map(|n| words[(seed * 7 + n * 31) % words.len()].clone()));
    } else if matches!(token, ">" | "<" | "=") {
        found.push(if token == ">" { "<" } else { ">" }.to_owned());
    }
    found
}

#[test]
fn the_form_changes_with_the_meaning_and_only_with_it() {
    let mut compared = 0;
    let mut different = 0;
    for name in EXAMPLES {
        let sources = example(name);
        let before = compiled(&sources).expect("an example compiles");
        let (meant, form) = (meaning(&before), Canonical::new(&before));
        for (id, file) in sources.iter().filter(|(_, file)| file.kind == FileKind::Flow) {
            if file.path.starts_with("tests") {
                continue;
            }
            let found = tokens(&file.text);
            let mut words: Vec<String> = found.iter().map(|&(from, to)| file.text[from..to].to_owned()).collect();
            words.retain(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
            // Every third token, so that it takes seconds and not minutes.
            for (number, &(from, to)) in found.iter().enumerate().filter(|(number, _)| number % 3 == 0) {
                for text in replacements(&file.text[from..to], &words, number) {
                    let mutated = format!("{}{text}{}", &file.text[..from], &file.text[to..]);
                    let mut changed = Sources::default();
                    for (other, file) in sources.iter() {
                        let text = if other == id { mutated.as_str() } else { &*file.text };
                        changed.add(file.path.clone(), file.kind, text);
                    }
                    let Some(after) = compiled(&changed) else { continue };
                    compared += 1;
                    let same = meaning(&after) == meant;
                    different += usize::from(!same);
                    let after = Canonical::new(&after);
                    let at = format!("{name}/{}: {:?} as {text:?}", file.path, &file.text[from..to]);
                    assert_eq!(after.fingerprint == form.fingerprint, same, "{at}");
                    assert_eq!(after == form, same, "{at}");
                }
            }
        }
    }
    assert!(different > 150, "only {different} of {compared} mutations mean something else");
}

#[test]
fn every_kind_of_node_is_there() {
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for name in EXAMPLES {
        let program = compiled(&example(name)).expect("an example compiles");
        let graph = Graph::new(&program);
        for node in graph.nodes() {
            *kinds.entry(node.kind()).or_default() += 1;
            assert_eq!(graph.find(graph.address(node)), Some(node), "each address is one node");
        }
        assert_eq!(graph.cause_loops(), Vec::<Vec<Node>>::new());
        assert!(graph.unreachable().is_empty(), "{name}: {:?}", graph.unreachable());
    }
    let missing: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| !kinds.contains_key(kind)).collect();
    assert!(missing.is_empty(), "no example has {missing:?}");
}

const SMALL: &str = r#"
contact { email: email? personal  plan: text?  tags: set of text }
event signed_up { source: text? }
event upgraded { plan: text }
event nudged
segment trial { (plan ?? "") == "trial" and did signed_up in last 14 days }
topic news { consent opt_in }
message hello { channel email  topic news  subject "Hi {{ event.source | default('you') }}"  body "For {{ contact.plan | default('all') }}" }
message again_please { channel email  topic news  subject "Still there?"  body "Write to us." }
sequence welcome {
  enter on signed_up
  goal upgraded
  send hello
  wait up to 2 days { on clicked(hello) { set tags add "keen" }  timeout { emit nudged } }
  set plan to "trial"
}
sequence nudge { enter on nudged  again after 1 day  wait 1h  send again_please }
"#;

#[test]
fn questions_are_answered() {
    let program = compiled(&texts(&[("main.flow", SMALL)])).expect("it compiles");
    let graph = Graph::new(&program);
    let node = |address: &str| graph.find(address).unwrap_or_else(|| panic!("no {address}"));
    let names = |nodes: &mut dyn Iterator<Item = Node>| nodes.map(|n| graph.address(n).to_owned()).collect::<Vec<_>>();

    let reads = names(&mut graph.reads(node("segment.trial")).into_iter());
    assert_eq!(reads, ["contact.plan", "behaviour.count(signed_up in last 14 days)"]);
    assert_eq!(
        names(&mut graph.reads(node("message.hello")).into_iter()),
        ["contact.plan", "event.signed_up.source", "topic.news", "channel.email"]
    );
    let Node::Field(plan) = node("contact.plan") else { panic!("a field") };
    assert_eq!(names(&mut graph.writers(plan).into_iter()), ["sequence.welcome.step.set plan"]);
    let impact = names(&mut graph.impact(node("event.signed_up")).into_iter());
    for expected in
        ["segment.trial", "sequence.welcome", "message.hello", "event.nudged", "sequence.nudge", "contact.plan"]
    {
        assert!(impact.contains(&expected.to_owned()), "{expected} in {impact:?}");
    }
    assert!(!impact.contains(&"event.upgraded".to_owned()));
    let origins = graph.origins(node("sequence.nudge"));
    assert!(origins.contains(&node("event.signed_up")) && !origins.contains(&node("segment.trial")));
    let clicked = graph.causes(node("event.clicked"));
    let [(step, How::Continues, true)] = clicked.as_slice() else { panic!("{clicked:?}") };
    assert!(graph.address(*step).ends_with("set tags"), "{}", graph.address(*step));
    assert_eq!(graph.unreachable().len(), 0);
}

#[test]
fn a_circle_of_causes_is_found_unless_a_wait_breaks_it() {
    let circle = |wait: &str| {
        let text = format!(
            "contact {{ email: email? personal }}\nevent a\nevent b\n\
             sequence one {{ enter on a  again  {wait}  emit b }}\nsequence two {{ enter on b  again  emit a }}\n"
        );
        let compilation = compile(&texts(&[("main.flow", &text)]));
        compilation.program.map(|program| Graph::new(&program).cause_loops().len())
    };
    assert_eq!(circle("wait 1h"), Some(0));
    // The compiler refuses it: the graph of such a program can only come from outside.
    assert_eq!(circle(""), None);
}
