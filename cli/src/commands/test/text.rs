//! What `flow test` tells a person.

use flow_runtime::testing::vary::Varied;

use super::Results;
use crate::layout::{elapsed, plural};
use crate::terminal::{GREEN, RED, Terminal};
use crate::verdict;

/// A line for each file, what failed in full, and the sum.
pub(super) fn text(results: &Results<'_>, terminal: &Terminal) -> String {
    let Results { project, ran, .. } = results;
    let mut files: Vec<(&str, String)> = Vec::new();
    let width = ran.iter().map(|ran| project.path(&ran.case.file).chars().count()).max().unwrap_or(0);
    for ran in ran {
        let sign = match (&ran.failed, ran.deviations()) {
            (Some(_), _) => terminal.paint(RED.bold(), "F"),
            (None, []) => ".".to_owned(),
            (None, _) => terminal.paint(RED.bold(), "V"),
        };
        match files.last_mut() {
            Some((file, signs)) if *file == ran.case.file => signs.push_str(&sign),
            _ => files.push((&ran.case.file, sign)),
        }
    }
    let mut text = String::new();
    for (file, signs) in files {
        text.push_str(&format!("{:<width$}  {signs}\n", project.path(file)));
    }
    for ran in ran {
        if let Some(failed) = &ran.failed {
            text.push_str(&verdict::story(project, ran.case, failed, terminal));
        }
        text.push_str(&verdict::deviations(project, ran, terminal));
    }
    text.push_str(&sum(results, terminal));
    text
}

fn sum(results: &Results<'_>, terminal: &Terminal) -> String {
    let ran = &results.ran;
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let (tests, time) = (plural(count(ran.len()), "test"), elapsed(results.took));
    let failed = ran.iter().filter(|ran| ran.failed.is_some()).count();
    let differ = ran.iter().filter(|ran| !ran.deviations().is_empty()).count();
    let reruns: usize = ran.iter().filter_map(|ran| ran.varied.as_ref()).map(Varied::count).sum();
    if ran.is_empty() {
        "the project has no tests\n".to_owned()
    } else if failed + differ == 0 {
        let reruns = if reruns == 0 { String::new() } else { format!(", also in {}", plural(count(reruns), "rerun")) };
        format!("{} passed{reruns} in {time}\n", terminal.paint(GREEN, &tests))
    } else {
        let failed = (failed > 0).then(|| format!("{failed} of {tests} failed"));
        let differ = (differ > 0).then(|| format!("{differ} of {tests} found something else in a rerun"));
        let words: Vec<String> = failed.into_iter().chain(differ).collect();
        format!("\n{} in {time}\n", terminal.paint(RED.bold(), &words.join(", ")))
    }
}
