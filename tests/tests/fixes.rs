//! What diagnostics offer: each safe fix mends what it is for and brings no other error; what does harm is taken back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use flow_compiler::compile;
use flow_compiler::diagnostic::{Applicability, Code, Diagnostic, Edit, Fix, Severity};
use flow_compiler::explain;
use flow_compiler::fix::{Which, apply, fix, fix_by};
use flow_compiler::source::{FileId, FileKind, Sources, Span};
use flow_tests::{files, lines, project, root, texts};

/// All projects with mistakes that there are, with their names.
fn mistaken() -> Vec<(String, Sources)> {
    let mut found = vec![("examples/mistakes".to_owned(), project(&root().join("examples/mistakes")))];
    for code in Code::ALL {
        let page = explain::page(*code).expect("a page");
        found.push((format!("explain {code}"), explain::project(&page.wrong)));
    }
    let cases = root().join("tests/language/diagnostics");
    for entry in std::fs::read_dir(&cases).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.push((name, with_settings(project(&path))));
        } else if name.ends_with(".flow") {
            found.push((name, texts(&[("main.flow", &std::fs::read_to_string(&path).unwrap())])));
        }
    }
    for path in
        files(&root().join("tests/language/syntax")).into_iter().filter(|p| p.extension().is_some_and(|e| e == "flow"))
    {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        found.push((name, texts(&[("main.flow", &std::fs::read_to_string(&path).unwrap())])));
    }
    assert!(found.len() > 100, "only {} projects", found.len());
    found
}

fn with_settings(sources: Sources) -> Sources {
    if sources.find("flow.toml").is_some() {
        return sources;
    }
    let files: Vec<(&str, &str)> = sources.iter().map(|(_, file)| (&*file.path, &*file.text)).collect();
    texts(&files)
}

/// Code and words of each error.
fn errors(found: &[Diagnostic]) -> Vec<(Code, String)> {
    found.iter().filter(|d| d.severity() == Severity::Error).map(|d| (d.code, d.message.clone())).collect()
}

/// What is wrong with a fix: it leaves its diagnostic, or brings an error that was not there.
fn harm(sources: &Sources, found: &[Diagnostic], diagnostic: &Diagnostic, fix: &Fix) -> Option<String> {
    let edits: Vec<&Edit> = fix.edits.iter().collect();
    let changed = apply(sources, &edits);
    let after = compile(&changed).diagnostics;
    // Of one mistake that stands in two places only the first is told; the second may be told then.
    let line = |sources: &Sources, d: &Diagnostic| (d.primary.span.file, sources.line(d.primary.span));
    let at = line(sources, diagnostic);
    let same = |sources: &Sources, found: &[Diagnostic]| {
        let place = at;
        let alike = |d: &&Diagnostic| d.code == diagnostic.code && d.message == diagnostic.message;
        found.iter().filter(alike).filter(|d| line(sources, d) == place).count()
    };
    if same(&changed, &after) >= same(sources, found) {
        return Some(format!("is still there after `{}`", fix.title));
    }
    let mut known = errors(found);
    for error in errors(&after) {
        match known.iter().position(|other| *other == error) {
            Some(at) => drop(known.swap_remove(at)),
            None => return Some(format!("`{}` brings {} {}", fix.title, error.0, error.1)),
        }
    }
    None
}

#[test]
fn each_safe_fix_mends_and_brings_nothing() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (name, sources) in mistaken() {
        let found = compile(&sources).diagnostics;
        for diagnostic in &found {
            for fix in diagnostic.fixes.iter().filter(|fix| fix.applicability == Applicability::Safe) {
                tried += 1;
                if let Some(harm) = harm(&sources, &found, diagnostic, fix) {
                    wrong.push(format!("{name}: {} {}: {harm}", diagnostic.code, diagnostic.message));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 40, "only {tried} safe fixes were found");
}

/// A fix that needs a look mends its own mistake, too.
#[test]
fn each_other_fix_mends() {
    let mut wrong = Vec::new();
    for (name, sources) in mistaken() {
        let found = compile(&sources).diagnostics;
        for diagnostic in &found {
            for fix in diagnostic.fixes.iter().filter(|fix| fix.applicability == Applicability::Unsafe) {
                let harm = harm(&sources, &found, diagnostic, fix);
                if let Some(harm) = harm.filter(|harm| harm.starts_with("is still there")) {
                    wrong.push(format!("{name}: {} {}: {harm}", diagnostic.code, diagnostic.message));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Nothing that is safe is left behind, and doing it again does nothing.
#[test]
fn all_at_once_leaves_no_safe_fix() {
    for (name, sources) in mistaken() {
        for which in [Which::Safe, Which::Unsafe] {
            let fixed = fix(&sources, which);
            let again = fix(&fixed.sources, which);
            assert!(again.applied.is_empty(), "{name}: {:?}", again.applied);
            let before = errors(&compile(&sources).diagnostics).len();
            assert!(errors(&fixed.left).len() <= before, "{name}: {}", lines(&fixed.sources, &fixed.left));
        }
    }
}

#[test]
fn fixes_reach_settings_and_templates() {
    let settings = "[project]\nname = \"p\"\nlanguage = 1\ntimezone = \"Europe/Berlni\"\n";
    let sources = texts(&[("flow.toml", settings), ("a.flow", "segment a { x = 1 }\n")]);
    let fixed = fix(&sources, Which::Unsafe);
    assert!(fixed.applied.iter().any(|done| done.path == "flow.toml"), "{:?}", fixed.applied);
    let text = &fixed.sources.get(FileId(0)).unwrap().text;
    assert!(text.contains("Europe/Berlin\""), "{text}");
}

/// A judge that finds `bad` wrong and offers to write `worse`, which is wrong in another way, and `good` beside it.
fn judge(sources: &Sources) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (id, file) in sources.iter() {
        for (word, code, with) in
            [("bad", Code::BadName, "worse"), ("worse", Code::Syntax, ""), ("dull", Code::BadName, "good")]
        {
            for (at, _) in file.text.match_indices(word) {
                let at = u32::try_from(at).unwrap();
                let span = Span::new(id, at, at + u32::try_from(word.len()).unwrap());
                let diagnostic = Diagnostic::new(code, span, format!("`{word}` is wrong"));
                let offered = diagnostic.clone().fix(format!("write `{with}`"), span, with, Applicability::Safe);
                found.push(if with.is_empty() { diagnostic } else { offered });
            }
        }
    }
    found
}

#[test]
fn a_fix_that_does_harm_is_taken_back_and_told() {
    let mut sources = Sources::default();
    sources.add("a.flow", FileKind::Flow, "dull\nbad\ndull\n");
    sources.add("b.flow", FileKind::Flow, "dull");
    let fixed = fix_by(&sources, Which::Safe, judge);
    let text: Vec<&str> = fixed.sources.iter().map(|(_, file)| &*file.text).collect();
    assert_eq!(text, ["good\nbad\ngood\n", "good"]);
    let lines: Vec<_> = fixed.applied.iter().map(|done| (done.path.as_str(), done.line)).collect();
    assert_eq!(lines, [("a.flow", 1), ("a.flow", 3), ("b.flow", 1)]);
    let [back] = fixed.taken_back.as_slice() else { panic!("{:?}", fixed.taken_back) };
    assert_eq!((back.fix.line, back.code, back.message.as_str()), (2, Code::Syntax, "`worse` is wrong"));
}

/// A fix that uncovers another, for ever: the rounds are bounded.
#[test]
fn rounds_are_bounded() {
    let mut sources = Sources::default();
    sources.add("a.flow", FileKind::Flow, "x");
    let grows = |sources: &Sources| {
        let span = Span::new(FileId(0), 0, 1);
        let length = sources.get(FileId(0)).unwrap().text.len();
        let wrong = Diagnostic::new(Code::BadName, span, "too short".to_owned());
        assert!(length <= 1 + flow_compiler::fix::ROUNDS);
        vec![wrong.fix("longer", span, "xx", Applicability::Safe)]
    };
    let fixed = fix_by(&sources, Which::Safe, grows);
    assert_eq!(fixed.applied.len(), flow_compiler::fix::ROUNDS);
}
