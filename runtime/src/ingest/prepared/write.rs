//! Calls become a prepared log.

use std::io::{self, Write};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::json::{Document, Json, Object, Plain, Tree};
use super::super::ties::{self, Ties};
use super::super::{MAX_ID_BYTES, MAX_LINE_BYTES, moment};
use super::{ALONE, END, JOINS, Kind, MAGIC, TOGETHER, VERSION, checked};

/// How many calls are a block.
const CALLS: usize = 2_048;
/// How many bytes are a block, even with fewer calls.
const BYTES: usize = 1 << 20;

/// Keys of a call that name a contact.
const ID_KEYS: [&str; 3] = ["userId", "anonymousId", "previousId"];

/// Writes a prepared log.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    written: u64,
    document: Document,
    keys: String,
    known_keys: FxHashMap<String, (u32, u32)>,
    shapes: FxHashMap<Vec<u8>, u64>,
    shape_list: Vec<Vec<u8>>,
    ids: FxHashMap<Arc<str>, u64>,
    id_list: Vec<Arc<str>>,
    ties: Ties,
    block: Block,
    packed: Packed,
}

/// What a prepared log has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Packed {
    /// Calls that are in it.
    pub calls: u64,
    /// Lines that no program can use.
    pub unusable: u64,
    /// Ids of contacts.
    pub ids: u64,
    /// Bytes of all of it.
    pub bytes: u64,
}

/// The block that is being filled.
#[derive(Debug, Default)]
struct Block {
    texts: String,
    /// By text: its number in this block.
    known: FxHashMap<String, u64>,
    calls: Vec<u8>,
    count: usize,
}

impl<W: Write> Writer<W> {
    /// Begins a prepared log.
    ///
    /// # Errors
    /// When nothing can be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        Ok(Self {
            out,
            written: super::HEAD,
            document: Document::default(),
            keys: String::new(),
            known_keys: FxHashMap::default(),
            shapes: FxHashMap::default(),
            shape_list: Vec::new(),
            ids: FxHashMap::default(),
            id_list: Vec::new(),
            ties: Ties::default(),
            block: Block::default(),
            packed: Packed::default(),
        })
    }

    /// Adds a line of a file: a call, or a batch of calls. What no program can use is counted and left out.
    ///
    /// # Errors
    /// When nothing can be written.
    pub fn line(&mut self, line: &[u8], number: u32) -> io::Result<()> {
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let text = std::str::from_utf8(line).ok().filter(|line| line.len() <= MAX_LINE_BYTES);
        let mut document = std::mem::take(&mut self.document);
        let call = text.and_then(|text| document.read(text).ok()).filter(|tree| tree.root().as_object().is_some());
        match call {
            Some(tree) => {
                self.call(&tree, number);
                self.packed.calls += 1;
            }
            None => self.packed.unusable += 1,
        }
        self.document = document;
        let full = self.block.count >= CALLS || self.block.calls.len() + self.block.texts.len() >= BYTES;
        if full { self.flush() } else { Ok(()) }
    }

    fn call(&mut self, tree: &Tree<'_>, number: u32) {
        let mut values = Vec::new();
        let mut shape = Vec::new();
        let tops = tops(tree);
        for (at, node) in tree.nodes().iter().enumerate() {
            let (key_start, key_end) = self.key(tree.text(node.key));
            let top = tops.get(at) == Some(&true);
            let kind = self.value(tree, at, top, &mut values);
            unsigned(&mut shape, key_start.into());
            unsigned(&mut shape, key_end.into());
            shape.push(kind as u8);
            unsigned(&mut shape, node.end.into());
        }
        self.ties.line(tree);
        let next = self.shape_list.len() as u64;
        let shape_number = match self.shapes.get(&shape) {
            Some(number) => *number,
            None => {
                self.shapes.insert(shape.clone(), next);
                self.shape_list.push(shape);
                next
            }
        };
        unsigned(&mut self.block.calls, shape_number);
        unsigned(&mut self.block.calls, number.into());
        self.block.calls.extend_from_slice(&values);
        self.block.count += 1;
    }

    fn value(&mut self, tree: &Tree<'_>, at: usize, top: bool, values: &mut Vec<u8>) -> Kind {
        let Some(node) = tree.nodes().get(at) else { return Kind::Null };
        match node.plain {
            Plain::Null => Kind::Null,
            Plain::List => Kind::List,
            Plain::Object => Kind::Object,
            Plain::Bool(value) => {
                values.push(value.into());
                Kind::Bool
            }
            // As an id a number is the text of it.
            Plain::Int(value) if top && ID_KEYS.contains(&tree.text(node.key)) => {
                let id = self.id(&value.to_string());
                unsigned(values, id);
                Kind::Id
            }
            Plain::Int(value) => {
                unsigned(values, (value << 1 ^ value >> 63).cast_unsigned());
                Kind::Int
            }
            Plain::Float(value) => {
                values.extend_from_slice(&value.to_bits().to_le_bytes());
                Kind::Float
            }
            Plain::Moment(at) => {
                values.extend_from_slice(&at.to_le_bytes());
                Kind::Moment
            }
            Plain::Text(_) | Plain::Known(_) | Plain::Again(_) => self.text(tree, at, top, values),
        }
    }

    fn text(&mut self, tree: &Tree<'_>, at: usize, top: bool, values: &mut Vec<u8>) -> Kind {
        let json = Json::at(tree, at);
        let (key, text) = (tree.nodes().get(at).map_or("", |node| tree.text(node.key)), json.as_text().unwrap_or(""));
        if top && ID_KEYS.contains(&key) && !text.is_empty() && text.len() <= MAX_ID_BYTES {
            let id = self.id(text);
            unsigned(values, id);
            return Kind::Id;
        }
        let is_time = matches!(key, "timestamp" | "originalTimestamp" | "receivedAt" | "sentAt");
        if top
            && is_time
            && let Some(ms) = moment::plain(text).and_then(moment::valid)
        {
            values.extend_from_slice(&ms.0.to_le_bytes());
            return Kind::Moment;
        }
        if let Some(known) = self.block.known.get(text) {
            unsigned(values, known << 1 | 1);
        } else {
            let next = self.block.known.len() as u64;
            self.block.known.insert(text.to_owned(), next);
            self.block.texts.push_str(text);
            unsigned(values, (text.len() as u64) << 1);
        }
        Kind::Text
    }

    fn id(&mut self, text: &str) -> u64 {
        if let Some(known) = self.ids.get(text) {
            return *known;
        }
        let next = self.id_list.len() as u64;
        let id: Arc<str> = Arc::from(text);
        self.ids.insert(Arc::clone(&id), next);
        self.id_list.push(id);
        next
    }

    fn key(&mut self, text: &str) -> (u32, u32) {
        if let Some(known) = self.known_keys.get(text) {
            return *known;
        }
        let place = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let start = place(self.keys.len());
        self.keys.push_str(text);
        let found = (start, place(self.keys.len()));
        self.known_keys.insert(text.to_owned(), found);
        found
    }

    fn flush(&mut self) -> io::Result<()> {
        let block = std::mem::take(&mut self.block);
        if block.count == 0 {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(block.texts.len() + block.calls.len() + 16);
        unsigned(&mut bytes, block.texts.len() as u64);
        bytes.extend_from_slice(block.texts.as_bytes());
        unsigned(&mut bytes, block.count as u64);
        bytes.extend_from_slice(&block.calls);
        let length = u32::try_from(bytes.len()).map_err(|_| super::damaged("a block is too long"))?;
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(&checked(&bytes).to_le_bytes())?;
        self.out.write_all(&bytes)?;
        self.written += 12 + bytes.len() as u64;
        Ok(())
    }

    /// Writes what is left, and what all calls have in common.
    ///
    /// # Errors
    /// When nothing can be written.
    pub fn finish(mut self) -> io::Result<Packed> {
        self.flush()?;
        self.out.write_all(&0_u32.to_le_bytes())?;
        let begins = self.written + 4;
        let mut bytes = Vec::new();
        text(&mut bytes, &self.keys);
        unsigned(&mut bytes, self.shape_list.len() as u64);
        for shape in &self.shape_list {
            unsigned(&mut bytes, shape.len() as u64);
            bytes.extend_from_slice(shape);
        }
        unsigned(&mut bytes, self.id_list.len() as u64);
        let together = self.ties.named_together();
        let joining = self.ties.joining();
        for id in &self.id_list {
            let beside = if together.contains(&ties::print(id)) { TOGETHER } else { ALONE };
            bytes.push(if joining.may(id) { JOINS } else { beside });
            text(&mut bytes, id);
        }
        self.out.write_all(&bytes)?;
        self.out.write_all(&begins.to_le_bytes())?;
        self.out.write_all(&checked(&bytes).to_le_bytes())?;
        self.out.write_all(&self.packed.calls.to_le_bytes())?;
        self.out.write_all(END)?;
        self.out.flush()?;
        let bytes = begins + bytes.len() as u64 + super::FOOT;
        Ok(Packed { ids: self.id_list.len() as u64, bytes, ..self.packed })
    }
}

/// By node: whether it stands at the top of a call, of a batch too.
fn tops(tree: &Tree<'_>) -> Vec<bool> {
    let mut tops = vec![false; tree.nodes().len()];
    let mut inside = |object: Object<'_>| {
        for (_, value) in object.entries() {
            let place = value.place().and_then(|at| tops.get_mut(usize::try_from(at.get()).ok()?));
            place.into_iter().for_each(|top| *top = true);
        }
    };
    let Some(root) = tree.root().as_object() else { return tops };
    inside(root);
    let batch = root.get("batch").and_then(Json::members);
    batch.into_iter().flatten().filter_map(Json::as_object).for_each(inside);
    tops
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    unsigned(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn unsigned(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push((value & 0x7f) as u8);
}
