//! `decorations`: what plugins draw over and beside the text.

use witdock_editor_core::{Revision, Text};

use super::{CallView, MOST, number, within};
use crate::documents::{Decoration, Drawn};
use crate::host::api::DocumentVersion;
use crate::host::bindings::witdock::editor::decorations::{self, DecorationError};
use crate::host::bindings::witdock::editor::types;
use crate::host::convert::{one_line, spans};
use crate::host::outcome::DecorationChange;

/// The most decorations of a set.
const MAX_DECORATIONS: usize = 10_000;

impl decorations::Host for CallView<'_> {
    fn set(
        &mut self,
        version: DocumentVersion,
        name: String,
        decorations: Vec<decorations::Decoration>,
    ) -> wasmtime::Result<Result<(), DecorationError>> {
        Ok(self.decorate(version, name, decorations))
    }

    fn clear(&mut self, document: u64, name: String) -> wasmtime::Result<()> {
        self.decorated(DecorationChange { document, name, set: None });
        Ok(())
    }
}

impl CallView<'_> {
    fn decorate(
        &mut self,
        version: DocumentVersion,
        name: String,
        decorations: Vec<decorations::Decoration>,
    ) -> Result<(), DecorationError> {
        let DocumentVersion { document, revision } = version;
        let view = &self.state.document(document).ok_or(DecorationError::NoSuchDocument)?.view;
        if view.revision.number() != revision {
            return Err(DecorationError::Stale(view.revision.number()));
        }
        let own = &self.state.snapshot.own.decorations;
        let is_new = own.iter().all(|(of, other)| (*of, other) != (document, &name));
        let too_many_sets = is_new && own.iter().filter(|(of, _)| *of == document).count() >= MOST;
        if too_many_sets || decorations.len() > MAX_DECORATIONS {
            let most = if too_many_sets { 0 } else { MAX_DECORATIONS };
            return Err(DecorationError::TooMany(number(most)));
        }
        let placed: Result<Vec<Decoration>, DecorationError> = (0..)
            .zip(decorations)
            .map(|(index, one)| placed(&view.text, one).ok_or(DecorationError::OutOfRange(index)))
            .collect();
        self.decorated(DecorationChange { document, name, set: Some((Revision::new(revision), placed?)) });
        Ok(())
    }

    fn decorated(&mut self, change: DecorationChange) {
        let changes = &mut self.state.outcome.decorations;
        changes.retain(|old| (old.document, &old.name) != (change.document, &change.name));
        if changes.len() < MOST {
            changes.push(change);
        }
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
