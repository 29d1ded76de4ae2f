//! The text of open documents.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/documents"]`. On other targets than
//! WebAssembly no document is open; a unit test creates one with [`Document::of_text`].

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

/// How many lines to request at once. The editor returns fewer if they are long.
const LINES_AT_ONCE: u32 = 4096;

/// An open document: the text at the start of this call, with the plugin's own edits since.
///
/// It is valid for one call. Keep its [`id`](Self::id), not the document.
#[derive(Debug)]
pub struct Document {
    backing: Backing,
}

#[derive(Debug)]
enum Backing {
    Editor(host::Document),
    Test(RefCell<HeldText>),
}

impl Document {
    /// The focused document, if there is one.
    pub fn current() -> Option<Self> {
        if cfg!(target_family = "wasm") { host::current().map(Self::from_host) } else { None }
    }

    /// All open documents.
    pub fn all_open() -> Vec<Self> {
        if cfg!(target_family = "wasm") {
            host::open_documents().into_iter().map(Self::from_host).collect()
        } else {
            Vec::new()
        }
    }

    /// The document with this id, if it is still open.
    pub fn by_id(id: DocumentId) -> Option<Self> {
        if cfg!(target_family = "wasm") { host::by_id(id).map(Self::from_host) } else { None }
    }

    /// The document of an event, at its current revision, if it is still open.
    pub fn of(version: DocumentVersion) -> Option<Self> {
        Self::by_id(version.document)
    }

    /// A document without an editor, for unit tests: id 1, revision 1, not read-only, indented by four spaces. It follows the
    /// editor's rules.
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
        Self { backing: Backing::Test(RefCell::new(HeldText::new(language, text))) }
    }

    fn from_host(document: host::Document) -> Self {
        Self { backing: Backing::Editor(document) }
    }

    /// Its id, which stays valid after the call.
    pub fn id(&self) -> DocumentId {
        match &self.backing {
            Backing::Editor(document) => document.id(),
            Backing::Test(text) => text.borrow().info().version.document,
        }
    }

    /// The revision of its text.
    pub fn revision(&self) -> Revision {
        match &self.backing {
            Backing::Editor(document) => document.revision(),
            Backing::Test(text) => text.borrow().info().version.revision,
        }
    }

    /// Its id and revision, which decorations and selections need.
    pub fn version(&self) -> DocumentVersion {
        DocumentVersion { document: self.id(), revision: self.revision() }
    }

    /// Its path, its language, and whether it is saved.
    pub fn info(&self) -> DocumentInfo {
        match &self.backing {
            Backing::Editor(document) => document.info(),
            Backing::Test(text) => text.borrow().info(),
        }
    }

    /// Whether it is read-only, so that edits are refused.
    pub fn is_read_only(&self) -> bool {
        match &self.backing {
            Backing::Editor(document) => document.read_only(),
            Backing::Test(_) => false,
        }
    }

    /// Its indentation.
    pub fn indentation(&self) -> Indentation {
        match &self.backing {
            Backing::Editor(document) => document.indentation(),
            Backing::Test(_) => Indentation::Spaces(4),
        }
    }

    /// The line ending that it uses: `\n` or `\r\n`.
    pub fn line_ending(&self) -> String {
        match &self.backing {
            Backing::Editor(document) => document.line_ending(),
            Backing::Test(text) => text.borrow().line_ending().to_owned(),
        }
    }

    /// The length of the text, in bytes.
    pub fn length(&self) -> usize {
        match &self.backing {
            Backing::Editor(document) => to_usize(document.length()),
            Backing::Test(text) => text.borrow().text().len(),
        }
    }

    /// The number of lines: one more than the number of line endings.
    pub fn line_count(&self) -> u32 {
        match &self.backing {
            Backing::Editor(document) => document.line_count(),
            Backing::Test(text) => to_u32(text.borrow().index().line_count()),
        }
    }

    /// The text of this range.
    ///
    /// # Errors
    ///
    /// [`TextError`] if the range is not in the text, or too long to be passed at once.
    pub fn text(&self, range: std::ops::Range<usize>) -> Result<String, TextError> {
        match &self.backing {
            Backing::Editor(document) => document.text(range.into()),
            Backing::Test(text) => text.borrow().slice(range),
        }
    }

    /// The whole text, with the line endings of its file.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`] if it is too long to be passed at once.
    pub fn whole_text(&self) -> Result<String, TextError> {
        match &self.backing {
            Backing::Editor(document) => document.whole_text(),
            Backing::Test(text) => Ok(text.borrow().text().to_owned()),
        }
    }

    /// One line, counted from 0; `None` after the last one.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`] if it is too long to be passed at once.
    pub fn line(&self, line: u32) -> Result<Option<Line>, TextError> {
        Ok(self.some_lines(line, 1)?.into_iter().next())
    }

    /// These lines, counted from 0. Lines after the last one are omitted. Long ranges are read in several requests.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`] if one of them is too long to be passed at once.
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
        match &self.backing {
            Backing::Editor(document) => document.lines(first, count),
            Backing::Test(text) => Ok(text.borrow().lines(first, count)),
        }
    }

    /// The line of an offset, counted from 0. An offset after the text's end is on the last line.
    pub fn line_at(&self, offset: usize) -> u32 {
        match &self.backing {
            Backing::Editor(document) => document.line_at(to_u64(offset)),
            Backing::Test(text) => to_u32(text.borrow().index().line_at(offset)),
        }
    }

    /// The line and column of an offset.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`] if the line is too long to be passed at once.
    pub fn position(&self, offset: usize) -> Result<Position, TextError> {
        let line = self.line_at(offset);
        let column = self
            .line(line)?
            .map_or(0, |found| column(&found.text, offset.saturating_sub(to_usize(found.start))));
        Ok(Position { line, column })
    }

    /// The offset of a line and column: the line's end if the line is shorter, the text's end if there are fewer lines.
    ///
    /// # Errors
    ///
    /// [`TextError::TooLong`] if the line is too long to be passed at once.
    pub fn offset(&self, position: Position) -> Result<usize, TextError> {
        Ok(match self.line(position.line)? {
            Some(line) => to_usize(line.start) + byte_of_column(&line.text, position.column),
            None => self.length(),
        })
    }

    /// Applies edits, in any order, to the current text of this document, and returns the new revision.
    ///
    /// # Errors
    ///
    /// [`EditError`]; then none of the edits is applied.
    pub fn apply(&self, edits: Vec<Edit>) -> Result<Revision, EditError> {
        self.apply_against(self.revision(), edits)
    }

    /// Applies edits that were computed for the text of an earlier call, and returns the new revision.
    ///
    /// # Errors
    ///
    /// [`EditError::Stale`] if the text has changed since; otherwise as [`apply`](Self::apply).
    pub fn apply_against(&self, revision: Revision, edits: Vec<Edit>) -> Result<Revision, EditError> {
        let edits = in_order(edits);
        match &self.backing {
            Backing::Editor(document) => document.apply(revision, &edits),
            Backing::Test(text) => text.borrow_mut().apply(revision, &edits),
        }
    }
}
