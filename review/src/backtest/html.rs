//! The report as one page that opens from disk: nothing is asked for elsewhere, and nothing in it is a script.

use super::charts::{Bar, bars, columns};
use super::words::{Group, percent, signed, verdict};
use super::{Figure, Report, Said, Story};
use crate::numbers::{number, plural};

const CSS: &str = include_str!("../../assets/backtest.css");

/// The report as a page.
#[must_use]
pub fn write(report: &Report) -> String {
    let mut sections: Vec<(String, String, String)> = Vec::new();
    for (group, figures) in report.groups() {
        let chart = match group {
            Group::Sends => sends(&figures),
            Group::Stages
            | Group::HeldBack
            | Group::Sequences
            | Group::Segments
            | Group::Bands
            | Group::Slas
            | Group::Calls
            | Group::AtEnd => String::new(),
        };
        let content = format!("<p class=\"soft\">{}</p>\n{chart}{}", group.about(), table(group, &figures));
        sections.push((slug(group.title()), group.title().to_owned(), content));
    }
    sections.extend(budgets(report));
    sections.extend(pressure(report));
    sections.extend(scores(report));
    sections.extend(super::foretold::section(report));
    sections.extend(contacts(report));
    sections.extend(unchanged(report));
    page(report, &sections)
}

fn page(report: &Report, sections: &[(String, String, String)]) -> String {
    let menu: String =
        sections.iter().map(|(id, title, _)| format!("<li><a href=\"#{id}\">{}</a></li>", escape(title))).collect();
    let content: String = sections
        .iter()
        .map(|(id, title, content)| {
            format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n{content}</section>\n", escape(title))
        })
        .collect();
    let history = &report.history;
    let (from, until) = (day(&history.from), day(&history.until));
    let events = plural(history.inputs.after.max(history.inputs.before), "event");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>What this change does to people</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n\
         <header>\n<h1>What this change does to people</h1>\n<p class=\"verdict\">{}</p>\n\
         <p class=\"soft\">{events} from {from} to {until} went by under both programs: <b>before</b> is {}, \
         <b>after</b> is {}.</p>\n<div class=\"key\"><span>before</span><span class=\"now\">after</span></div>\n\
         <nav aria-label=\"Parts of this page\"><ul>{menu}</ul></nav>\n</header>\n<main>\n{content}</main>\n\
         <footer><p>All instants are in UTC. Nobody got a message for this: what happened was run again, under both programs.</p></footer>\n\
         </body>\n</html>\n",
        escape(&verdict(report)),
        escape(&report.base),
        escape(&report.head),
    )
}

fn table(group: Group, figures: &[&Figure]) -> String {
    let rows: String = figures.iter().map(|figure| row(figure)).collect();
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>\n<thead><tr><th scope=\"col\">{0}</th>\
         <th scope=\"col\" class=\"n\">before</th><th scope=\"col\" class=\"n\">after</th>\
         <th scope=\"col\" class=\"n\">change</th><th scope=\"col\">contacts</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n",
        escape(group.title())
    )
}

fn row(figure: &Figure) -> String {
    let difference = figure.count.difference();
    let tag = match (figure.new, figure.gone) {
        (true, false) => "<span class=\"tag\">new</span>",
        (false, true) => "<span class=\"tag\">gone</span>",
        _ => "",
    };
    let share = percent(figure.count);
    let share = if share.is_empty() { share } else { format!(" <span class=\"soft\">{share}</span>") };
    format!(
        "<tr><th scope=\"row\">{}{tag}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{}{share}</td><td>{}</td></tr>\n",
        escape(&figure.name()),
        number(figure.count.before),
        number(figure.count.after),
        signed(difference),
        escape(&figure.who()),
    )
}

fn sends(figures: &[&Figure]) -> String {
    let bar = |figure: &&Figure| Bar { name: figure.name(), before: figure.count.before, after: figure.count.after };
    bars("Messages sent, before and after", &figures.iter().map(bar).collect::<Vec<_>>())
}

fn budgets(report: &Report) -> Option<(String, String, String)> {
    let row = |budget: &super::Budget| {
        let (class, word) = if budget.exceeded { ("down", "exceeded") } else { ("up", "kept") };
        format!(
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"{class}\">{word}</td></tr>\n",
            escape(&budget.what),
            escape(&budget.found),
            escape(&budget.allowed)
        )
    };
    let rows: String = report.budgets.iter().map(row).collect();
    let content = format!(
        "<p class=\"soft\">How much a change may do, as <code>flow.toml</code> says.</p>\n<table>\n<thead><tr>\
         <th scope=\"col\">what</th><th scope=\"col\" class=\"n\">found</th><th scope=\"col\" class=\"n\">allowed</th>\
         <th scope=\"col\">budget</th></tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    );
    (!rows.is_empty()).then(|| ("budgets".to_owned(), "Budgets".to_owned(), content))
}

fn pressure(report: &Report) -> Option<(String, String, String)> {
    let differs = |channel: &&flow_runtime::backtest::outcome::ChannelPressure| {
        channel.weeks.iter().any(|(_, before, after)| before != after)
    };
    let parts: String = report
        .pressure
        .iter()
        .filter(differs)
        .map(|channel| {
            let bar = |(messages, before, after): &(u32, u64, u64)| Bar {
                name: messages.to_string(),
                before: *before,
                after: *after,
            };
            let bars: Vec<Bar> = channel.weeks.iter().map(bar).collect();
            let title = format!("{}: messages in a week", channel.channel);
            let most = |side: fn(&(u32, u64, u64)) -> u64| {
                channel.weeks.iter().filter(|week| side(week) > 0).map(|week| week.0).max().unwrap_or(0)
            };
            format!(
                "<h3>{}</h3>\n{}<p class=\"soft\">At most {} in a week before, {} after.</p>\n",
                escape(&channel.channel),
                columns(&title, "messages in the week", &bars),
                most(|week| week.1),
                most(|week| week.2),
            )
        })
        .collect();
    let about = "<p class=\"soft\">How many messages a contact got in one week, Monday to Sunday: each column counts the \
                 weeks of contacts with so many messages. Weeks without a message are not shown.</p>\n";
    (!parts.is_empty()).then(|| ("pressure".to_owned(), "Pressure".to_owned(), format!("{about}{parts}")))
}

fn scores(report: &Report) -> Option<(String, String, String)> {
    let differs = |score: &&flow_runtime::backtest::outcome::ScoreSpread| {
        score.bars.iter().any(|(_, before, after)| before != after)
    };
    let parts: String = report
        .scores
        .iter()
        .filter(differs)
        .map(|score| {
            #[expect(clippy::cast_precision_loss, reason = "bars are few")]
            let name = |bar: i64| short(bar as f64 * score.width);
            let low = score.bars.first().map_or(0, |bar| bar.0);
            let high = score.bars.last().map_or(0, |bar| bar.0);
            let bars: Vec<Bar> = (low..=high)
                .map(|number| {
                    let (_, before, after) =
                        score.bars.iter().find(|bar| bar.0 == number).copied().unwrap_or((number, 0, 0));
                    Bar { name: name(number), before, after }
                })
                .collect();
            let title = format!("{}: contacts by score", score.score);
            format!("<h3>{}</h3>\n{}", escape(&score.score), columns(&title, "score at the end", &bars))
        })
        .collect();
    let about = "<p class=\"soft\">How many contacts have which score when the history is over.</p>\n";
    (!parts.is_empty()).then(|| ("scores".to_owned(), "Scores".to_owned(), format!("{about}{parts}")))
}

fn short(value: f64) -> String {
    if (value - value.round()).abs() < 1e-9 { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn contacts(report: &Report) -> Option<(String, String, String)> {
    let parts: String = (0..).zip(&report.contacts).map(|(number, story)| told(story, number == 0)).collect();
    let about = "<p class=\"soft\">A few contacts whose life differs, as it was and as it would be. What is the same far \
                 from a difference is left out; with each decision stands the line that is responsible for it.</p>\n";
    (!parts.is_empty())
        .then(|| ("contacts".to_owned(), "Contacts, before and after".to_owned(), format!("{about}{parts}")))
}

fn told(story: &Story, open: bool) -> String {
    let mut rows = String::new();
    for moment in &story.moments {
        if moment.left_out > 0 {
            let left_out = plural(moment.left_out as u64, "moment");
            rows.push_str(&format!(
                "<tr><th scope=\"row\"></th><td colspan=\"2\" class=\"gone\">… {left_out} the same</td></tr>\n"
            ));
        }
        let at = moment.at.get(..16).unwrap_or(&moment.at).replace('T', " ");
        let when = format!("<th scope=\"row\" class=\"when\">{at}</th>");
        match moment.is_same() {
            true => {
                let both = cell(moment.after.as_ref(), moment.input);
                rows.push_str(&format!("<tr>{when}<td colspan=\"2\">{both}</td></tr>\n"));
            }
            false => {
                let (before, after) =
                    (cell(moment.before.as_ref(), moment.input), cell(moment.after.as_ref(), moment.input));
                let side = |class: &str, name: &str, content: &str| match content.is_empty() {
                    true => "<td></td>".to_owned(),
                    false => format!("<td class=\"{class}\" data-side=\"{name}\">{content}</td>"),
                };
                let (before, after) = (side("was", "before", &before), side("is", "after", &after));
                rows.push_str(&format!("<tr class=\"differs\">{when}{before}{after}</tr>\n"));
            }
        }
    }
    let open = if open { " open" } else { "" };
    let contact = escape(&story.contact);
    format!(
        "<details{open}><summary>Contact {contact}</summary>\n<table class=\"story\">\n\
         <thead><tr><th scope=\"col\">when</th><th scope=\"col\">before</th><th scope=\"col\">after</th></tr></thead>\n\
         <tbody>\n{rows}</tbody></table></details>\n"
    )
}

fn cell(said: Option<&Said>, input: bool) -> String {
    let Some(said) = said else { return String::new() };
    let line = escape(&said.line);
    if input { format!("<b>{line}</b>") } else { line }
}

fn unchanged(report: &Report) -> Option<(String, String, String)> {
    let rows: String = report
        .unchanged
        .iter()
        .map(|figure| {
            let group = escape(figure.group.title());
            let (name, count) = (escape(&figure.name()), number(figure.count.after));
            format!("<tr><th scope=\"row\">{name}</th><td>{group}</td><td class=\"n\">{count}</td></tr>\n")
        })
        .collect();
    (!rows.is_empty()).then(|| {
        let content = format!(
            "<details><summary>{} under both programs</summary>\n<table>\n<thead><tr><th scope=\"col\">what</th>\
             <th scope=\"col\">of</th><th scope=\"col\" class=\"n\">how often</th></tr></thead>\n<tbody>\n{rows}</tbody></table></details>\n",
            plural(report.unchanged.len() as u64, "figure")
        );
        ("same".to_owned(), "What stays the same".to_owned(), content)
    })
}

fn slug(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

fn day(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}

/// Text in a page: nothing in it is markup.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
