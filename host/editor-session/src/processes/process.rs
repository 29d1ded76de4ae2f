//! One process with its pipes.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{ChildStdin, Command};
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::AbortHandle;

use super::environment;
use super::group::{self, Group};
use crate::host::{Happened, Pipe, ProcessEnd, Program};

/// The longest piece of output, bytes.
const PIECE_BYTES: usize = 64 << 10;
/// The pieces of a process that the plugin may not have handled yet.
const PIECES: usize = 4;
/// How long the pipes are read after the process has ended, and nothing comes: a process that has left its group may hold them.
const AFTERWARDS: Duration = Duration::from_millis(500);

/// A process that runs. Dropping it kills it, with all that it has started.
pub(super) struct Process {
    /// None after the input was closed.
    input: Option<mpsc::UnboundedSender<Vec<u8>>>,
    group: Group,
    pieces: Arc<Semaphore>,
    stop: Arc<Notify>,
    task: AbortHandle,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.kill();
        self.task.abort();
    }
}

impl Process {
    /// Starts a program, beside the caller. `tell` hears what happens.
    pub(super) fn start(program: Program, tell: impl Fn(Happened) + Clone + Send + Sync + 'static) -> Self {
        let (input, inputs) = mpsc::unbounded_channel();
        let (group, pieces) = (Group::default(), Arc::new(Semaphore::new(PIECES)));
        let stop = Arc::new(Notify::new());
        let running = Running { group: group.clone(), pieces: Arc::clone(&pieces), tell };
        let task = tokio::spawn(running.run(program, inputs, Arc::clone(&stop))).abort_handle();
        Self { input: Some(input), group, pieces, stop, task }
    }

    /// Writes to its input. The bytes that it has not read are bounded by those who call this.
    pub(super) fn write(&self, bytes: Vec<u8>) {
        if let Some(input) = &self.input {
            // Sending fails only when the process has ended.
            let _ = input.send(bytes);
        }
    }

    pub(super) fn close_input(&mut self) {
        self.input = None;
    }

    /// The plugin has handled a piece of output.
    pub(super) fn taken(&self) {
        self.pieces.add_permits(1);
    }

    pub(super) fn kill(&self) {
        self.group.kill();
        self.stop.notify_one();
    }

    pub(super) fn has_ended(&self) -> bool {
        self.task.is_finished()
    }
}

struct Running<F> {
    group: Group,
    pieces: Arc<Semaphore>,
    tell: F,
}

impl<F: Fn(Happened) + Clone + Send + Sync + 'static> Running<F> {
    async fn run(self, program: Program, inputs: mpsc::UnboundedReceiver<Vec<u8>>, stop: Arc<Notify>) {
        let end = tokio::select! {
            ended = self.to_its_end(program, inputs) => match ended {
                Ok(status) => end(status),
                Err(error) => ProcessEnd::NotStarted(error.to_string()),
            },
            // What it has written and nobody has read is dropped with its pipes.
            () = stop.notified() => ProcessEnd::Killed(None),
        };
        self.group.forget();
        (self.tell)(Happened::Ended(end));
    }

    async fn to_its_end(
        &self,
        program: Program,
        inputs: mpsc::UnboundedReceiver<Vec<u8>>,
    ) -> std::io::Result<ExitStatus> {
        let Program { name: _, path, arguments, folder, environment } = program;
        let mut command = Command::new(path);
        #[cfg(unix)]
        command.process_group(0);
        command.args(arguments).current_dir(folder);
        command.env_clear().envs(environment::variables()).envs(environment);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        self.group.begin(&child);
        let feeding = child.stdin.take().map(|stdin| feed(stdin, inputs, self.tell.clone()));
        let feeding = Feeding(feeding.map(|feeding| tokio::spawn(feeding).abort_handle()));
        let (sender, ended) = watch::channel(false);
        let has_ended = group::ended(&child);
        let (output, errors) = (child.stdout.take(), child.stderr.take());
        let wait = async {
            let _ = has_ended.await;
            // What it has started and left goes with it.
            self.group.kill();
            let _ = sender.send(true);
        };
        tokio::join!(
            wait,
            self.read(output, Pipe::Output, ended.clone()),
            self.read(errors, Pipe::Errors, ended)
        );
        drop(feeding);
        self.group.kill();
        self.group.forget();
        child.wait().await
    }

    /// Reads a pipe to its end, piece by piece.
    async fn read(&self, pipe: Option<impl AsyncRead + Unpin>, which: Pipe, ended: watch::Receiver<bool>) {
        let Some(mut pipe) = pipe else { return };
        let mut piece = vec![0; PIECE_BYTES];
        loop {
            let Ok(permit) = self.pieces.acquire().await else { return };
            let read = tokio::select! {
                biased;
                read = pipe.read(&mut piece) => read.unwrap_or(0),
                () = afterwards(ended.clone()) => 0,
            };
            if read == 0 {
                return;
            }
            permit.forget();
            let bytes = piece.get(..read).unwrap_or_default().to_vec();
            (self.tell)(Happened::Output(which, bytes));
        }
    }
}

/// Stops to feed a process that has ended.
struct Feeding(Option<AbortHandle>);

impl Drop for Feeding {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

/// Writes to the input of a process. Where it is closed on the other side, what comes is dropped.
async fn feed(stdin: ChildStdin, mut inputs: mpsc::UnboundedReceiver<Vec<u8>>, tell: impl Fn(Happened)) {
    let mut stdin = Some(stdin);
    while let Some(bytes) = inputs.recv().await {
        if let Some(open) = &mut stdin
            && open.write_all(&bytes).await.is_err()
        {
            stdin = None;
        }
        tell(Happened::Read(bytes.len()));
    }
}

async fn afterwards(mut ended: watch::Receiver<bool>) {
    // The other side is dropped with this one.
    let _ = ended.wait_for(|ended| *ended).await;
    tokio::time::sleep(AFTERWARDS).await;
}

fn end(status: ExitStatus) -> ProcessEnd {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    match status.code() {
        Some(code) => ProcessEnd::Exited(code),
        None => ProcessEnd::Killed(signal),
    }
}
