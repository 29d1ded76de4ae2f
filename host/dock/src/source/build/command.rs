//! Builds plugins of any language with the command from their manifest.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio::process::Command;

use super::process::{Line, run, shown};
use super::{BuildError, BuildEvent, Progress};

/// How much of a failed command's output goes into the error.
const LINES_KEPT: usize = 40;

/// Resolves a program with a path in the plugin's folder: operating systems differ in how they resolve a relative path
/// for a child with another working directory.
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
        // Normal for a build tool with nothing to do, and a hint when changes seem to be ignored.
        progress(BuildEvent::Line(format!("the command did not change {}", output.display())));
    }
    match after {
        None => Err(unusable("is missing")),
        Some(Written { is_file: false, .. }) => Err(unusable("is not a file")),
        Some(Written { length: 0, .. }) => Err(unusable("is empty")),
        Some(_) => Ok(output_file),
    }
}

/// The metadata of an output file, to detect whether the command wrote it.
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
