//! The content of a plugin's source at one moment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use witdock::{Digest, Source};

/// The digests of the files that the component is built from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tree(BTreeMap<PathBuf, Digest>);

impl Tree {
    /// Reads the source's files, except those that `witdock dev` writes. Unreadable files are left out.
    pub(super) fn of(source: &Source, written: &[PathBuf]) -> Self {
        let mut tree = Self::default();
        for watched in source.watch_paths() {
            tree.add(source, &watched.path, watched.recursive);
        }
        for file in written {
            // The source's paths are canonical, and the file may not exist yet.
            tree.0.remove(file);
            if let Ok(file) = file.canonicalize() {
                tree.0.remove(&file);
            }
        }
        tree
    }

    fn add(&mut self, source: &Source, folder: &Path, recursive: bool) {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries {
            let path = entry.path();
            if !source.is_relevant(&path) {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && recursive => self.add(source, &path, true),
                Ok(kind) if kind.is_file() => {
                    if let Ok(content) = fs::read(&path) {
                        self.0.insert(path, Digest::of(&content));
                    }
                }
                _ => {}
            }
        }
    }

    /// A file that differs between the two, or that only one of them has.
    pub(super) fn difference<'a>(&'a self, other: &'a Self) -> Option<PathBuf> {
        let changed = self.0.iter().find(|(path, digest)| other.0.get(*path) != Some(digest));
        let added = || other.0.iter().find(|(path, _)| !self.0.contains_key(*path));
        changed.or_else(added).map(|(path, _)| path.clone())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_changed_content_of_sources_differs() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let write = |file: &str, text: &str| {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        write(
            "plugin.toml",
            "[plugin]\nname = \"blur\"\n[build]\ncommand = [\"make\"]\noutput = \"made/plugin.wasm\"\n",
        );
        let code = write("src/code.wat", "one");
        let source = Source::open(&root).unwrap();
        let written = [root.join("blur.wasm"), root.join("dev.log")];
        let before = Tree::of(&source, &written);

        // The same content, the build's output, and what the command itself writes.
        write("src/code.wat", "one");
        write("made/plugin.wasm", "output");
        write("blur.wasm", "component");
        write("dev.log", "a line");
        assert_eq!(before.difference(&Tree::of(&source, &written)), None);

        write("src/code.wat", "two");
        assert_eq!(before.difference(&Tree::of(&source, &written)), Some(code.clone()));
        write("src/code.wat", "one");
        let more = write("src/more.wat", "");
        assert_eq!(before.difference(&Tree::of(&source, &written)), Some(more.clone()));
        fs::remove_file(more).unwrap();
        fs::remove_file(&code).unwrap();
        assert_eq!(before.difference(&Tree::of(&source, &written)), Some(code));
    }
}
