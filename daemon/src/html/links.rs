//! Changes where the links of a page lead. All else stays byte for byte as the author wrote it.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use super::attribute;

/// Rewrites `<a href>` and `<area href>`: `change` is given where a link leads, and says where it shall lead, or nothing
/// where it shall stay. A link marked `data-track="off"` is only given to `change` as not to be tracked.
/// `end` is put before the end of the body.
pub(crate) fn rewrite(html: &str, end: &str, mut change: impl FnMut(&str, bool) -> Option<String>) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 2 + end.len());
    let mut done = 0;
    let mut end = Some(end);
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    // So that what stands in `<script>` or `<textarea>` is text.
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) if matches!(&**tag.name, b"a" | b"area") => {
                let Some(href) = attribute(&tag, b"href") else { continue };
                let track =
                    attribute(&tag, b"data-track").is_none_or(|value| !value.trim().eq_ignore_ascii_case("off"));
                let Some(target) = change(href.trim(), track) else { continue };
                // A place that is not where a tag is would spoil the letter: rather it stays as it is.
                let Some(before) = html.get(done..tag.span.start) else { continue };
                if html
                    .get(tag.span.start..tag.span.end)
                    .is_some_and(|text| text.starts_with('<') && text.ends_with('>'))
                {
                    out.push_str(before);
                    write(&mut out, &tag, &target);
                    done = tag.span.end;
                }
            }
            Token::EndTag(tag) if &**tag.name == b"body" => {
                let Some(before) = html.get(done..tag.span.start) else { continue };
                if let Some(end) = end.take() {
                    out.push_str(before);
                    out.push_str(end);
                    done = tag.span.start;
                }
            }
            Token::StartTag(_) | Token::EndTag(_) | Token::String(_) => {}
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    out.push_str(html.get(done..).unwrap_or_default());
    out.push_str(end.unwrap_or_default());
    out
}

/// The tag with its attributes, in the order of their names.
fn write(out: &mut String, tag: &StartTag<usize>, target: &str) {
    out.push('<');
    out.push_str(&String::from_utf8_lossy(&tag.name));
    for (name, value) in &tag.attributes {
        let value = if &***name == b"href" { target.into() } else { String::from_utf8_lossy(&value.value) };
        out.push(' ');
        out.push_str(&String::from_utf8_lossy(name));
        out.push_str("=\"");
        out.push_str(&escape(&value));
        out.push('"');
    }
    out.push_str(if tag.self_closing { " />" } else { ">" });
}

/// A text as it stands in HTML, also within quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracked(html: &str) -> String {
        rewrite(html, "<i>", |target, track| {
            (track && target.starts_with("https://")).then(|| format!("https://t.example/?{}", target.len()))
        })
    }

    #[test]
    fn only_the_target_changes() {
        let html = "<!-- <a href='https://no.example'> --><p>Grüße\r\n<A title=\"x &amp; y\" HREF = 'https://a.example/?a=1&amp;b=2' \
                    class=z>go</a> <a href=https://b.example>b</a> <a href=\"mailto:a@b.example\">m</a>\
                    <a href=#top>t</a><a data-track=OFF href=\"https://c.example\">c</a><a name=x>n</a></p>";
        let changed = tracked(html);
        assert_eq!(
            changed,
            "<!-- <a href='https://no.example'> --><p>Grüße\r\n<a class=\"z\" href=\"https://t.example/?26\" title=\"x &amp; y\">go</a> \
             <a href=\"https://t.example/?17\">b</a> <a href=\"mailto:a@b.example\">m</a>\
             <a href=#top>t</a><a data-track=OFF href=\"https://c.example\">c</a><a name=x>n</a></p><i>"
        );
        assert_eq!(tracked("<body><p>x</body></html>\n"), "<body><p>x<i></body></html>\n");
    }

    /// Markup put together at random, by a fixed rule: no panic, each link found once more, all else as it was.
    #[test]
    fn markup_of_any_kind() {
        let parts = [
            "<a href=\"https://a.example/?x=1&amp;y\">",
            "<a",
            " href='https://b.example'",
            ">",
            "</a>",
            "<",
            "/",
            "=",
            "'",
            "\"",
            "<!--",
            "-->",
            "<script>",
            "</script>",
            "ü€",
            "\r\n",
            "\0",
            "&amp",
            "&#x41;",
            "<body>",
            "</body>",
            "<p class=x>",
            " ",
        ];
        let mut seed = 20_261_126_u64;
        for _ in 0..5_000 {
            let mut html = String::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                html.push_str(parts[usize::try_from(seed >> 33).expect("small") % parts.len()]);
            }
            let mut links = 0;
            let same = rewrite(&html, "", |target, _| {
                links += usize::from(target.starts_with("https://"));
                None
            });
            assert_eq!(same, html);
            let changed = rewrite(&html, "", |target, _| target.starts_with("https://").then(|| "x:y".to_owned()));
            let mut found = 0;
            let again = rewrite(&changed, "", |target, _| {
                found += usize::from(target == "x:y");
                None
            });
            assert_eq!((found, again), (links, changed.clone()), "{html:?} → {changed:?}");
            let _ = crate::html::to_text(&html);
        }
    }

    #[test]
    fn what_is_no_link_is_left_alone() {
        for html in [
            "<script>'<a href=\"https://a.example\">'</script>",
            "<style>a[href='https://a.example']{}</style>",
            "<textarea><a href=https://a.example></textarea>",
            "a < b <a href=https://a.example",
            "<a href='https://a.example",
            "<a b=\"<a href='https://a.example'>\">",
            "\u{feff}ü\0<p",
        ] {
            assert_eq!(tracked(html), format!("{html}<i>"));
        }
    }
}
