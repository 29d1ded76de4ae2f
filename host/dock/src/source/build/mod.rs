//! Builds the component of a plugin's folder.

mod command;
mod environment;
mod error;
mod event;
mod place;
mod process;
mod receipt;
mod recipe;
mod report;
mod rules;
mod rust;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::confined;
use crate::foreign::{self, Digest, LARGEST_COMPONENT};

use environment::Environment;
pub use error::BuildError;
pub use event::BuildEvent;
pub(crate) use receipt::Receipts;
pub use recipe::{Build, Recipe, Target, TargetWorld};
pub use rules::Builds;

/// The listener of a build's steps.
pub(super) type Progress<'a> = &'a (dyn Fn(BuildEvent) + Send + Sync);

/// Whether the output of an earlier build is taken instead of a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// If it was made from the same.
    IfSame,
    /// Never.
    Never,
}

/// A build's output file with its bytes.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) file: PathBuf,
    pub(super) bytes: Vec<u8>,
}

impl Output {
    async fn read(folder: &Path, file: PathBuf) -> Result<Self, BuildError> {
        let path = file.clone();
        let read = tokio::task::spawn_blocking(move || foreign::read(&path, LARGEST_COMPONENT)).await;
        match read.unwrap_or_else(|error| Err(error.into())) {
            Ok(bytes) => Ok(Self { file, bytes }),
            Err(error) => Err(BuildError::Output {
                folder: folder.to_owned(),
                reason: format!("cannot read the build's output {}: {error}", file.display()),
            }),
        }
    }
}

/// Runs the recipe in `folder` and returns its output. With receipts, what has not changed since the last build is not built again.
pub(super) async fn build(
    folder: &Path,
    build: &Build,
    builds: Builds,
    receipts: Option<(&Arc<Receipts>, Taken)>,
    progress: Progress<'_>,
) -> Result<Output, BuildError> {
    let begin = Instant::now();
    let folder_name = || folder.to_owned();
    let Builds::Within(limit) = builds else { return Err(BuildError::Refused { folder: folder_name() }) };
    let (receipts, taken) = receipts.unzip();
    let before = look(folder, build, receipts).await;
    if let (Some(receipts), Some(before), Some(Taken::IfSame)) = (receipts, &before, taken)
        && let Some(output) = kept(folder, build, receipts, *before).await
    {
        progress(BuildEvent::Line(
            "nothing has changed since the last build, whose output is taken".to_owned(),
        ));
        return Ok(output);
    }
    // Dropping the future kills the build's process.
    let output = match tokio::time::timeout(limit, run(folder, &build.recipe, progress)).await {
        Ok(output) => output?,
        Err(_) => return Err(BuildError::TooLong { folder: folder_name(), limit }),
    };
    progress(BuildEvent::Finished { duration: begin.elapsed() });
    // A file that has changed meanwhile may be in the output or not.
    if let (Some(receipts), Some(before)) = (receipts, before)
        && look(folder, build, Some(receipts)).await == Some(before)
    {
        receipts.keep(folder, before, &output.bytes);
    }
    Ok(output)
}

/// What a build is made from, where there are receipts and it is known.
async fn look(folder: &Path, build: &Build, receipts: Option<&Arc<Receipts>>) -> Option<Digest> {
    receipts?;
    let (folder, build) = (folder.to_owned(), build.clone());
    tokio::task::spawn_blocking(move || receipt::inputs(&folder, &build)).await.ok()?
}

/// The output of the last build, if it was made from the same.
async fn kept(folder: &Path, build: &Build, receipts: &Arc<Receipts>, inputs: Digest) -> Option<Output> {
    let Recipe::Command { output, .. } = &build.recipe else { return None };
    confined::is_below(folder, output).ok()?;
    let (folder, file, receipts) = (folder.to_owned(), output.clone(), Arc::clone(receipts));
    let read = tokio::task::spawn_blocking(move || {
        let bytes = receipts.output(&folder, &inputs, &file);
        if bytes.is_none() {
            receipts.forget(&folder);
        }
        bytes.map(|bytes| Output { file: folder.join(file), bytes })
    });
    read.await.ok()?
}

async fn run(folder: &Path, recipe: &Recipe, progress: Progress<'_>) -> Result<Output, BuildError> {
    Ok(match recipe {
        Recipe::Rust { target } => {
            rust::build(folder, *target, &rust::Tools::from_environment(folder), progress).await?
        }
        Recipe::Command { program, arguments, environment, output } => {
            let mut command = command::command(folder, program);
            Environment::of_host().without_shared_output().apply(&mut command);
            command.args(arguments).envs(environment);
            let file = command::build(folder, command, output, progress).await?;
            if confined::is_below(folder, output).is_err() {
                let reason =
                    format!("the build's output {} leads out of the plugin's folder", file.display());
                return Err(BuildError::Output { folder: folder.to_owned(), reason });
            }
            Output::read(folder, file).await?
        }
    })
}
