//! What `flow test --format junit` writes, held against the schema of Jenkins: `junit-10.xsd` of its plugin `xunit`
//! (MIT), which is that of Maven's Surefire with what other tools write. The tables below say what it says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// An element as the schema has it.
struct Element {
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    children: &'static [&'static str],
    /// Whether text may stand in it.
    mixed: bool,
}

const SCHEMA: &[Element] = &[
    Element {
        name: "testsuites",
        required: &[],
        optional: &["name", "time", "tests", "failures", "errors"],
        children: &["testsuite"],
        mixed: false,
    },
    Element {
        name: "testsuite",
        required: &["name", "tests", "failures", "errors"],
        optional: &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
        children: &["testsuite", "properties", "testcase", "system-out", "system-err"],
        mixed: false,
    },
    Element {
        name: "testcase",
        required: &["name"],
        optional: &["time", "classname", "group"],
        children: &[
            "skipped",
            "error",
            "failure",
            "rerunFailure",
            "rerunError",
            "flakyFailure",
            "flakyError",
            "system-out",
            "system-err",
        ],
        mixed: false,
    },
    Element { name: "failure", required: &[], optional: &["type", "message"], children: &[], mixed: true },
];

/// An element that is open, with what was counted in it.
#[derive(Default)]
struct Open {
    name: String,
    attributes: BTreeMap<String, String>,
    tests: usize,
    failures: usize,
    text: String,
}

/// Reads a report, checks it, and gives its test cases: name, and the text of the failure.
fn cases(xml: &str) -> Vec<(String, Option<String>)> {
    let mut reader = Reader::from_str(xml);
    let mut stack: Vec<Open> = Vec::new();
    let mut cases = Vec::new();
    let mut roots = 0;
    loop {
        let outside = stack.is_empty();
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {xml}")) {
            Event::Start(start) => {
                roots += usize::from(outside);
                stack.push(opened(&start, stack.last()));
            }
            Event::Empty(start) => {
                roots += usize::from(outside);
                stack.push(opened(&start, stack.last()));
                closed(&mut stack, &mut cases);
            }
            Event::End(_) => closed(&mut stack, &mut cases),
            Event::Text(text) => written(&mut stack, &text.xml_content(XmlVersion::Explicit1_0).unwrap()),
            Event::GeneralRef(name) => written(&mut stack, &reference(&name.decode().unwrap())),
            Event::Decl(declaration) => assert_eq!(declaration.encoding().unwrap().unwrap().as_ref(), b"UTF-8"),
            Event::Eof => break,
            other @ (Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_)) => panic!("{other:?}"),
        }
    }
    assert!(stack.is_empty() && roots == 1, "{roots} roots: {xml}");
    assert!(xml.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r')), "characters that XML has not");
    cases
}

fn reference(name: &str) -> String {
    let number = |text: &str, base| u32::from_str_radix(text, base).ok().and_then(char::from_u32).map(String::from);
    match name.strip_prefix('#') {
        Some(code) => code.strip_prefix('x').map_or_else(|| number(code, 10), |code| number(code, 16)).unwrap(),
        None => quick_xml::escape::resolve_predefined_entity(name).unwrap().to_owned(),
    }
}

fn written(stack: &mut [Open], text: &str) {
    let open = stack.last_mut();
    let mixed = open.as_ref().is_some_and(|open| element(&open.name).mixed);
    assert!(mixed || text.trim().is_empty(), "text where none may stand: {text}");
    if let Some(open) = open {
        open.text.push_str(text);
    }
}

fn element(name: &str) -> &'static Element {
    SCHEMA.iter().find(|element| element.name == name).unwrap_or_else(|| panic!("the schema has no `{name}` here"))
}

fn opened(start: &BytesStart<'_>, parent: Option<&Open>) -> Open {
    let name = String::from_utf8(start.name().as_ref().to_vec()).unwrap();
    let element = element(&name);
    match parent {
        Some(parent) => assert!(self::element(&parent.name).children.contains(&element.name), "{name} in another"),
        None => assert_eq!(name, "testsuites"),
    }
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let attribute = attribute.unwrap();
        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
        assert!(
            element.required.contains(&key.as_str()) || element.optional.contains(&key.as_str()),
            "`{name}` has no `{key}`"
        );
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned();
        if key == "time" {
            // SUREFIRE_TIME: digits, and a point with digits.
            let (whole, part) = value.split_once('.').unwrap_or((&value, ""));
            assert!(whole.chars().chain(part.chars()).all(|c| c.is_ascii_digit()), "time {value}");
        }
        assert!(attributes.insert(key, value).is_none(), "an attribute twice");
    }
    for required in element.required {
        assert!(attributes.contains_key(*required), "`{name}` without `{required}`");
    }
    Open { name, attributes, ..Open::default() }
}

/// Ends an element; its counts must be those of what stood in it.
fn closed(stack: &mut Vec<Open>, cases: &mut Vec<(String, Option<String>)>) {
    let it = stack.pop().unwrap();
    let counted = |key: &str| it.attributes.get(key).map(|count| count.parse::<usize>().unwrap());
    match it.name.as_str() {
        "failure" => {
            let case = stack.last_mut().unwrap();
            case.failures += 1;
            case.text.push_str(&it.text);
        }
        "testcase" => {
            let failure = (it.failures > 0).then(|| it.text.trim().to_owned());
            cases.push((it.attributes.get("name").unwrap().clone(), failure));
            let suite = stack.last_mut().unwrap();
            suite.tests += 1;
            suite.failures += it.failures;
        }
        _ => {
            let said = (counted("tests"), counted("failures"), counted("errors"));
            assert_eq!(said, (Some(it.tests), Some(it.failures), Some(0)), "{}", it.name);
            if let Some(all) = stack.last_mut() {
                all.tests += it.tests;
                all.failures += it.failures;
            }
        }
    }
}

fn report(project: &Path) -> String {
    let words = ["test", ".", "--format", "junit"];
    let output = Command::new(env!("CARGO_BIN_EXE_flow")).args(words).current_dir(project).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_examples_keep_to_the_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (project, failing) in
        [("examples/shop", 0), ("examples/saas", 0), ("examples/cdnow", 0), ("cli/tests/projects/failing", 1)]
    {
        let cases = cases(&report(&root.join(project)));
        assert!(!cases.is_empty(), "{project} has no tests");
        assert_eq!(cases.iter().filter(|(_, failure)| failure.is_some()).count(), failing, "{project}: {cases:#?}");
    }
}

/// Names with all that XML has a meaning for, or has not at all, come back as they are, or without what it has not.
#[test]
fn names_that_mean_something_in_xml() {
    let scratch = tempfile::tempdir().unwrap();
    let folder: PathBuf = scratch.path().join("a & <b> \"c\" 'd'");
    fs::create_dir(&folder).unwrap();
    let settings = "[project]\nname = \"x\"\nlanguage = 1\ntimezone = \"Europe/Berlin\"\n";
    fs::write(folder.join("flow.toml"), settings).unwrap();
    let test = |name: &str| {
        format!(
            "test \"{name}\" {{\n  contact ana {{ name \"]]> & <!-- \u{1b}[2J -->\" }}\n  expect ana in segment some\n}}\n\n"
        )
    };
    let names = ["<testcase/>", "a && b", "]]>", "größe 🚀 \u{2028}", "one\\ntwo", "it's \\\"quoted\\\""];
    let tests: String = names.iter().map(|name| test(name)).collect();
    let items = "contact { name: text? }\n\nevent seen\n\nsegment some { did seen ever }\n\n";
    fs::write(folder.join("a<b>&.flow"), format!("{items}{tests}{}", test("\u{1b}[2J\u{7}seen"))).unwrap();
    let cases = cases(&report(&folder));
    let found: Vec<&str> = cases.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(found.get(..4), names.get(..4));
    assert_eq!(found.len(), names.len() + 1, "{found:?}");
    assert!(cases.iter().all(|(_, failure)| failure.as_ref().is_some_and(|text| text.contains("expected: "))));
}
