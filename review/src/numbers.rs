//! Numbers as people read them.

/// A number with its thousands apart: `69,659`.
#[must_use]
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let apart = |(at, digit): (usize, char)| {
        let comma = at > 0 && (digits.len() - at).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([digit])
    };
    digits.chars().enumerate().flat_map(apart).collect()
}

/// `1 contact`, `2,000 contacts`
#[must_use]
pub fn plural(n: u64, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{} {word}s", number(n)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([1, 2_000].map(|n| plural(n, "contact")), ["1 contact", "2,000 contacts"]);
    }
}
