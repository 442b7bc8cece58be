//! Did you mean: the nearest of the names that would have been right.

/// Names that one word is compared with, at most: thousands of unknown words beside thousands of names would take
/// minutes, and nobody reads the advice.
const MOST: usize = 1_000;

/// The candidate that `word` was most likely meant to be, if one is near enough.
///
/// Near: at most a third of the letters differ (a swap of two counts once). Among equally near ones the first wins,
/// so hand the likelier ones in first.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = word.chars().count();
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates.into_iter().take(MOST) {
        let other = candidate.chars().count();
        let allowed = length.max(other).div_ceil(3);
        if length.abs_diff(other) > allowed {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        let better = best.is_none_or(|(so_far, _)| distance < so_far);
        if distance <= allowed && better && word != candidate {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The names as a reader wants them in a help text: `` `a`, `b` and `c` ``.
#[must_use]
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{list, nearest};

    #[test]
    fn finds_slips_of_the_hand() {
        assert_eq!(nearest("timezonne", ["name", "timezone"]), Some("timezone"));
        assert_eq!(nearest("Europe/Berlim", ["Europe/Berlin", "Europe/Dublin"]), Some("Europe/Berlin"));
        assert_eq!(nearest("colour", ["name", "timezone"]), None);
    }

    #[test]
    fn lists_read_aloud() {
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
