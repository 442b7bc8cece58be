//! Events as bytes: small numbers take few of them. Only what was written here is read here.

use std::sync::Arc;

use flow_graph::{Id, Timestamp, Value};
use flow_machine::Event;
use flow_machine::input::Meta;
use jiff::civil::Date;

/// Marks an event with [`Meta`]; the bits below it say which of its texts are there.
const META: u64 = 1 << 9;

/// Adds to bytes.
pub(super) struct Writer<'w> {
    bytes: &'w mut Vec<u8>,
}

impl<'w> Writer<'w> {
    pub(super) fn new(bytes: &'w mut Vec<u8>) -> Self {
        Self { bytes }
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn place(&mut self, place: Option<(u32, u32)>) {
        let (chunk, at) = place.unwrap_or_default();
        self.bytes.extend_from_slice(&at.to_le_bytes());
        if at > 0 {
            self.unsigned(chunk.into());
        }
    }

    /// An instant: it is never small.
    pub(super) fn instant(&mut self, at: Timestamp) {
        self.bytes.extend_from_slice(&at.0.to_le_bytes());
    }

    /// Seven bits a byte, the lowest first.
    #[inline]
    pub(super) fn unsigned(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte(low(value) | 0x80);
            value >>= 7;
        }
        self.byte(low(value));
    }

    /// The sign in the lowest bit, so that numbers near 0 are small.
    pub(super) fn signed(&mut self, value: i64) {
        self.unsigned((value << 1 ^ value >> 63).cast_unsigned());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.unsigned(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// An event that arrived at an instant, near which it happened.
    pub(super) fn event(&mut self, at: Timestamp, event: &Event) {
        self.unsigned(event.kind.index() as u64);
        self.signed(event.time.0.wrapping_sub(at.0));
        self.text(&event.id);
        self.unsigned(event.values.len() as u64);
        event.values.iter().for_each(|value| self.value(value));
        let Some(meta) = &event.meta else { return self.unsigned(0) };
        let texts = || meta.utm.iter().chain(&meta.page);
        let there = texts().zip(0..).fold(META, |bits, (text, bit)| bits | u64::from(text.is_some()) << bit);
        self.unsigned(there);
        texts().flatten().for_each(|text| self.text(text));
    }

    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::Missing => self.byte(0),
            Value::Bool(false) => self.byte(1),
            Value::Bool(true) => self.byte(2),
            Value::Int(value) => self.number(3, *value),
            Value::Number(value) => {
                self.byte(4);
                self.bytes.extend_from_slice(&value.to_bits().to_le_bytes());
            }
            Value::Money(units) => self.number(5, *units),
            Value::Text(text) => {
                self.byte(6);
                self.text(text);
            }
            Value::Enum(position) => self.number(7, (*position).into()),
            Value::Date(date) => {
                self.number(8, date.year().into());
                self.bytes.extend_from_slice(&[date.month().cast_unsigned(), date.day().cast_unsigned()]);
            }
            Value::Instant(at) => {
                self.byte(9);
                self.instant(*at);
            }
            Value::Duration(ms) => self.number(10, *ms),
            Value::Set(members) => {
                self.byte(11);
                self.unsigned(members.len() as u64);
                members.iter().for_each(|member| self.value(member));
            }
        }
    }

    fn number(&mut self, kind: u8, value: i64) {
        self.byte(kind);
        self.signed(value);
    }
}

fn low(value: u64) -> u8 {
    (value & 0x7f) as u8
}

/// Takes from bytes; `None` where they end too early.
pub(super) struct Reader<'r> {
    bytes: &'r [u8],
}

impl<'r> Reader<'r> {
    pub(super) fn new(bytes: &'r [u8]) -> Self {
        Self { bytes }
    }

    /// How many bytes have not been read.
    pub(super) fn left(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    pub(super) fn place(&mut self) -> Option<(u32, u32)> {
        let (at, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        let at = Some(u32::from_le_bytes(*at)).filter(|at| *at > 0)?;
        Some((u32::try_from(self.unsigned()?).ok()?, at))
    }

    pub(super) fn instant(&mut self) -> Option<Timestamp> {
        let (at, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(Timestamp(i64::from_le_bytes(*at)))
    }

    pub(super) fn unsigned(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(value);
            }
            shift += 7;
        }
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.unsigned()?).ok()
    }

    pub(super) fn text(&mut self) -> Option<Arc<str>> {
        let length = self.count()?;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(Arc::from(std::str::from_utf8(text).ok()?))
    }

    pub(super) fn event(&mut self, at: Timestamp) -> Option<Event> {
        let kind = Id::new(u32::try_from(self.unsigned()?).ok()?);
        let time = Timestamp(self.signed()?.wrapping_add(at.0));
        let id = self.text()?;
        let count = self.count()?;
        let values = (0..count).map(|_| self.value()).collect::<Option<Vec<_>>>()?.into();
        let there = self.unsigned()?;
        let mut meta = (there & META != 0).then(Box::<Meta>::default);
        if let Some(meta) = &mut meta {
            for (bit, slot) in meta.utm.iter_mut().chain(&mut meta.page).enumerate() {
                if there >> bit & 1 == 1 {
                    *slot = Some(self.text()?);
                }
            }
        }
        Some(Event { kind, id, time, values, meta })
    }

    pub(super) fn value(&mut self) -> Option<Value> {
        Some(match self.byte()? {
            0 => Value::Missing,
            1 => Value::Bool(false),
            2 => Value::Bool(true),
            3 => Value::Int(self.signed()?),
            4 => {
                let (bits, rest) = self.bytes.split_first_chunk()?;
                self.bytes = rest;
                Value::Number(f64::from_bits(u64::from_le_bytes(*bits)))
            }
            5 => Value::Money(self.signed()?),
            6 => Value::Text(self.text()?),
            7 => Value::Enum(u16::try_from(self.signed()?).ok()?),
            8 => {
                let year = i16::try_from(self.signed()?).ok()?;
                let (month, day) = (self.byte()?.cast_signed(), self.byte()?.cast_signed());
                Value::Date(Date::new(year, month, day).ok()?)
            }
            9 => Value::Instant(self.instant()?),
            10 => Value::Duration(self.signed()?),
            _ => {
                let count = self.count()?;
                Value::Set((0..count).map(|_| self.value()).collect::<Option<Vec<_>>>()?.into())
            }
        })
    }
}
