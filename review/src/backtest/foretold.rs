//! The part of the page that tells what scores foretold.

use super::Report;
use super::charts::{Curve, curves};
use super::html::escape;
use super::label::{BandReport, Judged, LabelReport, ScoreReport};
use crate::numbers::number;

/// The part, where it was asked.
pub(crate) fn section(report: &Report) -> Option<(String, String, String)> {
    let label = report.label.as_ref()?;
    let within = label.within.as_ref().map_or_else(String::new, |within| format!(", within {}", escape(within)));
    let about = format!(
        "<p class=\"soft\"><b>{}</b> means that <code>{}</code> came after a score had reached a threshold{within}. After they were first seen it came to {} of {} \
         contacts. <b>Precision</b>: of those who reached the threshold, how many. <b>Recall</b>: of all to whom it came, how many had \
         reached it before. <b>Lift</b>: how many times as often as to any contact since it was first seen. <b>Flapping</b>: contacts who came into the band more \
         than once.</p>\n",
        escape(&label.name),
        escape(&label.event),
        number(label.happened.after),
        number(label.contacts.after)
    );
    let parts: String = label.scores.iter().map(|score| told(score, label)).collect();
    Some(("foretold".to_owned(), "What scores foretold".to_owned(), format!("{about}{parts}")))
}

fn told(score: &ScoreReport, label: &LabelReport) -> String {
    let rows = |side: &str, bands: &[BandReport]| -> String { bands.iter().map(|band| row(side, band)).collect() };
    let calibrated = match (score.calibrated_before, score.calibrated_after) {
        (_, true) => "The higher the band, the more often it came: the bands are in order.",
        (true, false) => "After the change a higher band does not mean that it came more often; before it did.",
        (false, false) => "A higher band does not mean that it came more often.",
    };
    let top = score.curve_before.iter().chain(&score.curve_after).map(|it| it.threshold).fold(1.0, f64::max);
    let line = |class, dashed, judged: &[Judged], value: fn(&Judged) -> Option<f64>| Curve {
        class,
        dashed,
        points: judged.iter().filter_map(|it| Some((it.threshold.max(0.0) / top, value(it)?))).collect(),
    };
    let lines = [
        line("before", false, &score.curve_before, |it| it.precision),
        line("before", true, &score.curve_before, |it| it.recall),
        line("after", false, &score.curve_after, |it| it.precision),
        line("after", true, &score.curve_after, |it| it.recall),
    ];
    let title = format!("{}: precision and recall of {} by threshold", score.score, label.name);
    format!(
        "<h3>{}</h3>\n{}<p class=\"soft\">Solid: precision. Dashed: recall. {calibrated}</p>\n<div class=\"wide\" tabindex=\"0\" \
         role=\"region\" aria-label=\"Bands of {0}\"><table>\n<thead><tr><th scope=\"col\">band</th><th scope=\"col\"></th>\
         <th scope=\"col\" class=\"n\">reached</th><th scope=\"col\" class=\"n\">precision</th><th scope=\"col\" class=\"n\">recall</th>\
         <th scope=\"col\" class=\"n\">lift</th><th scope=\"col\" class=\"n\">flapping</th></tr></thead>\n<tbody>\n{}{}</tbody></table></div>\n",
        escape(&score.score),
        curves(&title, (0.0, top), "threshold", &lines),
        rows("before", &score.before),
        rows("after", &score.after),
    )
}

fn row(side: &str, band: &BandReport) -> String {
    let judged = &band.judged;
    let interval = judged
        .low
        .zip(judged.high)
        .map(|(low, high)| format!(" <span class=\"soft\">{}–{}</span>", share(Some(low)), share(Some(high))));
    format!(
        "<tr><th scope=\"row\">{} <span class=\"soft\">from {}</span></th><td>{side}</td><td class=\"n\">{}</td><td class=\"n\">{}{}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        escape(&band.band),
        judged.threshold,
        number(judged.reached),
        share(judged.precision),
        interval.unwrap_or_default(),
        share(judged.recall),
        lift(judged.lift),
        number(band.flapping)
    )
}

/// `38.2 %`
pub fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

/// `3.4×`
pub fn lift(lift: Option<f64>) -> String {
    lift.map_or_else(|| "–".to_owned(), |lift| format!("{lift:.1}×"))
}
