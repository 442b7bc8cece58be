//! What became of the items of a file, in one word each.

use std::collections::BTreeMap;

use flow_compiler::syntax::items::{ItemText, comments, words};

use super::patch::Side;

/// Rows: what became of them, and which.
pub(super) fn rows(old: &Side<'_>, new: &Side<'_>) -> Vec<Vec<String>> {
    let (before, after) = (named(&old.items), named(&new.items));
    let mut rows: BTreeMap<(u8, &str), Vec<String>> = BTreeMap::new();
    let mut add = |what: (u8, &'static str), name: String| rows.entry(what).or_default().push(name);
    let mut gone: Vec<&ItemText<'_>> =
        before.iter().filter(|(key, _)| !after.contains_key(*key)).map(|it| *it.1).collect();
    for (key, item) in &after {
        let Some(was) = before.get(key) else {
            // The same under another name.
            match gone.iter().position(|was| unnamed(was) == unnamed(item)) {
                Some(at) => {
                    let was = gone.remove(at);
                    add((1, "renamed"), format!("{} to {}", was.name, bare(&item.name)));
                }
                None => add((2, "new"), item.name.clone()),
            }
            continue;
        };
        if words(was.text) != words(item.text) {
            add((0, "changed"), item.name.clone());
        } else if was.doc != item.doc || comments(was.text) != comments(item.text) {
            add((4, "comment"), item.name.clone());
        } else if was.text != item.text {
            add((5, "layout"), item.name.clone());
        }
    }
    gone.into_iter().for_each(|item| add((3, "removed"), item.name.clone()));
    rows.into_iter().map(|((_, what), names)| vec![what.to_owned(), names.join(", ")]).collect()
}

/// Items by their names; of those that have the same one, by their number.
fn named<'i, 't>(items: &'i [ItemText<'t>]) -> BTreeMap<(&'i str, usize), &'i ItemText<'t>> {
    let mut named = BTreeMap::new();
    for item in items {
        let number = named.keys().filter(|(name, _)| *name == item.name).count();
        named.insert((item.name.as_str(), number), item);
    }
    named
}

/// The name without the keyword.
fn bare(name: &str) -> &str {
    name.split_once(' ').map_or(name, |(_, name)| name)
}

/// The words of an item without its name, the keyword first; nothing for one that has no name.
fn unnamed<'t>(item: &ItemText<'t>) -> Option<Vec<&'t str>> {
    let mut words = words(item.text);
    item.name.contains(' ').then(|| {
        words.remove(1);
        words
    })
}
