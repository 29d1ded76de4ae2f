//! The source of a plugin in a real language.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::guest::Fault;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Language {
    Rust,
    C,
}

/// How a version of the source is saved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Save {
    /// The file is replaced by another one, as most editors do.
    Renamed,
    /// The file is written over.
    InPlace,
    /// Half of the text: it does not compile.
    Unfinished,
}

const WORLD: &str = "package test:torture@0.1.0;
interface counter { add: func(n: u32) -> u32; mark: func() -> u32; }
world stateful { export counter; export witdock:plugin/state@0.1.0; }
";

const C: &str = "[plugin]\nname = 'in-c'\n[build]\noutput = 'build/plugin.wasm'\nwit = 'wit'\n\
    command = ['sh', '-c', 'mkdir -p build && clang-22 --target=wasm32 -O1 -nostdlib -Wl,--no-entry -o build/plugin.wasm counter.c']\n";

const RUST: &str = "[package]\nname = 'tortured-in-rust'\nversion = '0.1.0'\nedition = '2024'\n\
    [lib]\npath = 'counter.rs'\ncrate-type = ['cdylib']\n[dependencies]\nwit-bindgen = '0.61'\n[workspace]\n";

pub struct Project {
    language: Language,
    folder: TempDir,
}

impl Project {
    /// The version with the mark 1.
    pub fn new(language: Language) -> Self {
        let project = Self { language, folder: tempfile::tempdir().unwrap() };
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
        project.write("wit/world.wit", WORLD);
        for file in fs::read_dir(repository.join("wit/plugin")).unwrap().map(Result::unwrap) {
            let name = format!("wit/deps/plugin/{}", file.file_name().to_str().unwrap());
            project.write(&name, &fs::read_to_string(file.path()).unwrap());
        }
        match language {
            Language::C => project.write("plugin.toml", C),
            Language::Rust => {
                project.write("plugin.toml", "[plugin]\nname = 'in-rust'\n[build]\nlanguage = 'rust'\n");
                project.write("Cargo.toml", RUST);
                // The versions that the repository's own plugins are built with, and what is already built of them.
                project
                    .write("Cargo.lock", &fs::read_to_string(repository.join("plugins/Cargo.lock")).unwrap());
                let target = repository.join("plugins/target");
                project.write(".cargo/config.toml", &format!("[build]\ntarget-dir = {target:?}\n"));
            }
        }
        project.save(1, Fault::None, Save::Renamed);
        project
    }

    pub fn language(&self) -> Language {
        self.language
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Saves the version with this mark and fault.
    pub fn save(&self, mark: u32, fault: Fault, how: Save) {
        let mark = if fault == Fault::Activate { 0 } else { mark };
        let (name, text, restores) = match self.language {
            Language::Rust => ("counter.rs", include_str!("counter.rs"), "RESTORES: bool = true"),
            Language::C => ("counter.c", include_str!("counter.c"), "RESTORES 1"),
        };
        let text = match self.language {
            Language::Rust => text.replace("MARK: u32 = 1", &format!("MARK: u32 = {mark}")),
            Language::C => text.replace("MARK 1", &format!("MARK {mark}")),
        };
        let text = match (fault, self.language) {
            (Fault::Restore, Language::Rust) => text.replace(restores, "RESTORES: bool = false"),
            (Fault::Restore, Language::C) => text.replace(restores, "RESTORES 0"),
            _ => text,
        };
        let half = text.len() / 2;
        match how {
            Save::Renamed => self.replace(name, &text),
            Save::InPlace => self.write(name, &text),
            // Versions differ, or the watcher has nothing to say.
            Save::Unfinished => self.replace(name, &format!("{}\n// {mark}", &text[..half])),
        }
    }

    fn replace(&self, name: &str, text: &str) {
        // Outside of the folder, so that the watcher sees one change.
        let new = self.folder.path().with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, self.folder.path().join(name)).unwrap();
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
