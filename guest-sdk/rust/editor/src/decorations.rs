//! Decorations: drawn over and beside the text.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/decorations"]`. On other targets than
//! WebAssembly nothing is drawn.

pub use crate::bindings::witdock::editor::decorations::{
    Decoration, DecorationError, GutterSign, StyledRange, VirtualText,
};

use crate::bindings::witdock::editor::decorations as host;
use crate::range::to_u64;
use crate::{DocumentId, DocumentVersion, Severity, Span, Style};

/// A set of decorations for one document, replaced as a whole.
///
/// ```
/// use witdock_editor_guest::decorations::Decorations;
/// use witdock_editor_guest::{Document, Scope, Severity, Span};
///
/// let document = Document::of_text("text", "TODO: more");
/// Decorations::new()
///     .style(0..4, Scope::Warning)
///     .after_line(0, vec![Span::new("  one task", Scope::Muted)])
///     .sign(0, Severity::Info, "a task")
///     .show(document.version(), "tasks")
///     .unwrap();
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decorations {
    decorations: Vec<Decoration>,
}

impl Decorations {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws this range in another style.
    #[must_use]
    pub fn style(mut self, range: std::ops::Range<usize>, style: impl Into<Style>) -> Self {
        let styled = StyledRange { range: range.into(), style: style.into() };
        self.decorations.push(Decoration::Styled(styled));
        self
    }

    /// Draws virtual text before this byte.
    #[must_use]
    pub fn inline(mut self, at: usize, spans: Vec<Span>) -> Self {
        self.decorations.push(Decoration::Inline(VirtualText { at: to_u64(at), spans }));
        self
    }

    /// Draws virtual text after the end of this byte's line.
    #[must_use]
    pub fn after_line(mut self, at: usize, spans: Vec<Span>) -> Self {
        self.decorations.push(Decoration::AfterLine(VirtualText { at: to_u64(at), spans }));
        self
    }

    /// Puts a sign in the gutter of this byte's line.
    #[must_use]
    pub fn sign(mut self, at: usize, severity: Severity, message: impl Into<String>) -> Self {
        let sign = GutterSign { at: to_u64(at), severity, message: message.into() };
        self.decorations.push(Decoration::Sign(sign));
        self
    }

    /// The decorations, in the order in which they were added.
    pub fn as_slice(&self) -> &[Decoration] {
        &self.decorations
    }

    /// Shows the set. It replaces the set with the same name.
    ///
    /// # Errors
    ///
    /// [`DecorationError`]; the previous set stays. A plugin that subscribes to changes can ignore [`DecorationError::Stale`], since
    /// it will receive the change.
    pub fn show(&self, version: DocumentVersion, name: &str) -> Result<(), DecorationError> {
        if cfg!(target_family = "wasm") { host::set(version, name, &self.decorations) } else { Ok(()) }
    }
}

/// Removes the set with this name in a document.
pub fn clear(document: DocumentId, name: &str) {
    if cfg!(target_family = "wasm") {
        host::clear(document, name);
    }
}
