//! Names that are declared: `lower_snake_case`, said once where they are declared.

use super::{Builder, Pair};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::{Name, Span};

impl Builder<'_> {
    /// A name where it is declared.
    pub(super) fn declared(&mut self, pair: &Pair<'_>) -> Name {
        let name = self.name(pair);
        if !is_snake_case(&name.value) {
            self.report(bad_name(&name.value, name.span));
        }
        name
    }
}

/// What is said of a name in another style.
pub(crate) fn bad_name(name: &str, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::BadName, span, format!("the name `{name}` is not in `lower_snake_case`"));
    match snake_case(name) {
        Some(better) => diagnostic.help(format!("write `{better}`, here and wherever it is used")).fix(
            format!("write `{better}`"),
            span,
            better,
            Applicability::Unsafe,
        ),
        None => diagnostic.help("a name begins with a letter from a to z; letters, digits and `_` may follow"),
    }
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// `CartReminder`, `cartReminder`, `cart-reminder` → `cart_reminder`
pub(crate) fn snake_case(name: &str) -> Option<String> {
    let mut out = String::with_capacity(name.len() + 2);
    let mut small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && small {
            out.push('_');
        }
        small = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    let out = out.trim_matches('_').to_owned();
    (is_snake_case(&out)).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn other_styles_are_turned_into_ours() {
        let cases =
            [("CartReminder", "cart_reminder"), ("cart-reminder", "cart_reminder"), ("VIP", "vip"), ("_x", "x")];
        for (from, to) in cases {
            assert_eq!(snake_case(from).as_deref(), Some(to));
        }
        assert_eq!(snake_case("größe"), None);
    }
}
