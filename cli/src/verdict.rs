//! A test that failed: what was expected, what was found, what led there, and the line responsible.

use std::time::Duration;

use flow_graph::testcase::TestCase;
use flow_runtime::testing::{Failure as Failed, Place};
use flow_runtime::timeline::Moment;
use quick_junit::{NonSuccessKind, Report, TestCase as JunitCase, TestCaseStatus, TestSuite};

use crate::clock::Clock;
use crate::commands::test::Ran;
use crate::failure::Failure;
use crate::layout::hanging;
use crate::project::Project;
use crate::terminal::{BOLD, CYAN, DIM, GREEN, RED, Terminal};

/// A failed test in full.
pub(crate) fn story(project: &Project, case: &TestCase, failed: &Failed, terminal: &Terminal) -> String {
    let head = format!("\n{}  {}\n", terminal.paint(RED.bold(), "failed"), terminal.paint(BOLD, &case.name));
    head + &details(project, case, failed, terminal)
}

/// The reruns of a test that found something else: the first in full, the others by name.
pub(crate) fn deviations(project: &Project, ran: &Ran<'_>, terminal: &Terminal) -> String {
    let Some((first, others)) = ran.deviations().split_first() else { return String::new() };
    let head = terminal.paint(RED.bold(), "varied");
    let mut text = format!("\n{head}  {}\n", terminal.paint(BOLD, &ran.case.name));
    text.push_str(&hanging("  rerun     ", &first.variation.words, terminal.width));
    text.push_str(&hanging("  promise   ", first.variation.promise, terminal.width));
    text.push_str(&details(project, ran.case, &first.failure, terminal));
    if !others.is_empty() {
        text.push_str("\n  so do these reruns\n");
        for other in others {
            let place = format!("    {}:{}  ", project.path(&ran.case.file), other.failure.line);
            text.push_str(&hanging(&place, &other.variation.words, terminal.width));
        }
    }
    let mut words: Vec<&str> = ran.deviations().iter().map(|deviation| deviation.varies).collect();
    words.sort_unstable();
    words.dedup();
    let advice = format!("if that may differ here, write `varies {}` in the test", words.join(", "));
    text.push_str(&hanging(&format!("\n  {}: ", terminal.paint(CYAN, "help")), &advice, terminal.width));
    text
}

/// What was expected and found, what led there, and the line responsible.
fn details(project: &Project, case: &TestCase, failed: &Failed, terminal: &Terminal) -> String {
    let mut text = String::new();
    let place = Place { file: case.file.clone(), line: failed.line };
    text.push_str(&excerpt(project, &place, terminal));
    let clock = Clock::of(&failed.zone).exact();
    let pairs = [("expected", GREEN, clock.tell(&failed.expected)), ("actual", RED, clock.tell(&failed.actual))];
    for (name, style, words) in pairs {
        let lead = format!("  {name:<8}  ");
        let said = hanging(&lead, &words, terminal.width);
        text.push_str(&said.replacen(&lead, &format!("  {}  ", terminal.paint(style, &format!("{name:<8}"))), 1));
    }
    let lead = format!("  {:<8}  ", "at");
    text.push_str(&format!("{lead}{} {}\n", clock.tell(&failed.at), clock.zone()));
    if !failed.timeline.is_empty() {
        text.push_str("\n  what led there\n");
        text.push_str(&timeline(&failed.timeline, &clock, terminal));
    }
    if let Some(responsible) = &failed.responsible {
        text.push_str("\n  responsible\n");
        text.push_str(&excerpt(project, responsible, terminal));
    }
    text
}

/// Moments below each other, day by day; an instant is written once, what came from outside has an arrow.
pub(crate) fn timeline(moments: &[Moment], clock: &Clock, terminal: &Terminal) -> String {
    let mut text = String::new();
    let arrow = if terminal.unicode { "→" } else { ">" };
    let told: Vec<_> = moments.iter().map(|moment| clock.of_moment(moment.at)).collect();
    let longest = told.iter().map(|(_, time)| time.len()).max().unwrap_or(0);
    let mut last = (String::new(), String::new());
    for (moment, (day, time)) in moments.iter().zip(told) {
        if day != last.0 {
            text.push_str(&format!("  {}\n", terminal.paint(DIM, &day)));
            last.1.clear();
        }
        let shown = if time == last.1 { "" } else { time.as_str() };
        let shown = format!("{shown:<longest$}");
        let sign = if moment.input { arrow } else { " " };
        let said = hanging(&format!("    {shown} {sign} "), &clock.tell(&moment.line), terminal.width);
        text.push_str(&if moment.input { said } else { said.replacen(&shown, &terminal.paint(DIM, &shown), 1) });
        last = (day, time);
    }
    text
}

/// A line of the project with its neighbours.
fn excerpt(project: &Project, place: &Place, terminal: &Terminal) -> String {
    let path = project.path(&place.file);
    let bar = if terminal.unicode { "│" } else { "|" };
    let mut text = format!("  {}\n", terminal.paint(CYAN, &format!("{path}:{}", place.line)));
    let Some(file) = project.sources.find(&place.file).and_then(|id| project.sources.get(id)) else { return text };
    let first = place.line.saturating_sub(1).max(1);
    let skip = usize::try_from(first - 1).unwrap_or(usize::MAX);
    for (number, line) in (first..=place.line + 1).zip(file.text.lines().skip(skip)) {
        let here = number == place.line;
        let sign = if here { ">" } else { " " };
        let line =
            crate::layout::shorten(&line.replace('\t', "    "), terminal.width.saturating_sub(10), terminal.unicode);
        let whole = format!("  {sign} {number:>4} {bar} {line}");
        let whole = if here { terminal.paint(BOLD, whole.trim_end()) } else { whole.trim_end().to_owned() };
        text.push_str(&whole);
        text.push('\n');
    }
    text
}

/// All tests as JUnit XML: a suite for each file.
pub(crate) fn junit(project: &Project, ran: &[Ran<'_>], took: Duration) -> Result<String, Failure> {
    let mut report = Report::new("flow test");
    report.set_time(took);
    let mut files: Vec<&str> = ran.iter().map(|ran| ran.case.file.as_str()).collect();
    files.dedup();
    for file in files {
        let mut suite = TestSuite::new(project.path(file));
        for ran in ran.iter().filter(|ran| ran.case.file == file) {
            let mut case = JunitCase::new(ran.case.name.as_str(), status(project, ran));
            case.set_classname(project.path(file)).set_time(ran.took);
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    let text = report.to_string().map_err(|error| Failure::new(format!("cannot write JUnit: {error}")))?;
    // The schema of Jenkins knows no count of skipped tests over all suites, and no test of ours is skipped.
    Ok(match text.split_once("<testsuites ") {
        Some((head, rest)) => format!("{head}<testsuites {}", rest.replacen("skipped=\"0\" ", "", 1)),
        None => text,
    })
}

fn status(project: &Project, ran: &Ran<'_>) -> TestCaseStatus {
    let varied = ran.deviations().first();
    let Some(failed) = ran.failed.as_ref().or(varied.map(|varied| &varied.failure)) else {
        return TestCaseStatus::success();
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let clock = Clock::of(&failed.zone).exact();
    let place = format!("{}:{}", project.path(&ran.case.file), failed.line);
    let (expected, actual) = (clock.tell(&failed.expected), clock.tell(&failed.actual));
    let mut lines = vec![format!("{place}: {}", failed.text), format!("expected: {expected}")];
    lines.push(format!("actual: {actual}"));
    lines.push(format!("at: {} {}", clock.tell(&failed.at), clock.zone()));
    lines.extend(failed.timeline.iter().map(|moment| clock.tell(&format!("{}  {}", moment.at, moment.line))));
    if let Some(place) = &failed.responsible {
        lines.push(format!("responsible: {}:{}", project.path(&place.file), place.line));
    }
    lines.extend(ran.deviations().iter().map(|it| format!("rerun: {} (line {})", it.variation.words, it.failure.line)));
    let kind = if varied.is_some() { "variation" } else { "expectation" };
    status.set_message(format!("expected {expected}, but {actual}")).set_type(kind);
    status.set_description(lines.join("\n"));
    status
}
