//! Pieces of the line at the bottom.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/status-line"]`. On a target that is
//! not WebAssembly nothing is shown.

pub use crate::bindings::witdock::editor::status_line::Segment;

use crate::Span;
use crate::bindings::witdock::editor::status_line as host;

impl Segment {
    /// A segment of these spans, as important as any.
    pub fn new(spans: Vec<Span>) -> Self {
        Self { spans, priority: 0 }
    }

    /// The same with another priority: the lowest go first where there is no room.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Shows it in the place of the segment that has this name.
    pub fn show(&self, name: &str) {
        if cfg!(target_family = "wasm") {
            host::set(name, self);
        }
    }
}

/// Takes the segment of this name down.
pub fn clear(name: &str) {
    if cfg!(target_family = "wasm") {
        host::clear(name);
    }
}
