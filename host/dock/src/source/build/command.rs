//! Plugins of any language, built with a command of their author's.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio::process::Command;

use super::process::{Line, run, shown};
use super::{BuildError, BuildEvent, Progress};

/// How much of a failed command's output goes into the error.
const LINES_KEPT: usize = 40;

/// A program with a path is the plugin's own, relative to its folder: what the system makes of a relative program
/// in a child with another working directory differs between systems.
pub(super) fn command(folder: &Path, program: &str) -> Command {
    let program = Path::new(program);
    Command::new(if program.components().count() > 1 { folder.join(program) } else { program.to_owned() })
}

/// Runs the command in `folder` and returns its output file.
pub(super) async fn build(
    folder: &Path,
    command: Command,
    output: &Path,
    progress: Progress<'_>,
) -> Result<PathBuf, BuildError> {
    let output_file = folder.join(output);
    let before = written(&output_file);

    let what = shown(&command);
    progress(BuildEvent::Started { what: what.clone() });
    let help =
        format!("[build] in plugin.toml runs it in {}: install it, or correct `command`", folder.display());
    let mut tail: Vec<String> = Vec::new();
    let status = run(folder, command, &help, |line| {
        let (Line::Stdout(line) | Line::Stderr(line)) = line;
        if tail.len() == LINES_KEPT {
            tail.remove(0);
        }
        tail.push(line.clone());
        progress(BuildEvent::Line(line));
    })
    .await?;

    let folder = folder.to_owned();
    if !status.success() {
        return Err(BuildError::Failed { folder, command: what, status, messages: tail });
    }
    let unusable = |problem: &str| BuildError::Output {
        folder,
        reason: format!(
            "`{what}` succeeded, but the output {} {problem}: correct `output` in [build] of plugin.toml, \
             or the command",
            output.display()
        ),
    };
    let after = written(&output_file);
    if after.is_some() && after == before {
        // Right for a build tool that found nothing to do, and the first thing to know where changes seem to be ignored.
        progress(BuildEvent::Line(format!("the command left {} as it was", output.display())));
    }
    match after {
        None => Err(unusable("is not there")),
        Some(Written { is_file: false, .. }) => Err(unusable("is not a file")),
        Some(Written { length: 0, .. }) => Err(unusable("is empty")),
        Some(_) => Ok(output_file),
    }
}

/// What is known of a file without reading it.
#[derive(PartialEq)]
struct Written {
    is_file: bool,
    length: u64,
    modified: Option<SystemTime>,
}

fn written(file: &Path) -> Option<Written> {
    let metadata = file.metadata().ok()?;
    Some(Written { is_file: metadata.is_file(), length: metadata.len(), modified: metadata.modified().ok() })
}
