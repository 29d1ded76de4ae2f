use std::path::{Path, PathBuf};

use super::content::Checkpoint;
use crate::pipeline::{Pipeline, SourceKind};

/// The folder of the pipeline file. Paths in it are relative to it in the checkpoint's file, so that a project can be moved or copied
/// with its checkpoint, and a copy never touches the files of the original.
#[derive(Debug)]
pub(super) struct Base {
    folder: PathBuf,
    /// Whether units are files.
    files: bool,
}

/// The begin of a unit's name that is such a path.
const HERE: &str = "./";

impl Base {
    pub(super) fn of(pipeline: &Pipeline) -> Self {
        let folder = pipeline.canonical_path().parent().map(Path::to_owned).unwrap_or_default();
        Self { folder, files: matches!(pipeline.source.kind, SourceKind::Files(_)) }
    }

    /// The checkpoint as it is written.
    pub(super) fn relative(&self, checkpoint: &Checkpoint) -> Checkpoint {
        let inside = |path: &Path| path.strip_prefix(&self.folder).unwrap_or(path).to_owned();
        let name = |id: &str| match Path::new(id).strip_prefix(&self.folder) {
            Ok(path) => format!("{HERE}{}", path.display()),
            Err(_) => id.to_owned(),
        };
        self.with(checkpoint.clone(), inside, name)
    }

    /// The checkpoint as it is used.
    pub(super) fn absolute(&self, checkpoint: Checkpoint) -> Checkpoint {
        let name = |id: &str| match id.strip_prefix(HERE) {
            Some(path) => self.folder.join(path).display().to_string(),
            None => id.to_owned(),
        };
        self.with(checkpoint, |path| self.folder.join(path), name)
    }

    fn with(
        &self,
        mut checkpoint: Checkpoint,
        path: impl Fn(&Path) -> PathBuf,
        name: impl Fn(&str) -> String,
    ) -> Checkpoint {
        for mark in checkpoint.sinks.iter_mut().chain(&mut checkpoint.side) {
            *mark = mark.with_paths(&path);
        }
        for publish in &mut checkpoint.publish {
            *publish = publish.with_paths(&path);
        }
        if self.files {
            for done in &mut checkpoint.units {
                done.unit.id = name(&done.unit.id);
            }
        }
        checkpoint
    }
}
