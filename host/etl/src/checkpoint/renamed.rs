//! A pipeline file with another name than when it ran last. Its checkpoint is found again, since without it everything would be read twice.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::content::Checkpoint;
use super::error::CheckpointError;
use super::file::{prepared, read, replace};
use super::paths::Base;
use crate::pipeline::Pipeline;

/// The extension of a checkpoint by default.
const EXTENSION: &str = "checkpoint.json";

/// Takes over the checkpoint that the pipeline had under another name, if that is certain: it is in the same folder, its pipeline file is gone, and
/// it is of the same source, stages and sinks.
///
/// # Errors
///
/// When there are several such checkpoints, or a file cannot be renamed.
pub(super) fn take_over(pipeline: &Pipeline, base: &Base) -> Result<(), CheckpointError> {
    let path = &pipeline.checkpoint.path;
    // One with a path of its own is found there.
    if *path != pipeline.path.with_extension(EXTENSION) || path.exists() {
        return Ok(());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    // A run that was killed in its first commit has left only the prepared one.
    let stem = |name: OsString| {
        let name = name.to_str()?;
        name.strip_suffix(".next").unwrap_or(name).strip_suffix(&format!(".{EXTENSION}")).map(str::to_owned)
    };
    let stems: BTreeSet<_> = names.filter_map(stem).collect();
    let paths = stems.iter().map(|stem| folder.join(format!("{stem}.{EXTENSION}")));
    let paths = paths.filter(|former| former.file_name() != path.file_name());
    // One that cannot be read says nothing.
    let read = |path: &Path| read(path, base).ok().flatten();
    let is_former = |path: &PathBuf| {
        let found = read(path).or_else(|| read(&prepared(path)));
        found.is_some_and(|found| is_former(&found, pipeline))
    };
    let former: Vec<_> = paths.filter(is_former).collect();
    match former.as_slice() {
        [] => Ok(()),
        // A crash between the two leaves the second one to the next run.
        [from] => [(prepared(from), prepared(path)), (from.clone(), path.clone())]
            .iter()
            .filter(|(from, _)| from.exists())
            .try_for_each(|(from, to)| replace(from, to)),
        [one, other, ..] => Err(CheckpointError::Several {
            pipeline: pipeline.path.clone(),
            one: one.clone(),
            other: other.clone(),
        }),
    }
}

/// Whether a checkpoint is that of the same pipeline under a name that is no file any more.
pub(super) fn is_former(checkpoint: &Checkpoint, pipeline: &Pipeline) -> bool {
    checkpoint.file != pipeline.file_name()
        && checkpoint.pipeline.shape == pipeline.fingerprint.shape
        && !pipeline.path.with_file_name(&checkpoint.file).exists()
}

/// What people should know about it.
pub(super) fn notice(former: &str, pipeline: &Pipeline) -> String {
    let mut notice = format!("{former} is now {}, and its runs continue", pipeline.file_name());
    let rejected = pipeline.path.with_file_name(former).with_extension("rejected.jsonl");
    if rejected.exists() && rejected != pipeline.rejected.path {
        notice.push_str(&format!("; its rejected rows are in {}", rejected.display()));
    }
    notice
}
