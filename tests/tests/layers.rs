//! The table of who may see whom. Each package exists because it forbids something; this test is the border guard.

#![allow(clippy::expect_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// A package, the own packages that it may import, and the foreign ones that it must never reach.
struct Layer {
    package: &'static str,
    may_import: &'static [&'static str],
    must_never_see: &'static [&'static str],
}

/// The table of `ARCHITECTURE.md`.
const LAYERS: &[Layer] = &[
    Layer {
        package: "flow-graph",
        may_import: &[],
        must_never_see: &["pest", "miette", "tokio", "minijinja", "clap", "toml"],
    },
    Layer {
        package: "flow-compiler",
        may_import: &["flow-graph"],
        must_never_see: &["tokio", "clap", "lsp-server", "lsp-types", "gen-lsp-types", "notify", "rusqlite"],
    },
    Layer {
        package: "flow-machine",
        may_import: &["flow-graph"],
        must_never_see: &["tokio", "pest", "miette", "minijinja", "clap", "rand", "getrandom", "futures"],
    },
    Layer {
        package: "flow-runtime",
        may_import: &["flow-graph", "flow-machine"],
        must_never_see: &["pest", "miette", "clap", "tokio", "rusqlite"],
    },
    Layer {
        package: "flow-daemon",
        may_import: &["flow-graph", "flow-machine", "flow-runtime"],
        must_never_see: &["pest", "miette", "clap", "notify"],
    },
    Layer {
        package: "flow-site",
        may_import: &["flow-graph", "flow-compiler", "flow-machine", "flow-runtime"],
        must_never_see: &["tokio", "clap", "notify", "rusqlite"],
    },
    Layer {
        package: "flow-review",
        may_import: &["flow-graph", "flow-compiler", "flow-machine", "flow-runtime"],
        must_never_see: &["tokio", "clap", "notify", "rusqlite"],
    },
    Layer { package: "flow-lsp", may_import: &["flow-compiler", "flow-graph"], must_never_see: &["tokio", "clap"] },
    Layer {
        package: "flowline",
        may_import: &[
            "flow-graph",
            "flow-compiler",
            "flow-machine",
            "flow-runtime",
            "flow-daemon",
            "flow-site",
            "flow-review",
            "flow-lsp",
        ],
        must_never_see: &[],
    },
    Layer {
        package: "flow-tests",
        may_import: &[
            "flow-graph",
            "flow-compiler",
            "flow-machine",
            "flow-runtime",
            "flow-daemon",
            "flow-site",
            "flow-review",
            "flow-lsp",
        ],
        must_never_see: &[],
    },
    Layer {
        package: "flow-benches",
        may_import: &[
            "flow-graph",
            "flow-compiler",
            "flow-machine",
            "flow-runtime",
            "flow-review",
            "flow-daemon",
            "flow-tests",
        ],
        must_never_see: &[],
    },
];

#[test]
fn every_package_is_in_the_table() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        assert!(
            LAYERS.iter().any(|layer| layer.package == package.name.as_str()),
            "`{}` is not in the table of tests/tests/layers.rs: say what it may import and what it must never see",
            package.name
        );
    }
}

#[test]
fn own_imports_keep_to_the_table() {
    let metadata = metadata();
    let own: BTreeSet<&str> = metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    for layer in LAYERS {
        let Some(package) = find(&metadata, layer.package) else { continue };
        for dependency in package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development) {
            let name = dependency.name.as_str();
            assert!(
                !own.contains(name) || layer.may_import.contains(&name),
                "`{}` imports `{name}`: the table does not allow it",
                layer.package
            );
        }
    }
}

#[test]
fn forbidden_packages_are_out_of_reach() {
    let metadata = metadata();
    let reach = reach(&metadata);
    for layer in LAYERS {
        let Some(seen) = reach.get(layer.package) else { continue };
        for &forbidden in layer.must_never_see {
            assert!(
                !seen.contains(forbidden),
                "`{}` reaches `{forbidden}` through its dependencies: `cargo tree -p {} -i {forbidden}` shows how",
                layer.package,
                layer.package
            );
        }
    }
}

#[test]
fn pure_packages_ban_the_outside_world() {
    let root = flow_tests::root();
    for folder in ["compiler/graph", "compiler", "runtime/machine", "site"] {
        let path = root.join(folder).join("clippy.toml");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for ban in ["SystemTime::now", "Instant::now", "std::fs::File", "std::env::var", "RandomState"] {
            assert!(text.contains(ban), "{}: `{ban}` must be banned with a reason", path.display());
        }
    }
}

#[test]
fn every_package_takes_the_one_table_of_lints() {
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        let text = std::fs::read_to_string(&package.manifest_path).expect("a manifest");
        assert!(text.contains("[lints]\nworkspace = true"), "`{}` must take the workspace's lints", package.name);
    }
}

/// All packages that a workspace package reaches through normal and build dependencies.
fn reach(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let names: BTreeMap<_, _> = metadata.packages.iter().map(|p| (&p.id, p.name.to_string())).collect();
    let mut all = BTreeMap::new();
    for package in metadata.workspace_packages() {
        let mut seen = BTreeSet::new();
        let mut open = vec![&package.id];
        while let Some(id) = open.pop() {
            for dependency in nodes.get(id).map(|node| node.deps.as_slice()).unwrap_or_default() {
                let only_tests = dependency.dep_kinds.iter().all(|kind| kind.kind == DependencyKind::Development);
                if !only_tests && seen.insert(names.get(&dependency.pkg).cloned().unwrap_or_default()) {
                    open.push(&dependency.pkg);
                }
            }
        }
        all.insert(package.name.to_string(), seen);
    }
    all
}

fn find<'a>(metadata: &'a Metadata, name: &str) -> Option<&'a Package> {
    metadata.workspace_packages().into_iter().find(|package| package.name.as_str() == name)
}

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(flow_tests::root().join("Cargo.toml")).exec().expect("cargo metadata")
}
