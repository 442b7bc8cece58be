//! A prepared log becomes calls again.

use std::sync::Arc;

use super::super::calls::{File, Sink};
use super::super::catalog::Catalog;
use super::super::json::{Node, Plain, Span, Tree, UNESCAPED};
use super::super::{Harvest, Origin, segment};
use super::{Dictionary, Kind, Shape};

/// Reads the calls of blocks.
#[derive(Debug)]
pub(crate) struct Unpacker {
    catalog: Arc<Catalog>,
    nodes: Vec<Node>,
    /// The texts of the block that have come so far.
    texts: Vec<Span>,
    harvest: Harvest,
}

impl Unpacker {
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog, nodes: Vec::new(), texts: Vec::new(), harvest: Harvest::default() }
    }

    /// Reads all calls of a block, which was checked before: what cannot be read is nothing.
    pub(crate) fn read(&mut self, dictionary: &Dictionary, file: &File, block: &[u8], sink: &mut impl Sink) {
        let mut reader = Reader(block);
        let Some(texts) = reader.text() else { return };
        let count = reader.unsigned().unwrap_or(0);
        self.texts.clear();
        let mut next = 0_u32;
        for _ in 0..count {
            let Some(line) = self.call(dictionary, &mut reader, &mut next) else { return };
            let tree = Tree::packed(&self.nodes, texts, &dictionary.keys, &dictionary.ids);
            segment::read_tree(&self.catalog, None, tree, &mut self.harvest);
            for (_, refusal) in self.harvest.refusals.drain(..) {
                sink.reject(refusal.into_rejection(&file.name, line, b""));
            }
            let origin = Origin { file: file.number, line };
            for (_, mut incoming) in self.harvest.incoming.drain(..) {
                incoming.origin = origin;
                incoming.who.alone = alone(dictionary, &self.nodes);
                sink.accept(incoming);
            }
        }
    }

    /// Fills the nodes with the next call; its line.
    fn call(&mut self, dictionary: &Dictionary, reader: &mut Reader<'_>, next: &mut u32) -> Option<u32> {
        let shape: &Shape = dictionary.shapes.get(usize::try_from(reader.unsigned()?).ok()?)?;
        let line = u32::try_from(reader.unsigned()?).ok()?;
        self.nodes.clear();
        self.nodes.extend_from_slice(&shape.nodes);
        for (at, kind) in &shape.values {
            let plain = match kind {
                Kind::Bool => Plain::Bool(reader.byte()? != 0),
                Kind::Int => {
                    let value = reader.unsigned()?;
                    Plain::Int((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
                }
                Kind::Float => Plain::Float(f64::from_bits(u64::from_le_bytes(reader.eight()?))),
                Kind::Moment => Plain::Moment(i64::from_le_bytes(reader.eight()?)),
                Kind::Id => Plain::Known(u32::try_from(reader.unsigned()?).ok()?),
                Kind::Text => {
                    let value = reader.unsigned()?;
                    if value & 1 == 1 {
                        Plain::Text(*self.texts.get(usize::try_from(value >> 1).ok()?)?)
                    } else {
                        let end = next.checked_add(u32::try_from(value >> 1).ok()?)?;
                        let span = Span { start: *next, end };
                        *next = end;
                        self.texts.push(span);
                        Plain::Text(span)
                    }
                }
                Kind::Null | Kind::List | Kind::Object => continue,
            };
            self.nodes.get_mut(*at)?.plain = plain;
        }
        Some(line)
    }
}

/// Whether a call names its contact by an id that is never named with another one.
fn alone(dictionary: &Dictionary, nodes: &[Node]) -> bool {
    let mut known = nodes.iter().filter_map(|node| match node.plain {
        Plain::Known(number) => usize::try_from(number).ok().and_then(|at| dictionary.unites.get(at)),
        Plain::Null
        | Plain::Bool(_)
        | Plain::Int(_)
        | Plain::Float(_)
        | Plain::Text(_)
        | Plain::Moment(_)
        | Plain::List
        | Plain::Object => None,
    });
    known.next() == Some(&false)
}

/// What all calls have in common, as it was written.
pub(super) fn dictionary(bytes: &[u8]) -> Option<Dictionary> {
    let mut reader = Reader(bytes);
    let keys = reader.text()?.to_owned();
    let mut shapes = Vec::new();
    for _ in 0..reader.unsigned()? {
        let length = usize::try_from(reader.unsigned()?).ok()?;
        shapes.push(shape(reader.bytes(length)?, keys.len())?);
    }
    let (mut ids, mut unites) = (Vec::new(), Vec::new());
    for _ in 0..reader.unsigned()? {
        unites.push(reader.byte()? != 0);
        ids.push(Arc::from(reader.text()?));
    }
    Some(Dictionary { keys, shapes, ids, unites, calls: 0 })
}

fn shape(bytes: &[u8], keys: usize) -> Option<Shape> {
    let mut reader = Reader(bytes);
    let mut shape = Shape::default();
    while !reader.0.is_empty() {
        let place = |value: u64| u32::try_from(value).ok().filter(|at| usize::try_from(*at).is_ok_and(|at| at <= keys));
        let (start, end) = (place(reader.unsigned()?)?, place(reader.unsigned()?)?);
        let kind = *Kind::ALL.get(usize::from(reader.byte()?))?;
        let plain = match kind {
            Kind::List => Plain::List,
            Kind::Object => Plain::Object,
            Kind::Null | Kind::Bool | Kind::Int | Kind::Float | Kind::Text | Kind::Id | Kind::Moment => Plain::Null,
        };
        if !matches!(kind, Kind::Null | Kind::List | Kind::Object) {
            shape.values.push((shape.nodes.len(), kind));
        }
        let key = Span { start: UNESCAPED.checked_add(start)?, end: UNESCAPED.checked_add(end)? };
        shape.nodes.push(Node { key, plain, end: u32::try_from(reader.unsigned()?).ok()? });
    }
    Some(shape)
}

/// Takes from bytes; `None` where they end too early.
struct Reader<'r>(&'r [u8]);

impl<'r> Reader<'r> {
    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn eight(&mut self) -> Option<[u8; 8]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self, length: usize) -> Option<&'r [u8]> {
        let (first, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(first)
    }

    #[inline]
    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'r str> {
        let length = usize::try_from(self.unsigned()?).ok()?;
        std::str::from_utf8(self.bytes(length)?).ok()
    }
}
