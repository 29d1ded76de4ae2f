//! Building a plugin's folder into the bytes of a component.

mod command;
mod error;
mod event;
mod process;
mod recipe;
mod rust;

use std::path::{Path, PathBuf};
use std::time::Instant;

pub use error::BuildError;
pub use event::BuildEvent;
pub use recipe::{Build, MadeFor, Recipe, Target};

/// Whoever listens to a build.
pub(super) type Progress<'a> = &'a (dyn Fn(BuildEvent) + Send + Sync);

/// Runs the recipe in `folder` and returns the file that it left.
pub(super) async fn build(
    folder: &Path,
    recipe: &Recipe,
    progress: Progress<'_>,
) -> Result<PathBuf, BuildError> {
    let begin = Instant::now();
    let output = match recipe {
        Recipe::Rust { target } => {
            rust::build(folder, *target, &rust::Tools::from_environment(folder), progress).await?
        }
        Recipe::Command { program, arguments, environment, output } => {
            let mut command = command::command(folder, program);
            command.args(arguments).envs(environment);
            command::build(folder, command, output, progress).await?
        }
    };
    progress(BuildEvent::Finished { duration: begin.elapsed() });
    Ok(output)
}
