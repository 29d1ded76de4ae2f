//! The bindings in the SDKs are up to date, and the repository contains each file once.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{File, generate_from, go};
use crate::language::Language;

/// Set this variable to write them.
const WRITE: &str = "WITDOCK_WRITE_BINDINGS";

type World = (&'static str, &'static str);

const WORLDS: [World; 3] = [("editor", "extension-plugin"), ("etl", "transformer-plugin"), PROXY];
/// Not every language has an SDK for it.
const PROXY: World = ("proxy", "http-filter-plugin");

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder, by their names relative to it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

/// Compares `generated/` of a language's SDKs with what the WIT generates. `is_here` leaves out what another folder of the
/// repository has.
fn check(language: Language, worlds: impl IntoIterator<Item = World>, is_here: impl Fn(&File) -> bool) {
    for (interface, world) in worlds {
        let wit = ["plugin", interface].map(|package| repository().join("wit").join(package));
        let generated = generate_from(language, &[wit[0].as_path(), wit[1].as_path()], Some(world)).unwrap();
        let expected: BTreeMap<String, Vec<u8>> = generated.into_iter().filter(&is_here).collect();
        let name = format!("guest-sdk/{}/{interface}/generated", language.name());
        let folder = repository().join(&name);
        if std::env::var_os(WRITE).is_some() {
            let _ = fs::remove_dir_all(&folder);
            for (name, content) in &expected {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, content).unwrap();
            }
        }
        let found = files(&folder);
        let names = expected.keys().chain(found.keys());
        let mut wrong: Vec<&String> = names.filter(|name| expected.get(*name) != found.get(*name)).collect();
        wrong.sort();
        wrong.dedup();
        assert!(
            wrong.is_empty(),
            "{name} differs from what wit/{interface} generates: {wrong:?}. Run this test with {WRITE}=1 to write it"
        );
    }
}

#[test]
fn c_bindings_are_current() {
    check(Language::C, WORLDS, |_| true);
}

/// C++ has none of its own: its SDK is a header over the one in C. Zig has declarations beside those in C.
#[test]
fn zig_declarations_are_current_and_share_the_bindings_in_c() {
    let worlds = WORLDS.into_iter().filter(|world| *world != PROXY);
    check(Language::Zig, worlds, |(name, _)| name.ends_with(".zig"));
}

#[test]
fn go_bindings_are_current_and_share_the_runtime() {
    check(Language::Go, WORLDS, |(name, _)| !name.starts_with(go::RUNTIME_FOLDER));
}

/// What is generated for a project on its own has the runtime with it.
#[test]
fn go_bindings_bring_the_shared_runtime_to_a_project() {
    let wit = repository().join("wit/plugin");
    let generated = generate_from(Language::Go, &[&wit], Some("services")).unwrap();
    let runtime: BTreeMap<String, Vec<u8>> = generated
        .into_iter()
        .filter_map(|(name, content)| Some((name.strip_prefix(go::RUNTIME_FOLDER)?.to_owned(), content)))
        .collect();
    assert!(runtime.contains_key("go.mod"));
    assert_eq!(runtime, files(&repository().join("guest-sdk/go/runtime")));
}
