//! Commands of the editor and of other plugins, queued. How one ended comes as
//! [`Event::JobEnded`](crate::Event::JobEnded), with the ticket that queueing gave.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/jobs"]`. On a target that is
//! not WebAssembly nothing runs, and every ticket is 0.

pub use crate::bindings::witdock::editor::jobs::JobError;

use crate::bindings::witdock::editor::jobs as host;
use crate::{Invocation, Ticket};

/// Queues a command. It runs after the call that this stands in.
///
/// # Errors
///
/// [`JobError`], when there is no such command or no room in the queue.
pub fn run(invocation: &Invocation) -> Result<Ticket, JobError> {
    if cfg!(target_family = "wasm") { host::run(invocation) } else { Ok(0) }
}
