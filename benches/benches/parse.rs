//! How fast text becomes a tree, and a program.

#![allow(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]

use flow_benches::report;
use flow_compiler::diagnostic::Sink;
use flow_compiler::source::{FileId, FileKind};
use flow_compiler::syntax;
use flow_tests::{project, root};

fn main() {
    for example in ["shop", "saas", "cdnow"] {
        let sources = project(&root().join("examples").join(example));
        let bytes: usize = sources.iter().map(|(_, file)| file.text.len()).sum();
        let lines: usize = sources.iter().map(|(_, file)| file.text.lines().count()).sum();
        let check = || drop(flow_compiler::compile(&sources));
        report(&format!("check examples/{example} ({lines} lines)"), "KB/s", bytes as f64 / 1e3 * 20.0, 5, || {
            (0..20).for_each(|_| check());
        });
    }
    let shop = project(&root().join("examples/shop"));
    let text: String = shop.iter().filter(|(_, f)| f.kind == FileKind::Flow).map(|(_, f)| &*f.text).collect();
    let text = text.repeat(200_000_usize.div_ceil(text.len()));
    report("parse (strict), well-formed text", "MB/s", text.len() as f64 / 1e6, 5, || {
        drop(syntax::parse(FileId(0), &text, &mut Sink::default()));
    });
    let lines = text.lines().count() as f64;
    // As it is, and with every line further in, so that all has to be written anew and compared.
    let moved = text.replace("\n  ", "\n     ");
    for (name, text) in [("formatted already", &text), ("every line moved", &moved)] {
        report(&format!("format {lines} lines, {name}"), "lines/ms", lines / 1e3 * 10.0, 5, || {
            (0..10).for_each(|_| drop(flow_compiler::format::format(text)));
        });
    }
    let deep = format!("segment deep {{\n  {}true{}\n}}\n", "(".repeat(20), ")".repeat(20));
    report("parse 20 nested brackets", "times/s", 100.0, 5, || {
        (0..100).for_each(|_| drop(syntax::parse(FileId(0), &deep, &mut Sink::default())));
    });
}
