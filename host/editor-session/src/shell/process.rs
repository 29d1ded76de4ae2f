//! The process of a command, with its limits.

use std::fmt;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::ShellTask;

/// The longest that all runs of a command may take together.
const TIME: Duration = Duration::from_secs(30);
/// The most that a command may write, bytes.
const MOST_BYTES: u64 = 64 << 20;
/// The most that is read of what it writes about errors.
const MOST_ERROR_BYTES: u64 = 16 << 10;

/// How a command ended.
#[derive(Debug)]
pub struct Finished {
    pub(super) ticket: u64,
    /// The outputs, one for each input.
    pub(super) result: Result<Vec<String>, Failure>,
}

/// Why a command has no output to use.
#[derive(Debug)]
pub enum Failure {
    /// It could not be started.
    NotStarted(std::io::Error),
    /// It said so by its exit code, or a signal has ended it. With what it has written about it.
    Failed(std::process::ExitStatus, String),
    /// It has taken too long, and was ended.
    TooLong,
    /// It has written too much.
    TooMuch,
    /// It has written something else than text.
    NotText,
    /// The person has cancelled it.
    Cancelled,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(error) => write!(f, "could not be started: {error}"),
            Self::Failed(status, words) => {
                match status.code() {
                    Some(code) => write!(f, "failed with exit code {code}")?,
                    None => write!(f, "was ended by a signal")?,
                }
                let words = words.trim();
                if words.is_empty() { Ok(()) } else { write!(f, ": {words}") }
            }
            Self::TooLong => write!(f, "did not end within {} s and was killed", TIME.as_secs()),
            Self::TooMuch => write!(f, "wrote more than {} MiB and was killed", MOST_BYTES >> 20),
            Self::NotText => f.write_str("wrote something that is not UTF-8"),
            Self::Cancelled => f.write_str("was cancelled"),
        }
    }
}

/// Ends a command that is under way when it is dropped.
#[derive(Debug)]
pub(crate) struct Stop {
    _stop: oneshot::Sender<()>,
}

impl ShellTask {
    /// Runs the command in the background, with what ends it.
    pub(crate) fn start(self, answer: impl FnOnce(Finished) + Send + 'static) -> Stop {
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let ticket = self.ticket;
            let result = tokio::select! {
                result = tokio::time::timeout(TIME, self.run()) => result.unwrap_or(Err(Failure::TooLong)),
                _ = stopped => Err(Failure::Cancelled),
            };
            answer(Finished { ticket, result });
        });
        Stop { _stop: stop }
    }

    async fn run(&self) -> Result<Vec<String>, Failure> {
        let mut outputs = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            outputs.push(self.run_once(input).await?);
        }
        Ok(outputs)
    }

    async fn run_once(&self, input: &str) -> Result<String, Failure> {
        let mut group = Group(self.command().spawn().map_err(Failure::NotStarted)?);
        let (stdin, stdout, stderr) = (group.0.stdin.take(), group.0.stdout.take(), group.0.stderr.take());
        let feed = async {
            if let Some(mut stdin) = stdin {
                // A command that has read enough closes its input.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
        };
        let (output, words, ()) =
            tokio::join!(read(stdout, MOST_BYTES), read(stderr, MOST_ERROR_BYTES), feed);
        let output = output.ok_or(Failure::TooMuch)?;
        let status = group.0.wait().await.map_err(Failure::NotStarted)?;
        if !status.success() {
            let words = String::from_utf8_lossy(&words.unwrap_or_default()).into_owned();
            return Err(Failure::Failed(status, words));
        }
        String::from_utf8(output).map_err(|_| Failure::NotText)
    }

    fn command(&self) -> Command {
        let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        let mut command = Command::new(shell);
        command.arg(option).arg(&self.command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // A group of its own, so that all that it starts ends with it.
        #[cfg(unix)]
        command.process_group(0);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

/// All that is written, or none where it is too much. What is beyond the limit of the errors is dropped.
async fn read(stream: Option<impl AsyncRead + Unpin>, most: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let Some(stream) = stream else { return Some(bytes) };
    let mut limited = stream.take(most);
    // What was read before an error counts.
    let _ = limited.read_to_end(&mut bytes).await;
    let is_full = limited.limit() == 0;
    if is_full && most == MOST_ERROR_BYTES {
        // A command that has much to say is not to wait for a reader.
        let mut rest = limited.into_inner();
        let _ = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await;
        return Some(bytes);
    }
    (!is_full).then_some(bytes)
}

/// A process with all that it has started. They end with it.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(id) =
            self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
        {
            // They may have ended.
            let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn run(command: &str, inputs: &[&str]) -> Result<Vec<String>, String> {
        let task = ShellTask {
            ticket: 1,
            command: command.to_owned(),
            inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
            folder: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(task.run()).map_err(|failure| failure.to_string())
    }

    #[test]
    fn each_input_has_its_output() {
        assert_eq!(run("tr a-z A-Z", &["one", "two"]).unwrap(), ["ONE", "TWO"]);
        // One that does not read its input, and more input than a pipe holds.
        assert_eq!(run("echo x", &[&"y".repeat(1 << 20)]).unwrap(), ["x\n"]);
        assert_eq!(run("cat", &[&"y".repeat(1 << 20)]).unwrap(), ["y".repeat(1 << 20)]);
    }

    #[test]
    fn failures_are_told_with_what_was_written_about_them() {
        assert_eq!(run("echo no >&2; exit 3", &[""]).unwrap_err(), "failed with exit code 3: no");
        assert_eq!(run("kill -KILL $$", &[""]).unwrap_err(), "was ended by a signal");
        assert_eq!(run("printf '\\377'", &[""]).unwrap_err(), "wrote something that is not UTF-8");
        assert_eq!(run("yes", &[""]).unwrap_err(), "wrote more than 64 MiB and was killed");
        let long = run("yes e | head -c 200000 >&2; exit 1", &[""]).unwrap_err();
        assert!(long.starts_with("failed with exit code 1: e"), "{long}");
    }

    #[test]
    fn a_cancelled_command_ends_with_all_that_it_has_started() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let pipe = folder.path().join("pipe");
            let command = format!("mkfifo {0}; (echo $$; sleep 100) > {0}", pipe.display());
            let task = ShellTask { ticket: 1, command, inputs: vec![String::new()], folder: None };
            let (sender, answer) = oneshot::channel();
            let stop = task.start(|finished| drop(sender.send(finished)));
            // The pipe exists when it has started, and is at its end when nobody holds it any more.
            let reader = tokio::task::spawn_blocking(move || {
                while !pipe.exists() {
                    std::thread::yield_now();
                }
                let mut file = std::fs::File::open(pipe).unwrap();
                let mut line = [0; 1];
                std::io::Read::read_exact(&mut file, &mut line).unwrap();
                drop(stop);
                let mut rest = Vec::new();
                std::io::Read::read_to_end(&mut file, &mut rest).unwrap();
            });
            tokio::time::timeout(Duration::from_secs(20), reader).await.unwrap().unwrap();
            assert!(matches!(answer.await.unwrap().result, Err(Failure::Cancelled)));
        });
    }
}
