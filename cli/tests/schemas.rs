//! What is written for machines, held against the schemas that are published for it: SARIF's own, those of
//! `docs/schemas/`, and the grammar of GitHub's workflow commands.
//!
//! Our schemas let unknown keys pass, since a reader shall; here each key that is written has to stand in them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

const SETTINGS: &str = "[project]\nname = \"test\"\nlanguage = 1\ntimezone = \"Europe/Berlin\"\ncurrency = \"EUR\"\n\n\
                        [channels.email]\nkind = \"smtp\"\nurl = \"env:SMTP_URL\"\nfrom = \"Acme <hello@acme.example>\"\n\n\
                        [connectors.crm]\nkind = \"http\"\nurl = \"env:CRM_URL\"\nsecret = \"env:CRM_SECRET\"\n";

/// A schema, ready.
struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    /// A schema of a file of the repository.
    fn new(path: &str, strict: bool) -> Self {
        let mut schema: Value = serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap();
        if strict {
            close(&mut schema);
        }
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("schema.json", schema).unwrap();
        let index = compiler.compile("schema.json", &mut schemas).unwrap_or_else(|error| panic!("{path}: {error:#}"));
        Self { schemas, index }
    }

    fn check(&self, what: &str, text: &str) {
        let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{what}: {error}\n{text}"));
        if let Err(error) = self.schemas.validate(&value, self.index) {
            panic!("{what}: {error:#}");
        }
    }
}

/// No key but those that are named.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("type") == Some(&Value::from("object")) && map.contains_key("properties") {
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            map.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn flow(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.args(words).current_dir(folder).env("NO_COLOR", "1").output().unwrap()
}

fn written(folder: &Path, words: &[&str]) -> String {
    String::from_utf8(flow(folder, words).stdout).unwrap()
}

/// All projects that there are: the examples, the cases of every code, and some with awkward names and texts.
fn projects(scratch: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        ["cdnow", "saas", "shop", "mistakes"].iter().map(|name| root().join("examples").join(name)).collect();
    for entry in fs::read_dir(root().join("tests/language/diagnostics")).unwrap() {
        let path = entry.unwrap().path();
        if path.join("flow.toml").is_file() {
            found.push(path);
        } else if let Some(name) = path.file_name().unwrap().to_str().and_then(|name| name.strip_suffix(".flow")) {
            found.push(project(scratch, name, &[("main.flow", &fs::read(&path).unwrap())]));
        } else if path.is_dir() {
            let name = path.file_name().unwrap().to_str().unwrap();
            let files = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
            let files: Vec<(String, Vec<u8>)> = files
                .map(|path| (path.file_name().unwrap().to_string_lossy().into(), fs::read(path).unwrap()))
                .collect();
            let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
            found.push(project(scratch, name, &files));
        }
    }
    found.push(project(scratch, "empty", &[]));
    found.push(project(scratch, "empty file", &[("a.flow", b"")]));
    found.push(project(
        scratch,
        "größe 100%, a:b",
        &[("säg mént,1:2%.flow", "segment ü { né == \"🚀\" }\r\n".as_bytes())],
    ));
    found.push(project(scratch, "at the end", &[("a.flow", b"segment a {")]));
    found.push(project(scratch, "no text", &[("a.flow", b"\x89PNG\r\n\x1a\n\0\0"), ("b.flow", b"event e\xFF\n")]));
    found.push(project(scratch, "no settings", &[("flow.toml", b""), ("a.flow", b"event e\n")]));
    found
}

fn project(scratch: &Path, name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = scratch.join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("flow.toml"), SETTINGS).unwrap();
    for (path, text) in files {
        fs::write(folder.join(path), text).unwrap();
    }
    folder
}

#[test]
fn findings_keep_to_the_schemas() {
    let scratch = tempfile::tempdir().unwrap();
    let sarif = Schema::new("tests/data/sarif/sarif-schema-2.1.0.json", false);
    let (strict, open) =
        (Schema::new("docs/schemas/check.schema.json", true), Schema::new("docs/schemas/check.schema.json", false));
    let projects = projects(scratch.path());
    assert!(projects.len() > 90, "only {} projects", projects.len());
    for folder in &projects {
        let name = folder.display().to_string();
        strict.check(&name, &written(folder, &["check", "--format", "json", "--report"]));
        let json = written(folder, &["check", "--format", "json"]);
        strict.check(&name, &json);
        open.check(&name, &json);
        sarif.check(&name, &written(folder, &["check", "--format", "sarif"]));
        let commands = written(folder, &["check", "--format", "github"]);
        for line in commands.lines() {
            workflow_command(line).unwrap_or_else(|wrong| panic!("{name}: {wrong}: {line}"));
        }
        // The path from above, as in a repository with several projects.
        let (above, below) = (folder.parent().unwrap(), folder.file_name().unwrap().to_str().unwrap());
        sarif.check(&name, &written(above, &["check", below, "--format", "sarif"]));
        let found: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(found["diagnostics"].as_array().unwrap().len(), commands.lines().count(), "{name}");
    }
}

/// `::error file=a.flow,line=1,…::text`: a command ends at its line, a property at `,` and `:`; `%` begins a code.
fn workflow_command(line: &str) -> Result<(), &'static str> {
    let rest = line.strip_prefix("::").ok_or("no command")?;
    let (head, text) = rest.split_once("::").ok_or("no text")?;
    let (name, properties) = head.split_once(' ').ok_or("no properties")?;
    if !["error", "warning", "notice"].contains(&name) || text.is_empty() {
        return Err("no such command, or no text");
    }
    for property in properties.split(',') {
        let (key, value) = property.split_once('=').ok_or("no value")?;
        let number = ["line", "endLine", "col", "endColumn"].contains(&key);
        if !number && !["file", "title"].contains(&key) {
            return Err("no such property");
        }
        if number && !value.parse::<u32>().is_ok_and(|number| number > 0) || value.contains(':') {
            return Err("no such value");
        }
    }
    let codes = ["25", "0D", "0A", "3A", "2C"];
    match line.split('%').skip(1).all(|rest| codes.iter().any(|code| rest.starts_with(code))) {
        true => Ok(()),
        false => Err("a `%` that is no code"),
    }
}

#[test]
fn pages_keep_to_the_schema() {
    let schema = Schema::new("docs/schemas/explain.schema.json", true);
    let list = written(&root(), &["explain", "--format", "json"]);
    schema.check("the list", &list);
    let list: Value = serde_json::from_str(&list).unwrap();
    let names = |of: &str, key: &str| -> Vec<String> {
        list[of].as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
    };
    let topics = names("topics", "name");
    assert!(topics.len() > 40, "only {} pages", topics.len());
    let reason = ["consent-weaker".to_owned()];
    for word in topics.iter().chain(names("codes", "code").iter().step_by(9)).chain(&reason) {
        schema.check(word, &written(&root(), &["explain", word, "--format", "json"]));
    }
}

#[test]
fn tests_keep_to_the_schema() {
    let scratch = tempfile::tempdir().unwrap();
    let schema = Schema::new("docs/schemas/test.schema.json", true);
    let failing = project(
        scratch.path(),
        "failing",
        &[("a.flow", b"contact { email: email? }\nevent e\nsegment s { did e ever }\n\ntest \"is not\" {\n  contact ana { email \"a@x.example\" }\n  at 2026-03-01T10:00\n  ana does e\n  expect ana not in segment s\n}\n")],
    );
    let empty = project(scratch.path(), "empty", &[]);
    let examples = root().join("examples");
    for folder in [examples.join("shop"), examples.join("saas"), examples.join("cdnow"), failing.clone(), empty] {
        for more in [&[][..], &["--coverage"], &["--vary"]] {
            let words: Vec<&str> = ["test", "--format", "json"].iter().chain(more).copied().collect();
            schema.check(&format!("{} {more:?}", folder.display()), &written(&folder, &words));
        }
    }
    let report: Value = serde_json::from_str(&written(&failing, &["test", "--format", "json"])).unwrap();
    assert!(report["tests"][0]["failure"]["line"].is_number(), "{report}");
}

/// Each line of decisions, of rejects, and the figures at the end.
#[test]
fn runs_keep_to_the_schemas() {
    let scratch = tempfile::tempdir().unwrap();
    let (out, rejects) = (scratch.path().join("out.jsonl"), scratch.path().join("rejects.jsonl"));
    let hostile = scratch.path().join("hostile.jsonl");
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = "x".repeat(2 << 20);
    let lines = [
        deep.as_str(),
        &format!("{{\"type\":\"track\",\"userId\":\"u\",\"event\":\"{long}\"}}"),
        "{\"type\":\"track\",\"userId\":\"u\",\"userId\":\"v\",\"event\":\"Signed Up\",\"timestamp\":\"2026-03-01T10:00:00Z\"}",
        "{\"type\":\"track\",\"userId\":\"a\\u0000b\",\"event\":\"\\u0000\",\"timestamp\":\"2026-03-01T10:00:00Z\"}",
        "{\"type\":\"identify\",\"userId\":1e400,\"timestamp\":\"2026-03-01T10:00:00Z\"}",
        "{\"type\":\"identify\",\"userId\":\"u\",\"timestamp\":99999999999999999999}",
        "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":{\"email\":\"no\"},\"timestamp\":\"2026-03-01T10:00:00Z\"}",
        "{\"type\":\"identify\",\"userId\":\"u\",\"traits\":[[[[]]]],\"timestamp\":\"9999-12-31T23:59:59Z\"}",
        "\u{feff}{}",
        "null",
        "[]",
        "\"\"",
        "{",
        "\0",
        "{\"type\":\"dance\"}",
        "{\"batch\":[{},{},1]}",
        "{\"batch\":{}}",
    ];
    fs::write(&hostile, [lines.join("\n").as_bytes(), b"\n\xFF\xFE\n"].concat()).unwrap();
    let (figures, decision, reject) = (
        Schema::new("docs/schemas/run.schema.json", true),
        Schema::new("docs/schemas/decision.schema.json", true),
        Schema::new("docs/schemas/reject.schema.json", true),
    );
    let mut kinds = std::collections::BTreeSet::new();
    let mut reasons = std::collections::BTreeSet::new();
    for example in ["shop", "saas"] {
        let folder = root().join("examples").join(example);
        let events = folder.join("events.jsonl");
        for events in [&events, &hostile].into_iter().filter(|path| path.exists()) {
            let words =
                ["run", "--format", "json", "--events", events.to_str().unwrap(), "--out", out.to_str().unwrap()];
            let words: Vec<&str> = words.into_iter().chain(["--rejects", rejects.to_str().unwrap()]).collect();
            figures.check(example, &written(&folder, &words));
            for (path, schema, key, seen) in
                [(&out, &decision, "kind", &mut kinds), (&rejects, &reject, "reason", &mut reasons)]
            {
                for line in fs::read_to_string(path).unwrap().lines() {
                    schema.check(example, line);
                    let value: Value = serde_json::from_str(line).unwrap();
                    seen.insert(value[key].as_str().unwrap().to_owned());
                }
            }
        }
    }
    assert!(kinds.len() >= 11, "only decisions of the kinds {kinds:?}");
    assert!(reasons.len() >= 8, "only rejects for {reasons:?}");
}

/// Each change that is told in `tests/language/plans/`.
#[test]
fn plans_keep_to_the_schema() {
    let schema = Schema::new("docs/schemas/plan.schema.json", true);
    let folder = root().join("tests/language/plans");
    let mut codes = std::collections::BTreeSet::new();
    for case in fs::read_dir(&folder).unwrap() {
        let case = case.unwrap().path();
        let text = written(&case, &["plan", "before", "after", "--format", "json"]);
        schema.check(&case.display().to_string(), &text);
        let plan: Value = serde_json::from_str(&text).unwrap();
        codes.extend(plan["changes"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap().to_owned()));
    }
    assert!(codes.len() > 25, "only {codes:?}");
}

#[test]
fn backtests_keep_to_the_schema() {
    let schema = Schema::new("docs/schemas/backtest.schema.json", true);
    let events = root().join("examples/cdnow/sample.csv");
    let words = ["backtest", "examples/cdnow", "examples/cdnow", "--events", events.to_str().unwrap(), "--sort"];
    let more = ["--format", "json", "--label", "won:order_placed within 30 days"];
    schema.check("the same twice", &written(&root(), &words.into_iter().chain(more).collect::<Vec<_>>()));
    let scratch = tempfile::tempdir().unwrap();
    let head = scratch.path().join("cdnow");
    fs::create_dir_all(head.join("templates")).unwrap();
    for folder in ["", "templates"] {
        for entry in fs::read_dir(root().join("examples/cdnow").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if let Ok(text) = fs::read_to_string(&path) {
                let text = text.replace("half-life 60 days", "half-life 30 days");
                let budget = if path.ends_with("flow.toml") { "\n[backtest]\nmax_new_sends = \"0 %\"\n" } else { "" };
                fs::write(head.join(folder).join(path.file_name().unwrap()), text + budget).unwrap();
            }
        }
    }
    let words = ["backtest", "examples/cdnow", head.to_str().unwrap(), "--events", events.to_str().unwrap(), "--sort"];
    let report = written(&root(), &words.into_iter().chain(more).collect::<Vec<_>>());
    schema.check("another score", &report);
    let report: Value = serde_json::from_str(&report).unwrap();
    let none = |key: &str| report[key].as_array().is_none_or(Vec::is_empty);
    assert!(!["changes", "contacts", "scores", "budgets"].into_iter().any(none), "{report}");
}
