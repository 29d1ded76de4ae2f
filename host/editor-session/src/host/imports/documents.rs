//! `documents`: reading and editing texts.

use wasmtime::component::Resource;
use witdock_editor_core::{ChangeSet, Edit, IndentStyle, Text};

use super::{CallView, Misplaced, number, version, within};
use crate::documents::DocumentId;
use crate::host::bindings::witdock::editor::documents::{
    self, Document, EditError, Indentation, Line, TextError,
};
use crate::host::bindings::witdock::editor::types::{self, DocumentInfo};
use crate::host::call::{Provided, Working};
use crate::host::convert::offset;
use crate::host::holdings::refuse_growth;
use crate::host::snapshot::DocumentView;

/// The most text that is handed over at once, in bytes: half of what the dock allows for one call.
pub(super) const MAX_TEXT_BYTES: usize = 16 << 20;

/// What an edit takes beside its text, bytes, and a list of edits beside them.
const EDIT_BYTES: usize = 256;

pub(super) fn info(view: &DocumentView) -> DocumentInfo {
    DocumentInfo {
        version: version(view),
        path: view.path.clone(),
        language: view.language.clone(),
        modified: view.modified,
    }
}

fn piece(text: &Text, range: types::Range) -> Result<String, TextError> {
    let range = within(text, range).map_err(|misplaced| match misplaced {
        Misplaced::OutOfRange => TextError::OutOfRange(text.len() as u64),
        Misplaced::NotOnBoundary(place) => TextError::NotOnBoundary(place as u64),
    })?;
    if range.len() > MAX_TEXT_BYTES {
        return Err(TextError::TooLong(MAX_TEXT_BYTES as u64));
    }
    Ok(text.slice(range))
}

/// Checks the edits of a guest.
pub(in crate::host) fn change(text: &Text, edits: Vec<types::Edit>) -> Result<ChangeSet, EditError> {
    let mut before = 0;
    let mut taken = Vec::with_capacity(edits.len());
    for (index, edit) in edits.into_iter().enumerate() {
        let index = number(index);
        let range = within(text, edit.range).map_err(|misplaced| match misplaced {
            Misplaced::OutOfRange => EditError::OutOfRange(index),
            Misplaced::NotOnBoundary(_) => EditError::NotOnBoundary(index),
        })?;
        if range.start < before {
            return Err(EditError::Overlapping(index));
        }
        before = range.end;
        taken.push(Edit::replace(range, edit.text));
    }
    // The edits were checked one by one, so this does not fail.
    ChangeSet::new(text, taken).map_err(|_| EditError::OutOfRange(0))
}

impl CallView<'_> {
    fn provided(&self, handle: &Resource<Provided>) -> wasmtime::Result<&Working> {
        let provided = self.table.get(handle)?;
        match self.state.document(provided.document) {
            Some(working) if provided.call == self.state.call => Ok(working),
            _ => Err(kept_too_long()),
        }
    }

    fn provide(&mut self, document: DocumentId) -> wasmtime::Result<Resource<Provided>> {
        Ok(self.table.push(Provided { document, call: self.state.call })?)
    }
}

fn kept_too_long() -> wasmtime::Error {
    wasmtime::Error::msg("a document handle is valid for one call, and this one is from an earlier call")
}

impl documents::Host for CallView<'_> {
    fn current(&mut self) -> wasmtime::Result<Option<Resource<Provided>>> {
        self.state.snapshot.current.map(|id| self.provide(id)).transpose()
    }

    fn open_documents(&mut self) -> wasmtime::Result<Vec<Resource<Provided>>> {
        let ids: Vec<_> = self.state.documents.iter().map(|working| working.view.id).collect();
        ids.into_iter().map(|id| self.provide(id)).collect()
    }

    fn by_id(&mut self, id: u64) -> wasmtime::Result<Option<Resource<Provided>>> {
        let known = self.state.document(id).is_some();
        known.then(|| self.provide(id)).transpose()
    }
}

impl documents::HostDocument for CallView<'_> {
    fn id(&mut self, this: Resource<Document>) -> wasmtime::Result<u64> {
        Ok(self.provided(&this)?.view.id)
    }

    fn revision(&mut self, this: Resource<Document>) -> wasmtime::Result<u64> {
        Ok(self.provided(&this)?.view.revision.number())
    }

    fn info(&mut self, this: Resource<Document>) -> wasmtime::Result<DocumentInfo> {
        Ok(info(&self.provided(&this)?.view))
    }

    fn read_only(&mut self, this: Resource<Document>) -> wasmtime::Result<bool> {
        Ok(self.provided(&this)?.view.read_only)
    }

    fn indentation(&mut self, this: Resource<Document>) -> wasmtime::Result<Indentation> {
        Ok(match self.provided(&this)?.view.style.indent {
            IndentStyle::Tabs => Indentation::Tabs,
            IndentStyle::Spaces(count) => Indentation::Spaces(count),
        })
    }

    fn line_ending(&mut self, this: Resource<Document>) -> wasmtime::Result<String> {
        Ok(self.provided(&this)?.view.style.line_ending.as_str().to_owned())
    }

    fn length(&mut self, this: Resource<Document>) -> wasmtime::Result<u64> {
        Ok(self.provided(&this)?.view.text.len() as u64)
    }

    fn line_count(&mut self, this: Resource<Document>) -> wasmtime::Result<u32> {
        Ok(number(self.provided(&this)?.view.text.line_count()))
    }

    fn text(
        &mut self,
        this: Resource<Document>,
        range: types::Range,
    ) -> wasmtime::Result<Result<String, TextError>> {
        let text = &self.provided(&this)?.view.text;
        Ok(piece(text, range))
    }

    fn whole_text(&mut self, this: Resource<Document>) -> wasmtime::Result<Result<String, TextError>> {
        let text = &self.provided(&this)?.view.text;
        let whole = types::Range { start: 0, end: text.len() as u64 };
        Ok(piece(text, whole))
    }

    fn lines(
        &mut self,
        this: Resource<Document>,
        first: u32,
        count: u32,
    ) -> wasmtime::Result<Result<Vec<Line>, TextError>> {
        let text = &self.provided(&this)?.view.text;
        let first = first as usize;
        let end = first.saturating_add(count as usize).min(text.line_count());
        let (mut lines, mut bytes) = (Vec::new(), 0);
        for line in first..end {
            let range = text.line_start(line)..text.line_end(line);
            // The record of a line counts as well, so that many empty lines are not free.
            bytes += range.len() + 16;
            if bytes > MAX_TEXT_BYTES {
                break;
            }
            lines.push(Line { start: range.start as u64, text: text.slice(range) });
        }
        if lines.is_empty() && first < end {
            return Ok(Err(TextError::TooLong(MAX_TEXT_BYTES as u64)));
        }
        Ok(Ok(lines))
    }

    fn line_at(&mut self, this: Resource<Document>, place: u64) -> wasmtime::Result<u32> {
        Ok(number(self.provided(&this)?.view.text.line_at(offset(place))))
    }

    fn apply(
        &mut self,
        this: Resource<Document>,
        against: u64,
        edits: Vec<types::Edit>,
    ) -> wasmtime::Result<Result<u64, EditError>> {
        let document = self.provided(&this)?.view.id;
        if !self.state.may_edit {
            return Ok(Err(EditError::NotInThisCall));
        }
        let replaced: u64 = edits
            .iter()
            .map(|edit| edit.range.end.saturating_sub(edit.range.start))
            .fold(0, u64::saturating_add);
        let inserted: usize = edits.iter().map(|edit| edit.text.len() + EDIT_BYTES).sum();
        // A change that is refused for another reason costs nothing that stays.
        self.state.handed_over.add(offset(replaced).saturating_add(inserted).saturating_add(EDIT_BYTES))?;
        let working = self.state.document_mut(document).ok_or_else(kept_too_long)?;
        working.edit(against, edits)
    }

    fn drop(&mut self, this: Resource<Document>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl Working {
    fn edit(&mut self, against: u64, edits: Vec<types::Edit>) -> wasmtime::Result<Result<u64, EditError>> {
        let change = match self.change(against, edits) {
            Ok(change) if change.is_empty() => return Ok(Ok(against)),
            Ok(change) => change,
            Err(error) => return Ok(Err(error)),
        };
        refuse_growth(change.length_before(), change.length_after())?;
        Ok(self.take(change).map(|revision| revision.number()).map_err(|_| EditError::OutOfRange(0)))
    }

    fn change(&self, against: u64, edits: Vec<types::Edit>) -> Result<ChangeSet, EditError> {
        let view = &self.view;
        if view.read_only {
            return Err(EditError::ReadOnly);
        }
        if against != view.revision.number() {
            return Err(EditError::Stale(view.revision.number()));
        }
        change(&view.text, edits)
    }
}
