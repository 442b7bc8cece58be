//! The clauses that an item lacks, all at once.

use flow_compiler::diagnostic::{Code, Edit};
use flow_compiler::source::{FileKind, Span};
use flow_compiler::syntax::tree::Item;

use super::{Action, What};
use crate::snapshot::Snapshot;

/// Fills in what an item lacks; what the author has to choose stands there as an example.
pub(super) fn missing(snapshot: &Snapshot, item: &Item) -> Option<Action> {
    let name = item.kind.name()?;
    let lacks = |code: Code, span: Span| code == Code::MissingClause && span == name.span;
    let found: Vec<_> = snapshot.diagnostics().iter().filter(|found| lacks(found.code, found.primary.span)).collect();
    let examples = found.iter().filter_map(|found| example(found.help.as_deref()?));
    let clauses: Vec<String> = examples.map(|clause| of_project(snapshot, clause)).collect();
    let text = snapshot.sources.slice(item.span);
    let open = u32::try_from(text.find('{')?).ok()? + item.span.start + 1;
    if clauses.is_empty() {
        return None;
    }
    let flat = text.lines().count() == 1;
    let rest = text.split_once('{').map_or("", |(_, rest)| rest.trim_end_matches('}').trim());
    let mut insert: String = clauses.iter().map(|clause| format!("\n  {clause}")).collect();
    let end = if flat {
        // The item stood on one line: what it has comes below.
        insert.push_str(&if rest.is_empty() { "\n".to_owned() } else { format!("\n  {rest}\n") });
        item.span.end.saturating_sub(1)
    } else {
        open
    };
    let edits = vec![Edit { span: Span::new(item.span.file, open, end), text: insert }];
    let title = format!(
        "fill in {}",
        flow_compiler::suggest::list(clauses.iter().filter_map(|clause| clause.split(' ').next()))
    );
    Some(Action { title, what: What::Fix, edits, mends: found.first().map(|found| (*found).clone()), preferred: false })
}

/// The clause in the advice: ``add `consent opt_in` ``.
fn example(help: &str) -> Option<&str> {
    help.strip_prefix("add `")?.split('`').next()
}

/// The same clause with a channel, a topic and a file that the project has.
fn of_project(snapshot: &Snapshot, clause: &str) -> String {
    let program = &snapshot.analysis().program;
    let first = |names: &mut dyn Iterator<Item = &str>| names.next().map(str::to_owned);
    let own = match clause.split(' ').next() {
        Some("channel") => first(&mut program.channels.iter().map(|channel| channel.name.as_str())),
        Some("topic") => first(&mut program.topics.iter().map(|topic| topic.name.as_str())),
        Some("body") => {
            let mut templates = snapshot.sources.iter().filter(|(_, file)| file.kind == FileKind::Template);
            templates.next().map(|(_, file)| format!("file \"{}\"", file.path))
        }
        Some(_) | None => None,
    };
    match (own, clause.split_once(' ')) {
        (Some(own), Some((word, _))) => format!("{word} {own}"),
        (_, _) => clause.to_owned(),
    }
}
