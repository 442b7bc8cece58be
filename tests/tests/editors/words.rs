//! The files of editors that hold lists of words: a template with marks such as `<<item:json>>`, filled in from the one
//! table of the compiler.

use std::collections::BTreeSet;

use flow_compiler::keywords::Group;

/// How the names of highlights of one editor differ from those of the template.
pub(crate) type Renames = &'static [(&'static str, &'static str)];

/// One file that is made, of a template, both in `editors/`; and what is renamed in it.
pub(crate) struct Made {
    pub(crate) template: &'static str,
    pub(crate) file: &'static str,
    pub(crate) renames: Renames,
}

const fn made(template: &'static str, file: &'static str) -> Made {
    Made { template, file, renames: &[] }
}

/// Names of highlights of Helix.
const HELIX: Renames = &[
    ("@boolean", "@constant.builtin.boolean"),
    ("@comment.documentation", "@comment.line.documentation"),
    ("@module", "@namespace"),
    ("@number", "@constant.numeric"),
    ("@property", "@variable.other.member"),
    ("@string.escape", "@constant.character.escape"),
    ("@type.definition", "@type"),
    ("@variable.member", "@variable.other.member"),
];

/// Names of highlights of Zed.
const ZED: Renames = &[
    ("@comment.documentation", "@comment.doc"),
    ("@constant.builtin", "@constant"),
    ("@function.builtin", "@function"),
    ("@keyword.operator", "@keyword"),
    ("@module", "@namespace"),
    ("@type.builtin", "@type"),
    ("@type.definition", "@type"),
    ("@variable.member", "@property"),
];

/// All of them. Queries of tree-sitter are the same in all editors but for names.
pub(crate) const MADE: &[Made] = &[
    made("templates/keywords.json", "tree-sitter-flow/keywords.json"),
    made("templates/words.h", "tree-sitter-flow/src/words.h"),
    made("templates/highlights.scm", "tree-sitter-flow/queries/highlights.scm"),
    made("templates/highlights.scm", "neovim/queries/flow/highlights.scm"),
    made("tree-sitter-flow/queries/folds.scm", "neovim/queries/flow/folds.scm"),
    made("tree-sitter-flow/queries/indents.scm", "neovim/queries/flow/indents.scm"),
    made("tree-sitter-flow/queries/injections.scm", "neovim/queries/flow/injections.scm"),
    made("tree-sitter-flow/queries/locals.scm", "neovim/queries/flow/locals.scm"),
    made("templates/flow.vim", "neovim/syntax/flow.vim"),
    Made { template: "templates/highlights.scm", file: "helix/queries/flow/highlights.scm", renames: HELIX },
    made("tree-sitter-flow/queries/injections.scm", "helix/queries/flow/injections.scm"),
    Made { template: "templates/highlights.scm", file: "zed/languages/flow/highlights.scm", renames: ZED },
    made("tree-sitter-flow/queries/injections.scm", "zed/languages/flow/injections.scm"),
    made("templates/flow.tmLanguage.json", "vscode/syntaxes/flow.tmLanguage.json"),
    made("templates/flow-words.el", "emacs/flow-words.el"),
];

/// A template with its marks filled in.
pub(crate) fn fill(template: &str, renames: Renames) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once("<<") {
        let (mark, behind) = behind.split_once(">>").expect("a mark ends with `>>`");
        out.push_str(before);
        out.push_str(&list(mark));
        rest = behind;
    }
    out.push_str(rest);
    rename(&out, renames)
}

/// The words of one mark: `item+step:regex` are those of two groups, joined for a regular expression. A word stands where
/// the first of its groups is, so `!` before a group takes away what is said of its words elsewhere.
fn list(mark: &str) -> String {
    let (groups, form) = mark.split_once(':').expect("a mark names groups and a form");
    let group = |name: &str| Group::ALL.into_iter().find(|group| group.name() == name).expect("a group of the table");
    let mut words: BTreeSet<&str> = BTreeSet::new();
    for name in groups.split('+') {
        match name.strip_prefix('!') {
            Some(name) => words.retain(|word| !group(name).words().contains(word)),
            None => words.extend(group(name).words()),
        }
    }
    let join = |before: &str, between: &str, after: &str| {
        let words: Vec<_> = words.iter().map(|word| format!("{before}{word}{after}")).collect();
        words.join(between)
    };
    match form {
        "json" => join("\"", ", ", "\""),
        "spaced" => join("", " ", ""),
        "quoted" => join("\"", " ", "\""),
        "vim" => join("", "\\|", ""),
        // The longest first: the first that fits is taken, and `half-life` begins with a word of its own.
        "regex" => {
            let mut words: Vec<_> = words.into_iter().collect();
            words.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
            words.join("|")
        }
        form => panic!("`{form}` is no form of a list"),
    }
}

fn rename(text: &str, renames: Renames) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, behind) = rest.split_at(at);
        let end = behind[1..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || "._".contains(c)))
            .map_or(behind.len(), |i| i + 1);
        let (name, behind) = behind.split_at(end);
        let renamed = renames.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| to);
        out.push_str(before);
        out.push_str(renamed);
        rest = behind;
    }
    out.push_str(rest);
    out
}
