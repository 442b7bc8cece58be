//! The language server through its protocol, as an editor speaks it.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "language_server/editor.rs"]
mod editor;

use editor::Editor;
use serde_json::json;

#[test]
fn problems_are_told_as_the_text_changes() {
    let mut editor = Editor::start(&json!({}));
    editor.open("main.flow", "segment a { visits > 1 }\n");
    assert_eq!(editor.problems("main.flow"), Vec::<String>::new());
    editor.edit("main.flow", (0, 12), (0, 18), "vists");
    assert_eq!(editor.problems("main.flow"), ["0:12-0:17 F2001"]);
    editor.edit("main.flow", (0, 12), (0, 17), "visits");
    assert_eq!(editor.problems("main.flow"), Vec::<String>::new());
    editor.stop();
}

#[test]
fn a_file_that_is_closed_counts_as_it_lies_on_disk() {
    let mut editor = Editor::start(&json!({}));
    editor.open("world.flow", "enum industry { saas\n");
    assert!(!editor.problems("world.flow").is_empty());
    editor.close("world.flow");
    assert_eq!(editor.problems("world.flow"), Vec::<String>::new());
    editor.stop();
}

#[test]
fn columns_are_counted_as_agreed() {
    let text = "// \u{1F600}\r\nsegment a { first_name == \"\u{1F600}e\u{301}\" and vists > 1 }\r\n";
    for (encodings, place) in [(json!(["utf-16"]), "1:37-1:42"), (json!(["utf-8", "utf-16"]), "1:40-1:45")] {
        let mut editor = Editor::start(&json!({ "general": { "positionEncodings": encodings } }));
        editor.open("main.flow", text);
        assert_eq!(editor.problems("main.flow"), [format!("{place} F2001")]);
        editor.stop();
    }
}

#[test]
fn an_unknown_request_and_a_broken_one_are_answered() {
    let mut editor = Editor::start(&json!({}));
    assert_eq!(editor.ask("textDocument/nothing", json!({})).unwrap_err(), -32601);
    assert_eq!(editor.ask("textDocument/hover", json!({ "position": 3 })).unwrap_err(), -32803);
    let elsewhere = json!({ "textDocument": { "uri": "untitled:1" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(editor.ask("textDocument/hover", elsewhere).expect("an answer"), json!(null));
    editor.stop();
}

#[test]
fn colours_folds_selections_and_links_come_in_places_of_the_protocol() {
    let mut editor = Editor::start(&json!({ "textDocument": { "foldingRange": { "lineFoldingOnly": true } } }));
    let text = "// \u{1F600}\r\nsegment a {\r\n  first_name == \"\u{1F600}\"  // b\r\n}\r\n";
    editor.open("main.flow", text);
    let document = json!({ "uri": editor.uri("main.flow") });
    let question = json!({ "textDocument": document });
    let colours = editor.ask("textDocument/semanticTokens/full", question.clone()).expect("colours");
    // Line and column as steps, length, number of the type, bits: the emoji counts two.
    let comment = [0, 0, 5, 6, 0];
    let rest =
        [[1, 0, 7, 0, 0], [0, 8, 1, 11, 1], [1, 2, 10, 9, 0], [0, 11, 2, 1, 0], [0, 3, 4, 4, 0], [0, 6, 4, 6, 0]];
    assert_eq!(colours["data"], json!([&[comment][..], &rest[..]].concat().concat()));
    let line = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 3 } });
    let part = json!({ "textDocument": document, "range": line });
    let colours = editor.ask("textDocument/semanticTokens/range", part).expect("colours");
    assert_eq!(colours["data"], json!([1, 0, 7, 0, 0]));
    let folds = editor.ask("textDocument/foldingRange", question).expect("folds");
    assert_eq!(folds, json!([{ "startLine": 1, "endLine": 2 }]));
    let inside = json!({ "textDocument": document, "positions": [{ "line": 2, "character": 4 }] });
    let grown = editor.ask("textDocument/selectionRange", inside).expect("selections");
    let end = |range: &serde_json::Value| range["range"]["end"].clone();
    assert_eq!(end(&grown[0]), json!({ "line": 2, "character": 12 }));
    assert_eq!(end(&grown[0]["parent"]), json!({ "line": 2, "character": 20 }));
    let links = json!({ "textDocument": { "uri": editor.uri("world.flow") } });
    let links = editor.ask("textDocument/documentLink", links).expect("links");
    assert_eq!(links[0]["target"], json!(editor.uri("templates/cart.html")));
    editor.stop();
}

#[test]
fn hints_stand_behind_what_they_explain_and_can_be_switched_off() {
    let text =
        "score s {\n  range 0..100\n  half-life 14 days\n  +1 on page_viewed\n}\nlimits { quiet 21:00..08:00 local }\n";
    let everything = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let shown = |options: serde_json::Value| -> Vec<String> {
        let mut editor = Editor::start_with(&json!({}), &options);
        editor.open("main.flow", text);
        let document = json!({ "uri": editor.uri("main.flow") });
        let question = json!({ "textDocument": document, "range": everything });
        let found = editor.ask("textDocument/inlayHint", question).expect("hints");
        editor.stop();
        let hint = |hint: &serde_json::Value| {
            let at = &hint["position"];
            format!("{}:{} {}", at["line"], at["character"], hint["label"].as_str().unwrap_or_default())
        };
        found.as_array().map_or_else(Vec::new, |all| all.iter().map(hint).collect())
    };
    let fades = "2:19 ≈ 5 % a day";
    assert_eq!(shown(json!({})), [fades, "5:33 their zone, else Europe/Berlin"]);
    assert_eq!(shown(json!({ "inlayHints": { "times": false } })), [fades]);
    assert_eq!(shown(json!({ "inlayHints": false })), Vec::<String>::new());
}

#[test]
fn a_layout_comes_as_edits_of_spaces() {
    let mut editor = Editor::start(&json!({}));
    editor.open("main.flow", "segment \u{61} {visits>1}\nsegment b   { visits > 1 }\n");
    let document = json!({ "uri": editor.uri("main.flow") });
    let options = json!({ "tabSize": 8, "insertSpaces": false });
    let question = json!({ "textDocument": document, "options": options });
    let edits = editor.ask("textDocument/formatting", question).expect("edits");
    let second = edits.as_array().and_then(|all| all.last()).expect("edits");
    let range = json!({ "start": { "line": 1, "character": 9 }, "end": { "line": 1, "character": 12 } });
    assert_eq!(*second, json!({ "range": range, "newText": " " }));
    let line = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 2 } });
    let question = json!({ "textDocument": document, "options": options, "range": line });
    let edits = editor.ask("textDocument/rangeFormatting", question).expect("edits");
    let lines = edits
        .as_array()
        .map_or_else(Vec::new, |all| all.iter().map(|edit| edit["range"]["start"]["line"].clone()).collect());
    assert_eq!(lines, [0, 0, 0, 0]);
    let typed =
        json!({ "textDocument": document, "options": options, "ch": "}", "position": { "line": 1, "character": 26 } });
    let edits = editor.ask("textDocument/onTypeFormatting", typed).expect("edits");
    assert_eq!(edits, json!([{ "range": range, "newText": " " }]));
    editor.stop();
}
