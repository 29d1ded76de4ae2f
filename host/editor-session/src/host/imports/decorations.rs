//! `decorations`: what plugins draw over and beside the text.

use witdock_editor_core::{Revision, Text};

use super::{CallView, number, within};
use crate::documents::{Decoration, DocumentId, Drawn};
use crate::host::api::DocumentVersion;
use crate::host::bindings::witdock::editor::decorations::{self, DecorationError};
use crate::host::bindings::witdock::editor::types;
use crate::host::convert::{one_line, spans};
use crate::host::holdings::Held;
use crate::host::outcome::DecorationChange;
use crate::size::Size;

/// The most decorations of a set.
const MAX_DECORATIONS: usize = 10_000;

impl decorations::Host for CallView<'_> {
    fn set(
        &mut self,
        version: DocumentVersion,
        name: String,
        decorations: Vec<decorations::Decoration>,
    ) -> wasmtime::Result<Result<(), DecorationError>> {
        self.decorate(version, name, decorations)
    }

    fn clear(&mut self, document: u64, name: String) -> wasmtime::Result<()> {
        self.undecorated(document, name);
        Ok(())
    }
}

impl CallView<'_> {
    fn decorate(
        &mut self,
        version: DocumentVersion,
        name: String,
        decorations: Vec<decorations::Decoration>,
    ) -> wasmtime::Result<Result<(), DecorationError>> {
        let placed = match self.placed(version, decorations, placed) {
            Ok(placed) => placed,
            Err(error) => return Ok(Err(error)),
        };
        self.show_set(version, name, placed)
    }

    /// Shows what is placed already.
    pub(super) fn show_set(
        &mut self,
        version: DocumentVersion,
        name: String,
        placed: Vec<Decoration>,
    ) -> wasmtime::Result<Result<(), DecorationError>> {
        let DocumentVersion { document, revision } = version;
        if placed.is_empty() {
            self.undecorated(document, name);
            return Ok(Ok(()));
        }
        if self.hold(Held::Decorations(document, name.clone()), placed.bytes())?.is_err() {
            return Ok(Err(DecorationError::TooMany(0)));
        }
        self.change_set(DecorationChange { document, name, set: Some((Revision::new(revision), placed)) });
        Ok(Ok(()))
    }

    /// Places what a plugin shows in the text of this version.
    pub(super) fn placed<T>(
        &self,
        version: DocumentVersion,
        decorations: Vec<T>,
        place: impl Fn(&Text, T) -> Option<Decoration>,
    ) -> Result<Vec<Decoration>, DecorationError> {
        let view = &self.state.document(version.document).ok_or(DecorationError::NoSuchDocument)?.view;
        if view.revision.number() != version.revision {
            return Err(DecorationError::Stale(view.revision.number()));
        }
        if decorations.len() > MAX_DECORATIONS {
            return Err(DecorationError::TooMany(number(MAX_DECORATIONS)));
        }
        (0..)
            .zip(decorations)
            .map(|(index, one)| place(&view.text, one).ok_or(DecorationError::OutOfRange(index)))
            .collect()
    }

    pub(super) fn undecorated(&mut self, document: DocumentId, name: String) {
        if self.state.holdings.give_up(&Held::Decorations(document, name.clone())) {
            self.change_set(DecorationChange { document, name, set: None });
        }
    }

    fn change_set(&mut self, change: DecorationChange) {
        let changes = &mut self.state.outcome.decorations;
        changes.retain(|old| (old.document, &old.name) != (change.document, &change.name));
        changes.push(change);
    }
}

fn placed(text: &Text, decoration: decorations::Decoration) -> Option<Decoration> {
    use decorations::Decoration as Guest;
    let at = |at| types::Range { start: at, end: at };
    let (range, drawn) = match decoration {
        Guest::Styled(styled) => (styled.range, Drawn::Styled(styled.style.into())),
        Guest::Inline(inline) => (at(inline.at), Drawn::Inline(spans(inline.spans))),
        Guest::AfterLine(after) => (at(after.at), Drawn::AfterLine(spans(after.spans))),
        Guest::Sign(sign) => (at(sign.at), Drawn::Sign(sign.severity.into(), one_line(&sign.message))),
    };
    Some(Decoration { range: within(text, range).ok()?, drawn })
}
