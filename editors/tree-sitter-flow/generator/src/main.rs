//! `cargo run --manifest-path editors/tree-sitter-flow/generator/Cargo.toml` makes `src/parser.c` from `grammar.js`.
//!
//! Needs Node to read the grammar. Beside the parser it writes of what it was made, so that a test can tell a parser
//! that is older than its grammar.

use std::fmt::Write as _;
use std::path::Path;

/// The version of the form of parsers: every editor that has tree-sitter can load it.
const ABI: usize = 14;

/// What the parser is made of and what is made, whose contents have to belong together.
const STAMPED: [&str; 3] = ["grammar.js", "keywords.json", "src/parser.c"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    tree_sitter_generate::generate_parser_in_directory(&folder, None, None, ABI, None, Some("node"))?;
    // Helpers for scanners that keep a state, which ours does not.
    for unused in ["alloc.h", "array.h"] {
        std::fs::remove_file(folder.join("src/tree_sitter").join(unused))?;
    }
    let mut stamp = String::new();
    for name in STAMPED {
        let digest = hmac_sha256::Hash::hash(&std::fs::read(folder.join(name))?);
        let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        writeln!(stamp, "{digest}  {name}")?;
    }
    std::fs::write(folder.join("src/stamp.txt"), stamp)?;
    Ok(())
}
