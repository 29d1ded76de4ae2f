//! What a search over all files has found. The places move along with the texts of documents that are open.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use witdock_editor_core::{Bias, LineColumn, Revision, Text};

use super::{Hit, Place, SearchEnd};
use crate::documents::{Buffer, DocumentId, Documents, Target};

/// What a search over all files has found.
#[derive(Debug, Default)]
pub struct Results {
    /// The number of the search.
    pub(crate) number: u64,
    /// The folder that was searched.
    root: PathBuf,
    pattern: String,
    found: Vec<Found>,
    end: Option<SearchEnd>,
    /// The result that the person went to last.
    current: Option<usize>,
    /// The documents that have results, with the revisions that their ranges belong to.
    followed: Vec<(DocumentId, Revision)>,
}

/// A line that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The line, as it was when it was found.
    pub text: String,
    /// The range of the match in `text`.
    pub matched: Range<usize>,
    /// The number of the line as it is now, from 0.
    pub line: usize,
    column: usize,
    length: usize,
    file: Option<Arc<Path>>,
    /// The document and the range of the match, while the document is open.
    range: Option<(DocumentId, Range<usize>)>,
}

/// Where a result is now.
#[derive(Debug)]
pub(crate) enum Shown {
    Open(DocumentId, Range<usize>),
    File(Target),
}

impl Results {
    pub(crate) fn new(number: u64, root: PathBuf, pattern: String) -> Self {
        Self { number, root, pattern, ..Self::default() }
    }

    /// The pattern that was searched for; empty before the first search.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The lines that were found so far.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// How the search has ended; none while it goes on.
    pub fn end(&self) -> Option<SearchEnd> {
        self.end
    }

    /// The index of the result that the person went to last.
    pub fn current(&self) -> Option<usize> {
        self.current
    }

    /// The file of a result, from the folder that was searched, and the number of its line, from 1.
    pub fn place(&self, found: &Found, documents: &Documents) -> String {
        let name = match (&found.file, &found.range) {
            (Some(file), _) => witdock::text::path(file.strip_prefix(&self.root).unwrap_or(file)).to_string(),
            (None, Some((document, _))) => documents.find(*document).map(Buffer::name).unwrap_or_default(),
            (None, None) => "untitled".to_owned(),
        };
        format!("{name}:{}", found.line + 1)
    }

    /// The file of a result; none of a document that was never saved.
    pub fn file(&self, index: usize) -> Option<&Path> {
        self.found.get(index)?.file.as_deref()
    }

    pub(crate) fn take(&mut self, hits: Vec<Hit>, end: Option<SearchEnd>, documents: &Documents) {
        for hit in hits {
            let Hit { place, line, column, length, text, matched } = hit;
            let (file, open) = match place {
                Place::File(file) => (Some(file), None),
                Place::Open(document, revision, file) => (file, Some((document, revision))),
            };
            let range = open.and_then(|(document, revision)| {
                let buffer = documents.find(document)?;
                let since = buffer.document.changes_since(revision)?;
                if !self.followed.iter().any(|(other, _)| *other == document) {
                    self.followed.push((document, revision));
                    self.follow_one(document, documents);
                }
                // The text as it was is not there any more; a place in it moves through what has changed since.
                let range =
                    since.is_empty().then(|| range_at(buffer.document.text(), line, column, length))?;
                Some((document, range))
            });
            self.found.push(Found { text, matched, line, column, length, file, range });
        }
        self.end = end;
    }

    /// Moves the places along with the texts.
    pub(crate) fn follow(&mut self, documents: &Documents) {
        if self.found.is_empty() {
            return;
        }
        self.anchor(documents);
        let changed = |(document, revision): &(DocumentId, Revision)| {
            documents.find(*document).is_none_or(|buffer| buffer.document.revision() != *revision)
        };
        let changed: Vec<DocumentId> =
            self.followed.iter().filter(|one| changed(one)).map(|(document, _)| *document).collect();
        for document in changed {
            self.follow_one(document, documents);
        }
    }

    /// Begins to follow documents that were opened since.
    fn anchor(&mut self, documents: &Documents) {
        for buffer in documents.all() {
            if self.followed.iter().any(|(document, _)| *document == buffer.id) {
                continue;
            }
            self.followed.push((buffer.id, buffer.document.revision()));
            let Some(path) = buffer.path.as_deref() else { continue };
            let is_it = |file: &Path| file == path || file == buffer.file.path();
            let text = buffer.document.text();
            for found in self.found.iter_mut().filter(|found| found.file.as_deref().is_some_and(is_it)) {
                let range = range_at(text, found.line, found.column, found.length);
                found.range = Some((buffer.id, range));
            }
        }
    }

    fn follow_one(&mut self, document: DocumentId, documents: &Documents) {
        let Some(followed) = self.followed.iter_mut().find(|(other, _)| *other == document) else { return };
        let buffer = documents.find(document);
        let since = buffer.and_then(|buffer| buffer.document.changes_since(followed.1));
        let of_document = self
            .found
            .iter_mut()
            .filter(|found| found.range.as_ref().is_some_and(|(other, _)| *other == document));
        let Some((buffer, since)) = buffer.zip(since) else {
            // It was closed, or too much has changed: the line is what is left of the place.
            of_document.for_each(|found| found.range = None);
            self.followed.retain(|(other, _)| *other != document || buffer.is_some());
            if let (Some(buffer), Some(followed)) =
                (buffer, self.followed.iter_mut().find(|(other, _)| *other == document))
            {
                followed.1 = buffer.document.revision();
            }
            return;
        };
        followed.1 = buffer.document.revision();
        let text = buffer.document.text();
        for found in of_document {
            let Some((_, range)) = &mut found.range else { continue };
            let start = since.map(range.start, Bias::After);
            *range = start..since.map(range.end, Bias::Before).max(start);
            let place = text.line_column(range.start);
            found.line = place.line;
            found.column = text.char_count(range.start.saturating_sub(place.column)..range.start);
            found.length = text.char_count(range.clone());
        }
    }

    /// Makes a result the current one, and gives where it is now.
    pub(crate) fn go_to(&mut self, index: usize) -> Option<Shown> {
        let found = self.found.get(index)?;
        self.current = Some(index);
        Some(match (&found.range, &found.file) {
            (Some((document, range)), _) => Shown::Open(*document, range.clone()),
            (None, file) => Shown::File(Target {
                path: file.as_deref()?.to_owned(),
                line: Some(found.line + 1),
                column: Some(found.column + 1),
                selected: found.length,
                ..Target::default()
            }),
        })
    }

    /// The index of the result after the current one, or before it. The results are a circle.
    pub(crate) fn next(&self, forward: bool) -> Option<usize> {
        let last = self.found.len().checked_sub(1)?;
        Some(match self.current {
            None => 0,
            Some(current) if forward && current >= last => 0,
            Some(current) if forward => current + 1,
            Some(current) => current.checked_sub(1).unwrap_or(last),
        })
    }
}

/// The range of so many characters at a place.
fn range_at(text: &Text, line: usize, column: usize, length: usize) -> Range<usize> {
    let start = text.offset(LineColumn { line, column: 0 });
    let bytes = |count: usize, from: usize, to: usize| -> usize {
        text.slice(from..to).chars().take(count).map(char::len_utf8).sum()
    };
    let start = start + bytes(column, start, text.line_end(line));
    // A character has four bytes at most.
    let end = start.saturating_add(length.saturating_mul(4)).min(text.len());
    start..start + bytes(length, start, end)
}
