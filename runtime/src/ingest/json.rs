//! JSON of one line as a flat list of nodes, each before what is inside it. Numbers keep whether they were whole.
//!
//! The list is filled by [`scan`](super::scan), which knows what well-formed lines look like and gives up on all else;
//! then a reader that knows everything, and says what is wrong, reads the line again.

use std::cell::OnceCell;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use flow_graph::Timestamp;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::prepared::Id;
use super::scan;
use super::{MAX_DEPTH, Reason, Refusal};

/// The nodes of one line; made once and filled again for each.
#[derive(Debug, Default)]
pub(crate) struct Document {
    nodes: Vec<Node>,
    /// Texts that do not stand in the line as they are.
    unescaped: String,
}

/// A value with the key under which it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) key: Span,
    pub(super) plain: Plain,
    /// Number of the node after all that is inside this one.
    pub(super) end: u32,
}

/// Where a text stands: in the line, or, beyond [`UNESCAPED`], among the texts that were unescaped.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// No line is that long.
pub(super) const UNESCAPED: u32 = 1 << 31;

#[derive(Debug, Clone, Copy)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Span),
    /// An id of a contact: its number among those that are known.
    Known(u32),
    /// A text that has come before: its number among those of the block.
    Again(u32),
    /// A text that says an instant, and nothing else is asked of it: milliseconds since 1970.
    Moment(i64),
    List,
    Object,
}

/// What a line says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree<'d> {
    nodes: &'d [Node],
    line: &'d str,
    unescaped: &'d str,
    /// What stands elsewhere.
    packed: Packed<'d>,
}

/// What calls of a prepared log have in common.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Packed<'d> {
    /// Ids of contacts by their numbers.
    pub(super) ids: &'d [Id],
    /// Texts of the block by their numbers.
    pub(super) texts: &'d [Again],
}

/// A text that calls of a block may have in common.
#[derive(Debug, Default)]
pub(super) struct Again {
    pub(super) span: Span,
    /// The same for all who keep it.
    shared: OnceCell<Arc<str>>,
}

impl Again {
    pub(super) fn new(span: Span) -> Self {
        Self { span, shared: OnceCell::new() }
    }
}

/// Where a value stands: the number of its node, which is never the root.
pub(super) type Place = Option<NonZeroU32>;

/// A value of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'d> {
    tree: &'d Tree<'d>,
    at: usize,
}

/// A JSON object; of equal keys the last counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'d>(Json<'d>);

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind<'d> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'d str),
    List,
    Object,
}

impl Document {
    /// Reads one line.
    pub(crate) fn read<'d>(&'d mut self, line: &'d str) -> Result<Tree<'d>, Refusal> {
        self.nodes.clear();
        self.unescaped.clear();
        if scan::line(line, &mut self.nodes).is_none() {
            self.read_slowly(line)?;
        }
        Ok(Tree { nodes: &self.nodes, line, unescaped: &self.unescaped, packed: Packed::default() })
    }

    /// The same by the reader that knows everything.
    fn read_slowly(&mut self, line: &str) -> Result<(), Refusal> {
        self.nodes.clear();
        let mut reader = serde_json::Deserializer::from_str(line);
        let root = Filler { document: self, key: Span::default(), depth: 0 };
        let read = root.deserialize(&mut reader).and_then(|()| reader.end());
        read.map_err(|error| {
            if error.to_string().starts_with(TOO_DEEP) {
                Refusal::call(Reason::TooDeep, format!("nested deeper than {MAX_DEPTH}"))
            } else {
                // It is always line 1 there, and another one in the file.
                let said = error.to_string();
                let what = said.split(" at line ").next().unwrap_or_default();
                Refusal::call(Reason::NotJson, format!("no JSON at column {}: {what}", error.column()))
            }
        })
    }

    fn keep(&mut self, text: &str) -> Span {
        let place = |length: usize| u32::try_from(length).unwrap_or(UNESCAPED).saturating_add(UNESCAPED);
        let start = place(self.unescaped.len());
        self.unescaped.push_str(text);
        Span { start, end: place(self.unescaped.len()) }
    }

    fn push(&mut self, key: Span, plain: Plain) {
        let end = u32::try_from(self.nodes.len() + 1).unwrap_or(u32::MAX);
        self.nodes.push(Node { key, plain, end });
    }

    /// All nodes from one on are inside it.
    fn close(&mut self, opened: usize) {
        let end = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if let Some(node) = self.nodes.get_mut(opened) {
            node.end = end;
        }
    }
}

impl<'d> Tree<'d> {
    /// A call whose nodes were written down: keys stand in a text of their own, as if they had been unescaped.
    pub(super) fn packed(nodes: &'d [Node], texts: &'d str, keys: &'d str, packed: Packed<'d>) -> Self {
        Self { nodes, line: texts, unescaped: keys, packed }
    }

    pub(super) fn nodes(&self) -> &'d [Node] {
        self.nodes
    }

    fn known(&self, number: u32) -> Option<&'d Id> {
        self.packed.ids.get(usize::try_from(number).ok()?)
    }

    fn again(&self, number: u32) -> Option<&'d Again> {
        self.packed.texts.get(usize::try_from(number).ok()?)
    }

    /// What stands somewhere, if that is known.
    pub(super) fn find(&'d self, place: Place) -> Option<Json<'d>> {
        Some(Json { tree: self, at: usize::try_from(place?.get()).ok()? })
    }

    /// The value that the line is.
    pub(crate) fn root(&'d self) -> Json<'d> {
        Json { tree: self, at: 0 }
    }

    /// The same as [`Self::text`], where it does not matter whether it is one.
    pub(super) fn bytes(&self, span: Span) -> &'d [u8] {
        let (text, from) = if span.start < UNESCAPED { (self.line, 0) } else { (self.unescaped, UNESCAPED) };
        let place = |at: u32| usize::try_from(at.saturating_sub(from)).unwrap_or(usize::MAX);
        text.as_bytes().get(place(span.start)..place(span.end)).unwrap_or_default()
    }

    pub(super) fn text(&self, span: Span) -> &'d str {
        let within = |text: &'d str, from: u32| {
            let part = usize::try_from(span.start - from).ok()?..usize::try_from(span.end - from).ok()?;
            text.get(part)
        };
        let found = if span.start < UNESCAPED { within(self.line, 0) } else { within(self.unescaped, UNESCAPED) };
        found.unwrap_or_default()
    }
}

impl<'d> Json<'d> {
    /// The value of a node.
    pub(super) fn at(tree: &'d Tree<'d>, at: usize) -> Self {
        Self { tree, at }
    }

    fn node(self) -> Option<&'d Node> {
        self.tree.nodes.get(self.at)
    }

    /// What it is.
    pub(crate) fn kind(self) -> Kind<'d> {
        match self.node().map_or(Plain::Null, |node| node.plain) {
            Plain::Null => Kind::Null,
            Plain::Bool(value) => Kind::Bool(value),
            Plain::Int(value) => Kind::Int(value),
            Plain::Float(value) => Kind::Float(value),
            Plain::Text(span) => Kind::Text(self.tree.text(span)),
            Plain::Known(number) => Kind::Text(self.tree.known(number).map_or("", |id| &id.text)),
            Plain::Again(number) => Kind::Text(self.tree.again(number).map_or("", |text| self.tree.text(text.span))),
            Plain::Moment(_) => Kind::Text(""),
            Plain::List => Kind::List,
            Plain::Object => Kind::Object,
        }
    }

    /// The id of a contact, where it is shared with other calls.
    pub(super) fn known(self) -> Option<&'d Id> {
        if let Plain::Known(number) = self.node()?.plain { self.tree.known(number) } else { None }
    }

    /// The text, where it is shared with other calls.
    pub(super) fn shared(self) -> Option<&'d Arc<str>> {
        let Plain::Again(number) = self.node()?.plain else { return None };
        let text = self.tree.again(number)?;
        Some(text.shared.get_or_init(|| Arc::from(self.tree.text(text.span))))
    }

    /// Where it stands; nothing for the root.
    pub(super) fn place(self) -> Place {
        NonZeroU32::new(u32::try_from(self.at).ok()?)
    }

    /// The instant, where it has been read before.
    pub(crate) fn moment(self) -> Option<Timestamp> {
        if let Plain::Moment(at) = self.node()?.plain { Some(Timestamp(at)) } else { None }
    }

    pub(crate) fn is_null(self) -> bool {
        matches!(self.node(), Some(Node { plain: Plain::Null, .. }) | None)
    }

    pub(crate) fn as_object(self) -> Option<Object<'d>> {
        matches!(self.node(), Some(Node { plain: Plain::Object, .. })).then_some(Object(self))
    }

    pub(crate) fn as_text(self) -> Option<&'d str> {
        if let Some(shared) = self.shared() {
            return Some(shared);
        }
        if let Kind::Text(text) = self.kind() { Some(text) } else { None }
    }

    /// The members of a list.
    pub(crate) fn members(self) -> Option<impl Iterator<Item = Self>> {
        let list = matches!(self.node(), Some(Node { plain: Plain::List, .. }));
        list.then(|| self.inside().map(|(_, member)| member))
    }

    /// What stands directly inside, with its keys.
    fn inside(self) -> impl Iterator<Item = (Span, Self)> {
        let end = self.node().map_or(0, |node| usize::try_from(node.end).unwrap_or(0));
        let mut next = self.at + 1;
        std::iter::from_fn(move || {
            let at = next;
            let node = self.tree.nodes.get(at).filter(|_| at < end)?;
            next = usize::try_from(node.end).unwrap_or(usize::MAX);
            Some((node.key, Json { tree: self.tree, at }))
        })
    }
}

impl Kind<'_> {
    /// What it is, for people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

impl<'d> Object<'d> {
    /// Its keys and values in the order in which they stand.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'d str, Json<'d>)> {
        self.0.inside().map(move |(key, value)| (self.0.tree.text(key), value))
    }

    /// The value of a key, if it is there and not null.
    pub(crate) fn get(self, key: &str) -> Option<Json<'d>> {
        self.entry(key).filter(|value| !value.is_null())
    }

    /// The value of a key, null too.
    pub(crate) fn entry(self, key: &str) -> Option<Json<'d>> {
        self.entries().filter(|(name, _)| *name == key).last().map(|(_, value)| value)
    }

    pub(crate) fn object(self, key: &str) -> Option<Self> {
        self.get(key).and_then(Json::as_object)
    }
}

const TOO_DEEP: &str = "nested too deep";

/// Fills a document with one value.
struct Filler<'f> {
    document: &'f mut Document,
    key: Span,
    depth: usize,
}

impl Filler<'_> {
    fn open<E: de::Error>(&mut self, plain: Plain) -> Result<usize, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(TOO_DEEP));
        }
        self.document.push(self.key, plain);
        Ok(self.document.nodes.len() - 1)
    }

    fn inner(&mut self, key: Span) -> Filler<'_> {
        Filler { document: self.document, key, depth: self.depth + 1 }
    }

    fn push(self, plain: Plain) {
        self.document.push(self.key, plain);
    }
}

impl<'de> DeserializeSeed<'de> for Filler<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Filler<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.push(Plain::Null);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.push(Plain::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.push(Plain::Int(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        #[expect(clippy::cast_precision_loss, reason = "beyond 64 bits with a sign it is a number like any other")]
        self.push(i64::try_from(value).map_or(Plain::Float(value as f64), Plain::Int));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.push(Plain::Float(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        let text = self.document.keep(value);
        self.push(Plain::Text(text));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let opened = self.open(Plain::List)?;
        while seq.next_element_seed(self.inner(Span::default()))?.is_some() {}
        self.document.close(opened);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let opened = self.open(Plain::Object)?;
        while let Some(key) = map.next_key_seed(Key(self.document))? {
            map.next_value_seed(self.inner(key))?;
        }
        self.document.close(opened);
        Ok(())
    }
}

struct Key<'f>(&'f mut Document);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Span;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Span, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, value: &str) -> Result<Span, E> {
        Ok(self.0.keep(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line in words that tell everything apart; `None` when it is refused.
    fn words(line: &str, slowly: bool) -> Option<String> {
        let mut document = Document::default();
        if slowly {
            document.read_slowly(line).ok()?;
        } else {
            scan::line(line, &mut document.nodes)?;
        }
        let tree = Tree { nodes: &document.nodes, line, unescaped: &document.unescaped, packed: Packed::default() };
        Some(tell(tree.root()))
    }

    fn tell(json: Json<'_>) -> String {
        if let Some(object) = json.as_object() {
            let entries: Vec<_> = object.entries().map(|(key, value)| format!("{key:?}: {}", tell(value))).collect();
            return format!("{{{}}}", entries.join(", "));
        }
        match json.members() {
            Some(members) => format!("[{}]", members.map(tell).collect::<Vec<_>>().join(", ")),
            None => {
                format!("{:?} {}", json.kind(), matches!(json.kind(), Kind::Float(value) if value.is_sign_negative()))
            }
        }
    }

    const LINES: [&str; 12] = [
        r#"{"type":"track","event":"Order Completed","properties":{"id":5001,"sum":39.95,"tags":["a","b",[]],"x":{}}}"#,
        r#" { "a" : -12 , "b" : [ true , false , null ] , "a" : 0 , "c":1e5,"d":-0.5 , "ö" : "ü" } "#,
        r#"{"n":[0,-0,0.0,-0.0,1.5,123456789012345678,1234567890123456789,9223372036854775808,18446744073709551616]}"#,
        r#"{"n":[88.14000000000001,1e999,1.0e-400,0.1,123456789.123456789,4.9e-324,1E+2,00,1.,.5,1e,-]}"#,
        r#"{"n":[88.14000000000001,0.1,2.2250738585072014e-308,123456789.123456789,1E+2,999999999999999.9]}"#,
        r#"{"escaped":"a\"b\\c\/\n\u00e9\ud83d\ude00","long enough for several words at once":"and a \t in it"}"#,
        r#"{"half":"\ud83d","bad":"\x"}"#,
        "{\"control\":\"a\tb\"}",
        "{\"delete\":\"a\u{7f}b\u{80}\u{1f}\"}",
        "[[[[1]]],{},[],\"\",\"1234567\",\"12345678\",\"123456789\"]",
        "nul",
        "\"only a text\"",
    ];

    #[test]
    fn what_is_scanned_is_what_is_read() {
        let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let (allowed, too_deep) = (deep(MAX_DEPTH), deep(MAX_DEPTH + 1));
        assert!(words(&allowed, false).is_some() && words(&too_deep, false).is_none());
        assert!(words(&allowed, true).is_some() && words(&too_deep, true).is_none());
        let mut scanned = 0;
        let mut check = |line: &str| {
            if let Some(quick) = words(line, false) {
                scanned += 1;
                assert_eq!(Some(quick), words(line, true), "{line}");
            }
        };
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed >> 8).unwrap_or(0) % below
        };
        for line in LINES {
            check(line);
            for (end, _) in line.char_indices() {
                check(line.split_at(end).0);
            }
            for _ in 0..4_000 {
                let mut signs: Vec<char> = line.chars().collect();
                for _ in 0..=random(3) {
                    let at = random(signs.len());
                    let sign = ['"', '{', '}', '[', ']', ',', ':', '\\', '0', '1', '.', 'e', '-', ' ', '\u{1}', 'é']
                        [random(16)];
                    match random(3) {
                        0 => signs[at] = sign,
                        1 if signs.len() > 1 => drop(signs.remove(at)),
                        _ => signs.insert(at, sign),
                    }
                }
                check(&signs.into_iter().collect::<String>());
            }
        }
        assert!(scanned > 5_000, "the quick way is taken: {scanned}");
    }
}
