//! What a folder has, for the completion of paths.

use std::fs;
use std::path::Path;

/// The most entries that are taken from one folder.
const MAX_ENTRIES: usize = 10_000;

/// A file or a folder in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FolderEntry {
    /// The name. Names that are not Unicode are left out, since nobody can type them.
    pub name: String,
    /// Whether it is a folder, or a link to one.
    pub is_folder: bool,
}

/// The entries of a folder by name; none if it cannot be read.
pub(super) fn list(folder: &Path) -> Vec<FolderEntry> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        // A file's kind costs nothing, and only links are looked after.
        let is_folder = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
            kind => kind.is_ok_and(|kind| kind.is_dir()),
        };
        Some(FolderEntry { name, is_folder })
    });
    let mut entries: Vec<FolderEntry> = named.take(MAX_ENTRIES).collect();
    entries.sort();
    entries
}
