//! Files that have several names. A hard link is not another file, and no path shows it.

use std::fs::Metadata;
use std::path::Path;

/// The identity of a file, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FileId {
    device: u64,
    number: u64,
}

impl FileId {
    /// The identity of a file that has more than one name. `None` for all others: their path is enough.
    pub(crate) fn of_linked(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok().filter(Metadata::is_file)?;
        if names(&metadata) > 1 { Self::of(&metadata) } else { None }
    }

    /// Whether a path is a name of this file.
    pub(crate) fn is_at(self, path: &Path) -> bool {
        path.metadata().ok().and_then(|metadata| Self::of(&metadata)) == Some(self)
    }

    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self { device: metadata.dev(), number: metadata.ino() })
    }

    /// Elsewhere the standard library does not tell.
    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Option<Self> {
        None
    }
}

#[cfg(unix)]
fn names(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink()
}

#[cfg(not(unix))]
fn names(_: &Metadata) -> u64 {
    1
}
