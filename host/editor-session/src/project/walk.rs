//! All files below a folder, without hidden ones and those that `.gitignore` names.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ignore::WalkBuilder;

use super::Stop;

/// The most files that are listed.
pub const MAX_FILES: usize = 200_000;
/// The most files of one batch.
const BATCH: usize = 1_000;
/// The longest that a file waits for others of its batch.
const SOON: Duration = Duration::from_millis(50);

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkEnd {
    /// All files are listed.
    Complete,
    /// There are more than [`MAX_FILES`].
    TooMany,
    /// Nobody wants the rest.
    Stopped,
}

/// The files below a folder, sorted within each folder. Hidden ones are left out, and those that `.gitignore`, `.ignore` and git's own
/// settings name. Symbolic links are not followed.
pub(super) fn files(root: &Path) -> impl Iterator<Item = PathBuf> {
    let mut walk = WalkBuilder::new(root);
    // A folder may have a `.gitignore` without being a repository.
    walk.require_git(false).sort_by_file_name(Ord::cmp);
    // What cannot be read is left out.
    let entries = walk.build().flatten();
    entries
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(ignore::DirEntry::into_path)
}

/// Lists all files below a folder, by their paths from there, in batches. The last batch has an end.
pub(super) fn walk(root: &Path, stop: &Stop, mut found: impl FnMut(Vec<PathBuf>, Option<WalkEnd>)) {
    let mut batch = Vec::new();
    let mut begun = Instant::now();
    for (count, file) in files(root).enumerate() {
        if stop.is_set() {
            return found(Vec::new(), Some(WalkEnd::Stopped));
        }
        if count == MAX_FILES {
            return found(batch, Some(WalkEnd::TooMany));
        }
        batch.push(file.strip_prefix(root).map(Path::to_owned).unwrap_or(file));
        if batch.len() == BATCH || begun.elapsed() > SOON {
            found(std::mem::take(&mut batch), None);
            begun = Instant::now();
        }
    }
    found(batch, Some(WalkEnd::Complete));
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn walked(root: &Path, stop: &Stop) -> (Vec<PathBuf>, Option<WalkEnd>) {
        let (mut all, mut last) = (Vec::new(), None);
        walk(root, stop, |files, end| {
            all.extend(files);
            last = end;
        });
        (all, last)
    }

    #[test]
    fn hidden_and_ignored_files_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.rs", "b/c.rs", "target/x", ".hidden", "b/skipped.log"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::write(folder.path().join(".gitignore"), "target\n*.log\n").unwrap();
        let (files, end) = walked(folder.path(), &Stop::default());
        assert_eq!(files, [Path::new("a.rs"), Path::new("b/c.rs")]);
        assert_eq!(end, Some(WalkEnd::Complete));
        let mut stop = Stop::default();
        let stopped = stop.renew();
        stop.renew();
        assert_eq!(walked(folder.path(), &stopped), (vec![], Some(WalkEnd::Stopped)));
    }
}
