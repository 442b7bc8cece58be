//! The program itself: it depends on nothing but the meaning of the text, survives being written and read, and a
//! broken one is refused.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;

use flow_compiler::names::Symbol;
use flow_compiler::source::{FileKind, Sources};
use flow_compiler::{Compilation, compile};
use flow_graph::expr::CompareOp;
use flow_graph::program::{Derived, Measure};
use flow_graph::{Expr, Id, Program, Value, VerifyError, verify};
use flow_tests::{files, root};
use serde_json::Value as Json;

const EXAMPLES: [&str; 3] = ["examples/cdnow", "examples/saas", "examples/shop"];

#[test]
fn files_and_items_may_stand_anywhere() {
    for example in EXAMPLES {
        let texts = texts(example);
        let plain = program(&texts);
        let mut turned: Vec<(String, String)> = texts.iter().rev().cloned().collect();
        for (path, text) in &mut turned {
            if path.ends_with(".flow") {
                *text = items(text).into_iter().rev().collect::<Vec<_>>().join("\n\n");
            }
        }
        assert_eq!(without_places(&plain), without_places(&program(&turned)), "{example}");
        let mut joined: Vec<(String, String)> = Vec::new();
        let mut all = String::new();
        for (path, text) in turned {
            if path.ends_with(".flow") { all = format!("{text}\n\n{all}") } else { joined.push((path, text)) }
        }
        joined.push(("all.flow".into(), all));
        assert_eq!(without_places(&plain), without_places(&program(&joined)), "{example} in one file");
    }
}

#[test]
fn written_and_read_it_is_the_same() {
    for example in EXAMPLES {
        let program = program(&texts(example));
        let text = program.to_json().unwrap();
        assert_eq!(Program::from_json(&text).unwrap(), program, "{example}");
        assert_eq!(compile_to_json(example), text, "{example}: two compilations differ");
    }
}

#[test]
fn what_is_written_holds_together() {
    for example in EXAMPLES {
        assert_eq!(verify(&program(&texts(example))), Ok(()), "{example}");
    }
    let world: Vec<(String, String)> =
        texts("tests/scenarios").into_iter().filter(|(path, _)| path == "world.flow" || path == "flow.toml").collect();
    for scenario in texts("tests/scenarios") {
        if scenario.0.ends_with(".flow") && scenario.0 != "world.flow" {
            let name = scenario.0.clone();
            let project: Vec<_> = world.iter().cloned().chain([scenario]).collect();
            assert_eq!(verify(&program(&project)), Ok(()), "{name}");
        }
    }
}

#[test]
fn what_does_not_hold_together_is_refused() {
    let sound = program(&texts("examples/saas"));
    verify(&sound).unwrap();
    let broken = |change: fn(&mut Program)| {
        let mut program = sound.clone();
        change(&mut program);
        assert!(matches!(verify(&program), Err(VerifyError::Broken { .. })));
    };
    broken(|p| p.email_field = Some(Id::new(99)));
    broken(|p| p.order.reverse());
    broken(|p| p.order.truncate(1));
    broken(|p| p.behaviours[Id::new(0)].measure = Measure::Sum(40));
    broken(|p| p.segments[Id::new(0)].condition = Expr::This(0));
    broken(|p| p.segments[Id::new(0)].condition = Expr::Key);
    broken(|p| p.segments[Id::new(0)].condition = Expr::Not(Box::new(Expr::InSegment(Id::new(77)))));
    broken(|p| p.sequences[Id::new(0)].steps[0].next = Some(999));
    broken(|p| p.lifecycles[Id::new(0)].start = 50);
    broken(|p| p.messages[Id::new(0)].topic = Id::new(50));
    let newer = sound.to_json().unwrap().replacen("\"format_version\":1", "\"format_version\":2", 1);
    assert_eq!(Program::from_json(&newer), Err(VerifyError::TooNew(2)));
    assert!(matches!(Program::from_json("{}"), Err(VerifyError::Unreadable(_))));
}

#[test]
fn equal_figures_are_one() {
    let program = one("event order_placed { value: money }\n\
         segment b { count(order_placed where value > 5 EUR in last 7 days) >= 2 }\n\
         segment a { did   order_placed where event.value > 5.00 EUR in last 1 week }\n\
         segment c { time since last order_placed > 30 days }");
    assert_eq!(program.behaviours.len(), 2);
    let behaviour = Id::new(0);
    let count = |op, n| Expr::Compare {
        op,
        left: Box::new(Expr::Behaviour(behaviour)),
        right: Box::new(Expr::Const(Value::Int(n))),
    };
    assert_eq!(program.segments[Id::new(0)].condition, count(CompareOp::GreaterEqual, 1));
    assert_eq!(program.segments[Id::new(1)].condition, count(CompareOp::GreaterEqual, 2));
    assert!(matches!(program.segments[Id::new(2)].condition, Expr::SinceLast { op: CompareOp::Greater, .. }));
}

#[test]
fn what_is_read_comes_first() {
    let program = one("event seen { }\n\
         segment a { score z >= 5 }\n\
         segment b { did seen ever }\n\
         score z { +10 when in segment b }");
    let place = |derived| program.order.iter().position(|d| *d == derived).unwrap();
    let (a, b, z) = (Derived::Segment(Id::new(0)), Derived::Segment(Id::new(1)), Derived::Score(Id::new(0)));
    assert!(place(b) < place(z) && place(z) < place(a));
}

#[test]
fn names_lead_to_their_declarations() {
    let mut sources = settings();
    let text = "enum plan { free, paid }\ncontact { plan: plan? }\nsegment payers { plan == paid }\n";
    sources.add("main.flow", FileKind::Flow, text);
    let references = compile(&sources).references;
    let at = |word: &str| u32::try_from(text.rfind(word).unwrap()).unwrap();
    let (_, symbol) = references.uses.iter().find(|(span, _)| span.start == at("paid }")).unwrap();
    assert!(matches!(symbol, Symbol::Member(_, 0, 1)));
    assert_eq!(sources.slice(references.declared[symbol]), "paid");
    assert!(references.declared[symbol].start < at("contact"));
}

fn one(text: &str) -> Program {
    let mut sources = settings();
    sources.add("main.flow", FileKind::Flow, text);
    sound(compile(&sources))
}

fn settings() -> Sources {
    let mut sources = Sources::default();
    sources.add("flow.toml", FileKind::Settings, flow_compiler::explain::DEFAULT_SETTINGS);
    sources
}

fn program(texts: &[(String, String)]) -> Program {
    let mut sources = Sources::default();
    for (path, text) in texts {
        let kind = match path.rsplit('.').next() {
            Some("flow") => FileKind::Flow,
            Some("toml") => FileKind::Settings,
            _ => FileKind::Template,
        };
        sources.add(path.as_str(), kind, text.as_str());
    }
    sound(compile(&sources))
}

fn sound(compilation: Compilation) -> Program {
    compilation.program.unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics))
}

fn compile_to_json(example: &str) -> String {
    program(&texts(example)).to_json().unwrap()
}

fn texts(example: &str) -> Vec<(String, String)> {
    let folder = root().join(example);
    let mut texts = Vec::new();
    for path in files(&folder) {
        let name = path.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
        if name == "flow.toml" || name.ends_with(".flow") || name.starts_with("templates/") {
            texts.push((name, fs::read_to_string(path).unwrap()));
        }
    }
    texts
}

/// The items of a file, each with the comments before it: one begins at a word in the first column.
fn items(text: &str) -> Vec<String> {
    let mut items: Vec<String> = vec![String::new()];
    let mut before = String::new();
    for line in text.lines() {
        if line.is_empty() || line.starts_with("//") {
            before.push_str(line);
            before.push('\n');
            continue;
        }
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            items.push(String::new());
        }
        if let Some(item) = items.last_mut() {
            item.push_str(&before);
            item.push_str(line);
            item.push('\n');
        }
        before.clear();
    }
    items
}

/// The program without files and lines, which are the only things that may differ.
fn without_places(program: &Program) -> Json {
    fn strip(json: &mut Json) {
        match json {
            Json::Object(fields) => {
                fields.retain(|name, _| !matches!(name.as_str(), "files" | "line" | "file"));
                fields.values_mut().for_each(strip);
            }
            Json::Array(items) => items.iter_mut().for_each(strip),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
    let mut json = serde_json::to_value(program).unwrap();
    strip(&mut json);
    json
}
