//! Templates: every variable, filter, test, function and included file is checked against what the place of use
//! offers, so that no letter starts "Hi !" and none fails when it is to leave.
//!
//! What may stand in a template is the table in [`flow_graph::template`].

use std::collections::BTreeMap;

use flow_graph::program::{EnumType, Event, Field};
use flow_graph::{Id, Table, Type};
use minijinja::machinery::ast::Stmt;

use crate::diagnostic::{Applicability, Code, Diagnostic, Sink};
use crate::names::{Found, Kind, Symbol};
use crate::source::{FileId, FileKind, Sources, Span};
use crate::suggest;
use place::Place;
use scope::State;

mod expression;
mod filter;
mod guard;
mod lookup;
mod place;
mod scope;
mod statement;

/// What templates can speak of.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    /// The files of the project.
    pub(crate) sources: &'a Sources,
    /// Fields of the contact.
    pub(crate) fields: &'a Table<Field>,
    /// Events.
    pub(crate) events: &'a Table<Event>,
    /// Enums.
    pub(crate) enums: &'a Table<EnumType>,
    /// A field of the contact could not be read: an unknown one is not reported.
    pub(crate) fields_broken: bool,
}

/// The place that uses a template: what it offers beside the contact.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reach {
    /// How a run that comes here can have begun; empty with `event_open` unset: there is no `event` here.
    pub(crate) entries: Vec<Entry>,
    /// Nothing is known about how a run begins: every `event.x` is let pass.
    pub(crate) event_open: bool,
    /// The type of `key`, where there is one.
    pub(crate) key: Option<Type>,
    /// Further places to show: who sends the message, which message has the file.
    pub(crate) labels: Vec<(Span, String)>,
}

/// One way in which a run begins.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// With this event; `None`: without one (`entered segment`, `enroll in`).
    pub(crate) event: Option<Id<Event>>,
    /// Where it stands.
    pub(crate) at: Span,
    /// The sequence that begins.
    pub(crate) sequence: String,
}

/// The text of a template.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Text<'a> {
    /// A file, named at this place by this path.
    File(&'a str, Span),
    /// A text in quotes, escapes resolved, and its span with the quotes.
    Inline(&'a str, Span),
}

/// Template files by path, as a program holds them.
pub(crate) type Files = BTreeMap<String, String>;

/// Checks a template and all that it includes; gives the names that it uses. The files that it needs are added to `files`.
pub(crate) fn check(world: World<'_>, reach: &Reach, text: Text<'_>, files: &mut Files, sink: &mut Sink) -> Found {
    let mut walk = Walk {
        world,
        reach,
        files,
        sink,
        place: Place::new(FileId::NONE, 0),
        state: State::default(),
        found: Found::default(),
        open: Vec::new(),
        visits: 0,
    };
    match text {
        Text::File(path, span) => walk.file(path, span),
        Text::Inline(text, span) => walk.text(text, Place::inline(world.sources, span, text)),
    }
    walk.found
}

/// Files that one template may pull in, itself included: beyond that somebody doubles on every level.
const MAX_VISITS: u32 = 500;

/// One walk through a template and what it includes.
struct Walk<'a> {
    world: World<'a>,
    reach: &'a Reach,
    files: &'a mut Files,
    sink: &'a mut Sink,
    /// Where the text that is being walked stands.
    place: Place,
    state: State,
    /// The names that were met.
    found: Found,
    /// The files that are being walked, outermost first, and where the next one is named.
    open: Vec<FileId>,
    visits: u32,
}

impl Walk<'_> {
    /// A file named by its path.
    fn file(&mut self, path: &str, named: Span) {
        let Some(id) = self.world.sources.find(path) else { return self.unknown_file(path, named) };
        self.found.files.push((named, id));
        if self.open.contains(&id) {
            let round: Vec<&str> = self.open.iter().map(|id| self.world.sources.path(*id)).collect();
            let message = format!("`{path}` includes itself");
            let way = format!("the way round is {} and back to `{path}`", suggest::list(round));
            return self.push(Diagnostic::new(Code::TemplateCycle, named, message).help(way));
        }
        self.visits += 1;
        if self.visits > MAX_VISITS {
            let message = format!("this template pulls in more than {MAX_VISITS} files");
            return self.push(Diagnostic::new(Code::TemplateCycle, named, message));
        }
        let Some(file) = self.world.sources.get(id) else { return };
        let whole = file.text.clone();
        let text = whole.strip_prefix('\u{feff}').unwrap_or(&whole);
        self.files.insert(path.to_owned(), text.to_owned());
        self.open.push(id);
        let skipped = u32::try_from(whole.len() - text.len()).unwrap_or(0);
        self.text(text, Place::new(id, skipped));
        self.open.pop();
    }

    fn text(&mut self, text: &str, place: Place) {
        let outer = std::mem::replace(&mut self.place, place);
        match minijinja::machinery::parse(text, "", minijinja::syntax::SyntaxConfig::default()) {
            Ok(Stmt::Template(root)) => self.block(&root.children),
            Ok(_) => {}
            Err(error) => self.syntax(text, &error),
        }
        self.place = outer;
    }

    fn syntax(&mut self, text: &str, error: &minijinja::Error) {
        let range = error.range().unwrap_or_else(|| line_of(text, error.line().unwrap_or(1)));
        let at = |offset: usize| u32::try_from(offset.min(text.len())).unwrap_or(u32::MAX);
        let span = self.place.offsets(at(range.start), at(range.end));
        let message = format!("the template cannot be read: {}", plainly(error.detail().unwrap_or_default()));
        let diagnostic = Diagnostic::new(Code::TemplateSyntax, span, message);
        self.push(diagnostic.help("values stand in `{{ … }}`, conditions in `{% if … %}` … `{% endif %}`"));
    }

    fn unknown_file(&mut self, path: &str, named: Span) {
        let templates = || self.world.sources.iter().filter(|(_, file)| file.kind == FileKind::Template);
        let tail = path.rsplit('/').next().unwrap_or(path);
        let same_name = templates().map(|(_, file)| &*file.path).find(|known| known.rsplit('/').next() == Some(tail));
        let near = same_name.or_else(|| suggest::nearest(path, templates().map(|(_, file)| &*file.path)));
        let diagnostic = Diagnostic::new(Code::UnknownTemplate, named, format!("there is no file `{path}`"));
        let diagnostic = match near {
            Some(near) => {
                let quote = self.world.sources.slice(named).chars().next().filter(|c| matches!(c, '"' | '\''));
                let quote = quote.map(String::from).unwrap_or_default();
                diagnostic.help(format!("did you mean `{near}`?")).fix(
                    format!("write `{near}`"),
                    named,
                    format!("{quote}{near}{quote}"),
                    Applicability::Unsafe,
                )
            }
            None => diagnostic.help("paths begin at the project's folder: `templates/hello.html`"),
        };
        self.push(diagnostic);
    }

    /// Notes what a name stands for, where it stands there as it is: in `contact["name"]` it may be made of anything.
    fn refer(&mut self, span: Span, name: &str, symbol: Symbol) {
        if self.world.sources.slice(span) == name {
            self.found.uses.push((span, symbol));
        }
    }

    /// The symbol of a field of the contact.
    fn field_symbol(&self, name: &str) -> Option<Symbol> {
        let position = self.world.fields.iter().position(|field| field.name == name)?;
        Some(Symbol::Item(Kind::Field, u32::try_from(position).ok()?))
    }

    /// The symbol of a field of an event.
    fn event_field_symbol(&self, event: Id<Event>, name: &str) -> Option<Symbol> {
        let position = self.world.events.get(event)?.fields.iter().position(|field| field.name == name)?;
        Some(Symbol::Member(Kind::Event, u32::try_from(event.index()).ok()?, u16::try_from(position).ok()?))
    }

    /// Pushes a diagnostic, with the places from which the template is reached.
    fn push(&mut self, mut diagnostic: Diagnostic) {
        for (span, text) in self.reach.labels.iter().take(3) {
            if *span != diagnostic.primary.span {
                diagnostic = diagnostic.label(*span, text.clone());
            }
        }
        self.sink.push(diagnostic);
    }
}

/// What the reader of templates says, in the words of somebody who writes letters.
fn plainly(said: &str) -> String {
    let said = said.trim_end_matches('.');
    if said.contains("end of input") || said.contains("end of raw block") {
        return "it ends before a `}}`, `%}` or `{% end… %}` that it needs".to_owned();
    }
    if said.contains("recursion") {
        return "it is nested too deep".to_owned();
    }
    let words = [
        ("start of variable block", "`{{`"),
        ("end of variable block", "`}}`"),
        ("start of block", "`{%`"),
        ("end of block", "`%}`"),
        ("identifier", "a name"),
        ("integer", "a number"),
        ("string", "a text"),
    ];
    let plain = |part: &str| words.iter().fold(part.to_owned(), |part, (from, to)| part.replace(from, to));
    match said.strip_prefix("unexpected ").map(|rest| rest.split_once(", expected ")) {
        Some(Some((found, expected))) => format!("expected {}, found {}", plain(expected), plain(found)),
        Some(None) => format!("{} has no place here", plain(said.trim_start_matches("unexpected "))),
        None if said.is_empty() => "something has no place here".to_owned(),
        None => plain(said),
    }
}

/// The bytes of a line (from 1) without the blanks around it.
fn line_of(text: &str, line: usize) -> std::ops::Range<usize> {
    let mut start = 0;
    for (number, content) in text.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            let trimmed = content.trim_start();
            let begin = start + content.len() - trimmed.len();
            return begin..begin + trimmed.trim_end().len();
        }
        start += content.len();
    }
    text.len()..text.len()
}

#[cfg(test)]
mod tests;
