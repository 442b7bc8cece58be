//! Characters that are not what they look like: names for what cannot be seen, and the letters that were meant.

/// Letters of the Greek and Cyrillic alphabets that look like the Latin one behind them.
const LOOKALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('α', 'a'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('ё', 'e'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ї', 'i'),
    ('ι', 'i'),
    ('ı', 'i'),
    ('ј', 'j'),
    ('κ', 'k'),
    ('ӏ', 'l'),
    ('м', 'm'),
    ('п', 'n'),
    ('ν', 'v'),
    ('о', 'o'),
    ('ο', 'o'),
    ('р', 'p'),
    ('ρ', 'p'),
    ('ԛ', 'q'),
    ('г', 'r'),
    ('ѕ', 's'),
    ('т', 't'),
    ('τ', 't'),
    ('υ', 'u'),
    ('ѵ', 'v'),
    ('ԝ', 'w'),
    ('х', 'x'),
    ('у', 'y'),
    ('γ', 'y'),
    ('А', 'A'),
    ('В', 'B'),
    ('С', 'C'),
    ('Е', 'E'),
    ('Н', 'H'),
    ('І', 'I'),
    ('К', 'K'),
    ('М', 'M'),
    ('О', 'O'),
    ('Р', 'P'),
    ('Т', 'T'),
    ('Х', 'X'),
];

/// The ASCII character that a character was meant to be.
pub(super) fn meant(c: char) -> Option<char> {
    let number = u32::from(c);
    // The wide forms of East Asian keyboards stand in the order of ASCII.
    if (0xFF01..=0xFF5E).contains(&number) {
        return char::from_u32(number - 0xFF01 + u32::from('!'));
    }
    LOOKALIKES.iter().find(|(foreign, _)| *foreign == c).map(|(_, plain)| *plain)
}

/// A word or sign in ASCII, and its first character that is not what it looks like. Nothing for one that is right, and
/// for a word of another alphabet: that is meant as it stands.
pub(super) fn plain(word: &str) -> Option<(String, char)> {
    let first = word.chars().find(|c| !c.is_ascii())?;
    let wide = |c: char| ('\u{FF01}'..='\u{FF5E}').contains(&c);
    if !wide(first) && !word.contains(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let plain: Option<String> = word.chars().map(|c| if c.is_ascii() { Some(c) } else { meant(c) }).collect();
    // A quotation mark, a comment's sign or the like would begin something that is not there.
    plain.filter(|plain| !plain.contains(['"', '\'', '#', '/', '\\', ';'])).map(|plain| (plain, first))
}

/// Whether what follows it is shown in another order than it is read.
pub(super) fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a space was meant.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{B}'
}

/// What it is called, with its number.
pub(super) fn name(c: char) -> String {
    let words = match c {
        '\0' => "a NUL byte",
        '\u{A0}' | '\u{202F}' => "a no-break space",
        '\u{AD}' => "a soft hyphen",
        '\u{200B}' => "a zero-width space",
        '\u{200C}' | '\u{200D}' | '\u{2060}' => "an invisible joiner",
        '\u{FEFF}' => "a byte order mark",
        '\u{FFFD}' => "a replacement character, left by a wrong encoding,",
        '\u{2028}' | '\u{2029}' => "a line separator",
        c if turns(c) || matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}') => {
            "a sign that turns the direction of reading"
        }
        c if c.is_control() => "a control character",
        c if c.is_whitespace() => "an unusual space",
        _ => "an invisible character",
    };
    format!("{words} (U+{:04X})", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_and_wide_words_are_meant_in_ascii_and_whole_ones_are_not() {
        assert_eq!(plain("sеgment"), Some(("segment".to_owned(), 'е')));
        assert_eq!(plain("｛"), Some(("{".to_owned(), '｛')));
        assert_eq!(plain("segment"), None);
        assert_eq!(plain("имя"), None);
        assert_eq!(plain("größe"), None);
        assert_eq!(plain("＂"), None);
    }
}
