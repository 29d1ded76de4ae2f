//! Decides which files belong to a source.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// A path to watch for changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WatchPath {
    /// The absolute path of a file or folder.
    pub path: PathBuf,
    /// Whether to watch the folders below it too.
    pub recursive: bool,
}

impl WatchPath {
    pub(super) fn new(path: PathBuf, recursive: bool) -> Self {
        Self { path, recursive }
    }
}

/// Whether a path below a watched folder can be part of the sources: it is not hidden, not the output of
/// tools, and not an editor's temporary file.
pub(super) fn is_source(below: &Path) -> bool {
    let names = below.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    names.enumerate().all(|(level, name)| {
        // Only at the top: `src/build/` and `src/target/` are likely source folders.
        let is_output = level == 0 && matches!(&*name, "target" | "dist" | "build");
        let is_installed = matches!(&*name, "node_modules" | "__pycache__");
        !(is_output || is_installed || is_temporary(&name))
    })
}

/// Whether this is the name of a hidden file, or of a swap, backup or temporary file of an editor or tool.
fn is_temporary(name: &str) -> bool {
    const ENDINGS: [&str; 9] =
        ["~", ".swp", ".swo", ".swx", ".tmp", ".bak", ".part", "___jb_tmp___", "___jb_old___"];
    name.starts_with('.')
        || (name.starts_with('#') && name.ends_with('#'))
        // Vim creates this file to test whether the folder is writable.
        || name == "4913"
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// `path` made absolute and without `.` and `..`. It does not read the file system, so the path may be missing.
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

/// `path` with its folder's canonical path, which a watcher reports. The file itself may be a link.
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
