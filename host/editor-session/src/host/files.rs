//! Documents that plugins open, make and save, as the session sees them, and where a plugin may save.

use std::path::{Path, PathBuf};

use witdock::text;

use crate::documents::DocumentId;

/// Something to do with a document and its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileAction {
    /// Open this file.
    Open {
        /// The file, without links.
        path: PathBuf,
        /// Whether it becomes the active document.
        focus: bool,
    },
    /// Make a document without a file.
    Make(NewDocument),
    /// Save a document.
    Save(DocumentId),
    /// Save a document to a new file.
    SaveAs(DocumentId, PathBuf),
}

/// A document that a plugin makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// The name that is shown for it, behind the plugin's.
    pub title: String,
    /// Its language, in lower case; empty for plain text.
    pub language: String,
    /// Its text.
    pub text: String,
}

/// Why a request about a file has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFailure {
    /// There is such a file already.
    Exists,
    /// Another program has changed the file.
    ChangedOnDisk,
    /// The document was closed.
    Closed,
    /// It failed for another reason.
    Failed(String),
}

/// What a plugin has brought into the editor, and what it waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Brought {
    /// The number of documents, with those that are being opened.
    pub documents: usize,
    /// The bytes of their texts.
    pub bytes: usize,
}

/// The place that a plugin may write to under this path: a file in the `root`, or a new one, that is not hidden and not `protected`. An error
/// says what is wrong.
pub(crate) fn writable(root: &Path, path: &Path, protected: &[PathBuf]) -> Result<PathBuf, String> {
    let shown = || text::path(path);
    let outside = || format!("{} is not in the folder that you work in", shown());
    let root = root.canonicalize().map_err(|error| error.to_string())?;
    let folder = path.parent().ok_or_else(outside)?;
    let folder = folder.canonicalize().map_err(|error| format!("{}: {error}", text::path(folder)))?;
    let mut place = folder.join(path.file_name().ok_or_else(outside)?);
    if place.is_symlink() {
        // One that leads nowhere would be followed when the file is made.
        place = place.canonicalize().map_err(|error| format!("{}: {error}", shown()))?;
    }
    let inside = place.strip_prefix(&root).map_err(|_| outside())?;
    if inside.iter().any(|part| part.as_encoded_bytes().starts_with(b".")) {
        return Err(format!("{} is hidden, and plugins save no hidden files", shown()));
    }
    if protected.iter().any(|other| is_at_or_below(&place, other)) {
        return Err(format!("{} belongs to a plugin or to the editor", shown()));
    }
    Ok(place)
}

fn is_at_or_below(place: &Path, other: &Path) -> bool {
    let real = other.canonicalize();
    place.starts_with(real.as_deref().unwrap_or(other))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    // attack: a plugin that saves a document outside of the workspace, through a link, over a hook of git or over its own source
    // host: refuses to write there
    #[test]
    fn a_plugin_writes_into_the_workspace_and_not_where_code_comes_from() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("in/.git/hooks")).unwrap();
        fs::create_dir_all(root.join("plugins/own")).unwrap();
        fs::write(folder.path().join("secret"), "").unwrap();
        fs::write(root.join("in/there"), "").unwrap();
        symlink("../secret", root.join("link")).unwrap();
        symlink("../new", root.join("nowhere")).unwrap();
        symlink("in", root.join("near")).unwrap();
        symlink("in/.git", root.join("git")).unwrap();
        let real = root.canonicalize().unwrap();
        let protected = [root.join("plugins/own")];
        let place = |path: &str| writable(&root, &root.join(path), &protected);
        assert_eq!(place("in/there"), Ok(real.join("in/there")));
        assert_eq!(place("near/new"), Ok(real.join("in/new")));
        assert_eq!(place("plugins/other"), Ok(real.join("plugins/other")));
        for refused in [
            "../secret",
            "link",
            "nowhere",
            "/etc/new",
            "in/..",
            "in/.git/hooks/pre-commit",
            "git/config",
            ".env",
            "none/new",
            "plugins/own",
            "plugins/own/plugin.toml",
        ] {
            assert!(place(refused).is_err(), "{refused}");
        }
    }
}
