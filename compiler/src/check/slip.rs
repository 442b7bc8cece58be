//! Names that are nearly right: a score without its word, a text without quotes, a country by its name.

use flow_graph::Type;
use flow_graph::program::Score;

use super::{Check, Scope, Ty};
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::source::Name;

impl Check<'_> {
    /// A score without `score`, the key of a run that has none, an amount with its sign in front.
    pub(super) fn read_without_its_word(&mut self, scope: &Scope, name: &Name, candidates: &[String]) -> bool {
        let word = name.value.as_str();
        let wrong = |message: String| Diagnostic::new(Code::UnknownName, name.span, message);
        if word == "key" && scope.run.is_some() {
            let wrong = wrong("this sequence has no key, so there is nothing that `key` could mean".to_owned());
            self.report(wrong.help("add `key FIELD` behind `enter on …`: one run for each of its values"));
            return true;
        }
        if let Some(amount) = word.strip_prefix(|c| "€£¥₹".contains(c)).filter(|rest| rest.parse::<f64>().is_ok())
        {
            let Some(own) = self.settings.project.currency.as_ref() else { return false };
            let fixed = format!("{amount} {}", own.value);
            let wrong = wrong(format!("`{word}` is not how an amount is written")).help(format!("write `{fixed}`"));
            self.report(wrong.fix(format!("write `{fixed}`"), name.span, fixed, Applicability::Unsafe));
            return true;
        }
        let Some(score) = self.names.number::<Score>(word).filter(|_| !candidates.iter().any(|c| c == word)) else {
            return false;
        };
        let fixed = format!("score {word}");
        let mut wrong = wrong(format!("`{word}` is a score, and a score is read with its word before it"));
        if let Some(declared) = self.names.declared(score) {
            wrong = wrong.label(declared, "declared here");
        }
        let wrong = wrong.help(format!("write `{fixed}`"));
        self.report(wrong.fix(format!("write `{fixed}`"), name.span, fixed, Applicability::Safe));
        true
    }

    /// A word where a text is wanted, and nothing is called like it.
    pub(super) fn text_without_quotes(&mut self, name: &Name, expected: Option<&Ty>, candidates: &[String]) -> bool {
        let near = crate::suggest::nearest(&name.value, candidates.iter().map(String::as_str)).is_some();
        if near || !expected.is_some_and(|ty| matches!(ty, Ty::Of(Type::Text | Type::Email | Type::Phone | Type::Url)))
        {
            return false;
        }
        let fixed = format!("\"{}\"", name.value);
        let message = format!("there is no field `{}`", name.value);
        let wrong =
            Diagnostic::new(Code::UnknownName, name.span, message).help(format!("a text stands in quotes: `{fixed}`"));
        self.report(wrong.fix(format!("write `{fixed}`"), name.span, fixed, Applicability::Unsafe));
        true
    }
}

/// The code of a country that was written by its name or by another code.
pub(super) fn country(word: &str) -> Option<&'static str> {
    COUNTRY_NAMES.iter().find(|(name, _)| *name == word.to_lowercase()).map(|(_, code)| *code)
}

/// Names and other codes of countries, where one is often written instead.
const COUNTRY_NAMES: [(&str, &str); 28] = [
    ("uk", "GB"),
    ("en", "GB"),
    ("england", "GB"),
    ("germany", "DE"),
    ("austria", "AT"),
    ("switzerland", "CH"),
    ("france", "FR"),
    ("usa", "US"),
    ("america", "US"),
    ("sweden", "SE"),
    ("norway", "NO"),
    ("denmark", "DK"),
    ("finland", "FI"),
    ("spain", "ES"),
    ("portugal", "PT"),
    ("italy", "IT"),
    ("netherlands", "NL"),
    ("belgium", "BE"),
    ("poland", "PL"),
    ("ireland", "IE"),
    ("greece", "GR"),
    ("canada", "CA"),
    ("brazil", "BR"),
    ("mexico", "MX"),
    ("india", "IN"),
    ("japan", "JP"),
    ("china", "CN"),
    ("australia", "AU"),
];
