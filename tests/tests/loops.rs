//! Loops of causes: the example in the message of each is played, and the machine really goes round until it is cut off.
//! And what is no loop is not called one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::sync::Arc;

use flow_compiler::diagnostic::Code;
use flow_compiler::source::{FileKind, Sources};
use flow_compiler::{compile, compile_unproved};
use flow_machine::Engine;
use flow_runtime::testing::Bench;
use flow_tests::{lines, project, root, texts};

/// A turn is cut off after 1,000 causes; nothing that ends by itself comes near.
const ENDLESS: usize = 200;
const EXAMPLE: &str = "this is how it comes about (`flow test --unproved` plays it):\n";

#[test]
fn the_example_of_each_loop_goes_round() {
    let mut played = 0;
    for entry in std::fs::read_dir(root().join("tests/language/diagnostics")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with(Code::CauseLoop.number()) || !folder.is_dir() {
            continue;
        }
        let sources = with_settings(&folder);
        let found = compile(&sources).diagnostics;
        assert!(found.iter().all(|wrong| wrong.code == Code::CauseLoop), "{name}:\n{}", lines(&sources, &found));
        for wrong in &found {
            let help = wrong.help.as_deref().unwrap_or_default();
            let (_, example) = help.split_once(EXAMPLE).unwrap_or_else(|| panic!("{name}: no example in {help}"));
            let happened = play(&sources, example);
            assert!(happened > ENDLESS, "{name}: only {happened} things happen\n{example}");
            played += 1;
        }
    }
    assert!(played >= 3, "{played} loops were played");
}

#[test]
fn what_ends_by_itself_is_no_loop() {
    let world = "contact { plan: text?, seats: int? in 1..1000 }\nevent x { n: int in 0..9, id: text? }\nevent y { id: text unique }\n\
                 segment trials { plan == \"trial\" }\n";
    let cases = [
        (
            "what is emitted is not what is waited for",
            "sequence a { enter on x where n < 5  again\n emit x { n: 7 } }",
            "ana does x { n 1 }",
        ),
        (
            "the run stays under way",
            "sequence a { enter on x  again\n emit x { n: 7 }\n wait 1 day }",
            "ana does x { n 1 }",
        ),
        (
            "a duplicate is dropped",
            "sequence a { enter on y  again\n emit y { id: event.id } }",
            "ana does y { id \"1\" }",
        ),
        (
            "nobody comes back into the segment",
            "sequence a { enter on entered segment trials  again\n set plan to \"team\" }\n\
             sequence b { enter on left segment trials  again\n set plan to \"solo\" }",
            "ana sets { plan \"trial\" }",
        ),
        ("once is once", "sequence a { enter on x\n emit x { n: 7 } }", "ana does x { n 1 }"),
    ];
    for (what, sequences, does) in cases {
        let sources = texts(&[("main.flow", &format!("{world}{sequences}\n"))]);
        let found = compile(&sources);
        assert!(found.diagnostics.is_empty(), "{what}: {}", lines(&sources, &found.diagnostics));
        let test = format!("test \"t\" {{\n  contact ana {{ }}\n  at 2026-03-02T10:00\n  {does}\n}}\n");
        let happened = play(&sources, &test);
        assert!(happened < ENDLESS, "{what}: {happened} things happen");
    }
}

/// How many things happen in a test that is added to a project.
fn play(sources: &Sources, test: &str) -> usize {
    let mut all = Sources::default();
    for (_, file) in sources.iter() {
        all.add(file.path.clone(), file.kind, file.text.clone());
    }
    all.add("zz_example.flow", FileKind::Flow, test);
    let compiled = compile_unproved(&all);
    let program = compiled.program.unwrap_or_else(|| panic!("{}\n{test}", lines(&all, &compiled.diagnostics)));
    let case = compiled.tests.last().expect("the example is a test");
    let bench = Bench::new(Arc::new(Engine::new(Arc::new(program)).unwrap()));
    bench.play(case).timeline.len()
}

fn with_settings(folder: &std::path::Path) -> Sources {
    let bare = project(folder);
    let files: Vec<(String, Arc<str>)> =
        bare.iter().map(|(_, file)| (file.path.to_string(), file.text.clone())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_ref())).collect();
    texts(&files)
}
