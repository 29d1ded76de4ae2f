//! Queues commands of the editor and of other plugins. The outcome arrives as
//! [`Event::JobEnded`](crate::Event::JobEnded), with the ticket that queueing returned.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/jobs"]`. On other targets than
//! WebAssembly nothing runs, and every ticket is 0.

pub use crate::bindings::witdock::editor::jobs::JobError;

use crate::bindings::witdock::editor::jobs as host;
use crate::{Invocation, Ticket};

/// Queues a command. It runs after the current call.
///
/// # Errors
///
/// [`JobError`] if the command is unknown or the queue is full.
pub fn run(invocation: &Invocation) -> Result<Ticket, JobError> {
    if cfg!(target_family = "wasm") { host::run(invocation) } else { Ok(0) }
}
