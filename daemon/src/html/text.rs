//! The plain part of a letter, derived from its HTML.
//!
//! Paragraphs, headings, rows and lists keep their lines; a link is followed by its address, a picture is its `alt`;
//! what is hidden, and the head of the page, is left out.

use html5gum::{StartTag, Token, Tokenizer};

use super::attribute;

/// Elements whose content is not shown.
const UNSEEN: [&[u8]; 6] = [b"head", b"script", b"style", b"template", b"title", b"noscript"];
/// Elements that have no end tag.
const VOID: [&[u8]; 13] =
    [b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"source", b"track", b"wbr"];
/// Elements that stand apart, by an empty line.
const APART: [&[u8]; 14] =
    [b"p", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6", b"ul", b"ol", b"dl", b"table", b"blockquote", b"pre", b"hr"];
/// Elements that begin a line.
const LINES: [&[u8]; 15] = [
    b"div", b"tr", b"li", b"dt", b"dd", b"section", b"article", b"header", b"footer", b"main", b"nav", b"figure",
    b"center", b"address", b"form",
];

/// The text of a page.
pub(crate) fn to_text(html: &str) -> String {
    let mut writer = Writer::default();
    let mut skipping: Option<(Vec<u8>, u32)> = None;
    for token in Tokenizer::new(html) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => match &mut skipping {
                Some((name, depth)) if *name == tag.name.0 => *depth += 1,
                Some(_) => {}
                None if is_unseen(&tag) => skipping = Some((tag.name.0.clone(), 1)),
                None => writer.start(&tag),
            },
            Token::EndTag(tag) => match &mut skipping {
                Some((name, depth)) if *name == tag.name.0 => {
                    *depth -= 1;
                    if *depth == 0 {
                        skipping = None;
                    }
                }
                Some(_) => {}
                None => writer.end(&tag.name.0),
            },
            Token::String(text) if skipping.is_none() => writer.text(&String::from_utf8_lossy(&text)),
            Token::String(_) | Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    writer.out.trim_end().to_owned()
}

fn is_unseen(tag: &StartTag<()>) -> bool {
    if VOID.contains(&&*tag.name.0) || tag.self_closing {
        return false;
    }
    let style = attribute(tag, b"style").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
    UNSEEN.contains(&&*tag.name.0) || attribute(tag, b"hidden").is_some() || style.contains("display:none")
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Breaks of a line that are due before the next word: 1 or 2.
    breaks: usize,
    /// A space is due before the next word.
    space: bool,
    /// Numbers of the lists that are open; none for those without numbers.
    lists: Vec<Option<u32>>,
    /// The link that is open: where it leads, and where its text begins.
    link: Option<(String, usize)>,
}

impl Writer {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = &*tag.name.0;
        self.block(name);
        match name {
            b"br" => self.breaks = (self.breaks + 1).min(2),
            b"hr" => {
                self.word("---");
                self.breaks = 2;
            }
            b"img" => {
                if let Some(alt) = attribute(tag, b"alt") {
                    self.text(&alt);
                }
            }
            b"ul" => self.lists.push(None),
            b"ol" => self.lists.push(Some(0)),
            b"li" => {
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number = number.saturating_add(1);
                        format!("{number}.")
                    }
                    Some(None) | None => "-".to_owned(),
                };
                self.word(&mark);
                self.space = true;
            }
            b"td" | b"th" => self.space = true,
            b"a" => {
                let target = attribute(tag, b"href").unwrap_or_default().trim().to_owned();
                self.link = (!target.is_empty() && !target.starts_with('#')).then_some((target, self.out.len()));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &[u8]) {
        match name {
            b"ul" | b"ol" => drop(self.lists.pop()),
            b"td" | b"th" => self.space = true,
            b"a" => self.end_of_link(),
            _ => {}
        }
        self.block(name);
    }

    /// Lists within lists stand in their lines, not apart.
    fn block(&mut self, name: &[u8]) {
        let inner_list = matches!(name, b"ul" | b"ol") && !self.lists.is_empty();
        if APART.contains(&name) && !inner_list {
            self.breaks = 2;
        } else if LINES.contains(&name) || inner_list {
            self.breaks = self.breaks.max(1);
        }
    }

    fn end_of_link(&mut self) {
        let Some((target, from)) = self.link.take() else { return };
        let shown = self.out.get(from..).unwrap_or_default().trim();
        let bare = target.strip_prefix("mailto:").or_else(|| target.strip_prefix("tel:")).unwrap_or(&target);
        let same =
            |a: &str| a.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/').to_owned();
        if shown.is_empty() || same(shown) != same(bare) {
            self.space = !shown.is_empty();
            self.word(&format!("<{bare}>"));
        }
    }

    fn text(&mut self, text: &str) {
        // A no-break space is a space that stays.
        let breaking = |c: char| c.is_whitespace() && c != '\u{a0}';
        if text.starts_with(breaking) {
            self.space = true;
        }
        for word in text.split(breaking).filter(|word| !word.is_empty()) {
            self.word(word);
            self.space = true;
        }
        self.space = text.ends_with(breaking) || (self.space && text.trim().is_empty());
    }

    fn word(&mut self, word: &str) {
        let breaks = std::mem::take(&mut self.breaks);
        let space = std::mem::take(&mut self.space);
        if self.out.is_empty() {
            // A letter begins with a word.
        } else if breaks > 0 {
            let there = self.out.bytes().rev().take_while(|byte| *byte == b'\n').count();
            self.out.extend(std::iter::repeat_n('\n', breaks.saturating_sub(there)));
        } else if space {
            self.out.push(' ');
        }
        self.out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[track_caller]
    fn text(html: &str, text: &str) {
        assert_eq!(to_text(html), text);
    }

    #[test]
    fn lines_are_those_of_the_page() {
        text("<h1>Thank  you</h1>\n<p>We have\n <b>your</b> order.</p>", "Thank you\n\nWe have your order.");
        text("one<br>two<br><br>three<div>four</div><div>five</div>", "one\ntwo\n\nthree\nfour\nfive");
        text("<ul><li>a<li>b<ul><li>c</ul></ul><ol><li>x<li>y</ol>end", "- a\n- b\n- c\n\n1. x\n2. y\n\nend");
        text("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc");
    }

    #[test]
    fn links_say_where_they_lead() {
        text(r#"<a href="https://a.example/x?a=1&amp;b=2">the cart</a>."#, "the cart <https://a.example/x?a=1&b=2>.");
        text(r#"<a href="https://a.example/">a.example</a>"#, "a.example");
        text("<a href='mailto:a@b.example'>a@b.example</a> <a href='#top'>up</a>", "a@b.example up");
        text(r#"<a href="https://a.example"><img src=x alt="A shop"></a>"#, "A shop <https://a.example>");
        text(r#"<a href="https://a.example"><img src=x></a>"#, "<https://a.example>");
    }

    #[test]
    fn what_is_not_seen_is_left_out() {
        text(
            "<!doctype html><head><title>t</title><style>p{}</style></head><body><!-- c --><p>x</p><script>y()</script>",
            "x",
        );
        text(r#"<div style="Display: none">pre<div>header</div></div><p hidden>h</p>seen"#, "seen");
    }

    #[test]
    fn entities_are_letters_and_broken_markup_is_text() {
        text("Fish &amp; chips &lt;3 &euro;5&nbsp;&hellip; &xyzzy; 1 < 2", "Fish & chips <3 €5\u{a0}… &xyzzy; 1 < 2");
        for broken in ["<", "<a", "<a href=", "<p <b", "</", "<!--", "<a href='x", "&#x;", "<li>", "</ul></a>"] {
            let _ = to_text(broken);
        }
    }
}
