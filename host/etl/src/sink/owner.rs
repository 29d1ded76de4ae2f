//! The pipeline that a file of rejected rows belongs to. Each line names it, since `--retry` takes the rows out of the file.

use std::io::{BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::error::SinkError;
use crate::input::Input;
use crate::pipeline::Pipeline;

/// The longest first line that is looked at.
const LONGEST: u64 = 64 << 20;

/// The name of a pipeline in its rejected rows: its path from their file on, so that both can move together.
pub(super) fn owner(pipeline: &Pipeline) -> String {
    let path = pipeline.canonical_path();
    from_folder(&folder(&pipeline.rejected.path), &path).unwrap_or(path).display().to_string()
}

/// Checks that a pipeline's file of rejected rows has none of another pipeline. One whose pipeline file is gone belongs to nobody.
///
/// # Errors
///
/// When it has, or cannot be read.
pub(crate) fn check_owner(pipeline: &Pipeline) -> Result<(), SinkError> {
    #[derive(Deserialize)]
    struct Line {
        pipeline: Option<String>,
    }
    let path = &pipeline.rejected.path;
    if !path.exists() {
        return Ok(());
    }
    let mut first = Vec::new();
    Input::open(path)
        .and_then(|input| BufReader::new(input.take(LONGEST)).read_until(b'\n', &mut first))
        .map_err(|error| SinkError::Io { path: path.clone(), error })?;
    let found = serde_json::from_slice(&first).ok().and_then(|line: Line| line.pipeline);
    match found.filter(|found| *found != owner(pipeline) && folder(path).join(found).exists()) {
        None => Ok(()),
        Some(owner) => Err(SinkError::OtherOwner { path: path.clone(), owner }),
    }
}

fn folder(file: &Path) -> PathBuf {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// The path of a file from a folder on, if they have more in common than the root.
fn from_folder(folder: &Path, file: &Path) -> Option<PathBuf> {
    let is_name = |component: &Component<'_>| matches!(component, Component::Normal(_));
    let common: PathBuf = folder
        .components()
        .zip(file.components())
        .take_while(|(one, other)| one == other)
        .map(|(one, _)| one)
        .collect();
    if !common.components().any(|component| is_name(&component)) {
        return None;
    }
    let up = folder.strip_prefix(&common).ok()?.components().map(|_| Component::ParentDir);
    Some(up.collect::<PathBuf>().join(file.strip_prefix(&common).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_from_a_folder_on_is_the_same_after_both_have_moved() {
        let from = |folder: &str, file: &str| from_folder(Path::new(folder), Path::new(file));
        assert_eq!(from("/a/b", "/a/b/p.toml"), Some("p.toml".into()));
        assert_eq!(from("/a/b/rejected", "/a/b/p.toml"), Some("../p.toml".into()));
        assert_eq!(from("/a/b", "/a/c/p.toml"), Some("../c/p.toml".into()));
        assert_eq!(from("/var/b", "/a/p.toml"), None);
    }
}
