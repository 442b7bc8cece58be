//! A daemon that was killed with `kill -9` starts again; what it weighs, and what it costs while nothing happens.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flow_benches::{Span, process_seconds, resident};

use crate::import;
use crate::world::{Running, Takes, contacts, line, shop};

/// What it costs is told for so long at once.
const WINDOW: Duration = Duration::from_secs(10);

pub(crate) fn run() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("flow.db");
    import::write(&folder.path().join("events.jsonl"), contacts(), 2 * contacts(), Span::now());
    let (mut importing, said) = child("import", &store);
    importing.kill().unwrap();
    importing.wait().unwrap();
    line(&format!("import, {} contacts, memory", contacts()), &said[0]);
    let (mut serving, said) = child("serve", &store);
    for (name, figure) in ["start after `kill -9`", "memory then", "idle"].iter().zip(&said) {
        line(&format!("{name}, {} contacts", contacts()), figure);
    }
    serving.wait().unwrap();
}

/// Runs this program again for a part, until it has said all that it says.
fn child(part: &str, store: &Path) -> (Child, Vec<String>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["child", part]).arg(store).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines.map(Result::unwrap).take_while(|line| line != "done").collect();
    (child, said)
}

/// What runs in a process of its own.
#[expect(clippy::print_stdout, reason = "a bench is a program that prints figures")]
pub(crate) fn child_of(part: &str, store: &Path) {
    if part == "import" {
        let _import = import::into(store, &store.with_file_name("events.jsonl"));
        // What is taken last is on its way; whoever kills this kills it in the midst of that.
        println!("{} MB\ndone", resident() / 1_000_000);
        std::thread::sleep(Duration::from_secs(600));
        return;
    }
    let begun = Instant::now();
    let takes = Arc::new(Takes::default());
    let daemon = Running::start(store, shop(), Arc::clone(&takes));
    println!("{:.1} s", begun.elapsed().as_secs_f64());
    println!("{} MB", resident() / 1_000_000);
    // What has come in last is still on its way into the states, and out of the outbox.
    let mut windows = Vec::new();
    while windows.len() < 20 && windows.last().is_none_or(|spent| *spent > 0.5) {
        let before = process_seconds().unwrap_or_default();
        std::thread::sleep(WINDOW);
        windows.push((process_seconds().unwrap_or_default() - before) / WINDOW.as_secs_f64() * 100.0);
    }
    let (last, seconds) = (windows.last().unwrap(), WINDOW.as_secs() * (windows.len() as u64 - 1));
    let (left, weighs) = (takes.count(), resident() / 1_000_000);
    println!("{last:.2} % of a core, {seconds} s and {left} deliveries after the start; {weighs} MB");
    println!("done");
    daemon.stop();
}
