//! `flow graph`: the project as a picture, whole or around one item.

mod text;

use std::fs;
use std::path::{Path, PathBuf};

use flow_compiler::suggest;
use flow_graph::graph::{Kind, Node};
use flow_graph::picture::{Picture, dot, mermaid, svg};
use flow_graph::{Canonical, Graph, Program};

use super::check::compiled;
use crate::args::{GraphArgs, GraphFormat};
use crate::failure::{Exit, Failure};
use crate::project::Project;
use crate::terminal::Terminal;

pub(crate) fn run(args: &GraphArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (dir, item) = words(&args.words)?;
    let project = Project::load(dir.as_deref())?;
    let Some((program, _)) = compiled(&project, terminal) else { return Ok(Exit::Found) };
    let graph = Graph::new(&program);
    let item = item.map(|item| find(&graph, &item)).transpose()?;
    let drawing = Drawing { program: &program, graph: &graph, item, depth: args.depth };
    let text = match args.format {
        GraphFormat::Text => text::text(&drawing, terminal),
        GraphFormat::Mermaid => mermaid::mermaid(&drawing.picture()),
        GraphFormat::Dot => dot::dot(&drawing.picture()),
        GraphFormat::Svg => svg::svg(&drawing.picture()),
        GraphFormat::Json => drawing.json()?,
    };
    match args.out.as_deref().filter(|path| *path != Path::new("-")) {
        None => terminal.say(&text),
        Some(path) => fs::write(path, text).map_err(|error| Failure::file("write", path, &error))?,
    }
    Ok(Exit::Done)
}

/// What is asked for.
pub(crate) struct Drawing<'a> {
    /// The program.
    pub(crate) program: &'a Program,
    /// Its graph.
    pub(crate) graph: &'a Graph,
    /// One item of it, or all.
    pub(crate) item: Option<Node>,
    /// How far.
    pub(crate) depth: u32,
}

impl Drawing<'_> {
    fn picture(&self) -> Picture {
        match self.item {
            None => Picture::overview(self.program, self.graph, self.depth),
            Some(item) => Picture::item(self.program, self.graph, item, self.depth),
        }
    }

    /// The canonical form; of an item its own definition, and the nodes that are its own or lead to it.
    fn json(&self) -> Result<String, Failure> {
        let mut form = Canonical::new(self.program);
        let Some(item) = self.item else { return Ok(form.to_json()) };
        let address = self.graph.address(item);
        let mine: Vec<&str> =
            std::iter::once(item).chain(self.graph.parts(item)).map(|node| self.graph.address(node)).collect();
        // All fields of the contact are one item.
        let definition = if item.kind() == Kind::Field { "contact" } else { address };
        form.items.retain(|known, _| known == definition);
        form.nodes.retain(|known, links| {
            let leads_here = links.reads.iter().chain(links.causes.iter().map(|effect| &effect.to));
            mine.contains(&known.as_str()) || leads_here.into_iter().any(|to| mine.contains(&to.as_str()))
        });
        Ok(form.to_json())
    }
}

/// A folder and an item. One word alone is a folder if there is one of that name.
fn words(words: &[String]) -> Result<(Option<PathBuf>, Option<String>), Failure> {
    match words {
        [] => Ok((None, None)),
        [one] if Path::new(one).exists() => Ok((Some(one.into()), None)),
        [one] if one.contains('/') && !one.starts_with("template.") => {
            Err(Failure::new(format!("there is no folder `{one}`")).help("an item is written as `segment.vip`"))
        }
        [one] => Ok((None, Some(one.clone()))),
        [dir, item, ..] => Ok((Some(dir.into()), Some(item.clone()))),
    }
}

/// The item of an address, or of a name that only one item has.
fn find(graph: &Graph, word: &str) -> Result<Node, Failure> {
    if let Some(node) = graph.find(word) {
        return Ok(node);
    }
    let items = || graph.nodes().filter(|node| node.item() == *node && node.kind() != Kind::Behaviour);
    let name = |node: Node| graph.address(node).split_once('.').map_or("", |(_, name)| name);
    let named: Vec<Node> = items().filter(|node| name(*node) == word).collect();
    match named.as_slice() {
        [one] => return Ok(*one),
        [] => {}
        several => {
            let all = suggest::list(several.iter().map(|node| graph.address(*node)));
            return Err(Failure::new(format!("`{word}` is the name of several items")).help(format!("write {all}")));
        }
    }
    let addresses: Vec<&str> = items().map(|node| graph.address(node)).collect();
    let near = suggest::nearest(word, addresses.iter().copied())
        .or_else(|| {
            let near = suggest::nearest(word, items().map(name))?;
            items().find(|node| name(*node) == near).map(|node| graph.address(node))
        })
        .or_else(|| addresses.iter().copied().find(|address| address.split('.').next() == Some(word)));
    let failure = Failure::new(format!("there is no item `{word}`"));
    Err(match near {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`flow graph` without an item lists all of them"),
    })
}
