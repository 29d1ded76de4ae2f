//! Programs of the system. What they do arrives at [`ProcessOwner::on_process`](crate::ProcessOwner::on_process).
//!
//! Request the import and each program in `plugin.toml`: `imports = ["witdock:editor/processes"]`, `programs = ["git"]`. On
//! other targets than WebAssembly nothing is started, and every ticket is 0.
//!
//! ```no_run
//! use witdock_editor_guest::processes::{End, Pipe, Program};
//! use witdock_editor_guest::{ProcessEvent, messages};
//!
//! let process = Program::new("git").arguments(["status", "--short"]).start()?;
//! // Later, in `on_process`:
//! # let event = ProcessEvent::Writable(process);
//! match event {
//!     ProcessEvent::Output(piece) if piece.pipe == Pipe::Output => { /* collect `piece.bytes` */ }
//!     ProcessEvent::Ended(ended) if ended.end != End::Exited(0) => messages::status("git has failed"),
//!     _ => {}
//! }
//! # Ok::<(), witdock_editor_guest::processes::StartError>(())
//! ```

pub use crate::bindings::process_owner::exports::witdock::editor::process_events::{
    End, Ended, Piece, Pipe, ProcessEvent,
};
pub use crate::bindings::witdock::editor::processes::{Program, StartError, WriteError};

use crate::Ticket;
use crate::bindings::witdock::editor::processes as host;

impl Program {
    /// A program by its name, without arguments, in the root of the workspace.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), arguments: Vec::new(), folder: String::new() }
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets the folder that it works in, relative to the root of the workspace.
    #[must_use]
    pub fn folder(mut self, folder: &str) -> Self {
        self.folder = folder.to_owned();
        self
    }

    /// Starts it when the call has returned.
    ///
    /// # Errors
    ///
    /// [`StartError`], where it is not granted, not on this machine, or there are too many processes.
    pub fn start(&self) -> Result<Ticket, StartError> {
        if cfg!(target_family = "wasm") { host::start(self) } else { Ok(0) }
    }
}

/// Writes to the standard input of a process.
///
/// # Errors
///
/// [`WriteError`]. After [`WriteError::Full`], the event [`ProcessEvent::Writable`] tells when there is room.
pub fn write(process: Ticket, bytes: &[u8]) -> Result<(), WriteError> {
    if cfg!(target_family = "wasm") { host::write(process, bytes) } else { Ok(()) }
}

/// Ends the standard input of a process.
pub fn close_input(process: Ticket) {
    if cfg!(target_family = "wasm") {
        host::close_input(process);
    }
}

/// Ends a process with all that it has started.
pub fn kill(process: Ticket) {
    if cfg!(target_family = "wasm") {
        host::kill(process);
    }
}
