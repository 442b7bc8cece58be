//! The extension for VS Code is checked, tested and packaged, as its own scripts say; its snippets are good Flow.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use flow_compiler::diagnostic::Sink;
use flow_compiler::keywords::Group;
use flow_compiler::source::FileId;
use flow_compiler::{format, syntax};
use flow_tests::{files, root, services};
use serde_json::Value;

fn json(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join("editors/vscode").join(path)).unwrap()).unwrap()
}

#[test]
fn it_is_packaged() {
    let (folder, python) = services(env!("CARGO_TARGET_TMPDIR")).unwrap();
    // Below the folder with what it is built with, which Node finds there.
    let copy = folder.join("vscode/extension");
    let _gone = std::fs::remove_dir_all(&copy);
    let source = root().join("editors/vscode");
    for path in files(&source) {
        let to = copy.join(path.strip_prefix(&source).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(path, to).unwrap();
    }
    let path = format!("{}:{}", folder.join("vscode/node_modules/.bin").display(), std::env::var("PATH").unwrap());
    for script in ["test", "package"] {
        let mut command = Command::new("npm");
        command.args(["run", "--silent", script]).current_dir(&copy).env("PATH", &path).env("CI", "true");
        let done = command.output().unwrap();
        let said = [&done.stdout[..], &done.stderr].concat();
        assert!(done.status.success(), "npm run {script}:\n{}", String::from_utf8_lossy(&said));
        assert!(!String::from_utf8_lossy(&said).contains("WARNING"), "{}", String::from_utf8_lossy(&said));
    }
    let mut packed = packed(&copy.join("flowline.vsix"), &python);
    packed.retain(|name| name.starts_with("extension/"));
    let expected = [
        "extension/LICENSE.txt",
        "extension/dist/extension.js",
        "extension/icon.png",
        "extension/language-configuration.json",
        "extension/package.json",
        "extension/pictures/editor.png",
        "extension/readme.md",
        "extension/snippets/flow.json",
        "extension/syntaxes/flow.tmLanguage.json",
    ];
    assert_eq!(packed, expected);
}

/// The names of the files in a package.
fn packed(package: &Path, python: &Path) -> Vec<String> {
    let list = "import sys, zipfile; print('\\n'.join(sorted(zipfile.ZipFile(sys.argv[1]).namelist())))";
    let done = Command::new(python).args(["-c", list]).arg(package).output().unwrap();
    String::from_utf8(done.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// What it names in its manifest is there, and each of its commands can be found.
#[test]
fn its_manifest_names_what_there_is() {
    let manifest = json("package.json");
    let folder = root().join("editors/vscode");
    let named = |pointer: &str| manifest.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    for pointer in [
        "/icon",
        "/contributes/languages/0/configuration",
        "/contributes/grammars/0/path",
        "/contributes/snippets/0/path",
    ] {
        assert!(folder.join(named(pointer)).exists(), "{pointer}: {}", named(pointer));
    }
    assert_eq!(named("/contributes/grammars/0/scopeName"), json("syntaxes/flow.tmLanguage.json")["scopeName"]);
    let source = std::fs::read_to_string(folder.join("src/extension.ts")).unwrap();
    for command in manifest["contributes"]["commands"].as_array().unwrap() {
        let name = command["command"].as_str().unwrap();
        assert!(source.contains(&format!("register(\"{name}\"")), "nothing does {name}");
    }
}

/// A snippet as it is put into the text, with what it offers.
fn filled(body: &str) -> String {
    let mut offers = BTreeMap::new();
    fill(&mut body.chars().peekable(), &mut offers, false)
}

fn fill(
    body: &mut std::iter::Peekable<std::str::Chars<'_>>,
    offers: &mut BTreeMap<u32, String>,
    inside: bool,
) -> String {
    let mut out = String::new();
    while let Some(c) = body.next() {
        match c {
            '\\' => out.extend(body.next()),
            '}' if inside => return out,
            '$' => {
                let braced = body.next_if_eq(&'{').is_some();
                let mut number = 0;
                while let Some(digit) = body.peek().and_then(|c| c.to_digit(10)) {
                    number = number * 10 + digit;
                    body.next();
                }
                if braced {
                    let kind = body.next();
                    let mut offer = fill(body, offers, true);
                    if kind == Some('|') {
                        offer = offer.split(',').next().unwrap().to_owned();
                    }
                    offers.insert(number, offer);
                }
                out.push_str(offers.get(&number).map_or("", String::as_str));
            }
            c => out.push(c),
        }
    }
    out
}

#[test]
fn there_is_a_snippet_for_each_item_and_each_is_good() {
    let snippets = json("snippets/flow.json");
    let snippets: BTreeMap<String, String> = snippets
        .as_object()
        .unwrap()
        .values()
        .map(|snippet| {
            let lines: Vec<_> = snippet["body"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
            (snippet["prefix"].as_str().unwrap().to_owned(), filled(&lines.join("\n")).replace("{  }", "{ }"))
        })
        .collect();
    let missing: Vec<_> = Group::Item.words().iter().filter(|item| !snippets.contains_key(**item)).collect();
    assert!(missing.is_empty(), "no snippet begins {missing:?}");
    for (prefix, text) in snippets {
        let item = Group::Item.words().contains(&prefix.as_str());
        let step = text.replace('\n', "\n  ");
        let text = if item { text } else { format!("sequence s {{\n  enter on e\n\n  {step}\n}}") };
        let mut sink = Sink::default();
        let tree = syntax::parse(FileId(0), &text, &mut sink);
        let found = sink.finish();
        assert!(found.is_empty() && tree.items.len() == 1, "{prefix}:\n{text}\n{found:#?}");
        let formatted = format::format(&text).unwrap().text();
        assert_eq!(formatted.trim_end(), text, "{prefix} is not laid out as `flow fmt` does");
    }
}
