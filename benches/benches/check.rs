//! How fast a large project is checked: 10,000 lines of it, from text to program, and as a whole process.
//!
//! The whole process is `flow check` of a build with `--release`: `cargo build --release -p flowline` first.

#![allow(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use flow_benches::{project, report, show};
use flow_compiler::diagnostic::Sink;
use flow_compiler::source::{FileId, FileKind, Sources};
use flow_compiler::syntax;
use flow_review::plan::{Compared, Places, plan};

fn main() {
    let files = project::files(1);
    let flow: Vec<&str> =
        files.iter().filter(|(path, _)| path.ends_with(".flow")).map(|(_, text)| text.as_str()).collect();
    let lines: usize = flow.iter().map(|text| text.lines().count()).sum();
    let bytes: usize = flow.iter().map(|text| text.len()).sum();
    show("large project: lines of .flow", lines as f64, "lines");
    report("large project: parse (strict)", "MB/s", bytes as f64 / 1e6 * 4.0, 5, || {
        for _ in 0..4 {
            flow.iter().for_each(|text| drop(syntax::parse(FileId(0), text, &mut Sink::default())));
        }
    });
    let sources = sources(&files);
    report("large project: text to program", "times/s", 4.0, 5, || {
        (0..4).for_each(|_| drop(flow_compiler::compile(&sources)));
    });
    let found = flow_compiler::compile(&sources).diagnostics.len();
    show("large project: diagnostics", found as f64, "diagnostics");
    let nested = format!("segment deep {{\n  {}true{}\n}}\n", "(".repeat(20), ")".repeat(20));
    report("20 nested brackets: parse", "times/s", 400.0, 5, || {
        (0..400).for_each(|_| drop(syntax::parse(FileId(0), &nested, &mut Sink::default())));
    });
    compared(&files);
    match flow_binary() {
        Some(flow) => whole_process(&flow, &files),
        None => show("flow check, whole process (no release build)", 0.0, "ms"),
    }
}

/// `flow plan` of a project in which every length of a week is a day longer, and of one in which nothing is.
fn compared(files: &[(String, String)]) {
    let program = |files: &[(String, String)]| flow_compiler::compile_unproved(&sources(files)).program;
    let longer = |text: &String| text.replace("7 days", "8 days").replace("14 days", "15 days");
    let after: Vec<(String, String)> = files.iter().map(|(path, text)| (path.clone(), longer(text))).collect();
    let (Some(old), Some(new)) = (program(files), program(&after)) else { return };
    let side = |name: &str, program| Compared { name: name.to_owned(), program, places: Places::default() };
    let between = |new| plan(&side("before", &old), &side("after", new));
    show("large project: changes of the plan", between(&new).changes.len() as f64, "changes");
    report("large project: plan of them", "times/s", 2.0, 5, || (0..2).for_each(|_| drop(between(&new))));
    report("large project: plan of no change", "times/s", 2.0, 5, || (0..2).for_each(|_| drop(between(&old))));
}

fn sources(files: &[(String, String)]) -> Sources {
    let mut sources = Sources::default();
    for (path, text) in files {
        let kind = match path.as_str() {
            "flow.toml" => FileKind::Settings,
            _ if path.ends_with(".flow") => FileKind::Flow,
            _ => FileKind::Template,
        };
        sources.add(path.clone(), kind, text.clone());
    }
    sources
}

/// The binary beside this program.
fn flow_binary() -> Option<PathBuf> {
    let here = std::env::current_exe().ok()?;
    let flow = here.parent()?.parent()?.join("flow");
    flow.is_file().then_some(flow)
}

/// The fastest and the median of 15 runs by the clock on the wall: neighbours on the same machine only make it longer.
fn whole_process(flow: &Path, files: &[(String, String)]) {
    let folder = std::env::temp_dir().join(format!("flow-bench-{}", std::process::id()));
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            let _ = fs::create_dir_all(parent);
        }
        let _ = fs::write(path, text);
    }
    for (name, arguments) in [("flow check", vec!["check", "--format", "plain"]), ("flow --version", vec!["--version"])]
    {
        let mut took: Vec<f64> = (0..15)
            .map(|_| {
                let begin = Instant::now();
                let _ = Command::new(flow).args(&arguments).current_dir(&folder).output();
                begin.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        took.sort_by(f64::total_cmp);
        show(&format!("{name}, whole process, fastest of 15"), took.first().copied().unwrap_or(0.0), "ms");
        show(&format!("{name}, whole process, median of 15"), took.get(7).copied().unwrap_or(0.0), "ms");
    }
    let _ = fs::remove_dir_all(&folder);
}
