//! Small windows over the text, beside the place that they are about. Escape closes the one that is shown.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/floats"]`. On other targets than WebAssembly nothing is shown.

pub use crate::bindings::witdock::editor::floats::{Float, FloatError};

use crate::bindings::witdock::editor::floats as host;
use crate::{Location, Span};

impl Float {
    /// A window beside the cursor, without lines.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lines: Vec::new(), at: None }
    }

    /// Adds a line.
    #[must_use]
    pub fn line(mut self, spans: Vec<Span>) -> Self {
        self.lines.push(spans);
        self
    }

    /// Puts it beside a place, instead of the cursor.
    #[must_use]
    pub fn at(mut self, place: Location) -> Self {
        self.at = Some(place);
        self
    }

    /// Shows it. It replaces the window with the same name.
    ///
    /// # Errors
    ///
    /// [`FloatError`].
    pub fn show(&self, name: &str) -> Result<(), FloatError> {
        if cfg!(target_family = "wasm") { host::show(name, self) } else { Ok(()) }
    }
}

/// Removes a window.
pub fn hide(name: &str) {
    if cfg!(target_family = "wasm") {
        host::hide(name);
    }
}
