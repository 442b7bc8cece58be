//! What each word is where it stands, for colours: names by what they stand for, in texts with templates and in template files too.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use flow_compiler::keywords::{self, Group};
use flow_compiler::names::{Kind, Symbol};
use flow_compiler::source::{FileId, FileKind, Span};
use flow_graph::testcase::GATES;

use super::locals::{self, Local};
use super::tags::{self, Part, PartKind};
use super::tokens::{self, Token};
use crate::snapshot::Snapshot;

/// A stretch of the text within one line, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coloured {
    /// Where.
    pub span: Span,
    /// What it is.
    pub class: Class,
    /// What more is known of it.
    pub traits: Traits,
}

/// What a word can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A word of the language.
    Keyword,
    /// An operator in letters or signs.
    Operator,
    /// A type of a field.
    Type,
    /// A function over events, a filter of a template.
    Function,
    /// A text.
    Text,
    /// A number, a duration, a date, a time.
    Number,
    /// A comment.
    Comment,
    /// An enum.
    Enum,
    /// A value, a band, a stage; `true` and days of the week.
    Value,
    /// A field.
    Field,
    /// An event.
    Event,
    /// A segment.
    Segment,
    /// A score.
    Score,
    /// A lifecycle.
    Lifecycle,
    /// A topic, a channel, a connector.
    Outside,
    /// A message.
    Message,
    /// A sequence.
    Sequence,
    /// The label of a step.
    Label,
    /// A calendar, a team, a service level.
    Resource,
    /// The contact of a test, a split and its arms, a variable of a template.
    Local,
}

/// What more is known of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is independent of the others")]
pub struct Traits {
    /// A name that is declared here.
    pub declares: bool,
    /// It is built in.
    pub built_in: bool,
    /// It never changes.
    pub constant: bool,
    /// It speaks to the reader: a doc comment.
    pub doc: bool,
}

/// What the words of a file are, in the order of the text, without overlaps; those that touch `range` if one is given.
#[must_use]
pub fn semantic(snapshot: &Snapshot, file: FileId, range: Option<Range<u32>>) -> Vec<Coloured> {
    let Some(found) = snapshot.file(file) else { return Vec::new() };
    let mut colours = Colours { text: &found.text, file, known: known(snapshot, file), next: 0, found: Vec::new() };
    match found.kind {
        FileKind::Flow => colours.flow(),
        FileKind::Template => colours.template(0, &found.text),
        FileKind::Settings => {}
    }
    let mut found = colours.found;
    if let Some(range) = range {
        found.retain(|coloured| coloured.span.start <= range.end && range.start <= coloured.span.end);
    }
    found
}

/// The names of a file whose meaning is known, each once, in the order of the text.
fn known(snapshot: &Snapshot, file: FileId) -> Vec<(Span, Class, Traits)> {
    let references = &snapshot.analysis().references;
    let declared_at = |symbol: Symbol| references.declared.contains_key(&symbol);
    let named = |span: Span, symbol: Symbol, declares: bool| {
        let (class, constant) = class(symbol);
        (span, class, Traits { declares, built_in: !declared_at(symbol), constant, doc: false })
    };
    let from = references.uses.partition_point(|(span, _)| span.file < file);
    let uses = references.uses.iter().skip(from).take_while(|(span, _)| span.file == file);
    let mut found: Vec<_> = uses.map(|(span, symbol)| named(*span, *symbol, false)).collect();
    let declared = references.declared.iter().filter(|(_, span)| span.file == file);
    found.extend(declared.map(|(symbol, span)| named(*span, *symbol, true)));
    let items = snapshot.parsed(file).map_or(&[][..], |parsed| parsed.tree.items.as_slice());
    for local in items.iter().flat_map(locals::of_item) {
        let class = match local.kind {
            Local::Contact | Local::Split => Class::Local,
            Local::Arm => Class::Value,
        };
        let traits = Traits { declares: local.declares, constant: local.kind == Local::Arm, ..Traits::default() };
        found.push((local.name.span, class, traits));
    }
    found.sort_by_key(|(span, ..)| *span);
    found.dedup_by_key(|(span, ..)| span.start);
    found
}

/// What something that has a name is, and whether it never changes.
fn class(symbol: Symbol) -> (Class, bool) {
    match symbol {
        Symbol::Item(kind, _) => match kind {
            Kind::Enum => (Class::Enum, false),
            Kind::Field => (Class::Field, false),
            Kind::Event => (Class::Event, false),
            Kind::Segment => (Class::Segment, false),
            Kind::Score => (Class::Score, false),
            Kind::Lifecycle => (Class::Lifecycle, false),
            Kind::Topic | Kind::Channel | Kind::Connector => (Class::Outside, false),
            Kind::Message => (Class::Message, false),
            Kind::Sequence => (Class::Sequence, false),
            Kind::Calendar | Kind::Team | Kind::Sla => (Class::Resource, false),
            Kind::Test => (Class::Text, false),
        },
        Symbol::Member(kind, ..) => match kind {
            Kind::Enum | Kind::Score | Kind::Lifecycle => (Class::Value, true),
            Kind::Sequence => (Class::Label, false),
            Kind::Event
            | Kind::Field
            | Kind::Segment
            | Kind::Topic
            | Kind::Channel
            | Kind::Connector
            | Kind::Message
            | Kind::Calendar
            | Kind::Team
            | Kind::Sla
            | Kind::Test => (Class::Field, false),
        },
    }
}

/// The words of the language by what they are.
static WORDS: LazyLock<HashMap<&str, Vec<Group>>> = LazyLock::new(|| {
    let mut words: HashMap<&str, Vec<Group>> = HashMap::new();
    for (word, group) in keywords::all() {
        words.entry(word).or_default().push(group);
    }
    words
});

/// The colours of one file as they are found.
struct Colours<'a> {
    text: &'a str,
    file: FileId,
    known: Vec<(Span, Class, Traits)>,
    /// The first known name that has not been passed.
    next: usize,
    found: Vec<Coloured>,
}

impl Colours<'_> {
    fn push(&mut self, start: usize, end: usize, class: Class, traits: Traits) {
        let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        if start < end {
            self.found.push(Coloured { span: Span::new(self.file, at(start), at(end)), class, traits });
        }
    }

    /// The known name that begins at an offset; offsets are asked for in their order.
    fn named(&mut self, start: usize) -> Option<(usize, Class, Traits)> {
        while let Some((span, class, traits)) = self.known.get(self.next).copied() {
            let at = span.start as usize;
            if at > start {
                return None;
            }
            self.next += 1;
            if at == start {
                return Some((span.end as usize, class, traits));
            }
        }
        None
    }

    /// Whether a known name begins where a token does, the next one at that.
    fn is_known(&self, token: Option<&Token>) -> bool {
        let next = self.known.get(self.next).map(|(span, ..)| span.start as usize);
        token.is_some_and(|token| Some(token.start) == next)
    }

    fn flow(&mut self) {
        let text = self.text;
        let all = tokens::tokens(text);
        for (number, token) in all.iter().enumerate() {
            let word = text.get(token.start..token.end).unwrap_or("");
            let plain = Traits::default();
            match token.kind {
                tokens::Kind::Word => self.word(&all, number, word),
                tokens::Kind::Text if word.contains("{{") || word.contains("{%") => self.template(token.start, word),
                tokens::Kind::Text => {
                    let (_, class, traits) = self.named(token.start).unwrap_or((0, Class::Text, plain));
                    self.push(token.start, token.end, class, traits);
                }
                tokens::Kind::Number
                | tokens::Kind::Duration
                | tokens::Kind::Percent
                | tokens::Kind::Money
                | tokens::Kind::Date
                | tokens::Kind::DateTime
                | tokens::Kind::Clock => self.push(token.start, token.end, Class::Number, plain),
                tokens::Kind::Comment => self.push(token.start, token.end, Class::Comment, plain),
                tokens::Kind::Doc => {
                    self.push(token.start, token.end, Class::Comment, Traits { doc: true, ..plain });
                }
                tokens::Kind::Sign if !matches!(word, "," | "." | ":") => {
                    self.push(token.start, token.end, Class::Operator, plain);
                }
                tokens::Kind::Sign | tokens::Kind::Open(_) | tokens::Kind::Close(_) | tokens::Kind::Strange => {}
            }
        }
    }

    /// A word of a `.flow` file: a name that is known, or else a word of the language.
    fn word(&mut self, all: &[Token], number: usize, word: &str) {
        let Some(token) = all.get(number) else { return };
        if let Some((_, class, traits)) = self.named(token.start) {
            return self.push(token.start, token.end, class, traits);
        }
        let text = self.text;
        let says = |token: Option<&Token>| token.and_then(|token| text.get(token.start..token.end)).unwrap_or("");
        let before = says(number.checked_sub(1).and_then(|before| all.get(before)));
        let after = all.get(number + 1);
        let groups = WORDS.get(word).map_or(&[][..], Vec::as_slice);
        let is = |group: Group| groups.contains(&group);
        let built_in = Traits { built_in: true, ..Traits::default() };
        let (class, traits) = match word {
            "contact" | "event" if says(after) == "." => (Class::Local, built_in),
            "key" if !self.is_known(after) => (Class::Local, built_in),
            _ if before == "." => return,
            // What a connector is told: its names are declared nowhere.
            _ if says(after) == ":" && word != "capped" => (Class::Field, Traits::default()),
            _ if is(Group::Type) && matches!(before, ":" | "of") => (Class::Type, built_in),
            _ if is(Group::Function) && says(after) == "(" => (Class::Function, built_in),
            _ if is_choice(before, word) => (Class::Value, Traits { constant: true, ..built_in }),
            _ if is(Group::Constant) || is(Group::Day) => (Class::Value, Traits { constant: true, ..built_in }),
            "and" | "or" | "not" => (Class::Operator, Traits::default()),
            // A type where no type can stand: a name that is not known.
            _ if groups.iter().any(|group| *group != Group::Type) => (Class::Keyword, Traits::default()),
            _ => return,
        };
        self.push(token.start, token.end, class, traits);
    }

    /// The tags of a template that stands at an offset; in a text with its quotes what stands between them is text.
    fn template(&mut self, base: usize, text: &str) {
        let quoted = base > 0 || self.text.len() != text.len();
        let mut behind = 0;
        for tag in tags::tags(text) {
            if quoted {
                self.push(base + behind, base + tag.range.start, Class::Text, Traits::default());
            }
            behind = tag.range.end;
            for part in &tag.parts {
                self.part(base, *part);
            }
        }
        if quoted {
            self.push(base + behind, base + text.len(), Class::Text, Traits::default());
        }
    }

    fn part(&mut self, base: usize, part: Part) {
        let (start, end) = (base + part.start, base + part.end);
        let plain = Traits::default();
        let built_in = Traits { built_in: true, ..plain };
        let (class, traits) = match part.kind {
            PartKind::Comment => return self.lines(start, end),
            PartKind::Mark => (Class::Operator, plain),
            PartKind::Statement | PartKind::Keyword => (Class::Keyword, plain),
            PartKind::Filter => (Class::Function, built_in),
            PartKind::Text => (Class::Text, plain),
            PartKind::Number => (Class::Number, plain),
            PartKind::Sign => return,
            PartKind::Name => {
                let named = self.named(start).map(|(_, class, traits)| (class, traits));
                let word = self.text.get(start..end).unwrap_or("");
                let root = matches!(word, "contact" | "event" | "key");
                named.unwrap_or((Class::Local, if root { built_in } else { plain }))
            }
            PartKind::Member => self.named(start).map_or((Class::Field, plain), |(_, class, traits)| (class, traits)),
        };
        self.push(start, end, class, traits);
    }

    /// A comment may go over several lines; what an editor is told may not.
    fn lines(&mut self, start: usize, end: usize) {
        let mut at = start;
        for line in self.text.get(start..end).unwrap_or("").split_inclusive('\n') {
            self.push(at, at + line.trim_end().len(), Class::Comment, Traits::default());
            at += line.len();
        }
    }
}

/// Whether a word is one of a few that may stand behind another: a kind of consent, a call, a gate.
fn is_choice(before: &str, word: &str) -> bool {
    match before {
        "consent" => matches!(word, "opt_in" | "opt_out" | "none"),
        "as" => matches!(word, "page" | "screen" | "group"),
        "by" => GATES.contains(&word),
        _ => false,
    }
}
