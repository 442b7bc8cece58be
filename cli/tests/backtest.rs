//! `flow backtest` from end to end: an example before and after a change, over its events as they are, prepared, and as a
//! pipe; budgets, and the page in a headless Chromium, which `tests/services/install.sh` provides.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn flow(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flow")).args(words).current_dir(root()).env("NO_COLOR", "1").output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// An example with some text replaced, and lines added to its settings.
fn changed(scratch: &Path, example: &str, (from, to): (&str, &str), settings: &str) -> String {
    let folder = scratch.join(example);
    copy(&root().join("examples").join(example), &folder, (from, to));
    let toml = folder.join("flow.toml");
    fs::write(&toml, format!("{}\n{settings}", fs::read_to_string(&toml).unwrap())).unwrap();
    folder.to_str().unwrap().to_owned()
}

fn copy(from: &Path, to: &Path, (old, new): (&str, &str)) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target, (old, new));
        } else if path.extension().is_some_and(|ending| ending == "flow" || ending == "toml") {
            fs::write(target, fs::read_to_string(&path).unwrap().replace(old, new)).unwrap();
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

const CAPS: (&str, &str) = ("email at most 1 per 1 day, 3 per 7 days", "email at most 1 per 3 days, 2 per 7 days");

#[test]
fn events_as_they_are_prepared_and_piped_say_the_same() {
    let scratch = tempfile::tempdir().unwrap();
    let head = changed(scratch.path(), "shop", CAPS, "");
    let log = scratch.path().join("history.flowlog");
    let log = log.to_str().unwrap();
    let prepared = flow(&["import", "--events", "examples/shop/events.jsonl", "--to", log]);
    assert!(prepared.status.success(), "{}", said(&prepared));
    let report = |events: &str, contacts: &str| {
        let words = ["backtest", "examples/shop", &head, "--events", events, "--format", "json"];
        let words: Vec<&str> = words.into_iter().chain(["--contacts", contacts, "--until", "2026-06-30"]).collect();
        let output = flow(&words);
        assert!(output.status.success(), "{}", said(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let lines = report("examples/shop/events.jsonl", "4");
    assert_eq!(lines, report(log, "4"));
    assert!(lines["affected"].as_u64().unwrap() > 0 && !lines["contacts"].as_array().unwrap().is_empty(), "{lines}");
    let (alone, prepared) = (report("examples/shop/events.jsonl", "0"), report(log, "0"));
    assert_eq!(alone, prepared);
    // From a pipe nothing is known beforehand, and it goes by once.
    for events in ["-", "/dev/stdin"] {
        let words =
            ["backtest", "examples/shop", &head, "--events", events, "--format", "json", "--until", "2026-06-30"];
        let piped = Command::new("sh")
            .args(["-c", r#"cat examples/shop/events.jsonl | "$@""#, "sh", env!("CARGO_BIN_EXE_flow")])
            .args(words)
            .current_dir(root())
            .output()
            .unwrap();
        assert_eq!(alone, serde_json::from_slice::<Value>(&piped.stdout).unwrap(), "{}", said(&piped));
    }
    // Half of it as it is, and half prepared: what one file says of who is who holds for the other.
    let text = fs::read_to_string(root().join("examples/shop/events.jsonl")).unwrap();
    let (first, second) = text.split_at(text.match_indices('\n').nth(text.lines().count() / 2).unwrap().0 + 1);
    let part = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();
    let (early, late, half) = (part("early.jsonl"), part("late.jsonl"), part("early.flowlog"));
    fs::write(&early, first).unwrap();
    fs::write(&late, second).unwrap();
    let prepared = flow(&["import", "--events", &early, "--to", &half]);
    assert!(prepared.status.success(), "{}", said(&prepared));
    let parts = |early: &str| {
        let words = ["backtest", "examples/shop", &head, "--events", early, "--events", &late, "--format", "json"];
        let words: Vec<&str> = words.into_iter().chain(["--contacts", "4", "--until", "2026-06-30"]).collect();
        serde_json::from_slice::<Value>(&flow(&words).stdout).unwrap()
    };
    assert_eq!(lines, parts(&early));
    assert_eq!(lines, parts(&half));
    let run = |events: &str| flow(&["run", "examples/shop", "--events", events, "--quiet", "--out", "-"]).stdout;
    assert_eq!(run(log), run("examples/shop/events.jsonl"));
    let broken = fs::read(log).unwrap();
    fs::write(log, &broken[..broken.len() - 9]).unwrap();
    let refused = flow(&["run", "examples/shop", "--events", log]);
    assert!(
        refused.status.code() == Some(2) && said(&refused).contains("was not written to its end"),
        "{}",
        said(&refused)
    );
}

#[test]
fn a_change_that_does_too_much_fails() {
    let scratch = tempfile::tempdir().unwrap();
    let settings = "[backtest]\nmax_affected = \"0.1 %\"\nmax_new_sends = \"50 %\"\nmax_pressure = 40\n";
    let head = changed(scratch.path(), "shop", CAPS, settings);
    let words = ["backtest", "examples/shop", &head, "--events", "examples/shop/events.jsonl", "--until", "2026-06-30"];
    let over = flow(&words);
    assert_eq!(over.status.code(), Some(1), "{}", said(&over));
    let text = said(&over);
    assert!(text.contains("exceeded  contacts treated differently") && text.contains("`max_affected`"), "{text}");
    assert!(text.contains("kept      more messages sent"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let same = flow(&["backtest", &head, &head, "--events", "examples/shop/events.jsonl"]);
    assert!(same.status.success() && said(&same).contains("Both programs mean the same"), "{}", said(&same));
    let label =
        flow(&["backtest", "examples/shop", &head, "--events", "examples/shop/events.jsonl", "--label", "won:ordered"]);
    assert!(label.status.code() == Some(2) && said(&label).contains("no event `ordered`"), "{}", said(&label));
}

#[test]
fn a_browser_reads_the_page() {
    let scratch = tempfile::tempdir().unwrap();
    let head = changed(scratch.path(), "cdnow", ("half-life 60 days", "half-life 30 days"), "");
    let folder = scratch.path().join("page");
    fs::create_dir(&folder).unwrap();
    let page = folder.join("report.html");
    let words = ["backtest", "examples/cdnow", &head, "--events", "examples/cdnow/sample.csv", "--sort"];
    let more = ["--label", "won:order_placed within 60 days", "--html", page.to_str().unwrap()];
    let made = flow(&words.into_iter().chain(more).collect::<Vec<_>>());
    assert!(made.status.success(), "{}", said(&made));
    let text = fs::read_to_string(&page).unwrap();
    for part in ["<svg", "What scores foretold", "polyline", "class=\"story\"", "score.flow:"] {
        assert!(text.contains(part), "no {part}");
    }
    let installed = Command::new("bash").arg(root().join("tests/services/install.sh")).output().unwrap();
    assert!(installed.status.success(), "{}", said(&installed));
    let browser = root().join("cli/tests/site/browser.py");
    let looked = Command::new("python3").arg(browser).arg(&folder).args(["-", "-", "report.html"]).output().unwrap();
    assert!(looked.status.success() && said(&looked).trim().is_empty(), "{}", said(&looked));
}

/// What came to a store is a history, with all that calls said.
#[test]
fn what_a_daemon_has_taken_is_a_history() {
    let scratch = tempfile::tempdir().unwrap();
    let (store, events) = (scratch.path().join("shop.db"), scratch.path().join("events.jsonl"));
    let at = |hours: i64| (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours)).to_string();
    let calls = [
        format!(
            r#"{{"type":"track","event":"Signed Up","userId":"u1","timestamp":"{}","properties":{{"source":"site"}}}}"#,
            at(9)
        ),
        format!(
            r#"{{"type":"identify","userId":"u1","timestamp":"{}","traits":{{"email":"u1@x.example","country":"DE"}}}}"#,
            at(8)
        ),
        format!(r#"{{"type":"page","anonymousId":"a1","timestamp":"{}","properties":{{"path":"/tea"}}}}"#, at(7)),
        format!(
            r#"{{"type":"track","event":"Order Completed","userId":"u1","anonymousId":"a1","messageId":"m1","timestamp":"{}","properties":{{"order_id":"o1","cart_id":"c1","revenue":49.9}}}}"#,
            at(6)
        ),
    ];
    fs::write(&events, calls.join("\n")).unwrap();
    let (store, events) = (store.to_str().unwrap(), events.to_str().unwrap());
    let imported = flow(&["import", "examples/shop", "--events", events, "--store", store]);
    assert!(imported.status.success(), "{}", said(&imported));
    let head = changed(scratch.path(), "shop", CAPS, "");
    let output = flow(&["backtest", store, &head, "--store", store, "--format", "json"]);
    assert!(output.status.success(), "{}", said(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["history"]["inputs"]["after"], &report["history"]["contacts"]["after"]),
        (&4.into(), &1.into())
    );
    let figures = report["changes"].as_array().unwrap().iter().chain(report["unchanged"].as_array().unwrap());
    let count = |item: &str, part: &str| {
        let mut found = figures.clone().filter(|it| it["item"] == item && it["kind"] == "stage");
        found.find(|it| it["part"] == part).map(|it| it["count"]["after"].clone())
    };
    assert_eq!(count("customer", "first_time"), Some(1.into()), "{report}");
    let nothing = flow(&["backtest", store, &head, "--store", scratch.path().join("none.db").to_str().unwrap()]);
    assert!(nothing.status.code() == Some(2) && said(&nothing).contains("none.db"), "{}", said(&nothing));
}
