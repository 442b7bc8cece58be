//! The projects that a new one can begin with: real ones, in `cli/templates/`.

use crate::args::learn::Template;

/// Files of a template: paths and texts.
type Files = &'static [(&'static str, &'static str)];

macro_rules! files {
    ($folder:literal: $($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../templates/", $folder, "/", $path)))),*]
    };
}

const SHOP: Files = files!("shop":
    "flow.toml", "world.flow", "messages.flow", "programs.flow", "tests.flow",
    "templates/welcome.html", "templates/cart_reminder.html", "templates/receipt.html", "README.md",
);

const SAAS: Files = files!("saas":
    "flow.toml", "world.flow", "leads.flow", "messages.flow", "programs.flow", "promises.flow", "tests.flow",
    "templates/demo_confirmation.html", "templates/first_steps.html", "README.md",
);

const NEWSLETTER: Files = files!("newsletter":
    "flow.toml", "world.flow", "messages.flow", "programs.flow", "tests.flow", "templates/please_confirm.html",
    "templates/welcome.html", "templates/weekly_letter.html", "templates/still_there.html", "README.md",
);

/// What no project wants in its history. The file has another name here, since it would speak of this repository.
const IGNORED: (&str, &str) = (".gitignore", include_str!("../../../templates/gitignore"));

/// By what git shows changes.
const ATTRIBUTES: (&str, &str) = (".gitattributes", include_str!("../../../templates/gitattributes"));

/// What is said of a project when it is begun.
pub(super) struct Answers {
    pub(super) template: Template,
    pub(super) name: String,
    pub(super) zone: String,
    pub(super) currency: String,
}

/// The files of a new project: paths and texts.
pub(super) fn files(answers: &Answers) -> Vec<(&'static str, String)> {
    let files = match answers.template {
        Template::Shop => SHOP,
        Template::Saas => SAAS,
        Template::Newsletter => NEWSLETTER,
    };
    files.iter().chain([&IGNORED, &ATTRIBUTES]).map(|(path, text)| (*path, filled(path, text, answers))).collect()
}

/// A file with the answers in the place of what the template says.
fn filled(path: &str, text: &str, answers: &Answers) -> String {
    if path == "flow.toml" {
        let mut text = text.to_owned();
        for (key, value) in [("name", &answers.name), ("timezone", &answers.zone), ("currency", &answers.currency)] {
            text = set(&text, key, value);
        }
        return text;
    }
    if path.ends_with(".flow") {
        return text.replace(" EUR", &format!(" {}", answers.currency)).replace("Europe/Berlin", &answers.zone);
    }
    text.to_owned()
}

/// The text with another value for a key of TOML; a comment behind it stays where it is, if there is room.
fn set(text: &str, key: &str, value: &str) -> String {
    let begin = format!("{key} = ");
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if line.starts_with(&begin) {
            let comment = line.find(" # ").map(|at| line.split_at(at + 1).1);
            let line = format!("{begin}{}", serde_json::Value::from(value));
            match comment {
                Some(comment) => out.push_str(&format!("{line:<32} {comment}")),
                None => out.push_str(&line),
            }
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}
