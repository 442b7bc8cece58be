//! Every text of the language that there is in the repository.

use flow_tests::{blocks, files, root};

/// A text and where it is from.
pub(crate) struct Text {
    pub(crate) from: String,
    pub(crate) text: String,
}

/// Examples, cases of tests, blocks of documents and pages, findings of the fuzzer.
pub(crate) fn all() -> Vec<Text> {
    let mut found = Vec::new();
    for folder in ["examples", "tests", "benches", "cli/tests", "compiler/explain", "grammar", "fuzz/corpus/parse"] {
        for path in files(&root().join(folder)) {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("flow") => found.push(Text { from: name, text }),
                Some("md") => {
                    let flow = blocks(&text).into_iter().filter(|(words, ..)| words.split(' ').next() == Some("flow"));
                    found.extend(flow.map(|(_, line, text)| Text { from: format!("{name}:{line}"), text }));
                }
                // Behind a line `@@ NAME` stands another file of the project.
                _ if folder.starts_with("fuzz") => {
                    let end = text.find("\n@@ ").map_or(text.len(), |at| at + 1);
                    found.push(Text { from: name, text: text[..end].to_owned() });
                }
                _ => {}
            }
        }
    }
    found
}

/// The files of the examples.
pub(crate) fn examples() -> Vec<Text> {
    let example = |text: &Text| text.from.starts_with("examples/") && !text.from.starts_with("examples/mistakes");
    all().into_iter().filter(example).collect()
}
