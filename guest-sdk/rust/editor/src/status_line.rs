//! Segments of the status line.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/status-line"]`. On other targets than
//! WebAssembly nothing is shown.

pub use crate::bindings::witdock::editor::status_line::Segment;

use crate::Span;
use crate::bindings::witdock::editor::status_line as host;

impl Segment {
    /// A segment with these spans and priority 0.
    pub fn new(spans: Vec<Span>) -> Self {
        Self { spans, priority: 0 }
    }

    /// Sets the priority. If there is not enough room, segments with the lowest priority are hidden first.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Shows the segment. It replaces the segment with the same name.
    pub fn show(&self, name: &str) {
        if cfg!(target_family = "wasm") {
            host::set(name, self);
        }
    }
}

/// Removes the segment with this name.
pub fn clear(name: &str) {
    if cfg!(target_family = "wasm") {
        host::clear(name);
    }
}
