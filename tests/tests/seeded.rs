//! Seeded mistakes: each example with one mistake put in gives exactly the expected code, and without it nothing.
//!
//! The mistakes are data in `tests/seeded/<example>.toml`: what is wrong, the edit, and the code, or why nothing can be
//! proved. A mistake that is not provable has to compile without a word, so that the list stays true.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use flow_compiler::compile;
use flow_compiler::source::Sources;
use flow_tests::{lines, project, root};

/// How many mistakes each example has at least.
const AT_LEAST: usize = 30;

#[test]
fn each_mistake_in_the_shop_is_found() {
    check("shop");
}

#[test]
fn each_mistake_in_the_saas_is_found() {
    check("saas");
}

#[test]
fn each_mistake_in_the_cdnow_is_found() {
    check("cdnow");
}

fn check(example: &str) {
    let sound = project(&root().join("examples").join(example));
    let clean = compile(&sound);
    assert!(clean.diagnostics.is_empty(), "{}", lines(&sound, &clean.diagnostics));
    let text = std::fs::read_to_string(root().join("tests/seeded").join(format!("{example}.toml"))).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let mistakes = table["mistake"].as_array().unwrap();
    assert!(mistakes.len() >= AT_LEAST, "{example} has {} mistakes", mistakes.len());
    let wrong: Vec<String> = mistakes.iter().filter_map(|mistake| fault(&sound, mistake).err()).collect();
    assert!(wrong.is_empty(), "{example}:\n{}", wrong.join("\n"));
}

/// What is not as the data says.
fn fault(sound: &Sources, mistake: &toml::Value) -> Result<(), String> {
    let field = |name: &str| mistake.get(name).and_then(toml::Value::as_str);
    let what = field("what").ok_or("a mistake without a name")?;
    let (file, find, replace) = match (field("file"), field("find"), field("replace")) {
        (Some(file), Some(find), Some(replace)) => (file, find, replace),
        _ => return Err(format!("{what}: needs `file`, `find` and `replace`")),
    };
    let mut seeded = Sources::default();
    for (_, source) in sound.iter() {
        let mut text: std::sync::Arc<str> = source.text.clone();
        if &*source.path == file {
            let places = places(&text, find);
            let [(from, to)] = places.as_slice() else {
                return Err(format!("{what}: `{find}` stands {} times in {file}", places.len()));
            };
            text = [&text[..*from], replace, &text[*to..]].concat().into();
        }
        seeded.add(source.path.clone(), source.kind, text);
    }
    let found = compile(&seeded).diagnostics;
    let told = || lines(&seeded, &found);
    match (field("code"), field("not_provable")) {
        (Some(code), None) => {
            let exactly = !found.is_empty() && found.iter().all(|diagnostic| diagnostic.code.number() == code);
            if exactly { Ok(()) } else { Err(format!("{what}: expected {code}, found\n{}", told())) }
        }
        (None, Some(why)) if why.split_whitespace().count() >= 5 => {
            if found.is_empty() {
                Ok(())
            } else {
                Err(format!("{what}: is provable after all\n{}", told()))
            }
        }
        _ => Err(format!("{what}: needs `code`, or `not_provable` with a reason")),
    }
}

/// Where a text stands; how many blanks are between two words does not matter, since they only align.
fn places(text: &str, find: &str) -> Vec<(usize, usize)> {
    let (text, find) = (text.as_bytes(), find.as_bytes());
    let end = |from: usize| -> Option<usize> {
        let (mut at, mut wanted) = (from, 0);
        while wanted < find.len() {
            if text.get(at) != find.get(wanted) {
                return None;
            }
            let blank = find[wanted] == b' ';
            (at, wanted) = (at + 1, wanted + 1);
            while blank && text.get(at) == Some(&b' ') {
                at += 1;
            }
            while blank && find.get(wanted) == Some(&b' ') {
                wanted += 1;
            }
        }
        Some(at)
    };
    let begins = |at: usize| find.first() != Some(&b' ') || at == 0 || text[at - 1] != b' ';
    (0..text.len()).filter(|at| begins(*at)).filter_map(|at| end(at).map(|end| (at, end))).collect()
}
