//! The modules of the library depend only on modules below them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The modules at the root of the crate, each with those that its files name as `crate::module`. Tests inside of the files do
/// not count.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let library = fs::read_to_string(root.join("lib.rs")).unwrap();
    let declared = library.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    let names: Vec<_> = declared.map(|name| name.trim_end_matches(';').to_owned()).collect();
    let of = |name: &String| {
        let mut text = String::new();
        let file = root.join(format!("{name}.rs"));
        if file.exists() {
            read(&file, &mut text);
        }
        if root.join(name).exists() {
            read(&root.join(name), &mut text);
        }
        let named = names.iter().filter(|other| *other != name);
        (name.clone(), named.filter(|other| text.contains(&format!("crate::{other}::"))).cloned().collect())
    };
    names.iter().map(of).collect()
}

fn read(path: &Path, text: &mut String) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            read(&entry.unwrap().path(), text);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
        let whole = fs::read_to_string(path).unwrap();
        let code = whole.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
        // A module's own functions are called as `module::function` after `use crate::module;`.
        text.push_str(&code.replace(';', "::;"));
    }
}

#[test]
fn modules_depend_only_on_those_below_them() {
    let mut above = dependencies();
    assert!(above.len() > 15, "{above:?}");
    let mut floors = Vec::new();
    while !above.is_empty() {
        let below = |needed: &BTreeSet<String>| needed.iter().all(|name| !above.contains_key(name));
        let floor: Vec<_> =
            above.iter().filter(|(_, needed)| below(needed)).map(|(name, _)| name.clone()).collect();
        assert!(!floor.is_empty(), "these modules depend on each other: {above:#?}");
        above.retain(|name, _| !floor.contains(name));
        floors.push(floor);
    }
    assert!(floors.len() <= 8, "{} floors: {floors:#?}", floors.len());
}
