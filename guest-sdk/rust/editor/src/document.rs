//! The text of open documents.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/documents"]`. On a target that is
//! not WebAssembly there is no editor and nothing is open; a unit test makes a document with [`Document::of_text`].

use crate::bindings::witdock::editor::documents as host;
use crate::edit::in_order;
use crate::held::HeldText;
use crate::position::{byte_of_column, column, to_u32};
use crate::range::{to_u64, to_usize};
use crate::{
    DocumentId, DocumentInfo, DocumentVersion, Edit, EditError, Indentation, Line, Position, Revision,
    TextError,
};
use std::cell::RefCell;

/// How many lines are asked for at once. The editor gives fewer where they are long.
const LINES_AT_ONCE: u32 = 4096;

/// An open document, as it stood when this call began, with what the plugin has edited since.
///
/// It is lent for one call: keep its [`id`](Self::id), not the document.
#[derive(Debug)]
pub struct Document {
    lender: Lender,
}

#[derive(Debug)]
enum Lender {
    Editor(host::Document),
    Test(RefCell<HeldText>),
}

impl Document {
    /// The document that keys go to, if there is one.
    pub fn current() -> Option<Self> {
        if cfg!(target_family = "wasm") { host::current().map(Self::lent) } else { None }
    }

    /// Every open document.
    pub fn all_open() -> Vec<Self> {
        if cfg!(target_family = "wasm") {
            host::open_documents().into_iter().map(Self::lent).collect()
        } else {
            Vec::new()
        }
    }

    /// The document of this number, unless it has been closed.
    pub fn by_id(id: DocumentId) -> Option<Self> {
        if cfg!(target_family = "wasm") { host::by_id(id).map(Self::lent) } else { None }
    }

    /// The document of an event, at its newest revision, unless it has been closed.
    pub fn of(version: DocumentVersion) -> Option<Self> {
        Self::by_id(version.document)
    }

    /// A document of its own, in no editor: number 1, revision 1, not read-only, four spaces a level. It obeys the editor's
    /// rules, so that a plugin's unit tests run natively.
    ///
    /// ```
    /// use witdock_editor_guest::{Document, Edit, EditError};
    ///
    /// let document = Document::of_text("text", "one");
    /// assert_eq!(document.apply(vec![Edit::insert(3, "!")]), Ok(2));
    /// assert_eq!(document.whole_text().unwrap(), "one!");
    /// assert_eq!(document.apply_against(1, vec![Edit::insert(0, "?")]), Err(EditError::Stale(2)));
    /// ```
    pub fn of_text(language: &str, text: &str) -> Self {
        Self { lender: Lender::Test(RefCell::new(HeldText::new(language, text))) }
    }

    fn lent(document: host::Document) -> Self {
        Self { lender: Lender::Editor(document) }
    }

    /// Its number: what to keep in its place.
    pub fn id(&self) -> DocumentId {
        match &self.lender {
            Lender::Editor(document) => document.id(),
            Lender::Test(text) => text.borrow().info().version.document,
        }
    }

    /// The revision of its text.
    pub fn revision(&self) -> Revision {
        match &self.lender {
            Lender::Editor(document) => document.revision(),
            Lender::Test(text) => text.borrow().info().version.revision,
        }
    }

    /// Its number and its revision: what decorations and selections are for.
    pub fn version(&self) -> DocumentVersion {
        DocumentVersion { document: self.id(), revision: self.revision() }
    }

    /// Its path, its language, and whether it is saved.
    pub fn info(&self) -> DocumentInfo {
        match &self.lender {
            Lender::Editor(document) => document.info(),
            Lender::Test(text) => text.borrow().info(),
        }
    }

    /// Whether edits would be refused.
    pub fn is_read_only(&self) -> bool {
        match &self.lender {
            Lender::Editor(document) => document.read_only(),
            Lender::Test(_) => false,
        }
    }

    /// How it is indented.
    pub fn indentation(&self) -> Indentation {
        match &self.lender {
            Lender::Editor(document) => document.indentation(),
            Lender::Test(_) => Indentation::Spaces(4),
        }
    }

    /// The line ending that it uses: `\n` or `\r\n`.
    pub fn line_ending(&self) -> String {
        match &self.lender {
            Lender::Editor(document) => document.line_ending(),
            Lender::Test(text) => text.borrow().line_ending().to_owned(),
        }
    }

    /// How long the text is, in bytes.
    pub fn length(&self) -> usize {
        match &self.lender {
            Lender::Editor(document) => to_usize(document.length()),
            Lender::Test(text) => text.borrow().text().len(),
        }
    }

    /// How many lines it has: one more than line endings.
    pub fn line_count(&self) -> u32 {
        match &self.lender {
            Lender::Editor(document) => document.line_count(),
            Lender::Test(text) => to_u32(text.borrow().index().line_count()),
        }
    }

    /// The text of these bytes.
    ///
    /// # Errors
    ///
    /// [`TextError`], when they are none of the text, or more than the editor hands over at once.
    pub fn text(&self, range: std::ops::Range<usize>) -> Result<String, TextError> {
        match &self.lender {
            Lender::Editor(document) => document.text(range.into()),
            Lender::Test(text) => text.borrow().slice(range),
        }
    }

    /// The whole text, with the line endings that its file has.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`], when it is longer than the editor hands over at once.
    pub fn whole_text(&self) -> Result<String, TextError> {
        match &self.lender {
            Lender::Editor(document) => document.whole_text(),
            Lender::Test(text) => Ok(text.borrow().text().to_owned()),
        }
    }

    /// One line, counting from 0; none behind the last one.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`], when it is longer than the editor hands over at once.
    pub fn line(&self, line: u32) -> Result<Option<Line>, TextError> {
        Ok(self.some_lines(line, 1)?.into_iter().next())
    }

    /// These lines, counting from 0, without those behind the last one. They are asked for some thousands at a time.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`], when one of them is longer than the editor hands over at once.
    pub fn lines(&self, range: std::ops::Range<u32>) -> Result<Vec<Line>, TextError> {
        let mut lines = Vec::new();
        let mut first = range.start;
        while first < range.end {
            let some = self.some_lines(first, (range.end - first).min(LINES_AT_ONCE))?;
            if some.is_empty() {
                break;
            }
            first = first.saturating_add(to_u32(some.len()));
            lines.extend(some);
        }
        Ok(lines)
    }

    fn some_lines(&self, first: u32, count: u32) -> Result<Vec<Line>, TextError> {
        match &self.lender {
            Lender::Editor(document) => document.lines(first, count),
            Lender::Test(text) => Ok(text.borrow().lines(first, count)),
        }
    }

    /// Which line an offset is on, counting from 0. An offset behind the text's end is on the last line.
    pub fn line_at(&self, offset: usize) -> u32 {
        match &self.lender {
            Lender::Editor(document) => document.line_at(to_u64(offset)),
            Lender::Test(text) => to_u32(text.borrow().index().line_at(offset)),
        }
    }

    /// The line and column of an offset.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`], when the line is longer than the editor hands over at once.
    pub fn position(&self, offset: usize) -> Result<Position, TextError> {
        let line = self.line_at(offset);
        let column = self
            .line(line)?
            .map_or(0, |found| column(&found.text, offset.saturating_sub(to_usize(found.start))));
        Ok(Position { line, column })
    }

    /// The offset of a line and column: the line's end where it is shorter, the text's end where it has fewer lines.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`], when the line is longer than the editor hands over at once.
    pub fn offset(&self, position: Position) -> Result<usize, TextError> {
        Ok(match self.line(position.line)? {
            Some(line) => to_usize(line.start) + byte_of_column(&line.text, position.column),
            None => self.length(),
        })
    }

    /// Applies edits, given in any order, to the text as this document has it, and gives the new revision.
    ///
    /// # Errors
    ///
    /// [`EditError`]; none of the edits is applied then.
    pub fn apply(&self, edits: Vec<Edit>) -> Result<Revision, EditError> {
        self.apply_against(self.revision(), edits)
    }

    /// Applies edits that were made for the text of an earlier call, and gives the new revision.
    ///
    /// # Errors
    ///
    /// [`EditError::Stale`], when the text has changed since; otherwise as [`apply`](Self::apply).
    pub fn apply_against(&self, revision: Revision, edits: Vec<Edit>) -> Result<Revision, EditError> {
        let edits = in_order(edits);
        match &self.lender {
            Lender::Editor(document) => document.apply(revision, &edits),
            Lender::Test(text) => text.borrow_mut().apply(revision, &edits),
        }
    }
}
