//! Runs a child process and reads its output line by line.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

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

/// Runs `command` in `folder` to its end, or until the future is dropped, which kills it with all that it has started.
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
    #[cfg(unix)]
    command.process_group(0);
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
    let group = Group::of(&child);
    let mut stdout = Lines::new(child.stdout.take());
    let mut stderr = Lines::new(child.stderr.take());

    let status = loop {
        tokio::select! {
            line = stdout.next() => line.map_err(lost)?.into_iter().for_each(|line| on_line(Line::Stdout(line))),
            line = stderr.next() => line.map_err(lost)?.into_iter().for_each(|line| on_line(Line::Stderr(line))),
            status = child.wait() => break status.map_err(lost)?,
        }
    };
    group.release();
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

/// The processes of a build: cargo's compilers and a shell's programs are in its group too. They are killed if this is dropped
/// before [`release`](Self::release); a process that leaves the group is not found.
struct Group {
    /// The leader's number. It is the leader's until somebody has waited for it.
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let number = child.id().and_then(|id| i32::try_from(id).ok());
        Self { leader: number.and_then(rustix::process::Pid::from_raw) }
    }

    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self {}
    }

    /// The build has ended by itself. What it has left running, such as a compiler's daemon, stays.
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is nothing to forget"))]
    fn release(mut self) {
        #[cfg(unix)]
        {
            self.leader = None;
        }
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // All of them may have ended in this moment.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
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
