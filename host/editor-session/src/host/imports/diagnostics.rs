//! `diagnostics` and `line-marks`. Both are decorations of the editor: they move with the text and go with their plugin.

use witdock_editor_core::Text;

use super::{CallView, within};
use crate::documents::{Decoration, Diagnostic, Drawn, LineMark};
use crate::host::api::DocumentVersion;
use crate::host::bindings::witdock::editor::decorations::DecorationError;
use crate::host::bindings::witdock::editor::diagnostics::{self, DiagnosticError};
use crate::host::bindings::witdock::editor::line_marks::{self, MarkError};
use crate::host::bindings::witdock::editor::types;
use crate::host::convert::{lines, one_line};

/// The names of sets of diagnostics and of marks do not collide with those of decorations.
fn set_name(kind: &str, name: &str) -> String {
    format!("{kind}/{name}")
}

impl diagnostics::Host for CallView<'_> {
    fn set(
        &mut self,
        version: DocumentVersion,
        name: String,
        diagnostics: Vec<diagnostics::Diagnostic>,
    ) -> wasmtime::Result<Result<(), DiagnosticError>> {
        let placed = match self.placed(version, diagnostics, placed) {
            Ok(placed) => placed,
            Err(error) => return Ok(Err(error.into())),
        };
        Ok(self.show_set(version, set_name("diagnostics", &name), placed)?.map_err(DiagnosticError::from))
    }

    fn clear(&mut self, document: u64, name: String) -> wasmtime::Result<()> {
        self.undecorated(document, set_name("diagnostics", &name));
        Ok(())
    }

    fn of(&mut self, document: u64) -> wasmtime::Result<Option<diagnostics::Listed>> {
        let found = self.state.snapshot.documents.iter().find(|view| view.id == document);
        Ok(found.map(|view| {
            let all = view.diagnostics.iter().flat_map(|set| set.iter());
            let mut diagnostics: Vec<_> = all.filter_map(for_guest).collect();
            diagnostics.sort_by_key(|one| one.range.start);
            diagnostics::Listed { version: super::version(view), diagnostics }
        }))
    }
}

impl line_marks::Host for CallView<'_> {
    fn set(
        &mut self,
        version: DocumentVersion,
        name: String,
        marks: Vec<line_marks::Mark>,
    ) -> wasmtime::Result<Result<(), MarkError>> {
        let placed = match self.placed(version, marks, mark) {
            Ok(placed) => placed,
            Err(error) => return Ok(Err(error.into())),
        };
        Ok(self.show_set(version, set_name("marks", &name), placed)?.map_err(MarkError::from))
    }

    fn clear(&mut self, document: u64, name: String) -> wasmtime::Result<()> {
        self.undecorated(document, set_name("marks", &name));
        Ok(())
    }
}

fn placed(text: &Text, diagnostic: diagnostics::Diagnostic) -> Option<Decoration> {
    let diagnostics::Diagnostic { range, severity, message, source, code } = diagnostic;
    let diagnostic = Diagnostic {
        severity: severity.into(),
        message: lines(&message),
        source: one_line(&source),
        code: code.as_deref().map(one_line),
    };
    Some(Decoration { range: within(text, range).ok()?, drawn: Drawn::Diagnostic(Box::new(diagnostic)) })
}

fn mark(text: &Text, mark: line_marks::Mark) -> Option<Decoration> {
    let line_marks::Mark { at, kind } = mark;
    let drawn = Drawn::Mark(match kind {
        line_marks::Kind::Added => LineMark::Added,
        line_marks::Kind::Changed => LineMark::Changed,
        line_marks::Kind::RemovedBefore => LineMark::RemovedBefore,
    });
    Some(Decoration { range: within(text, types::Range { start: at, end: at }).ok()?, drawn })
}

fn for_guest(decoration: &Decoration) -> Option<diagnostics::Diagnostic> {
    let Diagnostic { severity, message, source, code } = decoration.diagnostic()?.clone();
    let range = types::Range { start: decoration.range.start as u64, end: decoration.range.end as u64 };
    Some(diagnostics::Diagnostic { range, severity: severity.into(), message, source, code })
}

impl From<DecorationError> for DiagnosticError {
    fn from(error: DecorationError) -> Self {
        match error {
            DecorationError::NoSuchDocument => Self::NoSuchDocument,
            DecorationError::Stale(revision) => Self::Stale(revision),
            DecorationError::OutOfRange(index) => Self::OutOfRange(index),
            DecorationError::TooMany(most) => Self::TooMany(most),
        }
    }
}

impl From<DecorationError> for MarkError {
    fn from(error: DecorationError) -> Self {
        match error {
            DecorationError::NoSuchDocument => Self::NoSuchDocument,
            DecorationError::Stale(revision) => Self::Stale(revision),
            DecorationError::OutOfRange(index) => Self::OutOfRange(index),
            DecorationError::TooMany(most) => Self::TooMany(most),
        }
    }
}
