//! To unsubscribe, and to choose topics.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::look::words;
use super::{Pages, report};
use crate::links::{Kind, Ticket};
use crate::reports::{Choice, Reported, Unavailable};

/// `GET /m/unsubscribe/TOKEN`: asks. Nothing is changed: whoever looks at links follows this one too.
pub(super) async fn ask(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    let ticket = match pages.ticket(Kind::Unsubscribe, &token) {
        Ok((ticket, _)) => ticket,
        Err(page) => return *page,
    };
    let topic = words(&ticket.topic);
    let content = format!(
        "<p>You receive e-mails about <strong>{topic}</strong>. Do you want to stop receiving them?</p>\n\
         <form method=\"post\"><button type=\"submit\">Unsubscribe from {topic}</button></form>\n{}",
        other_topics(&pages, &ticket)
    );
    pages.page(StatusCode::OK, "Unsubscribe", &content)
}

/// `POST /m/unsubscribe/TOKEN`: does it, whether a person or a mail program asks (RFC 8058).
pub(super) async fn unsubscribe(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    let ticket = match pages.ticket(Kind::Unsubscribe, &token) {
        Ok((ticket, _)) => ticket,
        Err(page) => return *page,
    };
    let what = Reported::Unsubscribed { topic: Some(ticket.topic.clone()) };
    if pages.reports.report(report(&ticket, what, &pages)).await.is_err() {
        return pages.unavailable();
    }
    let topic = words(&ticket.topic);
    let content = format!(
        "<p>You will receive no more e-mails about <strong>{topic}</strong>. One that is already on its way may still \
         arrive.</p>\n{}",
        other_topics(&pages, &ticket)
    );
    pages.page(StatusCode::OK, "You are unsubscribed", &content)
}

/// `GET /m/preferences/TOKEN`: the topics, and which of them the person has chosen.
pub(super) async fn show(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    let ticket = match pages.ticket(Kind::Preferences, &token) {
        Ok((ticket, _)) => ticket,
        Err(page) => return *page,
    };
    match pages.reports.choices(&ticket.contact).await {
        Ok(choices) => form(&pages, &choices, false),
        Err(Unavailable) => pages.unavailable(),
    }
}

/// `POST /m/preferences/TOKEN`: what is ticked is wanted, all else is not; `all=off` wants nothing. Only what changes is
/// reported.
pub(super) async fn save(State(pages): State<Pages>, Path(token): Path<String>, body: Bytes) -> Response {
    let ticket = match pages.ticket(Kind::Preferences, &token) {
        Ok((ticket, _)) => ticket,
        Err(page) => return *page,
    };
    let Ok(mut choices) = pages.reports.choices(&ticket.contact).await else { return pages.unavailable() };
    let fields = fields(&body);
    let none = fields.iter().any(|(name, value)| name == "all" && value == "off");
    for choice in &mut choices {
        let wanted = !none && fields.iter().any(|(name, value)| name == "topic" && *value == choice.topic);
        if wanted == choice.granted {
            continue;
        }
        let topic = choice.topic.clone();
        let what = if wanted { Reported::Subscribed { topic } } else { Reported::Unsubscribed { topic: Some(topic) } };
        if pages.reports.report(report(&ticket, what, &pages)).await.is_err() {
            return pages.unavailable();
        }
        choice.granted = wanted;
    }
    form(&pages, &choices, true)
}

fn form(pages: &Pages, choices: &[Choice], saved: bool) -> Response {
    if choices.is_empty() {
        let text =
            "<p>There is nothing to choose here: we send you no e-mails, or only those that belong to an order.</p>";
        return pages.page(StatusCode::OK, "Your e-mails", text);
    }
    let mut content = String::new();
    if saved {
        content.push_str(
            "<p role=\"status\"><strong>Saved.</strong> An e-mail that is already on its way may still arrive.</p>\n",
        );
    }
    content.push_str("<form method=\"post\">\n<fieldset>\n<legend>What do you want to hear about?</legend>\n");
    for choice in choices {
        let checked = if choice.granted { " checked" } else { "" };
        let value = crate::html::links::escape(&choice.topic);
        let shown = words(&choice.topic);
        let line =
            format!("<label><input type=\"checkbox\" name=\"topic\" value=\"{value}\"{checked}> {shown}</label>\n");
        content.push_str(&line);
    }
    content.push_str(
        "</fieldset>\n<button type=\"submit\">Save</button>\n</form>\n\
         <form method=\"post\"><input type=\"hidden\" name=\"all\" value=\"off\">\
         <button type=\"submit\" class=\"quiet\">Unsubscribe from all of them</button></form>",
    );
    pages.page(StatusCode::OK, "Your e-mails", &content)
}

fn other_topics(pages: &Pages, ticket: &Ticket) -> String {
    match pages.links.link(Kind::Preferences, ticket, None) {
        Some(link) => {
            format!("<p><a href=\"{}\">Choose what you want to hear about</a></p>", crate::html::links::escape(&link))
        }
        None => String::new(),
    }
}

/// The fields of a form (`application/x-www-form-urlencoded`).
fn fields(body: &[u8]) -> Vec<(String, String)> {
    let mut url = match reqwest::Url::parse("form:///") {
        Ok(url) => url,
        Err(_) => return Vec::new(),
    };
    url.set_query(std::str::from_utf8(body).ok());
    url.query_pairs().into_owned().collect()
}
