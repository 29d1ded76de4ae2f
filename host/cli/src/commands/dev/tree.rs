//! What a plugin's source consists of at one moment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use witdock::{Digest, Source};

/// The content of each file that the artifact is made of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tree(BTreeMap<PathBuf, Digest>);

impl Tree {
    /// Reads the source's files, but for those that are written here. What cannot be read is not there.
    pub(super) fn of(source: &Source, written: &[PathBuf]) -> Self {
        let mut tree = Self::default();
        for watched in source.watch_paths() {
            tree.add(source, &watched.path, watched.recursive);
        }
        for file in written {
            // The source's paths are real ones, and the file may not be there yet.
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

    /// A file that one of them has and the other has not, or has with another content.
    pub(super) fn difference<'a>(&'a self, other: &'a Self) -> Option<PathBuf> {
        let changed = self.0.iter().find(|(path, digest)| other.0.get(*path) != Some(digest));
        let added = || other.0.iter().find(|(path, _)| !self.0.contains_key(*path));
        changed.or_else(added).map(|(path, _)| path.clone())
    }
}
