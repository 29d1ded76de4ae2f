//! The texts of documents, as plugins read and edit them.

use std::ops::Range;

use wasmtime::component::Resource;
use witdock_editor_core::{ChangeSet, Edit, IndentStyle, Text};

use super::bindings::witdock::editor::documents::{self, Document, EditError, Indentation, Line, TextError};
use super::bindings::witdock::editor::types::{self, DocumentInfo, DocumentVersion};
use super::call::{DocumentView, Lent, Working};
use super::interface::CallView;
use crate::buffer::DocumentId;

/// The most that is handed over at once, in bytes: what the dock lets a guest copy in one call, and a margin.
const MAX_TEXT_BYTES: usize = 16 << 20;

pub(super) fn info(view: &DocumentView) -> DocumentInfo {
    DocumentInfo {
        version: version(view),
        path: view.path.clone(),
        language: view.language.clone(),
        modified: view.modified,
    }
}

pub(super) fn version(view: &DocumentView) -> DocumentVersion {
    DocumentVersion { document: view.id, revision: view.revision.number() }
}

/// A number from a guest as an offset; one that does not fit is past the end of any text.
pub(super) fn offset(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn checked(text: &Text, range: types::Range) -> Result<Range<usize>, TextError> {
    let (start, end) = (offset(range.start), offset(range.end));
    if start > end || end > text.len() {
        return Err(TextError::OutOfRange(text.len() as u64));
    }
    match [start, end].into_iter().find(|place| !text.is_boundary(*place)) {
        Some(place) => Err(TextError::NotOnBoundary(place as u64)),
        None if end - start > MAX_TEXT_BYTES => Err(TextError::TooLong(MAX_TEXT_BYTES as u64)),
        None => Ok(start..end),
    }
}

/// The guest's edits, or what is wrong with them.
fn change(text: &Text, edits: Vec<types::Edit>) -> Result<ChangeSet, EditError> {
    let mut before = 0;
    let mut taken = Vec::with_capacity(edits.len());
    for (index, edit) in edits.into_iter().enumerate() {
        let index = number(index);
        let (start, end) = (offset(edit.range.start), offset(edit.range.end));
        if start > end || end > text.len() {
            return Err(EditError::OutOfRange(index));
        }
        if !text.is_boundary(start) || !text.is_boundary(end) {
            return Err(EditError::NotOnBoundary(index));
        }
        if start < before {
            return Err(EditError::Overlapping(index));
        }
        before = end;
        taken.push(Edit::replace(start..end, edit.text));
    }
    // Checked one by one above, so that nothing is left to be wrong with the whole.
    ChangeSet::new(text, taken).map_err(|_| EditError::OutOfRange(0))
}

impl CallView<'_> {
    fn lent(&self, handle: &Resource<Lent>) -> wasmtime::Result<&Working> {
        let lent = self.table.get(handle)?;
        match self.state.document(lent.document) {
            Some(working) if lent.call == self.state.call => Ok(working),
            _ => Err(kept_too_long()),
        }
    }

    fn lend(&mut self, document: DocumentId) -> wasmtime::Result<Resource<Lent>> {
        Ok(self.table.push(Lent { document, call: self.state.call })?)
    }
}

fn kept_too_long() -> wasmtime::Error {
    wasmtime::Error::msg("a document is lent for one call, and this one was kept from an earlier one")
}

impl documents::Host for CallView<'_> {
    fn current(&mut self) -> wasmtime::Result<Option<Resource<Lent>>> {
        self.state.snapshot.current.map(|id| self.lend(id)).transpose()
    }

    fn open_documents(&mut self) -> wasmtime::Result<Vec<Resource<Lent>>> {
        let ids: Vec<_> = self.state.documents.iter().map(|working| working.view.id).collect();
        ids.into_iter().map(|id| self.lend(id)).collect()
    }

    fn by_id(&mut self, id: u64) -> wasmtime::Result<Option<Resource<Lent>>> {
        let known = self.state.document(id).is_some();
        known.then(|| self.lend(id)).transpose()
    }
}

impl documents::HostDocument for CallView<'_> {
    fn id(&mut self, this: Resource<Document>) -> wasmtime::Result<u64> {
        Ok(self.lent(&this)?.view.id)
    }

    fn revision(&mut self, this: Resource<Document>) -> wasmtime::Result<u64> {
        Ok(self.lent(&this)?.view.revision.number())
    }

    fn info(&mut self, this: Resource<Document>) -> wasmtime::Result<DocumentInfo> {
        Ok(info(&self.lent(&this)?.view))
    }

    fn read_only(&mut self, this: Resource<Document>) -> wasmtime::Result<bool> {
        Ok(self.lent(&this)?.view.read_only)
    }

    fn indentation(&mut self, this: Resource<Document>) -> wasmtime::Result<Indentation> {
        Ok(match self.lent(&this)?.view.style.indent {
            IndentStyle::Tabs => Indentation::Tabs,
            IndentStyle::Spaces(count) => Indentation::Spaces(count),
        })
    }

    fn line_ending(&mut self, this: Resource<Document>) -> wasmtime::Result<String> {
        Ok(self.lent(&this)?.view.style.line_ending.as_str().to_owned())
    }

    fn length(&mut self, this: Resource<Document>) -> wasmtime::Result<u64> {
        Ok(self.lent(&this)?.view.text.len() as u64)
    }

    fn line_count(&mut self, this: Resource<Document>) -> wasmtime::Result<u32> {
        Ok(number(self.lent(&this)?.view.text.line_count()))
    }

    fn text(
        &mut self,
        this: Resource<Document>,
        range: types::Range,
    ) -> wasmtime::Result<Result<String, TextError>> {
        let text = &self.lent(&this)?.view.text;
        Ok(checked(text, range).map(|range| text.slice(range)))
    }

    fn whole_text(&mut self, this: Resource<Document>) -> wasmtime::Result<Result<String, TextError>> {
        let text = &self.lent(&this)?.view.text;
        let whole = types::Range { start: 0, end: text.len() as u64 };
        Ok(checked(text, whole).map(|range| text.slice(range)))
    }

    fn lines(
        &mut self,
        this: Resource<Document>,
        first: u32,
        count: u32,
    ) -> wasmtime::Result<Result<Vec<Line>, TextError>> {
        let text = &self.lent(&this)?.view.text;
        let first = first as usize;
        let end = first.saturating_add(count as usize).min(text.line_count());
        let (mut lines, mut bytes) = (Vec::new(), 0);
        for line in first..end {
            let range = text.line_start(line)..text.line_end(line);
            // A line costs its record as well, so that many empty ones are not free.
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
        Ok(number(self.lent(&this)?.view.text.line_at(offset(place))))
    }

    fn apply(
        &mut self,
        this: Resource<Document>,
        against: u64,
        edits: Vec<types::Edit>,
    ) -> wasmtime::Result<Result<u64, EditError>> {
        let document = self.lent(&this)?.view.id;
        if !self.state.may_edit {
            return Ok(Err(EditError::NotInThisCall));
        }
        let working = self.state.document_mut(document).ok_or_else(kept_too_long)?;
        Ok(working.edit(against, edits))
    }

    fn drop(&mut self, this: Resource<Document>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl Working {
    fn edit(&mut self, against: u64, edits: Vec<types::Edit>) -> Result<u64, EditError> {
        let view = &mut self.view;
        if view.read_only {
            return Err(EditError::ReadOnly);
        }
        if against != view.revision.number() {
            return Err(EditError::Stale(view.revision.number()));
        }
        let change = change(&view.text, edits)?;
        if change.is_empty() {
            return Ok(against);
        }
        change.apply(&mut view.text).map_err(|_| EditError::OutOfRange(0))?;
        view.selections = view.selections.map(&change);
        view.revision = witdock_editor_core::Revision::new(against + 1);
        view.modified = true;
        self.changes.push(change);
        Ok(against + 1)
    }
}
