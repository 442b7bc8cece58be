//! A project written differently that means the same: other files, another order, other blanks and comments.

use flow_compiler::source::{FileKind, Sources};

/// The items of a file, each with the comments above it.
fn items(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut above = String::new();
    for line in text.lines() {
        let starts = line.starts_with(|c: char| c.is_ascii_lowercase());
        if starts {
            items.push(std::mem::take(&mut above));
        }
        let goes_on = line.starts_with([' ', '}', ')']) || starts;
        match items.last_mut() {
            Some(item) if goes_on => *item += &format!("{line}\n"),
            _ => above += &format!("{line}\n"),
        }
    }
    items
}

/// The project with its items in an order and in so many files of our own, its lines and comments changed. `order` says
/// for each item which of those that are left comes next.
#[must_use]
pub fn rearranged(sources: &Sources, order: &[usize], files: usize) -> Sources {
    let mut found: Vec<String> = Vec::new();
    let mut out = Sources::default();
    for (_, file) in sources.iter() {
        match file.kind {
            FileKind::Flow => found.extend(items(&file.text)),
            FileKind::Settings | FileKind::Template => {
                out.add(file.path.clone(), file.kind, file.text.clone());
            }
        }
    }
    let mut texts = vec![String::new(); files.max(1)];
    for (number, index) in (0..found.len()).zip(order.iter().cycle()) {
        let item = found.remove(index % found.len());
        let file = number % texts.len();
        if let Some(text) = texts.get_mut(file) {
            *text += &mangled(&item, number);
        }
    }
    for (number, text) in texts.into_iter().enumerate() {
        out.add(format!("moved/{number}.flow"), FileKind::Flow, text);
    }
    out
}

/// The same item with other blanks and other comments.
fn mangled(item: &str, number: usize) -> String {
    let mut out = format!("\n// {number}\n");
    for line in item.lines() {
        let inside = line.starts_with(' ');
        let indent = if inside { " ".repeat(1 + number % 7) } else { String::new() };
        let text = line.trim();
        match text {
            "" => out += "\n",
            _ if text.starts_with("///") => out += &format!("{indent}/// Said in other words, {number}.\n"),
            _ if text.starts_with("//") => {}
            _ => out += &format!("{indent}{text}  // at the end\n\n"),
        }
    }
    out
}
