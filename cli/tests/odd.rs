//! Files that are none, or too large, or hostile: a clear answer at once, and nothing else is stopped by it.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]
#![cfg(unix)]

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A generous bound on a busy machine, in a build without optimisation.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a command may take of the machine's address space where nothing large is read, in KiB: stacks of threads and what
/// the allocator sets aside count, too.
const MEMORY_KIB: u64 = 1 << 20;

const SETTINGS: &str = "[project]\nname = \"odd\"\nlanguage = 1\ntimezone = \"Europe/Berlin\"\ncurrency = \"EUR\"\n";
const MAIN: &str = "contact { email: email?  personal }\n\nevent order_placed as \"Order Completed\" {\n  \
                    order: text unique\n  value: money?\n}\n\nsegment buyers { did order_placed ever }\n";
const IMPORT: &str = "\n[import.orders]\nformat = \"csv\"\nevent = \"order_placed\"\ncontact = \"who\"\ntime = \"when\"\n\n\
                      [import.orders.fields]\norder = \"order\"\nvalue = \"value\"\n";

/// A command, which may use no more memory than it should and must come back in time.
fn flow(folder: &Path, words: &[&str]) -> (i32, String) {
    let limited = format!("ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\"");
    let begin = Instant::now();
    let output = Command::new("sh")
        .args(["-c", &limited, env!("CARGO_BIN_EXE_flow")])
        .args(words)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(begin.elapsed() < PATIENCE, "{words:?} took {:?}", begin.elapsed());
    answer(words, &output)
}

/// Exit code and both streams.
fn answer(words: &[&str], output: &Output) -> (i32, String) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let code = output.status.code().unwrap_or_else(|| panic!("{words:?} was killed: {text}"));
    assert!(!text.contains("panicked") && !text.contains("RUST_BACKTRACE"), "{words:?}: {text}");
    (code, text)
}

fn project(settings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("flow.toml"), settings).unwrap();
    fs::write(folder.path().join("main.flow"), MAIN).unwrap();
    folder
}

/// What was put into a project by mistake is refused before it is read.
#[test]
fn a_large_file_is_refused_before_it_is_read() {
    let folder = project(SETTINGS);
    let large = folder.path().join("large.flow");
    // The second is larger than the memory that there is.
    for size in [50_000_000, 50_000_000_000] {
        File::create(&large).unwrap().set_len(size).unwrap();
        for words in [&["check"][..], &["fmt"], &["fmt", "large.flow"], &["fix"], &["test"], &["graph"]] {
            let (code, text) = flow(folder.path(), words);
            assert_eq!((code, text.contains("large.flow` is larger than 4 MiB")), (2, true), "{words:?}: {text}");
        }
    }
    fs::remove_file(&large).unwrap();
    assert_eq!(flow(folder.path(), &["check"]).0, 0);
}

/// A loop of links, a link to nowhere, a folder with the name of a file, a pipe: what is no file of a project is named
/// or left out, and nothing is walked twice.
#[test]
fn odd_folders_get_a_plain_answer() {
    let folder = project(SETTINGS);
    let root = folder.path();
    fs::create_dir_all(root.join("deep/er")).unwrap();
    fs::write(root.join("deep/er/more.flow"), "event seen\n").unwrap();
    symlink(root, root.join("deep/er/loop")).unwrap();
    symlink("self", root.join("self")).unwrap();
    fs::create_dir(root.join("folder.flow")).unwrap();
    fs::write(root.join("folder.flow/inside.flow"), "event inside\n").unwrap();
    let (code, text) = flow(root, &["check"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = flow(root, &["fmt"]);
    assert_eq!((code, text.contains("1 file formatted, 2 unchanged")), (0, true), "{text}");
    // A link that ends nowhere has the name of a file of the project: it is missing, and that is told.
    symlink("self.flow", root.join("self.flow")).unwrap();
    let (code, text) = flow(root, &["check"]);
    assert_eq!((code, text.contains("self.flow")), (2, true), "{text}");
    fs::remove_file(root.join("self.flow")).unwrap();
    // A pipe would wait for somebody who writes.
    assert!(Command::new("mkfifo").arg(root.join("pipe.flow")).status().unwrap().success());
    let (code, text) = flow(root, &["check"]);
    assert_eq!((code, text.contains("pipe.flow` is not a file")), (2, true), "{text}");
}

#[test]
fn strange_settings_get_a_plain_answer() {
    let binary: Vec<u8> = (0..=255).cycle().take(5_000).collect();
    let many = format!("{SETTINGS}{}", "[channels.c]\nkind = \"smtp\"\n".repeat(2_000));
    let deep = format!("{SETTINGS}x = {}1{}\n", "[".repeat(50_000), "]".repeat(50_000));
    for (what, bytes, codes) in [
        ("binary", binary.as_slice(), [1, 2]),
        ("nothing", b"", [1, 2]),
        ("no keys", b"[project]\n", [1, 2]),
        ("no table", b"name = \"x\"\n", [1, 2]),
        ("wrong types", b"[project]\nname = 1\nlanguage = \"one\"\ntimezone = [\"a\"]\ncurrency = { a = 1 }\n", [1, 2]),
        ("a table for a list", b"project = [1, 2, 3]\n", [1, 2]),
        ("another language", SETTINGS.replace("language = 1", "language = 99999999999999999999").as_bytes(), [1, 2]),
        ("no such zone", SETTINGS.replace("Europe/Berlin", "../../etc/passwd").as_bytes(), [1, 2]),
        ("a terminal's sequence", SETTINGS.replace("odd", "\\u001b[2J").as_bytes(), [0, 1]),
        ("twice", many.as_bytes(), [1, 2]),
        ("deep", deep.as_bytes(), [1, 2]),
    ] {
        let folder = project("");
        fs::write(folder.path().join("flow.toml"), bytes).unwrap();
        for words in [&["check"][..], &["fmt", "--check"], &["test"], &["check", "--format", "json"]] {
            let (code, text) = flow(folder.path(), words);
            let formats = words[0] == "fmt" && code == 0;
            assert!(codes.contains(&code) || formats, "{what} {words:?}: {code} {text}");
            assert!(formats || code == 0 || text.len() > 20, "{what} {words:?} says nothing: {text}");
            assert!(text.len() < 200_000 && !text.contains('\x1b'), "{what} {words:?}: {} bytes", text.len());
        }
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("flow.toml")).unwrap();
    fs::write(folder.path().join("main.flow"), MAIN).unwrap();
    let (code, text) = flow(folder.path(), &["check"]);
    assert_eq!((code, text.contains("is not in a project")), (2, true), "{text}");
    let folder = project("");
    File::create(folder.path().join("flow.toml")).unwrap().set_len(50_000_000).unwrap();
    let (code, text) = flow(folder.path(), &["check"]);
    assert_eq!((code, text.contains("flow.toml` is larger than 4 MiB")), (2, true), "{text}");
}

/// A good row before and behind each odd one: both are used, and each odd one is counted with its reason.
fn run(name: &str, rows: &[(Vec<u8>, Option<&str>)], between: impl Fn(usize) -> String, head: &str) {
    let folder = project(&format!("{SETTINGS}{IMPORT}"));
    let path = folder.path().join(name);
    let mut file = File::create(&path).unwrap();
    file.write_all(head.as_bytes()).unwrap();
    for (number, (row, _)) in rows.iter().enumerate() {
        writeln!(file, "{}", between(number)).unwrap();
        file.write_all(row).unwrap();
        file.write_all(b"\n").unwrap();
    }
    writeln!(file, "{}", between(rows.len())).unwrap();
    drop(file);
    for jobs in ["1", "3"] {
        let words = ["run", ".", "--events", name, "--format", "json", "--rejects", "rejects.jsonl", "--jobs", jobs];
        let (code, text) = flow(folder.path(), &words);
        assert_eq!(code, 0, "{text}");
        let rejects = fs::read_to_string(folder.path().join("rejects.jsonl")).unwrap();
        let reasons: Vec<String> = rejects
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["reason"].as_str().unwrap().to_owned())
            .collect();
        let expected: Vec<&str> = rows.iter().filter_map(|(_, reason)| *reason).collect();
        assert_eq!(reasons, expected, "{rejects:.2000}");
        let start = text.find('{').unwrap();
        let summary: Value = serde_json::from_str(&text[start..]).unwrap();
        let used = rows.iter().filter(|(_, reason)| reason.is_none()).count() + rows.len() + 1;
        assert_eq!(summary["counts"]["inputs"], used, "{summary:#}");
        let rejected = summary["rejected"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
        assert_eq!(rejected, u64::try_from(expected.len()).unwrap());
    }
}

#[test]
fn hostile_lines_are_counted_and_stop_nothing() {
    let call = |id: &str, time: &str, properties: &str| {
        format!(
            r#"{{"type":"track","userId":"u-{id}","messageId":"m-{id}","timestamp":"{time}","event":"Order Completed","properties":{properties}}}"#
        )
    };
    let time = "2026-03-01T00:00:00Z";
    let odd = |id: &str, properties: &str| call(id, time, properties).into_bytes();
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    let keys: String = (0..10_000).map(|n| format!(r#""k{n}":{n},"#)).collect();
    let rows = [
        (b"\0\0\0".to_vec(), Some("not_json")),
        (odd("nul", "{\"order\":\"\0\"}"), Some("not_json")),
        (odd("escaped nul", r#"{"order":"\u0000"}"#), None),
        ([b"{\"a\":\"".as_slice(), b"\xff\xfe\"}"].concat(), Some("not_utf8")),
        (odd("utf-16 half", "{\"order\":\"x").into_iter().chain(*b"\xed\xa0\x80\"}}").collect(), Some("not_utf8")),
        (odd("half a pair", r#"{"order":"\ud800"}"#), Some("not_json")),
        (odd("two halves", r#"{"order":"\udc00\ud800"}"#), Some("not_json")),
        (odd("long", &format!(r#"{{"order":"{}"}}"#, "x".repeat(2_000_000))), Some("line_too_long")),
        (nested("[", "]").into_bytes(), Some("too_deep")),
        (nested("{\"a\":", "}").into_bytes(), Some("too_deep")),
        (odd("deep", &format!(r#"{{"order":"d","more":{}}}"#, nested("[", "]"))), Some("too_deep")),
        ("[".repeat(10_000).into_bytes(), Some("too_deep")),
        (odd("wide", &format!(r#"{{{keys}"order":"w"}}"#)), None),
        (odd("twice", r#"{"order":"a","order":"b","order":7}"#), None),
        // A number beyond what can be counted is none for the reader of JSON.
        (odd("huge", r#"{"order":"h","value":1e400}"#), Some("not_json")),
        (odd("long number", &format!(r#"{{"order":"l","value":{}}}"#, "9".repeat(5_000))), Some("not_json")),
        (odd("no number", r#"{"order":"n","value":NaN}"#), Some("not_json")),
        (call("late", "+300000-01-01T00:00:00Z", r#"{"order":"t"}"#).into_bytes(), Some("invalid_time")),
        (call("year 9999", "9999-12-31T23:59:59Z", r#"{"order":"t"}"#).into_bytes(), Some("invalid_time")),
        (call(&"i".repeat(600), time, r#"{"order":"i"}"#).into_bytes(), Some("invalid_id")),
        (odd("open", r#"{"order":"never closed"#), Some("not_json")),
        (b"\"".to_vec(), Some("not_json")),
        (b"{}{}".to_vec(), Some("not_json")),
    ];
    let good = |number: usize| call(&format!("good-{number}"), time, &format!(r#"{{"order":"g-{number}"}}"#));
    run("events.jsonl", &rows, good, "");
}

#[test]
fn hostile_rows_are_counted_and_stop_nothing() {
    let row = |row: &str| row.as_bytes().to_vec();
    let rows = [
        (row("u,2026-03-01,o\0,1"), None),
        (row("\0\0\0"), Some("column_count")),
        (b"u,2026-03-01,\xff\xfe,1".to_vec(), Some("not_utf8")),
        (row(&format!("u,2026-03-01,{},1", "x".repeat(2_000_000))), Some("line_too_long")),
        (row(&"x,".repeat(10_000)), Some("column_count")),
        (row(&",".repeat(1_000_000)), Some("column_count")),
        (row("u,2026-03-01,o,1e400"), Some("invalid_value")),
        (row(&format!("u,2026-03-01,o,{}", "9".repeat(5_000))), Some("invalid_value")),
        (row("u,+300000-01-01,o,1"), Some("invalid_time")),
        (row("u,2026-02-30,o,1"), Some("invalid_time")),
        (row(",2026-03-01,o,1"), Some("missing_contact")),
        (row(&format!("{},2026-03-01,o,1", "u".repeat(600))), Some("invalid_id")),
        (row("\"u\"x\"\",2026-03-01,o\"\"\",1"), None),
        (row("u,2026-03-01,\"two\nlines\",1"), None),
        (row(","), Some("column_count")),
    ];
    let good = |number| format!("u-{number},2026-03-01,o-{number},1.50");
    run("orders.csv", &rows, good, "who,when,order,value\n");
    // A mark that is never closed takes its own line and no other; one more mark further down would close it.
    for open in ["\"u,2026-03-01,o,1", "u,2026-03-01,\"o,1", "\"", "u,\"\"\",2026-03-01"] {
        run("orders.csv", &[(row(open), Some("unclosed_quote"))], good, "who,when,order,value\n");
    }
}

#[test]
fn a_file_or_a_pipe_gets_no_colours() {
    for words in [&["--help"][..], &["store", "--help"], &["nonsense"], &["explain", "F2001"], &["check", "nowhere"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
        let output = command.args(words).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        assert!(!text.is_empty() && !text.contains(&0x1b), "{words:?}: {}", String::from_utf8_lossy(&text));
    }
}
