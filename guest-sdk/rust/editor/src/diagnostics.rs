//! Diagnostics: what is wrong in a document. The editor underlines them, counts them, and goes from one to the next.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/diagnostics"]`. On other targets than
//! WebAssembly nothing is shown, and there are none.
//!
//! ```
//! use witdock_editor_guest::diagnostics::{self, Diagnostic};
//! use witdock_editor_guest::{Document, Severity};
//!
//! let document = Document::of_text("text", "teh end");
//! let found = [Diagnostic::new(0..3, Severity::Warning, "did you mean `the`?").source("spelling")];
//! diagnostics::set(document.version(), "spelling", &found)?;
//! # Ok::<(), diagnostics::DiagnosticError>(())
//! ```

pub use crate::bindings::witdock::editor::diagnostics::{Diagnostic, DiagnosticError, Listed};

use crate::bindings::witdock::editor::diagnostics as host;
use crate::{DocumentId, DocumentVersion, Severity};

impl Diagnostic {
    /// Something that is wrong with this range.
    pub fn new(range: std::ops::Range<usize>, severity: Severity, message: impl Into<String>) -> Self {
        Self { range: range.into(), severity, message: message.into(), source: String::new(), code: None }
    }

    /// Sets what has found it.
    #[must_use]
    pub fn source(mut self, source: &str) -> Self {
        self.source = source.to_owned();
        self
    }

    /// Sets the code of the error or of the rule.
    #[must_use]
    pub fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }
}

/// Replaces the set with this name. An empty list removes it.
///
/// # Errors
///
/// [`DiagnosticError`]; the previous set stays. A plugin that subscribes to changes can ignore [`DiagnosticError::Stale`], since it will
/// receive the change.
pub fn set(version: DocumentVersion, name: &str, diagnostics: &[Diagnostic]) -> Result<(), DiagnosticError> {
    if cfg!(target_family = "wasm") { host::set(version, name, diagnostics) } else { Ok(()) }
}

/// Removes the set with this name in a document.
pub fn clear(document: DocumentId, name: &str) {
    if cfg!(target_family = "wasm") {
        host::clear(document, name);
    }
}

/// The diagnostics of a document, of all plugins.
pub fn of(document: DocumentId) -> Option<Listed> {
    if cfg!(target_family = "wasm") { host::of(document) } else { None }
}
