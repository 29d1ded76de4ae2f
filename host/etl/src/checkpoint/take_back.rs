//! What an interrupted run has written, taken back so that it can be done again.

use std::fs;
use std::path::Path;

use super::content::Checkpoint;
use super::error::CheckpointError;
use crate::pipeline::{Pipeline, SinkKind, SinkMode};
use crate::sink::{self, Publish, SinkMark, part_of};

/// The changes of files that take back the rows of an interrupted run which adds to its targets.
pub(super) fn take_back(pipeline: &Pipeline, done: &Checkpoint) -> Result<Vec<Publish>, CheckpointError> {
    if done.commit == done.begun.commit {
        return Ok(Vec::new());
    }
    let mut changes = Vec::new();
    for mark in done.sinks.iter().chain(&done.side) {
        match mark {
            SinkMark::Appended { path, before, after } => {
                let length = fs::metadata(path).map_or(0, |metadata| metadata.len());
                if length > *after {
                    return Err(CheckpointError::TargetChanged { path: path.clone() });
                }
                // In a file that has been removed or emptied since, nothing is left of them.
                if length > *before {
                    changes.push(Publish::Truncate { path: path.clone(), length: *before });
                }
            }
            mark => changes.extend(staged(mark).into_iter().map(Publish::Remove)),
        }
    }
    for sink in &pipeline.sinks {
        match &sink.kind {
            SinkKind::Folder(folder) => changes.extend(parts(&folder.path, done)),
            SinkKind::Object(object) if sink.mode == SinkMode::Append => {
                let own = sink::object_parts(&object.url, &object.store)?.into_iter().filter(|url| {
                    part_of(url.file_name().as_ref(), &done.run)
                        .is_some_and(|commit| commit > done.begun.commit)
                });
                changes.extend(own.map(|url| Publish::Delete { url, store: object.store.clone() }));
            }
            // Rows that are merged by their key may come again.
            SinkKind::Table(_) | SinkKind::Plugin(_) if sink.mode == SinkMode::Append => {
                return Err(CheckpointError::Stays { sink: sink.name() });
            }
            _ => {}
        }
    }
    Ok(changes)
}

/// The part files of an interrupted run.
fn parts(folder: &Path, done: &Checkpoint) -> Vec<Publish> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let own = entries.filter(|entry| {
        part_of(&entry.file_name(), &done.run).is_some_and(|commit| commit > done.begun.commit)
    });
    own.map(|entry| Publish::Remove(entry.path())).collect()
}

/// Removes what an interrupted run has staged.
pub(super) fn discard(done: &Checkpoint) {
    for path in done.sinks.iter().chain(&done.side).flat_map(staged) {
        if let Err(error) = Publish::Remove(path).carry_out() {
            tracing::debug!(%error, "a file of an interrupted run stays");
        }
    }
}

fn staged(mark: &SinkMark) -> Vec<std::path::PathBuf> {
    match mark {
        SinkMark::Staged { path, .. } | SinkMark::Parts { path } => vec![path.clone()],
        SinkMark::Segments { paths } => paths.clone(),
        SinkMark::Appended { .. } | SinkMark::None => Vec::new(),
    }
}
