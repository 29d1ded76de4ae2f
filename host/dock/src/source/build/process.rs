//! Runs a child process and reads its output line by line.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::process::Command;

use super::BuildError;

/// A line of a child's output.
pub(super) enum Line {
    Stdout(String),
    Stderr(String),
}

/// How long to read the pipes after the child has exited. A background process that it started, such as a compiler
/// daemon, may keep them open.
const AFTERWARDS: Duration = Duration::from_millis(500);

/// A longer line is split: a program may write without end.
const LONGEST_LINE: usize = 16 << 20;

/// Runs `command` in `folder` to its end, or until the future is dropped, which kills it.
///
/// `help` is part of the error if the program cannot be started.
pub(super) async fn run(
    folder: &Path,
    mut command: Command,
    help: &str,
    mut on_line: impl FnMut(Line),
) -> Result<ExitStatus, BuildError> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let lost = |source| BuildError::Lost { folder: folder.to_owned(), program: program.clone(), source };
    let mut child = command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| BuildError::Start {
            folder: folder.to_owned(),
            program: program.clone(),
            source,
            help: help.to_owned(),
        })?;
    let mut stdout = Lines::new(child.stdout.take());
    let mut stderr = Lines::new(child.stderr.take());

    let status = loop {
        tokio::select! {
            line = stdout.next() => line.map_err(lost)?.into_iter().for_each(|line| on_line(Line::Stdout(line))),
            line = stderr.next() => line.map_err(lost)?.into_iter().for_each(|line| on_line(Line::Stderr(line))),
            status = child.wait() => break status.map_err(lost)?,
        }
    };
    let rest = async {
        while stdout.is_open() || stderr.is_open() {
            tokio::select! {
                line = stdout.next() => line.map_err(lost)?.into_iter().for_each(|line| on_line(Line::Stdout(line))),
                line = stderr.next() => line.map_err(lost)?.into_iter().for_each(|line| on_line(Line::Stderr(line))),
            }
        }
        Ok(())
    };
    tokio::time::timeout(AFTERWARDS, rest).await.unwrap_or(Ok(()))?;
    Ok(status)
}

/// The lines of a pipe. Invalid UTF-8 is replaced.
struct Lines<R> {
    pipe: Option<BufReader<R>>,
    partial: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(pipe: Option<R>) -> Self {
        Self { pipe: pipe.map(BufReader::new), partial: Vec::new() }
    }

    fn is_open(&self) -> bool {
        self.pipe.is_some()
    }

    /// The next line, or `None` once when the pipe ends; afterwards it waits forever. Dropping the
    /// future loses nothing: a partial line is kept for the next call.
    async fn next(&mut self) -> std::io::Result<Option<String>> {
        let Some(pipe) = &mut self.pipe else { return std::future::pending().await };
        let room = LONGEST_LINE.saturating_sub(self.partial.len()).max(1);
        let read = pipe.take(room as u64).read_until(b'\n', &mut self.partial).await?;
        let ended = read == 0;
        if !ended && !self.partial.ends_with(b"\n") && self.partial.len() < LONGEST_LINE {
            // The pipe ends here: the next read says so.
            return Ok(None);
        }
        if ended {
            self.pipe = None;
            if self.partial.is_empty() {
                return Ok(None);
            }
        }
        let line = String::from_utf8_lossy(&self.partial).trim_end_matches(['\r', '\n']).to_owned();
        self.partial.clear();
        Ok(Some(line))
    }
}

/// A command line for messages, without quoting.
pub(super) fn shown(command: &Command) -> String {
    let command = command.as_std();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
