//! The bindings in the SDKs are what the interfaces' WIT is made into today.

use std::path::{Path, PathBuf};

use super::generate_from;
use crate::language::Language;

/// Set to write them anew.
const WRITE: &str = "WITDOCK_WRITE_BINDINGS";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn is_true(language: Language, interface: &str, world: &str) {
    let wit = ["plugin", interface].map(|package| repository().join("wit").join(package));
    let folder = format!("guest-sdk/{}/{interface}/generated", language.name());
    let mut wrong = Vec::new();
    for (name, content) in
        generate_from(language, &[wit[0].as_path(), wit[1].as_path()], Some(world)).unwrap()
    {
        let path = repository().join(&folder).join(&name);
        if std::env::var_os(WRITE).is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &content).unwrap();
        }
        if std::fs::read(&path).ok() != Some(content) {
            wrong.push(name);
        }
    }
    assert_eq!(
        wrong,
        [""; 0],
        "{folder} is not what {interface}'s WIT is made into: \
         run this test with {WRITE}=1, or `witdock bindings --lang {} --world {world} wit/plugin wit/{interface} -o {folder}`",
        language.name()
    );
}

#[test]
fn those_in_go_are_true() {
    is_true(Language::Go, "editor", "extension-plugin");
    is_true(Language::Go, "etl", "transformer-plugin");
}

#[test]
fn those_in_zig_are_true() {
    is_true(Language::Zig, "editor", "extension-plugin");
    is_true(Language::Zig, "etl", "transformer-plugin");
}

#[test]
fn those_in_c_are_true() {
    is_true(Language::C, "editor", "extension-plugin");
    is_true(Language::C, "etl", "transformer-plugin");
}
