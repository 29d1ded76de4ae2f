//! Who may depend on whom.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The crates of this repository that each of them depends on, tests apart.
fn inner_dependencies(workspace: &str) -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let metadata = MetadataCommand::new()
        .manifest_path(root.join(workspace).join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    metadata
        .packages
        .iter()
        .map(|package| {
            let inner = package
                .dependencies
                .iter()
                .filter(|dependency| {
                    dependency.path.is_some() && dependency.kind != DependencyKind::Development
                })
                // It has no code, only the features of what others wrote.
                .filter(|dependency| dependency.name != "workspace-hack")
                .map(|dependency| dependency.name.clone());
            (package.name.to_string(), inner.collect())
        })
        .collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn the_dock_depends_on_no_interface_and_hosts_and_guests_share_no_crate() {
    let crates = inner_dependencies(".");
    assert_eq!(crates["witdock"], names(&[]));
    assert_eq!(crates["witdock-etl"], names(&["witdock"]));
    assert_eq!(crates["witdock-editor-core"], names(&[]));
    assert_eq!(crates["witdock-editor"], names(&["witdock", "witdock-editor-core"]));
    assert_eq!(crates["witdock-guest"], names(&[]));
    assert_eq!(crates["witdock-cli"], names(&["witdock"]));
    assert_eq!(crates["witdock-etl-guest"], names(&["witdock-guest", "witdock-etl-guest-derive"]));
    assert_eq!(crates["witdock-etl-guest-derive"], names(&[]));
    assert_eq!(crates["witdock-editor-guest"], names(&["witdock-guest"]));
    for example in ["chat-room", "image-filter"] {
        assert_eq!(crates[example], names(&["witdock"]));
        assert_eq!(crates[&format!("{example}-guest")], names(&["witdock-guest"]));
    }
}

#[test]
fn plugins_depend_on_guest_sdks_alone() {
    let sdks = names(&["witdock-guest", "witdock-editor-guest", "witdock-etl-guest"]);
    for (plugin, dependencies) in inner_dependencies("plugins") {
        assert!(dependencies.is_subset(&sdks), "{plugin} depends on {dependencies:?}");
    }
}

#[test]
fn the_dock_names_no_interface() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut pending = vec![source];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            assert!(!code.contains("wit/etl"), "{} reads an interface's WIT", path.display());
        }
    }
}
