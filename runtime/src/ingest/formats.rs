//! Texts with a form: addresses, numbers of telephones, countries, zones, amounts.

use jiff::tz::TimeZone;

use super::moment::whole;

/// An e-mail address with its domain in lower case. Checked for what makes a delivery impossible, not for all of
/// RFC 5321.
pub(crate) fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && !local.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '<' | '>' | ',' | ';'));
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let domain_ok = domain.contains('.') && domain.len() <= 253 && domain.split('.').all(label_ok);
    (local_ok && domain_ok).then(|| format!("{local}@{}", domain.to_lowercase()))
}

/// An address with a scheme.
pub(crate) fn url(text: &str) -> Option<&str> {
    let text = text.trim();
    let (scheme, rest) = text.split_once(':')?;
    let scheme_ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let rest_ok = !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control());
    (scheme_ok && rest_ok).then_some(text)
}

/// A telephone number, as written.
pub(crate) fn phone(text: &str) -> Option<&str> {
    let text = text.trim();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let form_ok = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '/'));
    (form_ok && (3..=20).contains(&digits)).then_some(text)
}

/// Two letters; small ones become capital.
pub(crate) fn country(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() == 2 && text.chars().all(|c| c.is_ascii_alphabetic())).then(|| text.to_ascii_uppercase())
}

/// A zone of the IANA database under the name that the database gives it.
pub(crate) fn timezone(text: &str) -> Option<String> {
    TimeZone::get(text.trim()).ok()?.iana_name().map(str::to_owned)
}

/// Minor units of a decimal text, exact: `49.90` with two digits is 4990.
pub(crate) fn money_text(text: &str, digits: u8) -> Option<i64> {
    let text = text.trim();
    let (negative, number) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (major, minor) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if major.is_empty() || !all_digits(major) || !all_digits(minor) || number.ends_with('.') {
        return None;
    }
    let digits = usize::from(digits);
    let (kept, rest) = minor.split_at_checked(digits).unwrap_or((minor, ""));
    if !rest.bytes().all(|b| b == b'0') {
        return None;
    }
    let units: i64 = format!("{major}{kept:0<digits$}").parse().ok()?;
    Some(if negative { -units } else { units })
}

/// Minor units of a number of major units. Sums of binary fractions are a little off (`88.14000000000001`), so a
/// thousandth of a minor unit is forgiven; more is another amount.
pub(crate) fn money_number(number: f64, digits: u8) -> Option<i64> {
    let units = number * 10_f64.powi(i32::from(digits));
    let nearest = units.round();
    if (units - nearest).abs() > 0.001 { None } else { whole(nearest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        assert_eq!(money_text("49.90", 2), Some(4990));
        assert_eq!(money_text("49.9", 2), Some(4990));
        assert_eq!(money_text("-0.05", 2), Some(-5));
        assert_eq!(money_text("49.900", 2), Some(4990));
        assert_eq!(money_text("1200", 0), Some(1200));
        for bad in ["49.905", "49,90", "", ".5", "5.", "1e3", "--5", "99999999999999999999"] {
            assert_eq!(money_text(bad, 2), None, "{bad}");
        }
        assert_eq!(money_number(39.95, 2), Some(3995));
        assert_eq!(money_number(88.140_000_000_000_01, 2), Some(8814));
        assert_eq!(money_number(39.955, 2), None);
        assert_eq!(money_number(1e300, 2), None);
    }

    #[test]
    fn texts_with_a_form() {
        assert_eq!(email("Ana@Example.COM").as_deref(), Some("Ana@example.com"));
        assert_eq!(email("Zoë@example.com").as_deref(), Some("Zoë@example.com"));
        for bad in ["ana", "ana@", "@x.example", "ana@x", "a b@x.example", "ana@x..example", "ana@-x.example"] {
            assert_eq!(email(bad), None, "{bad}");
        }
        assert_eq!(url("https://ex.test/a?b"), Some("https://ex.test/a?b"));
        assert_eq!(url("/pricing"), None);
        assert_eq!(phone("+49 (30) 123-45"), Some("+49 (30) 123-45"));
        assert_eq!(phone("call me"), None);
        assert_eq!(country("se").as_deref(), Some("SE"));
        assert_eq!(country("SWE"), None);
        assert_eq!(timezone("europe/berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(timezone("Mars/Olympus"), None);
    }
}
