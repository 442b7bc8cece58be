//! Thousands of edits through the protocol, in several files, of any kind: then the server knows of the project exactly what one
//! knows that never saw it otherwise. `FLOW_EDITS=100000` makes more of them.

use std::collections::BTreeMap;

use crate::editor::Editor;
use flow_compiler::source::Sources;
use serde_json::{Value, json};

/// What is written in: whole clauses, halves of them, signs, letters of several bytes, ends of lines of each kind.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "//",
    "///",
    ".",
    ",",
    ":",
    "->",
    "==",
    "and ",
    "or ",
    "not ",
    "segment x { }",
    "segment ",
    "score lead ",
    "send cart_reminder\n",
    "wait 1 day\n",
    "wait 1",
    "9",
    "é",
    "e\u{301}",
    "\u{1F600}",
    "in segment regulars",
    "where ",
    "on cart_updated",
    "event seen { path: text }\n",
    "{{ contact.first_name }}",
    "{% if ",
    "%}",
    "visits > 3",
    "country",
    "\u{FEFF}",
    "\0",
    "\t",
    "test \"x\" {",
    "moved segment.a to segment.b\n",
    "#",
    "“",
    "'",
];

#[test]
fn after_many_edits_the_server_knows_what_a_new_one_knows() {
    let edits = std::env::var("FLOW_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let before = flow_tests::project(&flow_tests::root().join("tests/editor/world"));
    let mut editor = Editor::with(before.clone(), &json!({}));
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for (_, file) in before.iter() {
        texts.insert(file.path.to_string(), file.text.to_string());
        editor.open(&file.path, &file.text);
    }
    let paths: Vec<String> = texts.keys().cloned().collect();
    let mut told = 0;
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    for number in 0..edits {
        // Most people write in one file most of the time.
        let path = if chance.below(4) > 0 { "world.flow" } else { &paths[chance.below(paths.len())] };
        let text = texts.get_mut(path).expect("a file");
        if number % 250 == 249 {
            // Somebody takes all of it back.
            let whole = before.get(before.find(path).expect("a file")).expect("a file").text.to_string();
            editor.edit(path, (0, 0), place(text, text.len()), &whole);
            *text = whole;
            continue;
        }
        let from = chance.boundary(text, text.len());
        let length = if chance.below(3) == 0 { chance.below(12) } else { 0 };
        let to = boundary(text, (from + length).min(text.len()));
        let piece = if chance.below(5) == 0 { "" } else { PIECES[chance.below(PIECES.len())] };
        editor.edit(path, place(text, from), place(text, to), piece);
        text.replace_range(from..to, piece);
        if number % 400 == 399 {
            told += compare(&mut editor, &before, &texts, number);
        }
    }
    told += compare(&mut editor, &before, &texts, edits);
    assert!(told > 20, "only {told} problems were ever compared");
    editor.stop();
}

/// What the server says of all files against what a new one says.
fn compare(editor: &mut Editor, before: &Sources, texts: &BTreeMap<String, String>, number: usize) -> usize {
    let mut now = Sources::default();
    for (_, file) in before.iter() {
        now.add(file.path.clone(), file.kind, texts[&*file.path].as_str());
    }
    let mut fresh = Editor::with(now, &json!({}));
    let (one, other) = (problems(editor), problems(&mut fresh));
    fresh.stop();
    assert_eq!(one, other, "after {number} edits");
    one.values().filter_map(Value::as_array).map(Vec::len).sum()
}

fn problems(editor: &mut Editor) -> BTreeMap<String, Value> {
    let report = editor.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).expect("an answer");
    let items = report["items"].as_array().expect("a list");
    items.iter().map(|item| (item["uri"].as_str().unwrap_or("").to_owned(), item["items"].clone())).collect()
}

/// Line and column in UTF-16 of a byte offset, counted slowly and obviously.
fn place(text: &str, offset: usize) -> (u32, u32) {
    let (mut line, mut column) = (0, 0);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == '\n' && before == '\r' {
            // The second half of an end of line: what stands behind the first half is on the next line already.
            before = c;
            if at < offset {
                continue;
            }
        }
        if at >= offset {
            break;
        }
        if c == '\n' || c == '\r' {
            (line, column) = (line + 1, 0);
        } else {
            column += u32::try_from(c.len_utf16()).expect("at most two");
        }
        before = c;
    }
    (line, column)
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) || at > 0 && text[..at].ends_with('\r') && text[at..].starts_with('\n') {
        at -= 1;
    }
    at
}

/// Chance that is the same each time (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).expect("small")).expect("small")
    }

    fn boundary(&mut self, text: &str, end: usize) -> usize {
        boundary(text, self.below(end + 1))
    }
}
