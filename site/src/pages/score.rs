//! A score: what gives points, how they fade, which bands there are.

use flow_graph::graph::Node;
use flow_graph::program::{Score, Trigger};
use flow_graph::words::Scope;
use flow_graph::{Id, Picture};

use super::{of_item, picture};
use crate::frame::Page;
use crate::html::{code, section, table};
use crate::items::Site;
use crate::prose::{condition, points, span, trigger};

const DAY_MS: f64 = 86_400_000.0;

pub(super) fn pages(site: &Site<'_>) -> Vec<Page> {
    let scores = (0_u32..).zip(site.program.scores.iter());
    let page = |(number, score): (u32, &Score)| {
        let node = Node::Score(Id::new(number));
        let item = site.item(node)?;
        let drawn = Picture::item(site.program, &site.graph, node, 1);
        let said = format!("{}{}{}{}", range(score), fit(site, score), hits(site, score), bands(score));
        Some(of_item(site, item, "score", &said, &picture(site, &drawn, Some(node))))
    };
    scores.filter_map(page).collect()
}

fn range(score: &Score) -> String {
    match score.range {
        Some((low, high)) => format!("<p>The sum of all points, never below {low} and never above {high}.</p>\n"),
        None => "<p>The sum of all points.</p>\n".to_owned(),
    }
}

/// Points for who somebody is.
fn fit(site: &Site<'_>, score: &Score) -> String {
    let row = |rule: &flow_graph::program::FitRule| {
        let when = condition(site, &rule.when, Scope::default()).line();
        vec![points(rule.points), format!("as long as somebody {when}")]
    };
    let rows: Vec<Vec<String>> = score.fit.iter().map(row).collect();
    section("fit", "Points for who they are", &table(&["Points", "For"], &rows))
}

/// Points for what somebody does.
fn hits(site: &Site<'_>, score: &Score) -> String {
    let row = |rule: &flow_graph::program::HitRule| {
        let when = trigger(site, &Trigger::Event { event: rule.event, filter: rule.filter.clone() });
        let field = rule.once_per.map(|slot| {
            let fields = site.program.events.get(rule.event).map_or(&[][..], |event| event.fields.as_slice());
            code(fields.get(usize::from(slot)).map_or("?", |field| &field.name))
        });
        let mut more: Vec<String> = field.map(|field| format!("once for each {field}")).into_iter().collect();
        more.extend(rule.cap.map(|cap| format!("at most {} in {}", cap.points, span(cap.per))));
        vec![points(rule.points), format!("each time {when}"), more.join(", "), fading(rule.half_life_ms)]
    };
    let rows: Vec<Vec<String>> = score.hits.iter().map(row).collect();
    section("hits", "Points for what they do", &table(&["Points", "For", "Limit", "Half is left after"], &rows))
}

fn fading(half_life_ms: Option<i64>) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a half-life is far below 2^53 milliseconds")]
    let days = |ms: i64| ms as f64 / DAY_MS;
    match half_life_ms.map(days) {
        None => "they stay".to_owned(),
        Some(days) if days >= 1.0 => {
            let rounded = (days * 10.0).round() / 10.0;
            format!("{rounded} day{}", if (rounded - 1.0).abs() < f64::EPSILON { "" } else { "s" })
        }
        Some(days) => format!("{} hours", (days * 240.0).round() / 10.0),
    }
}

fn bands(score: &Score) -> String {
    let row = |band: &flow_graph::program::Band| {
        let lowest = score.range.is_some_and(|(low, _)| band.from <= low);
        let until = if band.until < band.from { band.until } else { band.from };
        let left = if lowest { "never, downwards".to_owned() } else { format!("below {until}") };
        vec![code(&band.name), format!("from {}", band.from), left]
    };
    let rows: Vec<Vec<String>> = score.bands.iter().map(row).collect();
    section("bands", "Bands", &table(&["Band", "Reached", "Left again"], &rows))
}
