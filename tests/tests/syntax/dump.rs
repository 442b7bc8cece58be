//! A tree as text: what `Debug` writes, without what is empty and with places as line and column.

/// What `Debug` wrote, read back.
enum Value {
    Atom(String),
    /// `Name { field: value }`, `Name(value)`, `[value]`, `(value)`
    Node {
        name: String,
        open: char,
        fields: Vec<(String, Value)>,
    },
}

/// Rewrites the `Debug` text of a tree.
pub(crate) fn dump(debug: &str, source: &str) -> String {
    let chars: Vec<char> = debug.chars().collect();
    let mut at = 0;
    let value = read(&chars, &mut at);
    let mut out = String::new();
    write(&mut out, &value, 0, source);
    out.push('\n');
    out
}

fn read(chars: &[char], at: &mut usize) -> Value {
    let mut name = String::new();
    while let Some(&c) = chars.get(*at) {
        match c {
            '"' => {
                name.push_str(&quoted(chars, at));
                continue;
            }
            '{' | '(' | '[' => {
                *at += 1;
                let fields = fields(chars, at, c);
                return Value::Node { name: name.trim().to_owned(), open: c, fields };
            }
            ',' | '}' | ')' | ']' => break,
            _ => name.push(c),
        }
        *at += 1;
    }
    Value::Atom(name.trim().to_owned())
}

fn quoted(chars: &[char], at: &mut usize) -> String {
    let start = *at;
    *at += 1;
    while chars[*at] != '"' {
        *at += if chars[*at] == '\\' { 2 } else { 1 };
    }
    *at += 1;
    chars[start..*at].iter().collect()
}

fn fields(chars: &[char], at: &mut usize, open: char) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    loop {
        while matches!(chars.get(*at), Some(' ' | ',')) {
            *at += 1;
        }
        if matches!(chars.get(*at), None | Some('}' | ')' | ']')) {
            *at += 1;
            return found;
        }
        let mut name = String::new();
        if open == '{' {
            while chars[*at] != ':' {
                name.push(chars[*at]);
                *at += 1;
            }
            *at += 1;
        }
        found.push((name, read(chars, at)));
    }
}

/// What goes without saying.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Atom(atom) => matches!(atom.as_str(), "None" | "false"),
        Value::Node { open: '[', fields, .. } => fields.is_empty(),
        Value::Node { .. } => false,
    }
}

fn number(value: &Value) -> usize {
    match value {
        Value::Atom(atom) => atom.parse().unwrap(),
        Value::Node { fields, .. } => number(&fields[0].1),
    }
}

fn place(fields: &[(String, Value)], source: &str) -> String {
    let (start, end) = (number(&fields[1].1), number(&fields[2].1));
    let at = |offset: usize| {
        let before = &source[..offset];
        let column =
            before.chars().count() - before.rfind('\n').map_or(0, |newline| before[..=newline].chars().count());
        (before.matches('\n').count() + 1, column + 1)
    };
    let ((line, column), (last, to)) = (at(start), at(end));
    if line == last { format!("@{line}:{column}-{to}") } else { format!("@{line}:{column}-{last}:{to}") }
}

fn line(value: &Value, source: &str) -> String {
    match value {
        Value::Atom(atom) => atom.clone(),
        Value::Node { name, fields, .. } if name == "Span" => place(fields, source),
        Value::Node { name, fields, .. } if name == "Spanned" => {
            let text = line(&fields[0].1, source);
            let span = line(&fields[1].1, source);
            format!("{} {span}", text.trim_matches('"'))
        }
        Value::Node { name, fields, .. } if name == "Some" || (name == "Expr" && fields.len() == 1) => {
            line(&fields[0].1, source)
        }
        Value::Node { name, fields, .. } if name == "Expr" => {
            format!("{} {}", expression(&fields[0].1), line(&fields[1].1, source))
        }
        Value::Node { name, open, fields } => {
            let shown = fields.iter().filter(|(_, value)| !is_empty(value));
            let parts: Vec<_> = shown.map(|(field, value)| label(field) + &line(value, source)).collect();
            let close = match open {
                '{' => '}',
                '(' => ')',
                _ => ']',
            };
            format!("{name}{open}{}{close}", parts.join(", "))
        }
    }
}

/// An expression without its inner places, in brackets wherever it has parts.
fn expression(value: &Value) -> String {
    let Value::Node { name, open, fields } = value else {
        let Value::Atom(atom) = value else { return String::new() };
        return atom.clone();
    };
    let part = |i: usize| fields.get(i).map_or(String::new(), |(_, value)| expression(value));
    match name.as_str() {
        "Expr" | "Some" | "Literal" => part(0),
        "Span" => String::new(),
        "Spanned" => part(0).trim_matches('"').to_owned(),
        "Binary" => format!("({} {} {})", part(1), part(0), part(2)),
        "Path" => part(0).replace(", ", ".").trim_matches(['[', ']']).to_owned(),
        _ => {
            let shown = fields.iter().filter(|(field, value)| field.trim() != "span" && !is_empty(value));
            let parts: Vec<_> = shown.map(|(field, value)| label(field) + &expression(value)).collect();
            let (open, close) = if *open == '[' { ('[', ']') } else { ('(', ')') };
            format!("{name}{open}{}{close}", parts.join(", "))
        }
    }
}

fn label(field: &str) -> String {
    let field = field.trim();
    if matches!(field, "" | "span" | "kind" | "value") { String::new() } else { format!("{field}: ") }
}

fn write(out: &mut String, value: &Value, depth: usize, source: &str) {
    let short = line(value, source);
    let Value::Node { name, fields, .. } = value else {
        out.push_str(&short);
        return;
    };
    if short.chars().count() + depth * 2 <= 110 || matches!(name.as_str(), "Span" | "Expr") {
        out.push_str(&short);
        return;
    }
    if name == "Some" || (name == "Spanned" && fields.len() == 1) {
        write(out, &fields[0].1, depth, source);
        return;
    }
    let span = fields.iter().find(|(field, value)| field.trim() == "span" && matches!(value, Value::Node { .. }));
    out.push_str(name);
    if let Some((_, span)) = span {
        out.push(' ');
        out.push_str(&line(span, source));
    }
    for (field, value) in fields.iter().filter(|(field, value)| field.trim() != "span" && !is_empty(value)) {
        out.push('\n');
        out.push_str(&"  ".repeat(depth + 1));
        out.push_str(&label(field));
        write(out, value, depth + 1, source);
    }
}
