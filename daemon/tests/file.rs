//! The file: a line is on the disk before it counts, and a crash leaves lines that can be read.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use flow_daemon::channel::Channels;
use flow_daemon::channel::settings::{ChannelSettings, Settings};
use flow_daemon::delivery::Outcome;
use flow_graph::program::ChannelKind;
use serde_json::Value as Json;
use support::{message, open, output};

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("file").join(name);
    // Of the run before.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn channel(path: Option<&str>) -> ChannelSettings {
    ChannelSettings { path: path.map(PathBuf::from), ..ChannelSettings::new("email", ChannelKind::File) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_delivery_is_one_whole_line() {
    let folder = folder("lines");
    let channels = Arc::new(open(vec![channel(None)], Vec::new(), &folder));
    let mut tries = Vec::new();
    for number in 0..200 {
        let channels = Arc::clone(&channels);
        let delivery = message(&format!("k-{number}"), "email", "ana@example.org");
        tries.push(tokio::spawn(async move { channels.deliver(&delivery).await }));
    }
    for one in tries {
        assert!(matches!(one.await.expect("no panic"), Outcome::Delivered { .. }));
    }
    let text = std::fs::read_to_string(folder.join("email.jsonl")).expect("the file");
    let mut keys: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).expect("JSON")["key"].as_str().expect("a key").to_owned())
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), text.ends_with('\n')), (200, true));
}

#[tokio::test]
async fn a_line_that_a_crash_has_cut_stands_alone() {
    let folder = folder("cut");
    std::fs::write(folder.join("out.jsonl"), "{\"v\":1}\n{\"v\":1,\"ty").expect("written");
    let channels = open(vec![channel(Some("out.jsonl"))], Vec::new(), &folder);
    channels.deliver(&message("k", "email", "ana@example.org")).await;
    let text = std::fs::read_to_string(folder.join("out.jsonl")).expect("the file");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[1]), (3, "{\"v\":1,\"ty"));
    assert_eq!(serde_json::from_str::<Json>(lines[2]).expect("JSON")["key"], "k");
}

#[test]
fn a_file_that_cannot_be_written_is_told_at_once() {
    let settings = Settings { channels: vec![channel(Some("no/such/folder.jsonl"))], ..Settings::default() };
    let errors = Channels::open(&settings, &[], &output().0).expect_err("an error");
    assert_eq!(errors[0].key, "channels.email.path");
    assert_eq!(
        errors[0].to_string(),
        "`path` of [channels.email] names a file that cannot be written (entity not found): write the path of a file in \
         a folder that is there"
    );
}
