//! Panels beside the text.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/panels"]`. On other targets than
//! WebAssembly nothing is shown.

pub use crate::bindings::witdock::editor::panels::{Panel, PanelError, PanelLine};

use crate::bindings::witdock::editor::panels as host;
use crate::range::to_u64;
use crate::{Action, DocumentVersion, Invocation, Location, Span};

impl Panel {
    /// An empty panel with this title.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lines: Vec::new() }
    }

    /// Adds a line.
    #[must_use]
    pub fn line(mut self, line: PanelLine) -> Self {
        self.lines.push(line);
        self
    }

    /// Shows the panel. It replaces the panel with the same name.
    ///
    /// # Errors
    ///
    /// [`PanelError::TooLong`] with the limit, if there are too many lines.
    pub fn show(&self, name: &str) -> Result<(), PanelError> {
        if cfg!(target_family = "wasm") { host::show(name, self) } else { Ok(()) }
    }
}

impl PanelLine {
    /// A line without an action.
    pub fn new(spans: Vec<Span>) -> Self {
        Self { spans, action: Action::None }
    }

    /// Goes to a place when the user chooses the line.
    #[must_use]
    pub fn goes_to(mut self, version: DocumentVersion, offset: usize) -> Self {
        self.action = Action::GoTo(Location::new(version, offset));
        self
    }

    /// Runs a command when the user chooses the line.
    #[must_use]
    pub fn runs(mut self, invocation: Invocation) -> Self {
        self.action = Action::Run(invocation);
        self
    }
}

impl Location {
    /// A place in a document.
    pub fn new(version: DocumentVersion, offset: usize) -> Self {
        Self { version, offset: to_u64(offset) }
    }
}

impl Invocation {
    /// A command without an argument: `PLUGIN.COMMAND`, or `editor.COMMAND`.
    pub fn new(command: impl Into<String>) -> Self {
        Self { command: command.into(), argument: None }
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.argument = Some(argument.into());
        self
    }
}

/// Removes the panel with this name.
pub fn hide(name: &str) {
    if cfg!(target_family = "wasm") {
        host::hide(name);
    }
}

/// Whether the panel with this name is open.
pub fn is_open(name: &str) -> bool {
    cfg!(target_family = "wasm") && host::is_open(name)
}
