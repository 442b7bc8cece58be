//! Pictures: golden ones of a small project, and what holds for those of every item of every example.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::fs;

use flow_compiler::compile;
use flow_compiler::source::Sources;
use flow_graph::picture::{Picture, dot, mermaid, svg};
use flow_graph::{Graph, Program};
use flow_tests::{project, root, texts};
use proptest::prelude::*;

/// What is golden: the name of the picture, and the item, or all of the project at a depth.
const GOLDEN: [(&str, Option<&str>, u32); 6] = [
    ("overview", None, 1),
    ("everything", None, 3),
    ("welcome", Some("sequence.welcome"), 1),
    ("buyer", Some("lifecycle.buyer"), 1),
    ("lead", Some("score.lead"), 1),
    ("watchers", Some("segment.watchers"), 1),
];

fn program(sources: &Sources) -> Program {
    let compilation = compile(sources);
    compilation.program.unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics))
}

fn picture(program: &Program, item: Option<&str>, depth: u32) -> Picture {
    let graph = Graph::new(program);
    match item {
        None => Picture::overview(program, &graph, depth),
        Some(item) => Picture::item(program, &graph, graph.find(item).expect("an item"), depth),
    }
}

#[test]
fn golden_pictures() {
    let folder = root().join("tests/pictures");
    let text = fs::read_to_string(folder.join("small.flow")).expect("the project");
    let program = program(&texts(&[("small.flow", &text)]));
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    let mut known = vec!["small.flow".to_owned()];
    for (name, item, depth) in GOLDEN {
        let picture = picture(&program, item, depth);
        let forms = [("mmd", mermaid::mermaid(&picture)), ("dot", dot::dot(&picture)), ("svg", svg::svg(&picture))];
        for (ending, drawn) in forms {
            let file = format!("{name}.{ending}");
            let path = folder.join(&file);
            if update {
                fs::write(&path, &drawn).expect("it can be written");
            } else if fs::read_to_string(&path).unwrap_or_default() != drawn {
                wrong.push(file.clone());
            }
            known.push(file);
        }
    }
    assert!(wrong.is_empty(), "run with UPDATE_EXPECT=1 to accept, then look at {wrong:?}");
    let stray: Vec<String> = flow_tests::files(&folder)
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .filter(|file| !known.contains(file))
        .collect();
    assert!(stray.is_empty(), "no picture needs {stray:?}");
}

#[test]
fn every_item_of_every_example_can_be_drawn() {
    let mut drawn = 0;
    for name in ["shop", "saas", "cdnow"] {
        let program = program(&project(&root().join("examples").join(name)));
        let graph = Graph::new(&program);
        let items = graph.nodes().filter(|node| node.item() == *node);
        let items = items.flat_map(|node| [1, 2].map(|depth| Picture::item(&program, &graph, node, depth)));
        for picture in items.chain([1, 2, 3].map(|depth| Picture::overview(&program, &graph, depth))) {
            sound(&picture);
            drawn += 1;
        }
    }
    assert!(drawn > 200, "only {drawn} pictures");
}

/// A document that is well-formed, fetches nothing, and has each box inside it; the same bytes each time.
fn sound(picture: &Picture) {
    let title = &picture.title;
    let document = svg::svg(picture);
    assert_eq!(document, svg::svg(picture), "{title}: the same picture, the same bytes");
    assert!(document.contains("role=\"img\"") && document.contains("<title id=\"title\">"), "{title}: accessible");
    let elsewhere = document.replacen("http://www.w3.org/2000/svg", "", 1);
    for never in ["http", "NaN", "inf\"", "href", "<script", "@import"] {
        assert!(!elsewhere.contains(never), "{title}: `{never}` has no place in a picture");
    }
    let mut open: Vec<&str> = Vec::new();
    for tag in document.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("each tag ends");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name), "{title}: tags match"),
            (false, true) => {}
            (false, false) => open.push(name),
        }
        assert!(!text.contains('>') || open.last() == Some(&"style"), "{title}: {text}");
    }
    assert!(open.is_empty(), "{title}: {open:?} stay open");
    let lines = mermaid::mermaid(picture);
    assert_eq!(lines.lines().filter(|line| line.contains(":::")).count(), picture.boxes.len(), "{title}");
    let lines = dot::dot(picture);
    assert_eq!(lines.lines().filter(|line| line.contains("fillcolor")).count(), picture.boxes.len(), "{title}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any graph of sequences that enroll in one another, in circles too, can be laid out.
    #[test]
    fn any_shape_can_be_laid_out(ways in prop::collection::vec((0_usize..9, 0_usize..9), 0..40)) {
        let mut text = String::from("contact { email: email? personal }\nevent begun\n");
        for from in 0..9 {
            text += &format!("sequence s{from} {{\n  enter on begun\n  again\n  wait 1h\n");
            for (_, to) in ways.iter().filter(|(of, _)| *of == from) {
                text += &format!("  enroll in s{to}\n");
            }
            text += "}\n";
        }
        let program = program(&texts(&[("main.flow", &text)]));
        let graph = Graph::new(&program);
        for depth in [1, 3] {
            sound(&Picture::overview(&program, &graph, depth));
        }
        for node in graph.nodes().filter(|node| node.item() == *node) {
            sound(&Picture::item(&program, &graph, node, 3));
        }
    }
}
