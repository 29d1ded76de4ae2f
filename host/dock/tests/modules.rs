//! No module depends on one that depends on it, down to the single file, in the library, the pipeline and the command;
//! and the library's rooms are few.

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
        if name == "tests" {
            continue;
        }
        if path.is_dir() {
            modules(&path, &inner, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("\nmod tests {").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            let module = if ["mod", "main", "lib"].contains(&&*name) { at.clone() } else { inner };
            found.insert(module, lines.collect::<Vec<_>>().join(" "));
        }
    }
}

/// The paths in a `use` tree: `a::{b, c::d}` has `a::b` and `a::c::d`.
fn expand(tree: &str, paths: &mut Vec<String>) {
    let Some((prefix, rest)) = tree.split_once('{') else {
        return paths.push(tree.split(" as ").next().unwrap().trim().to_owned());
    };
    // A message may have the word too.
    let Some((inside, _)) = rest.rsplit_once('}') else { return };
    let (mut depth, mut item) = (0, String::new());
    for c in inside.chars().chain([',']) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c != ',' || depth > 0 {
            item.push(c);
        } else if !item.trim().is_empty() {
            expand(&format!("{}{}", prefix.trim(), item.trim()), paths);
            item.clear();
        }
    }
}

/// The paths that a module exports again.
fn exports(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("use ").filter(|(at, _)| code[..*at].trim_end().ends_with(['b', ')'])) {
        expand(code[at + 4..].split(';').next().unwrap(), &mut paths);
    }
    paths
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
            let path = code[at..].split(|c| !is_path(c)).next().unwrap();
            // A tree in a `use` declaration has been expanded.
            if !path.ends_with("::") {
                paths.push(path.to_owned());
            }
        }
    }
    paths
}

/// The module that a path in another module leads to, if it is one of this crate. A name that a module only exports again
/// leads to where it comes from.
fn target(path: &str, module: &Module, all: &BTreeMap<Module, String>) -> Option<Module> {
    let at = follow(path, module, all, 4)?;
    (at != *module).then_some(at)
}

fn follow(path: &str, module: &Module, all: &BTreeMap<Module, String>, depth: u32) -> Option<Module> {
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
            _ => {
                let exported = exports(all.get(&at)?);
                return match exported.iter().find(|path| path.rsplit("::").next() == Some(word)) {
                    Some(source) if depth > 0 => follow(source, &at, all, depth - 1),
                    // It is declared there.
                    _ => Some(at),
                };
            }
        }
    }
    Some(at)
}

/// The code of each module of a crate beside this one.
fn modules_of(crate_folder: &str) -> BTreeMap<Module, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(crate_folder).join("src");
    let mut all = BTreeMap::new();
    modules(&source, &Module::new(), &mut all);
    all
}

/// What each module depends on.
fn dependencies(all: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let of = |(module, code): (&Module, &String)| {
        let targets = paths(code).iter().filter_map(|path| target(path, module, all)).collect();
        (module.clone(), targets)
    };
    all.iter().map(of).collect()
}

/// The modules in a circle: those that remain after unneeded ones are removed, one after the other.
fn circle(mut above: BTreeMap<Module, BTreeSet<Module>>) -> String {
    loop {
        let needed: BTreeSet<Module> = above.values().flatten().cloned().collect();
        let before = above.len();
        above.retain(|module, _| needed.contains(module));
        if above.len() == before {
            break;
        }
    }
    let name = |module: &Module| format!("crate::{}", module.join("::"));
    let left: BTreeSet<Module> = above.keys().cloned().collect();
    let line = |(module, needed): (&Module, &BTreeSet<Module>)| {
        let needed: Vec<String> = needed.intersection(&left).map(name).collect();
        format!("{} needs {}", name(module), needed.join(", "))
    };
    above.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// How many floors there are, if each module stands on those that it depends on.
fn floors(mut above: BTreeMap<Module, BTreeSet<Module>>) -> usize {
    let mut floors = 0;
    while !above.is_empty() {
        let floor: Vec<Module> = above
            .iter()
            .filter(|(_, needed)| needed.iter().all(|module| !above.contains_key(module)))
            .map(|(module, _)| module.clone())
            .collect();
        assert!(!floor.is_empty(), "these modules depend on each other:\n{}", circle(above));
        above.retain(|module, _| !floor.contains(module));
        floors += 1;
    }
    floors
}

#[test]
fn modules_depend_only_on_those_below_them() {
    for (crate_folder, at_least) in [("dock", 60), ("cli", 100), ("etl", 60)] {
        let needed = dependencies(&modules_of(crate_folder));
        let edges: usize = needed.values().map(BTreeSet::len).sum();
        assert!(needed.len() >= at_least && edges > needed.len(), "{} modules, {edges} edges", needed.len());
        println!("{crate_folder}: {} modules, {edges} dependencies, {} floors", needed.len(), floors(needed));
    }
}

#[test]
fn the_library_has_few_rooms_on_few_floors() {
    let files = modules_of("dock");
    let mut rooms: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, needed) in dependencies(&files) {
        let room = |module: &Module| module.iter().take(1).cloned().collect::<Module>();
        rooms
            .entry(room(&module))
            .or_default()
            .extend(needed.iter().map(room).filter(|to| *to != room(&module)));
    }
    rooms.remove(&Module::new());
    let names: BTreeSet<Module> = rooms.keys().cloned().collect();
    rooms.values_mut().for_each(|needed| needed.retain(|room| names.contains(room)));
    let count = rooms.len();
    let floors = floors(rooms);
    println!("{count} rooms on {floors} floors");
    assert!(count <= 12, "{count} rooms: {names:?}");
    assert!(floors <= 7, "{floors} floors");
}

#[test]
fn paths_lead_to_the_modules_that_they_name() {
    let code =
        "use super::error::{Error, inner::{a, b}}; pub(crate) use x::Y as Z; fn f() { crate::fit::of() }";
    let named = ["super::error::Error", "super::error::inner::a", "super::error::inner::b", "x::Y"];
    assert_eq!(&paths(code)[..4], named);
    assert_eq!(paths(code)[4..], ["crate::fit::of".to_owned()]);
    let module = |path: &str| path.split("::").map(str::to_owned).collect::<Module>();
    let all = ["wave", "wave::read", "wave::error", "fit"].map(|path| (module(path), String::new())).into();
    let leads = |path| target(path, &module("wave::read"), &all).map(|module| module.join("::"));
    assert_eq!(leads("super::error::Error").as_deref(), Some("wave::error"));
    assert_eq!(leads("super::Value").as_deref(), Some("wave"));
    assert_eq!(leads("crate::fit::of").as_deref(), Some("fit"));
    assert_eq!(leads("std::fmt"), None);
}
