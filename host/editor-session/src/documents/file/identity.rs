//! What makes two paths one file.

use std::fs;
use std::path::{Path, PathBuf};

/// A file, whatever name it was opened under: symbolic links and hard links to it are the same file.
#[derive(Debug, Clone, Default)]
pub struct FileId {
    /// The path without symbolic links. Empty for a document without a file.
    path: PathBuf,
    /// The device and the number of the file on it, where there is a file and the system has such numbers.
    number: Option<(u64, u64)>,
}

impl FileId {
    /// The file at a path, which need not exist yet.
    pub fn of(path: &Path) -> Self {
        Self { path: without_links(path), number: fs::metadata(path).ok().and_then(|found| number(&found)) }
    }

    /// The path without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether both are one file.
    pub fn is_same(&self, other: &Self) -> bool {
        let same_path = !self.path.as_os_str().is_empty() && self.path == other.path;
        same_path || (self.number.is_some() && self.number == other.number)
    }
}

/// The path of a file without symbolic links, also of one that does not exist yet.
pub(super) fn without_links(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return path };
    // A link to a file that does not exist yet.
    if let Ok(target) = fs::read_link(&path) {
        let target = folder.join(target);
        let (folder, name) = (target.parent().map(Path::to_owned), target.file_name().map(ToOwned::to_owned));
        if let (Some(folder), Some(name)) = (folder, name) {
            return folder.canonicalize().unwrap_or(folder).join(name);
        }
    }
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(name)
}

#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn number(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_the_file_that_they_lead_to() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "").unwrap();
        symlink("file", at("link")).unwrap();
        fs::hard_link(at("file"), at("hard")).unwrap();
        symlink("later", at("dangling")).unwrap();
        let same = |one: &str, other: &str| FileId::of(&at(one)).is_same(&FileId::of(&at(other)));
        assert!(same("file", "link") && same("file", "hard") && same("link", "hard"));
        assert!(same("dangling", "later") && same("./file", "file"));
        assert!(!same("file", "later") && !same("later", "another"));
        assert!(!FileId::default().is_same(&FileId::default()), "two documents without a file");
    }
}
