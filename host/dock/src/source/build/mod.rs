//! Builds the component of a plugin's folder.

mod command;
mod environment;
mod error;
mod event;
mod place;
mod process;
mod recipe;
mod report;
mod rules;
mod rust;

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::confined;
use crate::foreign::{self, LARGEST_COMPONENT};

use environment::Environment;
pub use error::BuildError;
pub use event::BuildEvent;
pub use recipe::{Build, Recipe, Target, TargetWorld};
pub use rules::Builds;

/// The listener of a build's steps.
pub(super) type Progress<'a> = &'a (dyn Fn(BuildEvent) + Send + Sync);

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

/// Runs the recipe in `folder` and returns its output.
pub(super) async fn build(
    folder: &Path,
    recipe: &Recipe,
    builds: Builds,
    progress: Progress<'_>,
) -> Result<Output, BuildError> {
    let begin = Instant::now();
    let folder_name = || folder.to_owned();
    let Builds::Within(limit) = builds else { return Err(BuildError::Refused { folder: folder_name() }) };
    // Dropping the future kills the build's process.
    let output = match tokio::time::timeout(limit, run(folder, recipe, progress)).await {
        Ok(output) => output?,
        Err(_) => return Err(BuildError::TooLong { folder: folder_name(), limit }),
    };
    progress(BuildEvent::Finished { duration: begin.elapsed() });
    Ok(output)
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
