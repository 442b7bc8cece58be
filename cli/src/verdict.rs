//! A test that failed: what was expected, what was found, what led there, and the line responsible.

use std::time::Duration;

use flow_graph::testcase::TestCase;
use flow_runtime::testing::{Failure as Failed, Place};
use flow_runtime::timeline::Moment;
use quick_junit::{NonSuccessKind, Report, TestCase as JunitCase, TestCaseStatus, TestSuite};

use crate::commands::test::Ran;
use crate::failure::Failure;
use crate::layout::{hanging, instant};
use crate::project::Project;
use crate::terminal::{BOLD, CYAN, DIM, GREEN, RED, Terminal};

/// A failed test in full.
pub(crate) fn story(project: &Project, case: &TestCase, failed: &Failed, terminal: &Terminal) -> String {
    let mut text = format!("\n{}  {}\n", terminal.paint(RED.bold(), "failed"), terminal.paint(BOLD, &case.name));
    let place = Place { file: case.file.clone(), line: failed.line };
    text.push_str(&excerpt(project, &place, terminal));
    let pairs = [("expected", GREEN, &failed.expected), ("actual", RED, &failed.actual)];
    for (name, style, words) in pairs {
        let lead = format!("  {name:<8}  ");
        let said = hanging(&lead, words, terminal.width);
        text.push_str(&said.replacen(&lead, &format!("  {}  ", terminal.paint(style, &format!("{name:<8}"))), 1));
    }
    let lead = format!("  {:<8}  ", "at");
    text.push_str(&format!("{lead}{}\n", instant(&failed.at)));
    if !failed.timeline.is_empty() {
        text.push_str("\n  what led there\n");
        text.push_str(&timeline(&failed.timeline, terminal));
    }
    if let Some(responsible) = &failed.responsible {
        text.push_str("\n  responsible\n");
        text.push_str(&excerpt(project, responsible, terminal));
    }
    text
}

/// Moments below each other; an instant is written once, what came from outside has an arrow.
pub(crate) fn timeline(moments: &[Moment], terminal: &Terminal) -> String {
    let mut text = String::new();
    let mut last = String::new();
    let (arrow, width) = (if terminal.unicode { "→" } else { ">" }, terminal.width);
    let instants: Vec<String> = moments.iter().map(|moment| instant(&moment.at.to_string())).collect();
    let longest = instants.iter().map(String::len).max().unwrap_or(0);
    for (moment, at) in moments.iter().zip(&instants) {
        let at = format!("{at:<longest$}");
        let shown = if at == last { " ".repeat(at.chars().count()) } else { at.clone() };
        let sign = if moment.input { arrow } else { " " };
        let lead = format!("  {shown} {sign} ");
        let said = hanging(&lead, &moment.line, width);
        text.push_str(&if moment.input { said } else { said.replacen(&shown, &terminal.paint(DIM, &shown), 1) });
        last = at;
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
    report.to_string().map_err(|error| Failure::new(format!("cannot write JUnit: {error}")))
}

fn status(project: &Project, ran: &Ran<'_>) -> TestCaseStatus {
    let Some(failed) = &ran.failed else { return TestCaseStatus::success() };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let place = format!("{}:{}", project.path(&ran.case.file), failed.line);
    let mut lines = vec![format!("{place}: {}", failed.text), format!("at: {}", failed.at)];
    lines.push(format!("expected: {}", failed.expected));
    lines.push(format!("actual: {}", failed.actual));
    lines.extend(failed.timeline.iter().map(|moment| format!("{}  {}", moment.at, moment.line)));
    if let Some(place) = &failed.responsible {
        lines.push(format!("responsible: {}:{}", project.path(&place.file), place.line));
    }
    status.set_message(format!("expected {}, but {}", failed.expected, failed.actual)).set_type("expectation");
    status.set_description(lines.join("\n"));
    status
}
