//! Which files a source is made of.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// A path to watch for changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchPath {
    /// A file or folder; absolute.
    pub path: PathBuf,
    /// Whether what lies deeper in the folder counts as well.
    pub recursive: bool,
}

impl WatchPath {
    pub(super) fn new(path: PathBuf, recursive: bool) -> Self {
        Self { path, recursive }
    }
}

/// Whether a path below a watched folder can be part of the sources: it is not hidden, not what tools
/// leave behind, and not an editor's passing file.
pub(super) fn is_source(below: &Path) -> bool {
    let names = below.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    names.enumerate().all(|(level, name)| {
        // Only at the top: `src/build/` and `src/target/` are likely source folders.
        let is_output = level == 0 && matches!(&*name, "target" | "dist" | "build");
        let is_installed = matches!(&*name, "node_modules" | "__pycache__");
        !(is_output || is_installed || is_passing(&name))
    })
}

/// Hidden files, and the names under which editors and tools keep swaps, backups and files half written.
fn is_passing(name: &str) -> bool {
    const ENDINGS: [&str; 9] =
        ["~", ".swp", ".swo", ".swx", ".tmp", ".bak", ".part", "___jb_tmp___", "___jb_old___"];
    name.starts_with('.')
        || (name.starts_with('#') && name.ends_with('#'))
        // Vim writes this file to find out whether it may write in the folder.
        || name == "4913"
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// `path` made absolute and free of `.` and `..` without asking the file system, for what may not exist yet.
pub(super) fn absolute(folder: &Path, path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in folder.join(path).components() {
        match component {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

/// `path` with its folder's real name: a watcher reports real names, and the file itself may be replaced by a link.
pub(super) fn with_real_folder(path: &Path) -> std::io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    match (absolute.parent(), absolute.file_name()) {
        (Some(folder), Some(name)) => Ok(folder.canonicalize()?.join(name)),
        _ => absolute.canonicalize(),
    }
}

/// Whether a file name has the extension of wasm's binary format.
pub(super) fn is_wasm(path: &Path) -> bool {
    path.extension().and_then(OsStr::to_str).is_some_and(|extension| extension.eq_ignore_ascii_case("wasm"))
}
