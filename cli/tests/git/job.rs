//! The job that reviews a change: one comment, which is updated.

use std::path::Path;
use std::process::{Command, Output};

use super::hosts::Host;
use super::{Repository, executable, packaging, said};

/// A `flow` whose plans and backtests say what is asked for by the environment; all else is the real one's.
const STAND_IN: &str = r#"#!/bin/sh
case $1 in
  plan) printf '## What it does\n\n%s, against %s\n' "$(git log -1 --format=%s)" "$2"; exit "${PLAN_CODE:-2}" ;;
  backtest) printf '## Backtest\n\nagainst %s over %s\n' "$2" "$4"; exit "${BACKTEST_CODE:-0}" ;;
esac
exec "$REAL_FLOW" "$@"
"#;

const MARKER: &str = "<!-- flowline:plan -->";

fn on_github(repository: &Repository, host: &Host, more: &[(&str, &str)]) -> Output {
    let event = repository.at("event.json");
    std::fs::write(&event, r#"{"pull_request":{"number":7}}"#).unwrap();
    let mut command = repository.command("bash");
    command.arg(packaging("ci/review.sh")).env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_PATH", event);
    command
        .env("GITHUB_API_URL", &host.address)
        .env("GITHUB_REPOSITORY", "acme/shop")
        .env("GITHUB_TOKEN", "secret_token");
    command.env("GITHUB_STEP_SUMMARY", repository.at("summary.md")).env("GITHUB_OUTPUT", repository.at("output"));
    command.env("FLOW_PROJECT", "shop").env("FLOW_BASE", "main").env("FLOW_OUT", "out");
    stand_in(&mut command);
    command.envs(more.iter().copied()).output().unwrap()
}

fn on_gitlab(repository: &Repository, host: &Host) -> Output {
    let mut command = repository.command("bash");
    command.arg(packaging("ci/review.sh")).env("CI_API_V4_URL", format!("{}/api/v4", host.address));
    command.env("CI_PROJECT_ID", "42").env("CI_MERGE_REQUEST_IID", "7").env("FLOW_GITLAB_TOKEN", "secret_token");
    command.env("FLOW_PROJECT", "shop").env("FLOW_BASE", "main").env("FLOW_OUT", "out");
    stand_in(&mut command);
    command.output().unwrap()
}

fn stand_in(command: &mut Command) {
    command.env("FLOW", "stand-in").env("REAL_FLOW", env!("CARGO_BIN_EXE_flow"));
}

fn changed() -> Repository {
    let repository = Repository::new();
    let flow = repository.bin.path().join("stand-in");
    std::fs::write(&flow, STAND_IN).unwrap();
    executable(&flow);
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.change("wait up to 2 days", "wait up to 3 days");
    repository.commit("three days");
    repository
}

#[test]
fn one_comment_is_written_and_then_updated() {
    for github in [true, false] {
        let (repository, host) = (changed(), Host::start());
        // Others have said something: more than a page of it.
        host.kept.lock().unwrap().comments = (0..120).map(|id| (id, format!("no {MARKER} at the beginning"))).collect();
        let run = || if github { on_github(&repository, &host, &[]) } else { on_gitlab(&repository, &host) };
        let first = run();
        assert!(first.status.success(), "{}", said(&first));
        let comment = host.kept.lock().unwrap().comments.last().unwrap().1.clone();
        assert!(comment.starts_with(MARKER), "{comment}");
        for says in ["| check | ✅ |", "| layout | ✅ |", "| tests | ✅ |", "| plan | ✏️ |", "three days, against main"]
        {
            assert!(comment.contains(says), "no {says} in {comment}");
        }
        repository.change("subject \"Hello\"", "subject \"Good morning\"");
        repository.commit("another subject");
        let second = run();
        assert!(second.status.success(), "{}", said(&second));
        let kept = host.kept.lock().unwrap();
        assert_eq!(kept.comments.len(), 121, "one comment");
        assert!(kept.comments[120].1.contains("another subject, against"), "it is updated: {}", kept.comments[120].1);
        let writes: Vec<&str> = kept.asked.iter().filter(|it| !it.starts_with("GET")).map(String::as_str).collect();
        let wanted = if github {
            [
                "POST /repos/acme/shop/issues/7/comments Bearer secret_token",
                "PATCH /repos/acme/shop/issues/comments/1120 Bearer secret_token",
            ]
        } else {
            [
                "POST /api/v4/projects/42/merge_requests/7/notes secret_token",
                "PUT /api/v4/projects/42/merge_requests/7/notes/1120 secret_token",
            ]
        };
        assert_eq!(writes, wanted);
        for output in [first, second] {
            assert!(!said(&output).contains("secret_token"), "{}", said(&output));
        }
        let left = std::fs::read_dir(repository.at("out")).unwrap().map(|it| it.unwrap().file_name());
        let left: Vec<String> = left.map(|it| it.to_string_lossy().into_owned()).collect();
        assert!(left.contains(&"junit.xml".to_owned()) && left.contains(&"comment.md".to_owned()), "{left:?}");
    }
}

#[test]
fn the_plan_stands_in_the_comment() {
    let (repository, host) = (changed(), Host::start());
    let run = |base| on_github(&repository, &host, &[("FLOW", "flow"), ("FLOW_BASE", base)]);
    let comment = || host.kept.lock().unwrap().comments[0].1.clone();
    let output = run("main");
    assert!(output.status.success(), "{}", said(&output));
    for says in ["| plan | ✏️ |", "welcome", "wait-longer", "3 days"] {
        assert!(comment().contains(says), "no {says} in {}", comment());
    }
    assert!(run("topic").status.success());
    assert!(comment().contains("| plan | ✅ |") && !comment().contains("wait-longer"), "{}", comment());
    let output = run("nothing_like_it");
    assert!(output.status.code() == Some(1) && said(&output).contains("nothing_like_it"), "{}", said(&output));
    assert!(comment().contains("| plan | ❌ |"), "{}", comment());
}

#[test]
fn mistakes_fail_the_job_and_stand_in_the_comment() {
    let (repository, host) = (changed(), Host::start());
    repository.change("send hello", "send  nobody");
    repository.commit("a mistake");
    let output = on_github(&repository, &host, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("::error file=shop/world.flow"), "an annotation: {}", said(&output));
    let comment = host.kept.lock().unwrap().comments[0].1.clone();
    for says in ["| check | ❌ |", "| layout | ❌ |", "shop/world.flow", "nobody"] {
        assert!(comment.contains(says), "no {says} in {comment}");
    }
}

#[test]
fn where_nobody_may_write_the_report_is_in_the_summary() {
    let (repository, host) = (changed(), Host::start());
    host.kept.lock().unwrap().closed = true;
    let output = on_github(&repository, &host, &[]);
    assert!(output.status.success() && said(&output).contains("::warning::"), "{}", said(&output));
    assert!(std::fs::read_to_string(repository.at("summary.md")).unwrap().contains("| plan |"));
    let output = on_github(&repository, &host, &[("GITHUB_TOKEN", "")]);
    assert!(output.status.success() && said(&output).contains("no GITHUB_TOKEN"), "{}", said(&output));
    let outputs = std::fs::read_to_string(repository.at("output")).unwrap();
    assert!(outputs.contains("plan=") && outputs.contains("failed=0"), "{outputs}");
}

#[test]
fn what_fails_the_job_can_be_chosen() {
    let (repository, host) = (changed(), Host::start());
    assert!(on_github(&repository, &host, &[]).status.success());
    for (fails_on, plan, code) in [
        ("error", "0", 0),
        ("error", "2", 0),
        ("error", "3", 0),
        ("error", "1", 1),
        ("error", "101", 1),
        ("approval", "2", 0),
        ("approval", "3", 1),
        ("changes", "0", 0),
        ("changes", "2", 1),
    ] {
        let output = on_github(&repository, &host, &[("FLOW_FAIL_ON", fails_on), ("PLAN_CODE", plan)]);
        assert_eq!(output.status.code(), Some(code), "{fails_on}, {plan}: {}", said(&output));
    }
    for (backtest, code, mark) in [("0", 0, "✅"), ("1", 1, "❌")] {
        let events = [("FLOW_EVENTS", "events.jsonl"), ("BACKTEST_CODE", backtest)];
        assert_eq!(on_github(&repository, &host, &events).status.code(), Some(code));
        let comment = host.kept.lock().unwrap().comments[0].1.clone();
        assert!(comment.contains(&format!("| backtest | {mark} |")) && comment.contains("## Backtest"), "{comment}");
    }
    for (name, value) in [("FLOW_FAIL_ON", "sometimes"), ("FLOW_BASE", "--upload-pack=x"), ("FLOW", "/no/flow")] {
        let output = on_github(&repository, &host, &[(name, value)]);
        assert!(output.status.code() == Some(2) && said(&output).contains("review: "), "{name}: {}", said(&output));
    }
}

/// Each line of a file is as the parser of a code host wants it: spaces alone, and what is run is quoted where it has to be.
#[test]
fn the_files_of_the_hosts_can_be_read() {
    let services = packaging("").join("../tests/services/install.sh");
    let installed = Command::new("bash").arg(services).output().unwrap();
    assert!(installed.status.success(), "{}", said(&installed));
    let python = String::from_utf8(installed.stdout).unwrap();
    let read = |path: &str| std::fs::read_to_string(packaging(path)).unwrap();
    for path in ["ci/github/action.yml", "ci/github/flowline.yml", "ci/gitlab/flowline.yml"] {
        let text = read(path);
        assert!(!text.contains('\t') && text.ends_with('\n'), "{path}");
        let script = "import sys, yaml, json; json.dump(yaml.load(open(sys.argv[1]), yaml.BaseLoader), sys.stdout)";
        let output = Command::new(python.trim()).args(["-c", script]).arg(packaging(path)).output().unwrap();
        assert!(output.status.success(), "{path}: {}", said(&output));
        let parsed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        match path {
            "ci/github/action.yml" => {
                assert_eq!(parsed["runs"]["using"], "composite");
                let step = &parsed["runs"]["steps"][0];
                assert!(!step["run"].as_str().unwrap().contains("${{"), "what others write is no part of a command");
                for input in parsed["inputs"].as_object().unwrap().keys().filter(|it| *it != "token" && *it != "base") {
                    let variable =
                        format!("FLOW_{}", input.to_uppercase().replace('-', "_")).replace("FLOW_FLOW", "FLOW");
                    assert_eq!(step["env"][&variable], format!("${{{{ inputs.{input} }}}}"), "{input}");
                }
            }
            "ci/github/flowline.yml" => {
                assert_eq!(parsed["permissions"]["pull-requests"], "write");
                assert!(parsed["on"].get("pull_request_target").is_none());
                let steps = parsed["jobs"]["review"]["steps"].as_array().unwrap();
                assert_eq!(steps[0]["with"]["fetch-depth"], "0");
            }
            _ => assert_eq!(parsed["flowline"]["variables"]["GIT_DEPTH"], "0"),
        }
    }
    for script in ["ci/review.sh", "git/pre-commit"] {
        let path: &Path = &packaging(script);
        let output = Command::new("bash").arg("-n").arg(path).output().unwrap();
        assert!(output.status.success(), "{script}: {}", said(&output));
    }
}
