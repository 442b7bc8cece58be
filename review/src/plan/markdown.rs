//! A plan as Markdown, for a pull request.

use std::fmt::Write as _;

use crate::markdown::{code, escape, prose};
use crate::people;
use crate::place::Place;

use super::change::{Change, Said, Witness};
use super::{Aspect, Plan};

/// Items that a change leads to and that are named; of more the number is said.
const NAMED: usize = 8;
/// A comment of a code host has room for 65,536 letters: what is longer is cut at an item.
const LETTERS_AT_MOST: usize = 48_000;

/// The plan for a reader of Markdown.
#[must_use]
pub fn markdown(plan: &Plan) -> String {
    let mut out = format!("## What this change does\n\n{}\n", head(plan));
    if plan.changes.is_empty() {
        return out;
    }
    out.push_str(&overview(plan));
    out.push_str(&worst_cases(plan));
    let mut left = 0;
    for item in items(plan) {
        let text = section(plan, item);
        if out.len() + text.len() > LETTERS_AT_MOST {
            left += 1;
        } else {
            out.push_str(&text);
        }
    }
    if let Some(people) = &plan.people {
        let _ = write!(out, "\n{}", people::markdown(people));
    }
    if left > 0 {
        let _ = writeln!(out, "\n… and {left} more: `flow plan` shows all of them.");
    }
    for picture in &plan.pictures {
        if out.len() + picture.len() <= LETTERS_AT_MOST {
            let title = picture.lines().nth(1).and_then(|line| line.strip_prefix("title: ")).unwrap_or_default();
            let _ = write!(
                out,
                "\n<details><summary>Picture: {}</summary>\n\n```mermaid\n{picture}```\n\n</details>\n",
                escape(title.trim_matches('"'))
            );
        }
    }
    out
}

/// Which two are compared, and what of it has to be approved.
fn head(plan: &Plan) -> String {
    let sides = format!("From {} to {}.", prose(&plan.base.name), prose(&plan.head.name));
    if plan.changes.is_empty() {
        return format!("**Nothing changes for anybody.** {sides}\n");
    }
    let approvals = plan.changes.iter().filter(|change| change.needs_approval).count();
    let approval = match approvals {
        0 => String::new(),
        1 => " **1 of them needs approval.**".to_owned(),
        n => format!(" **{n} of them need approval.**"),
    };
    let changes = plan.changes.len();
    let word = if changes == 1 { "change" } else { "changes" };
    format!("**{changes} {word}**, told by what they mean.{approval} {sides}\n")
}

/// One line for each item.
fn overview(plan: &Plan) -> String {
    let mut out = String::from("| item | what is different | touches |\n|---|---|---|\n");
    for item in items(plan) {
        let all: Vec<&Change> = plan.changes.iter().filter(|change| change.item == item).collect();
        let mut says: Vec<String> = all.iter().take(3).map(|change| prose(&change.says)).collect();
        if all.len() > 3 {
            says.push(format!("and {} more", all.len() - 3));
        }
        let aspects: Vec<&str> = Aspect::ALL
            .iter()
            .filter(|aspect| all.iter().any(|it| it.aspect == **aspect))
            .map(|it| it.word())
            .collect();
        let sign = if all.iter().any(|change| change.needs_approval) { " ⚠️" } else { "" };
        let _ = writeln!(out, "| {}{sign} | {} | {} |", title(item), says.join("; "), aspects.join(", "));
    }
    out
}

/// What the worst case is now.
fn worst_cases(plan: &Plan) -> String {
    if plan.bounds.is_empty() {
        return String::new();
    }
    let lines: String = plan.bounds.iter().map(|it| format!("- {}\n", prose(&it.to_string()))).collect();
    format!("\n### The worst case of a week\n\n{lines}")
}

fn section(plan: &Plan, item: &str) -> String {
    let mut out = format!("\n### {}\n", title(item));
    let all: Vec<&Change> = plan.changes.iter().filter(|change| change.item == item).collect();
    for change in &all {
        let approval = if change.needs_approval { " · ⚠️ **needs approval**" } else { "" };
        let place = change.after.as_ref().or(change.before.as_ref()).and_then(|said| said.at.as_ref());
        let place =
            place.map_or(String::new(), |Place { file, line }| format!(" · {}", code(&format!("{file}:{line}"))));
        let part = change.part.as_ref().map_or(String::new(), |part| format!("{}: ", code(part)));
        let _ = write!(out, "\n{part}{} (`{}`){place}{approval}\n", prose(&change.says), change.code.word());
        out.push_str(&sides(change.before.as_ref(), change.after.as_ref()));
        for Witness { says, reserve, .. } in &change.witnesses {
            let _ = writeln!(out, "- for example: {}{reserve}", prose(says));
        }
    }
    if let Some(affects) = all.first().map(|change| &change.affects).filter(|affects| !affects.is_empty()) {
        let mut names: Vec<String> = affects.iter().take(NAMED).map(|address| title(address)).collect();
        if affects.len() > NAMED {
            names.push(format!("{} more", affects.len() - NAMED));
        }
        let _ = writeln!(out, "\nWhat follows from it: {}", names.join(", "));
    }
    out
}

/// Before and after as a diff, which code hosts colour.
fn sides(before: Option<&Said>, after: Option<&Said>) -> String {
    let lines = |said: Option<&Said>, sign: char| {
        let text = said.map_or("", |said| said.text.as_str());
        text.lines().map(|line| format!("{sign} {line}\n")).collect::<String>()
    };
    let both = format!("{}{}", lines(before, '-'), lines(after, '+'));
    if both.is_empty() {
        return String::new();
    }
    // A fence is longer than any within.
    let longest = both.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}diff\n{both}{fence}\n")
}

/// Items in the order of their first change.
fn items(plan: &Plan) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for change in &plan.changes {
        if !found.contains(&change.item.as_str()) {
            found.push(&change.item);
        }
    }
    found
}

/// `segment vip` of `segment.vip`.
fn title(address: &str) -> String {
    match address.split_once('.') {
        Some((kind, name)) => format!("{} {}", kind.replace("sla", "service level"), code(name)),
        None => address.to_owned(),
    }
}
