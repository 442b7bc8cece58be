//! What a project holds: each item with its page, its comment and its place in the text.

use std::collections::BTreeMap;

use flow_compiler::Compilation;
use flow_compiler::diagnostic::Sink;
use flow_compiler::names::{Kind as NameKind, Symbol};
use flow_compiler::source::{FileId, FileKind, Sources, Span};
use flow_compiler::syntax::{self, tree};
use flow_graph::graph::Node;
use flow_graph::program::{Event, builtin};
use flow_graph::{Graph, Id, Program, Words};

use crate::html::{code, link};

/// A project with all that its pages ask for.
pub(crate) struct Site<'a> {
    /// Its files.
    pub(crate) sources: &'a Sources,
    /// What it means.
    pub(crate) program: &'a Program,
    /// Who reads whom, and what causes what.
    pub(crate) graph: Graph,
    /// Its items in the order of kinds and names.
    pub(crate) items: Vec<Item>,
    /// Comments of fields of the contact and of events.
    pub(crate) field_docs: BTreeMap<Symbol, String>,
    /// For each file what each name in it stands for, in the order of the text.
    pub(crate) names: BTreeMap<FileId, Vec<(Span, Symbol)>>,
    /// Tests in the order of files and text.
    pub(crate) tests: Vec<Test>,
}

/// Something that is declared.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// What it is in the graph.
    pub(crate) node: Node,
    /// Its name.
    pub(crate) name: String,
    /// What its author says of it.
    pub(crate) doc: Option<String>,
    /// Where it is written.
    pub(crate) span: Option<Span>,
    /// Its page, with an anchor where it shares one.
    pub(crate) path: String,
}

/// A test.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// Its name.
    pub(crate) name: String,
    /// Where it is written.
    pub(crate) span: Span,
    /// Its anchor on the page of all tests.
    pub(crate) anchor: String,
}

impl<'a> Site<'a> {
    pub(crate) fn new(sources: &'a Sources, compilation: &Compilation, program: &'a Program) -> Self {
        let mut names: BTreeMap<FileId, Vec<(Span, Symbol)>> = BTreeMap::new();
        let declared = compilation.references.declared.iter().map(|(symbol, span)| (*span, *symbol));
        for (span, symbol) in compilation.references.uses.iter().copied().chain(declared) {
            names.entry(span.file).or_default().push((span, symbol));
        }
        for spans in names.values_mut() {
            spans.sort_by_key(|(span, _)| (span.start, span.end));
        }
        let graph = Graph::new(program);
        let mut site =
            Self { sources, program, graph, items: Vec::new(), field_docs: BTreeMap::new(), names, tests: Vec::new() };
        site.declare();
        let symbols: BTreeMap<Span, Symbol> =
            compilation.references.declared.iter().map(|(symbol, span)| (*span, *symbol)).collect();
        site.read(&symbols);
        site
    }

    /// All items that the program has.
    fn declare(&mut self) {
        let mut add = |node: Node, name: &str, folder: &str, own: bool| {
            let path = if own { format!("{folder}/{name}.html") } else { format!("{folder}-{name}") };
            self.items.push(Item { node, name: name.to_owned(), doc: None, span: None, path });
        };
        let program = self.program;
        macro_rules! every {
            ($table:ident, $node:ident, $folder:literal, $own:literal) => {
                for (number, it) in (0_u32..).zip(program.$table.iter()) {
                    add(Node::$node(Id::new(number)), &it.name, $folder, $own);
                }
            };
        }
        every!(sequences, Sequence, "sequences", true);
        every!(messages, Message, "messages", true);
        every!(segments, Segment, "segments", true);
        every!(scores, Score, "scores", true);
        every!(lifecycles, Lifecycle, "lifecycles", true);
        every!(slas, Sla, "promises", true);
        every!(events, Event, "events", true);
        every!(fields, Field, "data.html#contact", false);
        every!(enums, Enum, "data.html#enum", false);
        every!(topics, Topic, "rules.html#topic", false);
        every!(channels, Channel, "people.html#channel", false);
        every!(connectors, Connector, "people.html#connector", false);
        every!(teams, Team, "people.html#team", false);
        every!(calendars, Calendar, "people.html#calendar", false);
        self.items.push(Item {
            node: Node::Limits,
            name: "limits".to_owned(),
            doc: None,
            span: None,
            path: "rules.html#limits".to_owned(),
        });
        // A built-in event that nothing hangs on would be a page about nothing.
        let quiet = |item: &Item| {
            let built_in = matches!(item.node, Node::Event(id) if id.index() < builtin::NAMES.len());
            built_in && self.graph.readers(item.node).is_empty() && self.graph.causes(item.node).is_empty()
        };
        let quiet: Vec<Node> = self.items.iter().filter(|item| quiet(item)).map(|item| item.node).collect();
        self.items.retain(|item| !quiet.contains(&item.node));
    }

    /// Comments and places, from the text.
    fn read(&mut self, symbols: &BTreeMap<Span, Symbol>) {
        let flow: Vec<(FileId, &str)> = self
            .sources
            .iter()
            .filter(|(_, file)| file.kind == FileKind::Flow)
            .map(|(id, file)| (id, &*file.text))
            .collect();
        for (id, text) in flow {
            for item in syntax::parse(id, text, &mut Sink::default()).items {
                for field in fields(&item.kind) {
                    if let (Some(doc), Some(symbol)) = (&field.doc, symbols.get(&field.name.span)) {
                        self.field_docs.insert(*symbol, doc.clone());
                    }
                }
                if let tree::ItemKind::Test(test) = &item.kind {
                    let anchor = format!("test-{}", self.tests.len() + 1);
                    self.tests.push(Test { name: test.name.value.clone(), span: item.span, anchor });
                    continue;
                }
                let node = match item.kind.name() {
                    Some(name) => symbols.get(&name.span).and_then(|symbol| node(*symbol)),
                    None if matches!(item.kind, tree::ItemKind::Limits(_)) => Some(Node::Limits),
                    None => None,
                };
                if let Some(known) = self.items.iter_mut().find(|known| Some(known.node) == node) {
                    known.doc.clone_from(&item.doc);
                    known.span = Some(item.span);
                }
            }
        }
    }

    /// Words for conditions and the like.
    pub(crate) fn words(&self) -> Words<'a> {
        Words::plain(self.program)
    }

    /// The item of a node, or the one that the node is a part of.
    pub(crate) fn item(&self, node: Node) -> Option<&Item> {
        self.items.iter().find(|item| item.node == node.item())
    }

    /// A name that leads to its page.
    pub(crate) fn link(&self, node: Node) -> String {
        match self.item(node) {
            Some(item) => link(&item.path, &code(&item.name)),
            None => code(self.graph.address(node).rsplit('.').next().unwrap_or_default()),
        }
    }

    /// The name of an event that leads to its page.
    pub(crate) fn event(&self, id: Id<Event>) -> String {
        match self.item(Node::Event(id)) {
            Some(item) => link(&item.path, &code(&item.name)),
            None => code(self.program.events.get(id).map_or("?", |event| &event.name)),
        }
    }

    /// Items of one kind of page: those whose path begins so.
    pub(crate) fn of(&self, folder: &str) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.path.split('/').next() == Some(folder))
    }

    /// The page of what a name stands for.
    pub(crate) fn path(&self, symbol: Symbol) -> Option<&str> {
        self.item(node(symbol)?).map(|item| item.path.as_str())
    }

    /// Tests that speak of an item.
    pub(crate) fn tests_of(&self, item: &Item) -> Vec<&Test> {
        let speaks = |test: &&Test| {
            let names = self.names.get(&test.span.file).map_or(&[][..], Vec::as_slice);
            let inside = |span: Span| span.start >= test.span.start && span.end <= test.span.end;
            names.iter().any(|(span, symbol)| inside(*span) && node(*symbol).map(Node::item) == Some(item.node))
        };
        self.tests.iter().filter(speaks).collect()
    }
}

/// The fields of the contact or of an event.
fn fields(kind: &tree::ItemKind) -> &[tree::contact::Field] {
    if let tree::ItemKind::Contact(contact) = kind {
        &contact.fields
    } else if let tree::ItemKind::Event(event) = kind {
        &event.fields
    } else {
        &[]
    }
}

/// What a name is in the graph: the item, also for a part of it.
pub(crate) fn node(symbol: Symbol) -> Option<Node> {
    let (Symbol::Item(kind, number) | Symbol::Member(kind, number, _)) = symbol;
    Some(match kind {
        NameKind::Enum => Node::Enum(Id::new(number)),
        NameKind::Field => Node::Field(Id::new(number)),
        NameKind::Event => Node::Event(Id::new(number)),
        NameKind::Segment => Node::Segment(Id::new(number)),
        NameKind::Score => Node::Score(Id::new(number)),
        NameKind::Lifecycle => Node::Lifecycle(Id::new(number)),
        NameKind::Topic => Node::Topic(Id::new(number)),
        NameKind::Channel => Node::Channel(Id::new(number)),
        NameKind::Connector => Node::Connector(Id::new(number)),
        NameKind::Message => Node::Message(Id::new(number)),
        NameKind::Sequence => Node::Sequence(Id::new(number)),
        NameKind::Calendar => Node::Calendar(Id::new(number)),
        NameKind::Team => Node::Team(Id::new(number)),
        NameKind::Sla => Node::Sla(Id::new(number)),
        NameKind::Test => return None,
    })
}
