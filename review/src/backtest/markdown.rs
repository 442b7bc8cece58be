//! The report for a pull request: short, with what is long folded.

use super::foretold::{lift, share};
use super::words::{percent, signed, verdict};
use super::{Report, Story};
use crate::markdown::escape;
use crate::numbers::{number, plural};

/// More rows of a group are folded.
const ROWS: usize = 12;
/// Longest timeline.
const MOMENTS: usize = 30;

/// The report as Markdown.
#[must_use]
pub fn write(report: &Report) -> String {
    let mut text = format!("### What this change does to people\n\n{}\n", verdict(report));
    if report.is_empty() {
        text.push_str(&about(report));
        return text;
    }
    for (group, figures) in report.groups() {
        text.push_str(&format!(
            "\n| {} | before | after | change | contacts |\n|:--|--:|--:|--:|:--|\n",
            group.title()
        ));
        for figure in figures.iter().take(ROWS) {
            let (difference, share) = (signed(figure.count.difference()), percent(figure.count));
            let change = if share.is_empty() { difference } else { format!("{difference} ({share})") };
            text.push_str(&format!(
                "| {} | {} | {} | {change} | {} |\n",
                escape(&figure.name()),
                number(figure.count.before),
                number(figure.count.after),
                figure.who()
            ));
        }
        if let Some(more) = figures.len().checked_sub(ROWS).filter(|more| *more > 0) {
            text.push_str(&format!("\n… and {more} more; the HTML report has all of them.\n"));
        }
    }
    text.push_str(&foretold(report));
    text.push_str(&budgets(report));
    for story in &report.contacts {
        text.push_str(&timeline(story));
    }
    text.push_str(&about(report));
    text
}

fn foretold(report: &Report) -> String {
    let Some(label) = &report.label else { return String::new() };
    let mut text = format!(
        "\n| What scores foretold of {} | | reached | precision | recall | lift | flapping |\n|:--|:--|--:|--:|--:|--:|--:|\n",
        escape(&label.name)
    );
    for score in &label.scores {
        for (side, bands) in [("before", &score.before), ("after", &score.after)] {
            for band in bands {
                let judged = &band.judged;
                text.push_str(&format!(
                    "| {} | {side} | {} | {} | {} | {} | {} |\n",
                    escape(&format!("{}: {}", score.score, band.band)),
                    number(judged.reached),
                    share(judged.precision),
                    share(judged.recall),
                    lift(judged.lift),
                    number(band.flapping)
                ));
            }
        }
    }
    text
}

fn budgets(report: &Report) -> String {
    if report.budgets.is_empty() {
        return String::new();
    }
    let row = |budget: &super::Budget| {
        let (sign, what) = (if budget.exceeded { "❌" } else { "✅" }, escape(&budget.what));
        format!("| {sign} {what} | {} | {} |\n", budget.found, budget.allowed)
    };
    let rows: String = report.budgets.iter().map(row).collect();
    format!("\n| Budgets of `flow.toml` | found | allowed |\n|:--|--:|--:|\n{rows}")
}

fn about(report: &Report) -> String {
    format!(
        "\n<sub>{} ({} to {}) under {} and {}.</sub>\n",
        plural(report.history.inputs.after.max(report.history.inputs.before), "event"),
        day(&report.history.from),
        day(&report.history.until),
        escape(&report.base),
        escape(&report.head)
    )
}

fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}

fn timeline(story: &Story) -> String {
    let mut text = format!(
        "\n<details><summary>Contact <code>{}</code>, before and after</summary>\n\n| when (UTC) | before | after |\n\
         |:--|:--|:--|\n",
        html(&story.contact)
    );
    for moment in story.moments.iter().take(MOMENTS) {
        if moment.left_out > 0 {
            text.push_str(&format!("| | … {} the same | |\n", plural(moment.left_out as u64, "moment")));
        }
        let cell = |said: &Option<super::Said>| match said {
            None => "–".to_owned(),
            Some(said) => escape(&said.line),
        };
        let at = moment.at.get(..16).unwrap_or(&moment.at).replace('T', " ");
        let (before, after) = (cell(&moment.before), cell(&moment.after));
        match moment.is_same() {
            true => text.push_str(&format!("| {at} | {before} | same |\n")),
            false => text.push_str(&format!("| {at} | {before} | {after} |\n")),
        }
    }
    if let Some(more) = story.moments.len().checked_sub(MOMENTS).filter(|more| *more > 0) {
        text.push_str(&format!("| | … {} more | |\n", number(more as u64)));
    }
    text.push_str("\n</details>\n");
    text
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace(['\n', '|'], " ")
}
