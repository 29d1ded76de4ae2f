//! Every program and test selects the same features of our dependencies, so that none of them is compiled twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// What people build, each as the packages that cargo is told and the kinds of dependencies that this compiles.
const BUILDS: [(&str, &[&str], &str); 5] = [
    ("witdock-etl", &["-p", "witdock-etl"], "normal,build"),
    ("witdock-editor", &["-p", "witdock-editor"], "normal,build"),
    ("witdock-cli", &["-p", "witdock-cli"], "normal,build"),
    ("the dock's tests", &["-p", "witdock"], "normal,build,dev"),
    ("all tests", &["--workspace"], "normal,build,dev"),
];

/// Compiled twice by the tests alone: what generates bindings in the command, and in the macros of our guests' SDKs, for which
/// there is no set of features that `host/workspace-hack` could select without adding the crate to every program.
const TWICE_IN_TESTS: &str = "wasm-encoder v0.258";

const FIX: &str = "run `cargo hakari generate` (install it with `cargo install cargo-hakari`), \
                   which writes `host/workspace-hack/Cargo.toml`";

fn cargo_tree(selection: &[&str], edges: &str, more: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .args(["tree", "--edges", edges])
        .args(selection)
        .args(more)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo tree prints UTF-8")
}

/// The sets of features with which a build compiles each package that is not ours. A package has two sets where a
/// procedural macro needs it with other features than the program does.
fn features(selection: &[&str], edges: &str) -> BTreeMap<String, BTreeSet<Vec<String>>> {
    let mut packages: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for line in cargo_tree(selection, edges, &["--prefix", "none", "--format", "{p}\t{f}"]).lines() {
        let Some((package, features)) = line.trim_end_matches(" (*)").split_once('\t') else { continue };
        let package = package.trim_end_matches(" (proc-macro)");
        // Packages of this repository stand with their path.
        if package.contains('(') {
            continue;
        }
        let features = features.split(',').filter(|feature| !feature.is_empty()).map(str::to_string);
        packages.entry(package.to_string()).or_default().insert(features.collect());
    }
    packages
}

#[test]
fn every_build_selects_the_same_features() {
    let mut packages: BTreeMap<String, BTreeMap<Vec<String>, BTreeSet<&str>>> = BTreeMap::new();
    for (build, selection, edges) in BUILDS {
        for (package, sets) in features(selection, edges) {
            for set in sets {
                packages.entry(package.clone()).or_default().entry(set).or_default().insert(build);
            }
        }
    }
    assert!(packages.len() > 300, "cargo tree's output was understood: {} packages", packages.len());

    let mut report = String::new();
    let twice = |package: &str, sets: usize| sets > 1 && !package.starts_with(TWICE_IN_TESTS);
    for (package, sets) in packages.iter().filter(|(package, sets)| twice(package, sets.len())) {
        let in_all = |feature: &String| sets.keys().all(|set| set.contains(feature));
        writeln!(report, "{package} is compiled {} times:", sets.len()).unwrap();
        for (set, builds) in sets {
            let own: Vec<&str> = set.iter().filter(|feature| !in_all(feature)).map(String::as_str).collect();
            let own = if own.is_empty() { "without these features".into() } else { own.join(", ") };
            let builds: Vec<&str> = builds.iter().copied().collect();
            writeln!(report, "  {own}: {}", builds.join(", ")).unwrap();
        }
    }
    assert!(report.is_empty(), "the builds differ in the features of their dependencies; {FIX}\n\n{report}");
}

#[test]
fn no_feature_is_selected_that_nobody_needs() {
    let tree = cargo_tree(&["--workspace"], "normal,build,dev,features", &["--prefix", "depth"]);
    // A line is `3serde feature "derive"` or `4serde v1.0.229`, below what needs it, which stands at depth 2 or 3.
    let mut needed_by: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut path: Vec<&str> = Vec::new();
    for line in tree.lines() {
        let digits = line.find(|character: char| !character.is_ascii_digit()).unwrap_or(line.len());
        let Ok(depth) = line[..digits].parse::<usize>() else { continue };
        path.truncate(depth);
        path.push(line[digits..].trim_end_matches(" (*)"));
        if let [.., parent, name] = path.as_slice() {
            needed_by.entry(name).or_default().insert(parent);
        }
    }
    assert!(needed_by.len() > 600, "cargo tree's output was understood: {} lines", needed_by.len());

    let ours = |name: &&str| name.starts_with("workspace-hack ");
    let unneeded: Vec<&str> = needed_by
        .iter()
        .filter(|(name, parents)| !ours(name) && parents.iter().all(ours))
        .map(|(name, _)| *name)
        .collect();
    assert!(unneeded.is_empty(), "only `host/workspace-hack` asks for {unneeded:?}; {FIX}");
}
