//! Well-formed JSON, quickly: one pass over the bytes, eight at a time inside of texts, nothing allocated.
//!
//! What it takes it takes as any reader of JSON does. It gives up on what is wrong, and on what is rare enough to be
//! left to somebody else: escapes, `-0`, whole numbers of more than 18 digits.

use super::MAX_DEPTH;
use super::json::{Node, Plain, Span};

/// Reads one line; `None`: it has to be read by somebody else, and what stands in `nodes` is of no use.
pub(super) fn line(line: &str, nodes: &mut Vec<Node>) -> Option<()> {
    let mut scanner = Scanner { line, bytes: line.as_bytes(), at: 0, nodes };
    scanner.space();
    scanner.value(Span::default(), 0)?;
    scanner.space();
    (scanner.at == line.len()).then_some(())
}

struct Scanner<'s> {
    line: &'s str,
    bytes: &'s [u8],
    at: usize,
    nodes: &'s mut Vec<Node>,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self, key: Span, depth: usize) -> Option<()> {
        let plain = match self.peek()? {
            b'"' => Plain::Text(self.text()?),
            b'{' => return self.object(key, depth),
            b'[' => return self.list(key, depth),
            b't' => self.word("true", Plain::Bool(true))?,
            b'f' => self.word("false", Plain::Bool(false))?,
            b'n' => self.word("null", Plain::Null)?,
            _ => self.number()?,
        };
        self.push(key, plain)
    }

    fn push(&mut self, key: Span, plain: Plain) -> Option<()> {
        let end = u32::try_from(self.nodes.len() + 1).ok()?;
        self.nodes.push(Node { key, plain, end });
        Some(())
    }

    fn close(&mut self, opened: usize) -> Option<()> {
        let end = u32::try_from(self.nodes.len()).ok()?;
        self.nodes.get_mut(opened)?.end = end;
        Some(())
    }

    fn object(&mut self, key: Span, depth: usize) -> Option<()> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let opened = self.nodes.len();
        self.push(key, Plain::Object)?;
        self.at += 1;
        self.space();
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            let key = self.text()?;
            self.space();
            self.take(b':')?;
            self.space();
            self.value(key, depth + 1)?;
            self.space();
            if self.take(b',').is_none() {
                self.take(b'}')?;
                return self.close(opened);
            }
            self.space();
        }
    }

    fn list(&mut self, key: Span, depth: usize) -> Option<()> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let opened = self.nodes.len();
        self.push(key, Plain::List)?;
        self.at += 1;
        self.space();
        if self.take(b']').is_some() {
            return Some(());
        }
        loop {
            self.value(Span::default(), depth + 1)?;
            self.space();
            if self.take(b',').is_none() {
                self.take(b']')?;
                return self.close(opened);
            }
            self.space();
        }
    }

    fn word(&mut self, word: &str, plain: Plain) -> Option<Plain> {
        let end = self.at + word.len();
        (self.bytes.get(self.at..end)? == word.as_bytes()).then(|| {
            self.at = end;
            plain
        })
    }

    /// A text without escapes.
    fn text(&mut self) -> Option<Span> {
        self.take(b'"')?;
        let start = u32::try_from(self.at).ok()?;
        loop {
            let Some(eight) = self.bytes.get(self.at..self.at + 8).and_then(|eight| eight.try_into().ok()) else {
                match self.peek()? {
                    b'"' => break,
                    b'\\' | ..0x20 => return None,
                    _ => self.at += 1,
                }
                continue;
            };
            let found = special(u64::from_le_bytes(eight));
            if found != 0 {
                self.at += usize::try_from(found.trailing_zeros() / 8).ok()?;
                if self.peek()? == b'"' {
                    break;
                }
                return None;
            }
            self.at += 8;
        }
        let end = u32::try_from(self.at).ok()?;
        self.at += 1;
        Some(Span { start, end })
    }

    fn number(&mut self) -> Option<Plain> {
        let start = self.at;
        let negative = self.take(b'-').is_some();
        let (whole, digits) = self.digits(0)?;
        let first = self.bytes.get(self.at - digits)?;
        if digits > 1 && *first == b'0' {
            return None;
        }
        match self.peek() {
            Some(b'.') => self.fraction(start, negative, (whole, digits)),
            Some(b'e' | b'E') => self.fraction(start, negative, (whole, digits)),
            _ if digits > 18 || (negative && whole == 0) => None,
            _ => {
                let whole = i64::try_from(whole).ok()?;
                Some(Plain::Int(if negative { -whole } else { whole }))
            }
        }
    }

    /// What follows is a fraction, an exponent or both.
    fn fraction(&mut self, start: usize, negative: bool, (whole, digits): (u64, usize)) -> Option<Plain> {
        let (mut all, mut after) = (whole, 0);
        if self.take(b'.').is_some() {
            (all, after) = self.digits(whole)?;
        }
        let mut simple = digits + after <= 15;
        if let Some(b'e' | b'E') = self.peek() {
            simple = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits(0)?;
        }
        if simple {
            // Both are exact, so the quotient is rounded once: it is the nearest fraction.
            #[expect(clippy::cast_precision_loss, reason = "fifteen digits fit")]
            let value = all as f64 / POWERS.get(after)?;
            return Some(Plain::Float(if negative { -value } else { value }));
        }
        let value: f64 = self.line.get(start..self.at)?.parse().ok()?;
        value.is_finite().then_some(Plain::Float(value))
    }

    /// At least one digit, behind others; the number of digits that were here. A number that does not fit is wrong,
    /// whoever asks counts the digits.
    fn digits(&mut self, before: u64) -> Option<(u64, usize)> {
        let (start, mut value) = (self.at, before);
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        (self.at > start).then_some((value, self.at - start))
    }
}

/// Powers of ten that are exact.
const POWERS: [f64; 16] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// The lowest bit that is set marks the first of eight bytes that is a quotation mark, a backslash or a control
/// character; above it nothing is sure.
fn special(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    const QUOTES: u64 = ONES * 0x22;
    const BACKSLASHES: u64 = ONES * 0x5c;
    let zero = |x: u64| x.wrapping_sub(ONES) & !x;
    let controls = eight.wrapping_sub(ONES * 0x20) & !eight;
    (zero(eight ^ QUOTES) | zero(eight ^ BACKSLASHES) | controls) & HIGH
}
