//! What `flow test --format json` writes.

use flow_runtime::testing::Failure as Failed;
use flow_runtime::testing::vary::Varied;
use serde::Serialize;

use super::{Ran, Results, coverage};

/// The version of the JSON shape.
const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report {
    format_version: u32,
    passed: usize,
    failed: usize,
    tests: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<coverage::Figures>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    file: String,
    line: u32,
    passed: bool,
    seconds: f64,
    failure: Option<Failed>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    varied: Option<Varied>,
}

/// The results as JSON.
pub(super) fn json(results: &Results<'_>) -> String {
    let entry = |ran: &Ran<'_>| Entry {
        name: ran.case.name.clone(),
        file: ran.case.file.clone(),
        line: ran.case.line,
        passed: ran.holds(),
        seconds: ran.took.as_secs_f64(),
        failure: ran.failed.as_deref().cloned(),
        varied: ran.varied.clone(),
    };
    let failed = results.ran.iter().filter(|ran| !ran.holds()).count();
    let report = Report {
        format_version: FORMAT_VERSION,
        passed: results.ran.len() - failed,
        failed,
        tests: results.ran.iter().map(entry).collect(),
        coverage: results.coverage.as_ref().map(coverage::Report::figures),
    };
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
