//! What is built in may be given away under our licence, and comes from the public registry: as `deny.toml` says.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use flow_tests::root;
use spdx::{Expression, LicenseReq, ParseMode};
use toml::{Table, Value};

/// The packages that others wrote.
fn foreign(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata.packages.iter().filter(|package| !metadata.workspace_members.contains(&package.id))
}

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).exec().unwrap()
}

fn settings() -> Table {
    std::fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap()
}

fn texts(value: &Value) -> BTreeSet<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn every_licence_is_allowed() {
    let (settings, metadata) = (settings(), metadata());
    let licences = &settings["licenses"];
    let allowed = texts(&licences["allow"]);
    let exceptions: BTreeMap<&str, BTreeSet<&str>> = licences["exceptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["crate"].as_str().unwrap(), texts(&one["allow"])))
        .collect();
    let (mut wrong, mut used) = (Vec::new(), BTreeSet::new());
    for package in foreign(&metadata) {
        let Some(text) = &package.license else {
            wrong.push(format!("{} says none", package.name));
            continue;
        };
        let expression = Expression::parse_mode(text, ParseMode::LAX).unwrap();
        let by = |set: &BTreeSet<&str>, licence: &LicenseReq| {
            let name = licence.to_string();
            set.contains(name.as_str()) || set.contains(name.trim_end_matches('+'))
        };
        let exception = exceptions.get(package.name.as_str());
        if !expression.evaluate(|licence| by(&allowed, licence)) {
            used.insert(package.name.as_str());
            if !expression.evaluate(|licence| by(&allowed, licence) || exception.is_some_and(|set| by(set, licence))) {
                wrong.push(format!("{} {}: {text}", package.name, package.version));
            }
        }
    }
    assert!(wrong.is_empty(), "licences that `deny.toml` does not allow: {wrong:#?}");
    let unused: Vec<_> = exceptions.keys().filter(|name| !used.contains(*name)).collect();
    assert!(unused.is_empty(), "exceptions that nothing needs: {unused:?}");
}

#[test]
fn everything_comes_from_the_registry() {
    let metadata = metadata();
    let elsewhere: Vec<_> = foreign(&metadata)
        .filter(|package| !package.source.as_ref().is_some_and(cargo_metadata::Source::is_crates_io))
        .map(|package| package.name.to_string())
        .collect();
    assert!(elsewhere.is_empty(), "packages from elsewhere: {elsewhere:?}");
}
