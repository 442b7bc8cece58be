//! A prepared log becomes calls again.

use std::sync::Arc;

use super::super::calls::{File, FromLine, Sink};
use super::super::catalog::Catalog;
use super::super::json::{Again, Node, Packed, Plain, Span, Tree, UNESCAPED};
use super::super::segment::layout::{LONGEST, MOST};
use super::super::segment::{self, How, Sieve};
use super::{ALONE, Dictionary, Id, JOINS, Kind, Shape};

/// Reads the calls of blocks.
#[derive(Debug)]
pub(crate) struct Unpacker {
    catalog: Arc<Catalog>,
    only: Option<Arc<Sieve>>,
    /// What the shapes are of that it has met.
    dictionary: Arc<Dictionary>,
    /// By shape: the nodes of the call of it that was read last; the next one has other values in the same places.
    shapes: Vec<Vec<Node>>,
    /// Those of a call whose shape is not kept.
    nodes: Vec<Node>,
    /// The texts of the block that have come so far.
    texts: Vec<Again>,
    reader: segment::Reader,
}

impl Unpacker {
    /// With a sieve, of most calls no more is read than whom they speak of, and when.
    pub(crate) fn new(catalog: Arc<Catalog>, only: Option<Arc<Sieve>>) -> Self {
        Self {
            catalog,
            only,
            dictionary: Arc::default(),
            shapes: Vec::new(),
            nodes: Vec::new(),
            texts: Vec::new(),
            reader: segment::Reader::default(),
        }
    }

    /// Reads all calls of a block, which was checked before: what cannot be read is nothing.
    pub(crate) fn read(&mut self, dictionary: &Arc<Dictionary>, file: &File, block: &[u8], sink: &mut impl Sink) {
        if !Arc::ptr_eq(dictionary, &self.dictionary) {
            self.dictionary = Arc::clone(dictionary);
            self.shapes.clear();
            self.shapes.resize_with(dictionary.shapes.len().min(MOST), Vec::new);
            self.reader.forget();
        }
        let mut reader = Reader(block);
        let Some(texts) = reader.text() else { return };
        let count = reader.unsigned().unwrap_or(0);
        self.texts.clear();
        let mut next = 0_u32;
        for _ in 0..count {
            let Some((shape, line)) = self.call(dictionary, &mut reader, &mut next) else { return };
            let kept = self.shapes.get(shape).filter(|nodes| !nodes.is_empty());
            let nodes = kept.unwrap_or(&self.nodes);
            let packed = Packed { ids: &dictionary.ids, texts: &self.texts };
            let tree = Tree::packed(nodes, texts, &dictionary.keys, packed);
            let mut gather = FromLine { file, line, raw: b"", sink };
            let how = How { catalog: &self.catalog, door: None, joining: None, only: self.only.as_deref() };
            self.reader.shaped(how, &tree, shape, &mut gather);
        }
    }

    /// Fills the nodes of its shape with the next call; the number of the shape, and its line.
    fn call(&mut self, dictionary: &Dictionary, reader: &mut Reader<'_>, next: &mut u32) -> Option<(usize, u32)> {
        let number = usize::try_from(reader.unsigned()?).ok()?;
        let shape: &Shape = dictionary.shapes.get(number)?;
        let line = u32::try_from(reader.unsigned()?).ok()?;
        let kept = self.shapes.get_mut(number).filter(|_| shape.nodes.len() <= LONGEST);
        let nodes = kept.unwrap_or_else(|| {
            self.nodes.clear();
            &mut self.nodes
        });
        if nodes.is_empty() {
            nodes.extend_from_slice(&shape.nodes);
        }
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
                        Plain::Again(u32::try_from(value >> 1).ok()?)
                    } else {
                        let end = next.checked_add(u32::try_from(value >> 1).ok()?)?;
                        let span = Span { start: *next, end };
                        *next = end;
                        self.texts.push(Again::new(span));
                        Plain::Text(span)
                    }
                }
                Kind::Null | Kind::List | Kind::Object => continue,
            };
            nodes.get_mut(*at)?.plain = plain;
        }
        Some((number, line))
    }
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
    let mut ids = Vec::new();
    for _ in 0..reader.unsigned()? {
        let ties = reader.byte()?;
        ids.push(Id { text: Arc::from(reader.text()?), alone: ties != JOINS, together: ties != ALONE });
    }
    Some(Dictionary { keys, shapes, ids, calls: 0 })
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

    #[inline(always)]
    fn unsigned(&mut self) -> Option<u64> {
        let byte = self.byte()?;
        if byte < 0x80 { Some(byte.into()) } else { self.longer(u64::from(byte & 0x7f)) }
    }

    /// A number of which the lowest seven bits are known.
    fn longer(&mut self, mut value: u64) -> Option<u64> {
        let mut shift = 7;
        while shift < u64::BITS {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
            shift += 7;
        }
        None
    }

    fn text(&mut self) -> Option<&'r str> {
        let length = usize::try_from(self.unsigned()?).ok()?;
        std::str::from_utf8(self.bytes(length)?).ok()
    }
}
