//! The language server through its protocol, as an editor speaks it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

#[path = "language_server/editor.rs"]
mod editor;
#[path = "language_server/edits.rs"]
mod edits;

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

#[test]
fn lines_above_declarations_run_tests_and_show_pictures() {
    let mut editor = Editor::start(&json!({}));
    editor.open("main.flow", "test \"a\" { }\nsegment b { visits > 1 }\n");
    let uri = editor.uri("main.flow");
    let lenses = editor.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri } })).expect("lines");
    let commands: Vec<_> = lenses.as_array().into_iter().flatten().map(|lens| lens["command"].clone()).collect();
    let at = json!({ "line": 1, "character": 8 });
    let expected = json!([
        { "title": "▶ run test", "command": "flow.runTest", "arguments": [uri, "a"] },
        { "title": "no references", "command": "" },
        { "title": "show graph", "command": "flow.showGraph", "arguments": [uri, at] },
    ]);
    assert_eq!(json!(commands), expected);
    let run = json!({ "command": "flow.runTest", "arguments": [uri, "a"] });
    let ran = editor.ask("workspace/executeCommand", run).expect("an outcome");
    assert_eq!(ran, json!({ "passed": true, "text": "passed  a\n" }));
    for wrong in [json!({ "command": "flow.runTest", "arguments": [uri] }), json!({ "command": "flow.nothing" })] {
        assert_eq!(editor.ask("workspace/executeCommand", wrong).unwrap_err(), -32803);
    }
    let here = json!({ "textDocument": { "uri": uri }, "position": at });
    let drawn = editor.ask("flow/graph", here).expect("a picture");
    assert_eq!(drawn["title"], json!("segment b"));
    assert!(drawn["svg"].as_str().is_some_and(|svg| svg.starts_with("<svg")));
    for (code, title) in
        [("F2001", "# F2001 unknown-name"), ("wait", "# wait"), ("unknown-name", "# F2001 unknown-name")]
    {
        let page = editor.ask("flow/explain", json!({ "code": code })).expect("a page");
        assert!(page["markdown"].as_str().is_some_and(|page| page.starts_with(title)), "{code}");
    }
    assert_eq!(editor.ask("flow/explain", json!({ "code": "F0000" })).expect("an answer"), json!(null));
    editor.stop();
}

#[test]
fn people_of_a_daemon_are_counted_above_declarations() {
    let mut editor = Editor::start(&json!({ "workspace": { "codeLens": { "refreshSupport": true } } }));
    editor.asked("workspace/codeLens/refresh");
    let uri = editor.uri("world.flow");
    let lenses = editor.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri } })).expect("lines");
    let titles: Vec<_> =
        lenses.as_array().into_iter().flatten().filter_map(|lens| lens["command"]["title"].as_str()).collect();
    assert!(titles.contains(&"12 people here"), "{titles:?}");
    editor.stop();
}

#[test]
fn causes_are_followed_over_a_text_that_changes() {
    let mut editor = Editor::start(&json!({}));
    editor.open("main.flow", "sequence a {\n  enter on order_placed\n  send receipt\n}\n");
    let here =
        json!({ "textDocument": { "uri": editor.uri("main.flow") }, "position": { "line": 0, "character": 10 } });
    let items = editor.ask("textDocument/prepareCallHierarchy", here).expect("an item");
    assert_eq!(items[0]["name"], json!("a"));
    editor.edit("main.flow", (0, 0), (0, 0), "// moved down\n");
    let question = json!({ "item": items[0] });
    let incoming = editor.ask("callHierarchy/incomingCalls", question.clone()).expect("causes");
    assert_eq!(incoming[0]["from"]["name"], json!("order_placed"));
    let outgoing = editor.ask("callHierarchy/outgoingCalls", question).expect("effects");
    assert_eq!(outgoing[0]["to"]["detail"], json!("message: sends"));
    assert_eq!(outgoing[0]["fromRanges"][0]["start"], json!({ "line": 3, "character": 7 }));
    editor.stop();
}

/// An answer that speaks of places is never one about a text that is not there any more.
#[test]
fn a_question_that_an_edit_overtook_is_not_answered_from_the_old_text() {
    let mut editor = Editor::start(&json!({}));
    editor.open("main.flow", "segment a { in segment regulars }\n");
    let at = |character| json!({ "textDocument": { "uri": "file:///project/main.flow" }, "position": { "line": 0, "character": character } });
    for round in 0_u32..50 {
        let id = editor.send("textDocument/definition", at(25 + round));
        editor.edit("main.flow", (0, 0), (0, 0), " ");
        let answer = editor.wait(&id);
        // Either it was answered before the edit came, or it was not answered.
        match answer {
            Ok(found) => assert_eq!(found[0]["range"]["start"]["line"], 35, "{found}"),
            Err(code) => assert_eq!(code, -32801),
        }
        let found = editor.ask("textDocument/definition", at(26 + round)).expect("an answer");
        assert_eq!(found[0]["range"]["start"]["line"], 35, "{found}");
    }
    editor.stop();
}

#[test]
fn whole_documents_are_answered_as_they_are_at_last() {
    let mut editor =
        Editor::start(&json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } }));
    editor.open("main.flow", "");
    let question = json!({ "textDocument": { "uri": "file:///project/main.flow" } });
    for round in 0..20 {
        let id = editor.send("textDocument/documentSymbol", question.clone());
        editor.edit("main.flow", (0, 0), (0, 0), &format!("enum e{round} {{ a }}\n"));
        let found = editor.wait(&id).expect("an answer");
        let lines: Vec<_> =
            found.as_array().expect("a list").iter().map(|it| it["range"]["start"]["line"].clone()).collect();
        let expected: Vec<_> = (0..lines.len()).map(|line| json!(line)).collect();
        assert_eq!(lines, expected);
        assert!(lines.len() == round || lines.len() == round + 1, "{} after {round}", lines.len());
    }
    editor.stop();
}

/// Both threads are busy; what waits behind them and is cancelled is never worked on.
#[test]
fn what_is_cancelled_is_not_answered() {
    let mut editor = Editor::start(&json!({}));
    editor.open("main.flow", "test \"slow\" { }\n");
    let uri = editor.uri("main.flow");
    let slow = json!({ "command": "flow.runTest", "arguments": [uri, "slow"] });
    for _ in 0..2 {
        editor.send("workspace/executeCommand", slow.clone());
    }
    let waiting = editor.send("workspace/symbol", json!({ "query": "" }));
    editor.tell("$/cancelRequest", json!({ "id": waiting }));
    editor.tell("$/cancelRequest", json!({ "id": 99_999 }));
    // Answered without a thread, so after the server has heard all of that.
    assert_eq!(editor.ask("textDocument/nothing", json!({})).unwrap_err(), -32601);
    editor.finish_slow_tests();
    assert_eq!(editor.wait(&waiting).unwrap_err(), -32800);
    editor.stop();
}

#[test]
fn what_was_renamed_can_be_said_to_have_moved() {
    let mut editor = Editor::start(&json!({ "workspace": { "workspaceEdit": { "documentChanges": true } } }));
    editor.open("main.flow", "segment old { country == DE }\n");
    let place = json!({ "textDocument": { "uri": "file:///project/main.flow" }, "position": { "line": 0, "character": 9 }, "newName": "fresh" });
    let edit = editor.ask("textDocument/rename", place).expect("an answer");
    assert_eq!(edit["documentChanges"][0]["textDocument"]["version"], 1);
    editor.edit("main.flow", (0, 8), (0, 11), "fresh");
    let range = json!({ "start": { "line": 0, "character": 9 }, "end": { "line": 0, "character": 9 } });
    let question = json!({ "textDocument": { "uri": "file:///project/main.flow" }, "range": range, "context": { "diagnostics": [] } });
    let actions = editor.ask("textDocument/codeAction", question).expect("an answer");
    let titles: Vec<_> =
        actions.as_array().expect("a list").iter().map(|action| action["title"].as_str().unwrap_or("")).collect();
    assert_eq!(titles, ["write `moved segment.old to segment.fresh`, so that people inside stay"]);
    editor.stop();
}
