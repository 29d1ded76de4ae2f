//! The number of diagnostics, for the status line.

use ratatui::text::Span;
use witdock_editor_session::documents::Buffer;
use witdock_editor_session::style::Severity;

/// How many errors and warnings a document has; nothing where it has none.
pub(super) fn counts(buffer: &Buffer) -> Option<Span<'static>> {
    let diagnostics = buffer.decorations.diagnostics();
    let count = |wanted| diagnostics.iter().filter(|(_, one)| one.severity == wanted).count() as u64;
    let parts = [(count(Severity::Error), "error"), (count(Severity::Warning), "warning")];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| witdock::counted(count, word))
        .collect();
    (!words.is_empty()).then(|| Span::raw(format!("{}  ", words.join(", "))))
}
