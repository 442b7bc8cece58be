//! Lines above declarations, and what a click on them does.

use gen_lsp_types::{CodeLens, CodeLensParams, Command};
use serde_json::json;

use super::super::view::{Document, Places, Refusal, View};
use super::commands::{RUN_TEST, SHOW_GRAPH, SHOW_REFERENCES};
use crate::features::lens::{self, Act, Lens};

/// The lines of a document.
pub(crate) fn lenses(view: &View<'_>, params: &CodeLensParams) -> Result<Option<Vec<CodeLens>>, Refusal> {
    let Some(document) = view.document(&params.text_document.uri) else { return Ok(None) };
    let people = view.host.people(&document.snapshot.analysis().program.project.name);
    let found = lens::lenses(document.snapshot, document.file, people.as_ref());
    view.alive()?;
    let mut places = Places::new(view, &document);
    Ok(Some(found.into_iter().map(|lens| told(view, &document, &mut places, lens)).collect()))
}

fn told(view: &View<'_>, document: &Document<'_>, places: &mut Places<'_>, lens: Lens) -> CodeLens {
    let Lens { span, title, act } = lens;
    let range = document.range(span);
    let uri = view.uri(document, document.file);
    let (command, arguments) = match act {
        // A line that only tells has a command without a name.
        Act::Tell => ("", None),
        Act::References(found) => {
            let found: Vec<_> = found.into_iter().map(|span| places.location(span)).collect();
            (SHOW_REFERENCES, Some(vec![json!(uri), json!(range.start), json!(found)]))
        }
        Act::RunTest(name) => (RUN_TEST, Some(vec![json!(uri), json!(name)])),
        Act::ShowGraph => (SHOW_GRAPH, Some(vec![json!(uri), json!(range.start)])),
    };
    let command = Command { title, tooltip: None, command: command.to_owned(), arguments };
    CodeLens { range, command: Some(command), data: None }
}
