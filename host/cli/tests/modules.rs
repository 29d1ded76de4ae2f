//! No module of the command depends on one that depends on it, down to the single file.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends at what it does not expect")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module's path from the crate's root: `["wave", "read"]`.
type Module = Vec<String>;

/// The code of each module, without its tests and comments.
fn modules(folder: &Path, at: &Module, found: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let inner: Module = at.iter().cloned().chain([name.clone()]).collect();
        if path.is_dir() {
            modules(&path, &inner, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests" {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("\nmod tests {").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            let module = if ["mod", "main"].contains(&&*name) { at.clone() } else { inner };
            found.insert(module, lines.collect::<Vec<_>>().join(" "));
        }
    }
}

/// The paths in a `use` tree: `a::{b, c::d}` has `a::b` and `a::c::d`.
fn expand(tree: &str, paths: &mut Vec<String>) {
    let Some((prefix, rest)) = tree.split_once('{') else {
        return paths.push(tree.split(" as ").next().unwrap().trim().to_owned());
    };
    let (mut depth, mut item) = (0, String::new());
    for c in rest.rsplit_once('}').unwrap().0.chars().chain([',']) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c != ',' || depth > 0 {
            item.push(c);
        } else if !item.trim().is_empty() {
            expand(&format!("{}{}", prefix.trim(), item.trim()), paths);
            item.clear();
        }
    }
}

/// The paths that a module names: in its `use` declarations, and in its code from `crate` or `super` on.
fn paths(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("use ").filter(|(at, _)| *at == 0 || code[..*at].ends_with([' ', ')']))
    {
        expand(code[at + 4..].split(';').next().unwrap(), &mut paths);
    }
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            paths.push(code[at..].split(|c| !is_path(c)).next().unwrap().to_owned());
        }
    }
    paths
}

/// The module that a path in another module leads to, if it is one of this crate.
fn target(path: &str, module: &Module, all: &BTreeMap<Module, String>) -> Option<Module> {
    let mut words = path.split("::").peekable();
    let mut at = match words.peek()? {
        &"crate" => Module::new(),
        &"super" => module.clone(),
        word if all.contains_key(&[&**module, &[(*word).to_owned()]].concat()) => module.clone(),
        _ => return None,
    };
    for word in words {
        let inner = [&*at, &[word.to_owned()]].concat();
        match word {
            "crate" => {}
            "super" => drop(at.pop()),
            _ if all.contains_key(&inner) => at = inner,
            _ => break,
        }
    }
    (at != *module).then_some(at)
}

#[test]
fn modules_depend_only_on_those_below_them() {
    let mut all = BTreeMap::new();
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &Module::new(), &mut all);
    let dependencies = |(module, code): (&Module, &String)| {
        let targets: BTreeSet<Module> =
            paths(code).iter().filter_map(|path| target(path, module, &all)).collect();
        (module.clone(), targets)
    };
    let mut above: BTreeMap<Module, BTreeSet<Module>> = all.iter().map(dependencies).collect();
    let edges: usize = above.values().map(BTreeSet::len).sum();
    assert!(above.len() > 100 && edges > 200, "{} modules, {edges} dependencies", above.len());
    let mut floors = 0;
    while !above.is_empty() {
        let floor: Vec<Module> = above
            .iter()
            .filter(|(_, needed)| needed.iter().all(|module| !above.contains_key(module)))
            .map(|(module, _)| module.clone())
            .collect();
        assert!(!floor.is_empty(), "these modules depend on each other: {above:#?}");
        above.retain(|module, _| !floor.contains(module));
        floors += 1;
    }
    println!("{} modules, {edges} dependencies, {floors} floors", all.len());
}

#[test]
fn paths_lead_to_the_modules_that_they_name() {
    let code =
        "use super::error::{Error, inner::{a, b}}; pub(crate) use x::Y as Z; fn f() { crate::fit::of() }";
    let named = ["super::error::Error", "super::error::inner::a", "super::error::inner::b", "x::Y"];
    assert_eq!(&paths(code)[..4], named);
    assert_eq!(paths(code)[4..], ["crate::fit::of".to_owned(), "super::error::".to_owned()]);
    let module = |path: &str| path.split("::").map(str::to_owned).collect::<Module>();
    let all = ["wave", "wave::read", "wave::error", "fit"].map(|path| (module(path), String::new())).into();
    let leads = |path| target(path, &module("wave::read"), &all).map(|module| module.join("::"));
    assert_eq!(leads("super::error::Error").as_deref(), Some("wave::error"));
    assert_eq!(leads("super::Value").as_deref(), Some("wave"));
    assert_eq!(leads("crate::fit::of").as_deref(), Some("fit"));
    assert_eq!(leads("std::fmt"), None);
}
