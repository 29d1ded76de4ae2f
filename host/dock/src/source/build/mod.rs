//! Builds the component of a plugin's folder.

mod command;
mod environment;
mod error;
mod event;
mod place;
mod process;
mod recipe;
mod report;
mod rust;

use std::path::{Path, PathBuf};
use std::time::Instant;

use environment::{forget_outer_build, forget_shared_output};
pub use error::BuildError;
pub use event::BuildEvent;
pub use recipe::{Build, Recipe, Target, TargetWorld};

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
        match tokio::fs::read(&file).await {
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
    progress: Progress<'_>,
) -> Result<Output, BuildError> {
    let begin = Instant::now();
    let output = match recipe {
        Recipe::Rust { target } => {
            rust::build(folder, *target, &rust::Tools::from_environment(folder), progress).await?
        }
        Recipe::Command { program, arguments, environment, output } => {
            let mut command = command::command(folder, program);
            forget_outer_build(&mut command);
            forget_shared_output(&mut command);
            command.args(arguments).envs(environment);
            let file = command::build(folder, command, output, progress).await?;
            Output::read(folder, file).await?
        }
    };
    progress(BuildEvent::Finished { duration: begin.elapsed() });
    Ok(output)
}
