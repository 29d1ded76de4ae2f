//! The program's side: a child process that lives as long as one component is prepared.

use std::io::{self, BufReader, BufWriter, Read};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::dwarf::Symbol;
use super::error::{Preparation, PreparationError};
use super::leash::Leash;
use super::request::{EngineSettings, Request, Setup};
use super::serve::Answer;
use super::{frame, program};
use crate::check::Budget;
use crate::lock::lock;

/// A worker with one component. It is killed when it is dropped, so that a plugin that is stopped does not go on compiling.
pub(crate) struct Worker {
    child: Arc<Mutex<Child>>,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Its last words.
    stderr: Option<JoinHandle<String>>,
    watchdog: Watchdog,
    time: Duration,
    memory_bytes: u64,
}

impl Worker {
    /// Starts a worker and passes it a component; `None` if the program has not opted in. The time of the budget begins.
    pub(crate) fn start(
        budget: &Budget,
        engine: Option<EngineSettings>,
        component: &[u8],
        leash: &Leash,
    ) -> Result<Option<Self>, PreparationError> {
        let Some(program) = program::program() else { return Ok(None) };
        let mut command = Command::new(program);
        command.arg(program::ARGUMENT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            // A terminal's interrupt is for the program, which then ends its worker.
            command.process_group(0);
        }
        let unavailable = |reason: String| PreparationError::Unavailable { reason };
        let mut child = command.spawn().map_err(|error| unavailable(error.to_string()))?;
        let (Some(input), Some(output), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(unavailable("it has no pipes".to_owned()));
        };
        let child = Arc::new(Mutex::new(child));
        let is_wanted = leash.hold(&child);
        let watchdog =
            Watchdog::start(child.clone(), budget.time).map_err(|error| unavailable(error.to_string()))?;
        let stderr = thread::Builder::new()
            .name("witdock-worker-log".to_owned())
            .spawn(move || last_words(stderr))
            .map_err(|error| unavailable(error.to_string()))?;
        let mut worker = Self {
            child,
            input: BufWriter::new(input),
            output: BufReader::new(output),
            stderr: Some(stderr),
            watchdog,
            time: budget.time,
            memory_bytes: budget.memory_bytes,
        };
        if !is_wanted {
            return Err(unavailable("it is no longer needed".to_owned()));
        }
        let setup = Setup { engine, memory_bytes: budget.memory_bytes, seconds: budget.time.as_secs() };
        let sent = frame::write_value(&mut worker.input, &setup)
            .and_then(|()| frame::write(&mut worker.input, component));
        match sent {
            Ok(()) => Ok(Some(worker)),
            Err(error) => Err(worker.died(Preparation::Check, &error)),
        }
    }

    /// Lets the worker do it; an error of the work itself is none here.
    pub(crate) fn attempt(&mut self, request: &Request) -> Result<(), PreparationError> {
        let answer = self.ask(request).map_err(|error| self.died(request.preparation(), &error))?;
        drop(answer);
        Ok(())
    }

    /// Compiles the component. The inner error is the compiler's.
    pub(crate) fn compile(mut self) -> Result<Result<Vec<u8>, String>, PreparationError> {
        let request = Request::Compile;
        let code = self.ask(&request).and_then(|answer| match answer {
            Ok(()) => {
                frame::read(&mut self.output)?.map(Ok).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
            Err(message) => Ok(Err(message)),
        });
        code.map_err(|error| self.died(request.preparation(), &error))
    }

    /// Finds the symbols of these places in the component's bytes.
    pub(crate) fn symbols(mut self, offsets: Vec<u64>) -> Result<Vec<Vec<Symbol>>, PreparationError> {
        let request = Request::Symbols { offsets };
        let found = self.ask(&request).and_then(|answer| match answer {
            Ok(()) => frame::read_value(&mut self.output)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into()),
            Err(message) => Err(io::Error::other(message)),
        });
        found.map_err(|error| self.died(request.preparation(), &error))
    }

    fn ask(&mut self, request: &Request) -> io::Result<Answer> {
        frame::write_value(&mut self.input, request)?;
        frame::read_value(&mut self.output)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Why the worker does not answer.
    fn died(&mut self, preparation: Preparation, error: &io::Error) -> PreparationError {
        let was_killed = self.watchdog.has_killed();
        let status = self.end();
        let words = self.stderr.take().and_then(|stderr| stderr.join().ok()).unwrap_or_default();
        if was_killed || status.is_some_and(is_out_of_time) {
            PreparationError::Deadline { preparation, limit: self.time }
        } else if words.contains("has overflowed its stack") {
            PreparationError::Stack { preparation }
        } else if words.contains("memory allocation of") || words.contains("Cannot allocate memory") {
            PreparationError::Memory { preparation, limit: self.memory_bytes }
        } else {
            let words = words.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            let status = status.map_or_else(|| error.to_string(), |status| status.to_string());
            PreparationError::Crashed { preparation, reason: format!("{words} ({status})") }
        }
    }

    fn end(&self) -> Option<ExitStatus> {
        let mut child = lock(&self.child);
        // It may have ended already.
        let _ = child.kill();
        child.wait().ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(unix)]
fn is_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn is_out_of_time(_: ExitStatus) -> bool {
    false
}

/// The most that is kept of what a worker writes to its standard error, bytes.
const WORDS_BYTES: usize = 4 << 10;

fn last_words(mut stderr: impl Read) -> String {
    let mut words = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(read @ 1..) = stderr.read(&mut buffer) {
        let room = WORDS_BYTES.saturating_sub(words.len()).min(read);
        words.extend_from_slice(buffer.get(..room).unwrap_or_default());
    }
    String::from_utf8_lossy(&words).into_owned()
}

/// Kills a process after a while, unless it is dropped before.
struct Watchdog {
    /// Closed to end the thread.
    leash: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<bool>>,
}

impl Watchdog {
    fn start(child: Arc<Mutex<Child>>, time: Duration) -> io::Result<Self> {
        let (leash, released) = mpsc::channel();
        let watch = move || {
            let over = released.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
            if over {
                // It may have ended already.
                let _ = lock(&child).kill();
            }
            over
        };
        let thread = thread::Builder::new().name("witdock-watchdog".to_owned()).spawn(watch)?;
        Ok(Self { leash: Some(leash), thread: Some(thread) })
    }

    /// Ends the watch. Whether it has killed the process.
    fn has_killed(&mut self) -> bool {
        self.leash = None;
        self.thread.take().is_some_and(|thread| thread.join().unwrap_or(false))
    }
}
