//! The frame around each page: heading, the way around, search, style.

use flow_graph::picture::svg;

use crate::File;
use crate::html::{ROOT, escape, words};
use crate::items::Site;

/// The script of all pages.
pub(crate) const SCRIPT: &str = include_str!("../assets/site.js");
const STYLE: &str = include_str!("../assets/site.css");
/// Before anything is drawn: what the reader has chosen.
const EARLY: &str =
    "try{var t=localStorage.getItem('flow-theme');if(t)document.documentElement.dataset.theme=t}catch(e){}";
/// Words of a page that the search looks at, at most: names and headings come first.
const SEARCHED: usize = 1_200;

/// A page without its frame.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Its path in the site.
    pub(crate) path: String,
    /// What it is: `sequence`, `test`; may be empty.
    pub(crate) kind: &'static str,
    /// Its name.
    pub(crate) title: String,
    /// One line about it, for the search; plain text.
    pub(crate) about: String,
    /// What stands in it, in HTML.
    pub(crate) body: String,
}

/// The parts of the site, as they stand in the menu: folder or page, title, whether it is of the language and not of
/// the project.
pub(crate) const PARTS: &[(&str, &str)] = &[
    ("index.html", "Overview"),
    ("sequences", "Sequences"),
    ("messages", "Messages"),
    ("segments", "Segments"),
    ("scores", "Scores"),
    ("lifecycles", "Lifecycles"),
    ("promises", "Service levels"),
    ("data.html", "Events and fields"),
    ("rules.html", "Consent and limits"),
    ("people.html", "Teams and systems"),
    ("tests.html", "Tests as examples"),
    ("language", "The language"),
];

/// A page in its frame.
pub(crate) fn page(site: &Site<'_>, page: &Page) -> File {
    let project = escape(&site.program.project.name);
    let title =
        if page.kind.is_empty() { escape(&page.title) } else { format!("{}, {}", escape(&page.title), page.kind) };
    let picture = page.body.contains("class=\"picture\"");
    let (style, marks) =
        if picture { (format!("<style>\n{}</style>\n", pictures()), marks()) } else { Default::default() };
    let kind = if page.kind.is_empty() {
        String::new()
    } else {
        format!("<p class=\"kind {}\">{}</p>\n", page.kind.replace(' ', "-"), page.kind)
    };
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · {project}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{ROOT}site.css\">\n{style}\
         <script>{EARLY}</script>\n<script src=\"{ROOT}search-index.js\" defer></script>\n\
         <script src=\"{ROOT}site.js\" defer></script>\n</head>\n<body data-root=\"{ROOT}\">\n\
         <a class=\"skip\" href=\"#main\">To the content</a>\n\
         <header>\n<a class=\"project\" href=\"{ROOT}index.html\">{project}</a>\n\
         <search role=\"search\"><label for=\"q\">Search</label>\
         <input id=\"q\" type=\"search\" placeholder=\"Search\" autocomplete=\"off\" spellcheck=\"false\" \
         role=\"combobox\" aria-expanded=\"false\" aria-controls=\"found\" aria-autocomplete=\"list\"><kbd aria-hidden=\"true\">/</kbd>\
         <div id=\"found\" role=\"listbox\" aria-label=\"Results\" hidden></div></search>\n\
         <button id=\"theme\" type=\"button\" aria-label=\"Light or dark\" title=\"Light or dark\">\
         <svg viewBox=\"0 0 20 20\" width=\"18\" height=\"18\" aria-hidden=\"true\"><circle cx=\"10\" cy=\"10\" r=\"7.2\" \
         fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\"/><path d=\"M10 2.8a7.2 7.2 0 0 1 0 14.4z\" \
         fill=\"currentColor\"/></svg></button>\n</header>\n\
         <div class=\"columns\">\n{}<main id=\"main\" tabindex=\"-1\">\n{kind}<h1>{}</h1>\n{}</main>\n</div>\n{marks}</body>\n</html>\n",
        menu(site, &page.path),
        heading(&page.title),
        page.body,
    );
    File { path: page.path.clone(), text: rooted(&text, &page.path) }
}

/// The page with the way to the top folder put in.
pub(crate) fn rooted(text: &str, path: &str) -> String {
    text.replace(ROOT, &"../".repeat(path.matches('/').count()))
}

/// A name may break at its underscores.
pub(crate) fn heading(title: &str) -> String {
    escape(title).replace('_', "_<wbr>")
}

/// The menu: parts of the site, and the pages of the part in which the reader is.
fn menu(site: &Site<'_>, path: &str) -> String {
    let here = path.split('/').next().unwrap_or_default();
    // The page of an event stands among the events and fields.
    let here = if here == "events" { "data.html" } else { here };
    let mut out = String::new();
    for (part, title) in PARTS {
        let folder = !part.ends_with(".html");
        let items: Vec<_> = site.of(part).collect();
        if folder && *part != "language" && items.is_empty() {
            continue;
        }
        let target = if folder { format!("{part}/index.html") } else { (*part).to_owned() };
        let current = |to: &str| if to == path { " aria-current=\"page\"" } else { "" };
        let open = if here == *part { " class=\"open\"" } else { "" };
        out.push_str(&format!("<li{open}><a href=\"{ROOT}{target}\"{}>{title}</a>", current(&target)));
        if here == *part && folder && *part != "language" {
            let item = |item: &&crate::items::Item| {
                format!(
                    "<li><a href=\"{ROOT}{0}\"{1}>{2}</a></li>\n",
                    item.path,
                    current(&item.path),
                    heading(&item.name)
                )
            };
            out.push_str(&format!("\n<ul>\n{}</ul>\n", items.iter().map(item).collect::<String>()));
        }
        out.push_str("</li>\n");
    }
    format!(
        "<nav aria-label=\"Parts\"><details class=\"menu\" open><summary>Menu</summary>\n<ul>\n{out}</ul>\n</details></nav>\n"
    )
}

/// What the search knows: a script, since a page that was opened from a disk may fetch nothing.
/// `parts` are things that have no page of their own.
pub(crate) fn index(pages: &[Page], parts: &[Page]) -> File {
    let entry = |page: &Page| {
        let body: String = words(&page.body).chars().take(SEARCHED).collect();
        serde_json::json!([page.title, page.kind, page.path, page.about, body.to_lowercase()]).to_string()
    };
    let entries: Vec<String> = pages.iter().chain(parts).map(entry).collect();
    File {
        path: "search-index.js".to_owned(),
        // `</script>` in a text of the project would end the script of a page that takes it in.
        text: format!("window.FLOW_PAGES = [\n{}\n];\n", entries.join(",\n").replace("</", "<\\/")),
    }
}

/// The style of all pages.
pub(crate) fn style() -> String {
    STYLE.to_owned()
}

/// The style of pictures: in the page itself, since the heads of their arrows are looked for where the style stands.
fn pictures() -> String {
    let (shapes, light, dark) = svg::sheet();
    let nested = |text: &str| text.trim_end().replace('\n', "\n  ");
    format!(
        ".picture {{\n  {}\n  {}\n}}\n@media screen {{ :root[data-theme=\"dark\"] .picture {{\n  {dark}\n}} }}\n\
         @media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=\"light\"]) .picture {{\n  {dark}\n}} }}\n",
        nested(shapes),
        nested(&light),
        dark = nested(&dark),
    )
}

/// The heads of arrows, once for all pictures of a page.
fn marks() -> String {
    format!(
        "<svg class=\"picture marks\" width=\"0\" height=\"0\" aria-hidden=\"true\">{}</svg>\n",
        svg::marks().trim_end()
    )
}
