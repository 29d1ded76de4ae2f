use std::fs;
use std::path::{Path, PathBuf};

use super::error::SinkError;
use super::hidden::prefix;

/// The names of the files that a run writes beside its targets. They have the run and the commit that they begin with, so that nothing of another
/// run, or of another attempt at one, is ever taken for its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Staging {
    /// The run's identity: its time and the pipeline's.
    pub(crate) run: String,
    /// The number of the commit.
    pub(crate) commit: u64,
}

const EXTENSION: &str = "partial";

impl Staging {
    /// The staged file of a target, which is resolved: a symbolic link stays, and the file that it points at is replaced.
    pub(super) fn path(&self, target: &Path) -> PathBuf {
        self.part(target, "")
    }

    /// One of several staged files of a target.
    pub(super) fn part(&self, target: &Path, part: &str) -> PathBuf {
        target.with_file_name(format!("{}{part}{}-{}.{EXTENSION}", prefix(target), self.run, self.commit))
    }

    /// Removes the staged files of a target that killed runs of the same pipeline have left. No checkpoint refers to them: what it refers to
    /// is in `kept`. Files of other pipelines stay, since their checkpoints may refer to them.
    pub(super) fn clear(&self, folder: &Path, prefix: &str, kept: &[PathBuf]) {
        self.clear_if(folder, prefix, kept, |_| true);
    }

    fn clear_if(&self, folder: &Path, prefix: &str, kept: &[PathBuf], wanted: impl Fn(&str) -> bool) {
        let Some((_, pipeline)) = self.run.rsplit_once('-') else { return };
        let Ok(entries) = fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
        else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let own = name
                .strip_prefix(prefix)
                .and_then(|rest| rest.strip_suffix(EXTENSION)?.strip_suffix('.')?.rsplit_once('-'))
                .is_some_and(|(run, commit)| {
                    wanted(run)
                        && run.ends_with(&format!("-{pipeline}"))
                        && commit.bytes().all(|byte| byte.is_ascii_digit())
                });
            let path = folder.join(entry.file_name());
            if own && !kept.contains(&path) {
                let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            }
        }
    }

    /// [`clear`](Self::clear) for the files beside one target.
    pub(super) fn clear_beside(&self, target: &Path, kept: &[PathBuf]) {
        let folder = target.parent().unwrap_or(Path::new(""));
        // One with a dot is of a longer target: `.rows.csv.…` is not of `rows`.
        self.clear_if(folder, &prefix(target), kept, |run| !run.contains('.'));
    }
}

/// The file that a path stands for, with symbolic links resolved, in a folder that exists. A later run may have another current folder.
pub(super) fn resolved(target: &Path) -> Result<PathBuf, SinkError> {
    if let Ok(target) = target.canonicalize() {
        return Ok(target);
    }
    let failed = |error| SinkError::Io { path: target.to_owned(), error };
    if let Ok(points_at) = fs::read_link(target) {
        // A link to a file that does not exist yet.
        return resolved(&target.parent().unwrap_or(Path::new("")).join(points_at));
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(failed)?;
    Ok(folder.canonicalize().map_err(failed)?.join(target.file_name().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_same_pipeline_has_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("rows.csv");
        let staging = |run: &str, commit| Staging { run: run.to_owned(), commit };
        let (earlier, now, other) = (staging("01-aa", 3), staging("02-aa", 1), staging("01-bb", 1));
        for staging in [&earlier, &now, &other] {
            fs::write(staging.path(&target), "").unwrap();
        }
        fs::write(folder.path().join(".rows.csv.mine.partial"), "").unwrap();
        fs::write(earlier.path(&folder.path().join("rows.csv.gz")), "").unwrap();
        now.clear_beside(&target, &[now.path(&target)]);
        assert!(!earlier.path(&target).exists());
        assert!(now.path(&target).exists() && other.path(&target).exists());
        assert!(folder.path().join(".rows.csv.mine.partial").exists());
        assert!(earlier.path(&folder.path().join("rows.csv.gz")).exists(), "it is another target's");
    }
}
