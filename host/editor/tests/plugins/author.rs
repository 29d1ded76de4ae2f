//! A plugin's author, with a project in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::common::docked::repository;

/// A plugin's project in a folder of its own, as its author would have it.
pub(crate) struct Author(TempDir);

impl Author {
    pub(crate) fn new() -> Self {
        let plugins = repository().join("plugins");
        let project = Self(tempfile::tempdir().unwrap());
        fs::create_dir(project.path("src")).unwrap();
        fs::create_dir(project.path(".cargo")).unwrap();
        for file in fs::read_dir(plugins.join("faults/faulty-extension/src")).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), project.path("src").join(file.file_name())).unwrap();
        }
        // The versions that the repository's own plugins are built with, and what is already built of them.
        fs::copy(plugins.join("Cargo.lock"), project.path("Cargo.lock")).unwrap();
        let target = plugins.join("target");
        project.write(".cargo/config.toml", &format!("[build]\ntarget-dir = {target:?}\n"));
        project.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"edited-extension\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                 [lib]\ncrate-type = [\"cdylib\"]\n\
                 [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
                 witdock-editor-guest = {{ path = {:?} }}\n\
                 [profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n\
                 [workspace]\n",
                repository().join("guest-sdk/rust/editor")
            ),
        );
        project.write("plugin.toml", "[plugin]\nname = \"edited\"\n[build]\nlanguage = \"rust\"\n");
        project
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    /// Changes the plugin's source, by renaming as editors do.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        self.edit_in("src/lib.rs", from, to);
    }

    pub(crate) fn edit_in(&self, file: &str, from: &str, to: &str) {
        let source = fs::read_to_string(self.path(file)).unwrap();
        assert!(source.contains(from), "{from} is not in {file}");
        let written = format!("{file}.new");
        self.write(&written, &source.replacen(from, to, 1));
        fs::rename(self.path(&written), self.path(file)).unwrap();
    }
}
