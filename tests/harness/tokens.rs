//! Projects with one token changed, and projects with one name changed everywhere.

use flow_compiler::names::Symbol;
use flow_compiler::source::{FileKind, Sources, Span};
use flow_compiler::syntax::lex::{LexKind, Lexeme, Lexer};

/// A project with one token changed.
#[derive(Debug)]
pub struct Mutant {
    /// The project.
    pub sources: Sources,
    /// Where and what.
    pub says: String,
}

/// Signs that can stand for each other, the longer ones first.
const SIGNS: &[&[&str]] = &[&[">=", "<=", ">", "<", "==", "!="], &["+", "-"], &["->"]];
/// Words that can stand for each other.
const WORDS: &[&[&str]] = &[
    &["and", "or"],
    &["opt_in", "opt_out", "none"],
    &["days", "weeks", "months"],
    &["day", "week", "month"],
    &["entered", "left"],
    &["add", "remove"],
    &["granted", "withdrawn"],
    &["count", "distinct"],
    &["sum", "min", "max", "avg", "first", "last"],
    &["once", "again"],
    &["skip", "wait up to 1 day"],
    &["least", "most"],
    &["true", "false"],
    &["weekday", "weekend", "mon"],
    &["starts", "ends"],
    &["exit", ""],
    &["transactional", ""],
    &["personal", ""],
    &["not", ""],
    &["unique", ""],
];

/// All of them. Those that do not compile are among them.
pub fn mutants(sources: &Sources) -> Vec<Mutant> {
    let names = names(sources);
    let mut found = Vec::new();
    for (id, file) in sources.iter().filter(|(_, file)| file.kind == FileKind::Flow && !file.path.contains("test")) {
        let all: Vec<Lexeme> = Lexer::new(&file.text).collect();
        for lexeme in all {
            let Some(word) = file.text.get(lexeme.start..lexeme.end) else { continue };
            // Some signs are of two letters.
            let two = file.text.get(lexeme.start..lexeme.start + 2).filter(|two| SIGNS.concat().contains(two));
            let word = if lexeme.kind == LexKind::Sign { two.unwrap_or(word) } else { word };
            for other in others(lexeme.kind, word, &names) {
                let mut text = file.text.to_string();
                text.replace_range(lexeme.start..lexeme.start + word.len(), &other);
                let line = file.text.get(..lexeme.start).map_or(0, |before| before.matches('\n').count()) + 1;
                let whole = file.text.lines().nth(line - 1).unwrap_or_default().trim();
                let says = format!("{}:{line}: `{word}` becomes `{other}` in `{whole}`", file.path);
                found.push(Mutant { sources: with(sources, id, &text), says });
            }
        }
    }
    found
}

fn with(sources: &Sources, changed: flow_compiler::source::FileId, text: &str) -> Sources {
    let mut out = Sources::default();
    for (id, file) in sources.iter() {
        let text = if id == changed { text } else { &file.text };
        out.add(file.path.clone(), file.kind, text);
    }
    out
}

fn others(kind: LexKind, word: &str, names: &[String]) -> Vec<String> {
    match kind {
        LexKind::Number => number(word),
        LexKind::Text(_) => vec!["\"another\"".to_owned()],
        LexKind::Sign => {
            let group = SIGNS.iter().find(|group| group.contains(&word));
            group
                .into_iter()
                .flat_map(|group| group.iter())
                .filter(|it| **it != word)
                .map(|it| (*it).to_owned())
                .collect()
        }
        LexKind::Word => {
            let known = WORDS.iter().filter(|group| group.contains(&word)).flat_map(|group| group.iter());
            let mut all: Vec<String> = known.filter(|it| **it != word).map(|it| (*it).to_owned()).collect();
            // Another name: whatever is of the right kind compiles.
            if let Some(at) = names.iter().position(|name| name == word) {
                let next = (1..4).filter_map(|step| names.get((at + step) % names.len()));
                all.extend(next.cloned());
            }
            all
        }
        LexKind::Comment | LexKind::Doc | LexKind::Hash | LexKind::Open(_) | LexKind::Close(_) | LexKind::Strange => {
            Vec::new()
        }
    }
}

/// The number with its unit, one more and twice as much.
fn number(word: &str) -> Vec<String> {
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (digits, unit) = word.split_at(digits);
    let Ok(n) = digits.parse::<u64>() else { return Vec::new() };
    [n + 1, n * 2, n.saturating_sub(1)].into_iter().filter(|it| *it != n).map(|it| format!("{it}{unit}")).collect()
}

/// Names of items and fields, in the order of the text.
fn names(sources: &Sources) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (_, file) in sources.iter().filter(|(_, file)| file.kind == FileKind::Flow) {
        let mut last = "";
        for lexeme in Lexer::new(&file.text) {
            let word = file.text.get(lexeme.start..lexeme.end).unwrap_or_default();
            let declares = ["segment", "score", "message", "sequence", "event", "topic", "send"].contains(&last);
            let field = file.text.get(lexeme.end..).is_some_and(|rest| rest.starts_with(':'));
            if lexeme.kind == LexKind::Word && (declares || field) && !found.iter().any(|it| it == word) {
                found.push(word.to_owned());
            }
            last = word;
        }
    }
    found
}

/// The project with one item under another name, and a `moved` clause that says so.
pub fn renamed(sources: &Sources, address: &str, new: &str) -> Sources {
    let old = address.split_once('.').map_or(address, |(_, name)| name);
    let kind = address.split_once('.').map_or("", |(kind, _)| kind);
    let references = flow_compiler::compile_unproved(sources).references;
    let text = |span: Span| {
        let file = sources.get(span.file)?;
        file.text.get(span.start as usize..span.end as usize)
    };
    let symbol = references.declared.iter().find_map(|(symbol, span)| match symbol {
        Symbol::Item(of, _) if of.noun() == kind && text(*span) == Some(old) => Some(*symbol),
        Symbol::Item(..) | Symbol::Member(..) => None,
    });
    let uses = references.uses.iter().filter(|(_, it)| Some(*it) == symbol).map(|(span, _)| *span);
    let declared = symbol.and_then(|symbol| references.declared.get(&symbol).copied());
    let all: Vec<Span> = uses.chain(declared).collect();
    let mut out = Sources::default();
    for (id, file) in sources.iter() {
        let mut text = file.text.to_string();
        let inside = |span: &Span| {
            // A name in a template stands in quotes.
            let quoted = text.get(span.start as usize..).is_some_and(|rest| rest.starts_with(['"', '\'']));
            let skip = usize::from(quoted);
            (span.start as usize + skip, span.end as usize - skip)
        };
        let mut places: Vec<(usize, usize)> = all.iter().filter(|span| span.file == id).map(inside).collect();
        places.sort_unstable();
        places.dedup();
        for (start, end) in places.into_iter().rev() {
            text.replace_range(start..end, new);
        }
        out.add(file.path.clone(), file.kind, text);
    }
    out.add("moved.flow", FileKind::Flow, format!("moved {address} to {kind}.{new}\n"));
    out
}
