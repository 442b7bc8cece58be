//! Lists the pages of `explain/`, so that whoever adds a code writes one line and one page, and nothing else.
#![expect(clippy::disallowed_methods, reason = "a build script reads the package's own folder")]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=explain");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = env::var("OUT_DIR").map_err(io::Error::other)?;
    for (pages, table) in [("explain", "pages.rs"), ("explain/topics", "topics.rs")] {
        fs::write(Path::new(&folder).join(table), list(pages)?)?;
    }
    Ok(())
}

/// The pages of a folder as an expression: their names without the ending, and their texts.
fn list(folder: &str) -> io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            names.push(path);
        }
    }
    names.sort();
    let here = env::current_dir()?;
    let mut table = String::from("&[\n");
    for path in &names {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
        let _ = writeln!(table, "    ({stem:?}, include_str!({:?})),", here.join(path));
    }
    table.push_str("]\n");
    Ok(table)
}
