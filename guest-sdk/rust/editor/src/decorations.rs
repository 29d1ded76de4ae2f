//! What is drawn over and beside the text.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/decorations"]`. On a target that is
//! not WebAssembly nothing is drawn.

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
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws these bytes in another style.
    #[must_use]
    pub fn style(mut self, range: std::ops::Range<usize>, style: impl Into<Style>) -> Self {
        let styled = StyledRange { range: range.into(), style: style.into() };
        self.decorations.push(Decoration::Styled(styled));
        self
    }

    /// Draws text that is not there in front of this byte.
    #[must_use]
    pub fn inline(mut self, at: usize, spans: Vec<Span>) -> Self {
        self.decorations.push(Decoration::Inline(VirtualText { at: to_u64(at), spans }));
        self
    }

    /// Draws text that is not there behind the end of the line that this byte is on.
    #[must_use]
    pub fn after_line(mut self, at: usize, spans: Vec<Span>) -> Self {
        self.decorations.push(Decoration::AfterLine(VirtualText { at: to_u64(at), spans }));
        self
    }

    /// Puts a sign in the gutter of the line that this byte is on.
    #[must_use]
    pub fn sign(mut self, at: usize, severity: Severity, message: impl Into<String>) -> Self {
        let sign = GutterSign { at: to_u64(at), severity, message: message.into() };
        self.decorations.push(Decoration::Sign(sign));
        self
    }

    /// What is drawn, in the order in which it was added.
    pub fn as_slice(&self) -> &[Decoration] {
        &self.decorations
    }

    /// Shows them in the place of the set that has this name.
    ///
    /// # Errors
    ///
    /// [`DecorationError`]; the old set stays then. [`DecorationError::Stale`] needs no answer from a plugin that hears of changes, for
    /// the next one comes.
    pub fn show(&self, version: DocumentVersion, name: &str) -> Result<(), DecorationError> {
        if cfg!(target_family = "wasm") { host::set(version, name, &self.decorations) } else { Ok(()) }
    }
}

/// Takes the set of this name down in a document.
pub fn clear(document: DocumentId, name: &str) {
    if cfg!(target_family = "wasm") {
        host::clear(document, name);
    }
}
