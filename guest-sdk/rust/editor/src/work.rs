//! Long work, with its progress in the status line. The user can cancel it.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/work"]`. On other targets than WebAssembly no work begins, and every
//! ticket is 0.
//!
//! ```no_run
//! use witdock_editor_guest::work::{self, Manner, Next, Progress};
//!
//! // In a command.
//! let work = work::start("searching the folder", Manner::InSteps)?;
//! // In `Worker::step`, again and again.
//! work::report(work, &Progress::of(20, 100));
//! let _ = Next::Again;
//! # Ok::<(), witdock_editor_guest::work::WorkError>(())
//! ```

pub use crate::bindings::witdock::editor::work::{Manner, Progress, WorkError};
pub use crate::bindings::worker::exports::witdock::editor::work_events::Next;

use crate::Ticket;
use crate::bindings::witdock::editor::work as host;

/// Begins work when the call has returned. The title is a few words.
///
/// # Errors
///
/// [`WorkError::TooMany`] if the plugin has too much work under way.
pub fn start(title: &str, manner: Manner) -> Result<Ticket, WorkError> {
    if cfg!(target_family = "wasm") { host::start(title, manner) } else { Ok(0) }
}

/// Shows how far work is.
pub fn report(work: Ticket, progress: &Progress) {
    if cfg!(target_family = "wasm") {
        host::report(work, progress);
    }
}

/// Ends work.
pub fn finish(work: Ticket) {
    if cfg!(target_family = "wasm") {
        host::finish(work);
    }
}

impl Progress {
    /// So much of a total is done.
    pub fn of(done: u64, total: u64) -> Self {
        Self { done, total, detail: String::new() }
    }

    /// Says what is being done now.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}
