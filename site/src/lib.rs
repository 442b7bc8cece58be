//! A project as pages for people who do not program: what happens to whom and why, in words and as pictures.
//!
//! Pure: the project goes in, files come out, and whoever asked writes them. The same project gives the same bytes.
//! Everything a page needs lies beside it: it opens from a disk, and nothing is fetched from anywhere.

mod around;
mod code;
mod frame;
mod html;
mod items;
mod language;
mod pages;
mod prose;
mod sample;

use flow_compiler::Compilation;
use flow_compiler::source::Sources;
use flow_graph::Program;

pub use language::explain_pages;

/// A file of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path in the site, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// The site of a project: pages, one style, one script, one index for the search. In the order of their paths.
/// Nothing, when the project has an error.
#[must_use]
pub fn site(sources: &Sources, compilation: &Compilation) -> Option<Vec<File>> {
    let program: &Program = compilation.program.as_ref()?;
    let site = items::Site::new(sources, compilation, program);
    let mut pages = pages::all(&site);
    pages.extend(language::pages());
    let mut files: Vec<File> = pages.iter().map(|page| frame::page(&site, page)).collect();
    files.push(frame::index(&pages, &pages::parts(&site)));
    files.push(File { path: "site.css".to_owned(), text: frame::style() });
    files.push(File { path: "site.js".to_owned(), text: frame::SCRIPT.to_owned() });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Some(files)
}
