//! What `flow test` tells a person.

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
        let sign = if ran.failed.is_some() { terminal.paint(RED.bold(), "F") } else { ".".to_owned() };
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
    }
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let failed = ran.iter().filter(|ran| ran.failed.is_some()).count();
    let time = elapsed(results.took);
    text.push_str(&if ran.is_empty() {
        "the project has no tests\n".to_owned()
    } else if failed == 0 {
        format!("{} passed in {time}\n", terminal.paint(GREEN, &plural(count(ran.len()), "test")))
    } else {
        let words = terminal.paint(RED.bold(), &format!("{failed} of {} failed", plural(count(ran.len()), "test")));
        format!("\n{words} in {time}\n")
    });
    text
}
