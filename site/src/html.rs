//! Small pieces of HTML.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html::push_html};

/// Stands where the way to the top folder of the site is put in: pages know their own depth only when they are framed.
pub(crate) const ROOT: char = '\u{f0000}';

/// A text so that it is nothing but text, also between quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            ROOT => out.push('\u{fffd}'),
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A link to a page of the site; the text is HTML.
pub(crate) fn link(path: &str, text: &str) -> String {
    format!("<a href=\"{ROOT}{path}\">{text}</a>")
}

/// A word of the language, or a name.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// `a, b and c`; the parts are HTML.
pub(crate) fn and(parts: &[String]) -> String {
    joined(parts, "and")
}

/// `a, b or c`; the parts are HTML.
pub(crate) fn or(parts: &[String]) -> String {
    joined(parts, "or")
}

fn joined(parts: &[String], word: &str) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

/// A section with a heading of the second level; nothing, if it has no content.
pub(crate) fn section(id: &str, title: &str, content: &str) -> String {
    if content.is_empty() {
        return String::new();
    }
    format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n{content}</section>\n", escape(title))
}

/// A list; nothing, if it is empty.
pub(crate) fn list(lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    format!("<ul>\n{}</ul>\n", lines.iter().map(|line| format!("<li>{line}</li>\n")).collect::<String>())
}

/// A table; head and cells are HTML. Nothing, if there is no row.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let head: String = head.iter().map(|cell| format!("<th scope=\"col\">{cell}</th>")).collect();
    let row = |row: &Vec<String>| {
        let cells: String = row.iter().map(|cell| format!("<td>{cell}</td>")).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = rows.iter().map(row).collect();
    format!(
        "<div class=\"wide\" tabindex=\"0\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

/// What an author wrote in a comment, which may be Markdown. HTML in it is text, and its links lead to the web or to
/// nowhere.
pub(crate) fn markdown(text: &str) -> String {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(harmless);
    let mut out = String::new();
    push_html(&mut out, events);
    out.replace(ROOT, "\u{fffd}")
}

/// A part of somebody's comment, with nothing in it that a browser would run, or fetch by itself.
fn harmless(event: Event<'_>) -> Option<Event<'_>> {
    if let Event::Html(text) | Event::InlineHtml(text) = event {
        return Some(Event::Text(text));
    }
    // A picture would be fetched: its words stay.
    if matches!(event, Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image)) {
        return None;
    }
    if let Event::Start(Tag::Link { link_type, dest_url, title, id }) = event {
        let safe = ["https://", "http://", "mailto:"].iter().any(|begin| dest_url.starts_with(begin));
        let dest_url = if safe { dest_url } else { CowStr::from("#main") };
        return Some(Event::Start(Tag::Link { link_type, dest_url, title, id }));
    }
    Some(event)
}

/// A template as people read it: the gaps show what is filled in, and what only decides is left out.
pub(crate) fn gaps(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        let (before, gap) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(&escape(before));
        let end = if gap.starts_with("{{") { "}}" } else { "%}" };
        let Some((inside, behind)) = gap.split_once(end) else { return out + &escape(gap) };
        if let Some(name) = inside.strip_prefix("{{") {
            let name = name.trim_matches(['-', ' ']).split(['|', ' ', '(']).next().unwrap_or_default();
            out.push_str(&format!("<var>{}</var>", escape(name.rsplit('.').next().unwrap_or(name))));
        }
        rest = behind;
    }
    out + &escape(rest)
}

/// The words of some HTML, for the search.
pub(crate) fn words(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    let plain = out.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
