//! What a plan is known by: the program that ran when it was made, and the one that was looked at.
//!
//! A daemon keeps no plans: a token says itself of what it is, and is compared with what runs and with what is sent.

use std::fmt;
use std::str::FromStr;

/// Letters of a fingerprint by which the program is known that runs.
const BASE: usize = 12;
/// Letters of a fingerprint by which the program is known that was planned: 128 bits, which nobody meets by trying.
const HEAD: usize = 32;

/// Of what a plan is: `plan-7-3f9a0c11d2e4-…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The number of the program that ran.
    pub number: u32,
    /// The beginning of its fingerprint.
    pub base: String,
    /// The beginning of the fingerprint of the program that was planned.
    pub head: String,
}

impl Token {
    /// Of two programs by their fingerprints, and the number of the first one.
    #[must_use]
    pub fn new(number: u32, base: &str, head: &str) -> Self {
        let beginning = |fingerprint: &str, letters| fingerprint.chars().take(letters).collect();
        Self { number, base: beginning(base, BASE), head: beginning(head, HEAD) }
    }

    /// Whether it is of the program with this fingerprint.
    #[must_use]
    pub fn is_of(&self, head: &str) -> bool {
        head.starts_with(&self.head)
    }

    /// Whether it was made while this program ran.
    #[must_use]
    pub fn is_from(&self, number: u32, base: &str) -> bool {
        self.number == number && base.starts_with(&self.base)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plan-{}-{}-{}", self.number, self.base, self.head)
    }
}

impl FromStr for Token {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "it is no token of a plan: it begins with `plan-`, and `flow plan` tells it".to_owned();
        let mut parts = text.trim().split('-');
        let mut part = || parts.next().ok_or_else(wrong);
        let (word, number, base, head) = (part()?, part()?, part()?, part()?);
        let number = number.parse().map_err(|_| wrong())?;
        let is = |text: &str, letters| text.len() == letters && text.bytes().all(|it| it.is_ascii_hexdigit());
        if word != "plan" || !is(base, BASE) || !is(head, HEAD) || parts.next().is_some() {
            return Err(wrong());
        }
        Ok(Self { number, base: base.to_owned(), head: head.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let (base, head) = ("0123456789abcdef".repeat(4), "fedcba9876543210".repeat(4));
        let token = Token::new(7, &base, &head);
        assert_eq!(token.to_string().parse(), Ok(token.clone()));
        assert!(token.is_of(&head) && !token.is_of(&base));
        assert!(token.is_from(7, &base) && !token.is_from(8, &base) && !token.is_from(7, &head));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let token = Token::new(7, &"0".repeat(64), &"1".repeat(64)).to_string();
        let (short, long) = (token.trim_end_matches('1'), format!("{token}-1"));
        for text in ["", "plan", "plan-7", "plan-7--", short, &long, &token.replace("plan", "plans")] {
            assert!(text.parse::<Token>().is_err(), "{text}");
        }
    }
}
