//! A document: a text with its selections, its history, and whether it is saved.

use std::sync::Arc;

use crate::change::{ChangeError, ChangeSet, Edit};
use crate::change_log::ChangeLog;
use crate::column::TabWidth;
use crate::commands::View;
use crate::encoding::{Decoded, EncodeError, Encoded, Format, encoded};
use crate::history::{History, HistoryError, Jump, Mark, Step};
use crate::indent::IndentStyle;
use crate::line_ending::LineEndings;
use crate::selection::Selections;
use crate::style::Style;
use crate::text::Text;
use crate::transaction::{Revision, Transaction};

/// A text that is being edited.
///
/// Every change goes through [`Document::apply`] or through history, and makes a new [`Revision`]. A change costs
/// O(edits · log n + bytes changed + selections), for a text of n bytes: a key press at the end of 100 MB costs what
/// it costs in an empty file.
///
/// ```
/// use witdock_editor_core::{Document, Edit, commands};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut document = Document::from_bytes(b"hello\r\n")?;
/// let read_at = document.revision();
/// document.apply(commands::type_text(document.view(), "Oh, "))?;
/// assert_eq!(document.text().to_string(), "Oh, hello\r\n");
///
/// // Edits that were made against an older text are refused.
/// assert!(document.apply_edits(read_at, [Edit::delete(0..5)]).is_err_and(|error| error.is_stale()));
/// assert!(document.undo()?);
/// assert!(!document.is_dirty());
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
pub struct Document {
    text: Text,
    selections: Selections,
    revision: Revision,
    /// The highest number that any revision has, or that is reserved.
    newest: Revision,
    /// The revision at which the text was first in this state. Undo returns to it.
    content: Revision,
    saved: Revision,
    history: History,
    log: ChangeLog,
    format: Format,
    saved_format: Format,
    loaded_line_endings: LineEndings,
    style: Style,
}

impl std::fmt::Debug for Document {
    /// Leaves out the text, which may be large, and the history.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("bytes", &self.text.len())
            .field("revision", &self.revision)
            .field("is_dirty", &self.is_dirty())
            .finish_non_exhaustive()
    }
}

/// A text to save. It is cheap to take, and another thread can write it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    text: Text,
    format: Format,
    revision: Revision,
    content: Revision,
}

impl Snapshot {
    /// The text in pieces of UTF-8, without a byte order mark. Copies nothing.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.text.chunks(0..self.text.len()).map(str::as_bytes)
    }

    /// The file's bytes. UTF-8 costs nothing, other encodings O(n).
    ///
    /// # Errors
    /// The first character that the encoding does not have.
    pub fn encoded(&self) -> Result<Encoded<'_>, EncodeError> {
        encoded(&self.text, self.format)
    }

    /// The encoding of the file.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The text.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The revision at which it was taken.
    pub fn revision(&self) -> Revision {
        self.revision
    }
}

impl From<Decoded> for Document {
    /// A saved document with the cursor at the start, and the style of its text.
    fn from(decoded: Decoded) -> Document {
        let style = Style {
            line_ending: decoded.line_endings.dominant().unwrap_or_default(),
            indent: IndentStyle::detect(&decoded.text).unwrap_or_default(),
            tab_width: TabWidth::default(),
        };
        Document {
            text: decoded.text,
            format: Format { encoding: decoded.encoding, bom: decoded.bom },
            saved_format: Format { encoding: decoded.encoding, bom: decoded.bom },
            loaded_line_endings: decoded.line_endings,
            style,
            ..Document::default()
        }
    }
}

impl Document {
    /// An empty document.
    pub fn new() -> Document {
        Document::default()
    }

    /// A document of a file's bytes; see [`Decoder`](crate::Decoder) for large ones. O(n).
    ///
    /// # Errors
    /// Bytes that are not UTF-8.
    pub fn from_bytes(bytes: &[u8]) -> Result<Document, crate::DecodeError> {
        Decoded::from_bytes(bytes).map(Document::from)
    }

    /// The text. A clone is O(1), and does not change with the document.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The revision of the text.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The selections.
    pub fn selections(&self) -> &Selections {
        &self.selections
    }

    /// Sets the selections, clamped to the text and to graphemes. If they differ from those before, typing starts a new undo
    /// step.
    pub fn set_selections(&mut self, selections: Selections) {
        let selections = selections.clamp(&self.text);
        if selections != self.selections {
            self.history.break_entry();
        }
        // Even where they are equal, since the goal columns of vertical movement may differ.
        self.selections = selections;
    }

    /// The line breaks, the indentation and the tab width of new text.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Sets the style of new text. The text itself does not change.
    pub fn set_style(&mut self, style: Style) {
        self.style = style;
    }

    /// The line breaks that the file had when it was loaded.
    pub fn loaded_line_endings(&self) -> LineEndings {
        self.loaded_line_endings
    }

    /// The encoding of the file, which saving keeps.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Sets the encoding in which the file is saved from now on. Until then the document is dirty.
    pub fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    /// Sets the encoding of a file that does not exist yet. The document stays clean.
    pub fn set_new_format(&mut self, format: Format) {
        (self.format, self.saved_format) = (format, format);
    }

    /// The state that commands work on.
    pub fn view(&self) -> View<'_> {
        View { text: &self.text, selections: &self.selections, revision: self.revision, style: self.style }
    }

    /// A transaction of `edits` against the current text.
    ///
    /// # Errors
    /// As [`ChangeSet::new`].
    pub fn transaction(&self, edits: impl IntoIterator<Item = Edit>) -> Result<Transaction, ChangeError> {
        Ok(Transaction::new(self.revision, ChangeSet::new(&self.text, edits)?))
    }

    /// Changes the text, and gives the new revision. A transaction without changes makes no revision and no undo step, but
    /// may move the selections.
    ///
    /// # Errors
    /// [`ChangeError::Stale`] if the text has changed since the transaction's base. The document is unchanged then.
    pub fn apply(&mut self, transaction: Transaction) -> Result<Revision, ChangeError> {
        self.apply_as(transaction, None)
    }

    /// Reserves `count` revisions, for a copy of the text that is changed beside the document, and gives the first of them.
    /// No other state will ever have one of them.
    pub fn reserve_revisions(&mut self, count: u64) -> Revision {
        let first = self.newest.next();
        self.newest = Revision::new(self.newest.number().saturating_add(count));
        first
    }

    /// Changes the text as [`Document::apply`] does, to a state with a [reserved](Document::reserve_revisions) revision.
    ///
    /// # Errors
    /// [`ChangeError::Stale`] if the text has changed since the transaction's base, or is past that revision.
    pub fn apply_reserved(
        &mut self,
        transaction: Transaction,
        revision: Revision,
    ) -> Result<Revision, ChangeError> {
        if revision <= self.revision || revision > self.newest {
            return Err(ChangeError::Stale { base: transaction.base, current: self.revision });
        }
        self.apply_as(transaction, Some(revision))
    }

    fn apply_as(
        &mut self,
        transaction: Transaction,
        reserved: Option<Revision>,
    ) -> Result<Revision, ChangeError> {
        self.refuse_stale(transaction.base)?;
        let Transaction { changes, selections, kind, .. } = transaction;
        if changes.is_empty() {
            if let Some(selections) = selections {
                self.set_selections(selections);
            }
            return Ok(self.revision);
        }
        let mut text = self.text.clone();
        changes.apply(&mut text)?;
        let step = Step { inverse: changes.invert(&self.text), forward: Arc::new(changes) };
        let before = self.mark();
        let selections = selections.unwrap_or_else(|| self.selections.map(&step.forward));
        self.selections = selections.clamp(&text);
        self.text = text;
        let revision = reserved.unwrap_or_else(|| self.reserve_revisions(1));
        self.log.push(self.revision, Arc::clone(&step.forward));
        self.revision = revision;
        self.content = revision;
        self.history.record(step, before, self.mark(), kind);
        Ok(self.revision)
    }

    /// Applies edits that were made against `base`, as one change and one undo step. For edits from outside: staleness is
    /// checked before the edits are compared with the text.
    ///
    /// # Errors
    /// [`ChangeError::Stale`], or edits that do not fit the text. The document is unchanged then.
    pub fn apply_edits(
        &mut self,
        base: Revision,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Result<Revision, ChangeError> {
        self.refuse_stale(base)?;
        self.apply(self.transaction(edits)?)
    }

    /// The changes since `since`, as one change; `None` if that is too long ago, and the caller has to read the whole text. O(changes since · log).
    pub fn changes_since(&self, since: Revision) -> Option<ChangeSet> {
        if since == self.revision {
            return Some(ChangeSet::empty(self.text.len()));
        }
        ChangeSet::compose_all(self.log.since(since, self.revision)?).ok()?
    }

    /// The changes since `since`, one for each revision, oldest first; `None` as for [`Document::changes_since`].
    pub fn each_change_since(&self, since: Revision) -> Option<impl Iterator<Item = &ChangeSet>> {
        self.log.since(since, self.revision)
    }

    /// Whether the text differs from the one that was loaded or last saved. Undo back to that state makes the document clean.
    pub fn is_dirty(&self) -> bool {
        self.content != self.saved || self.format != self.saved_format
    }

    /// The text to write to the file. O(1).
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            text: self.text.clone(),
            format: self.format,
            revision: self.revision,
            content: self.content,
        }
    }

    /// Marks `snapshot` as saved. The text may have changed since it was taken. Typing starts a new undo step, so that undo
    /// stops here.
    pub fn mark_saved(&mut self, snapshot: &Snapshot) {
        self.saved = snapshot.content;
        self.saved_format = snapshot.format;
        self.history.break_entry();
    }

    /// Marks the text as not saved anywhere: it is dirty until it is saved.
    pub fn mark_unsaved(&mut self) {
        self.saved = Revision::new(u64::MAX);
    }

    /// Takes the content of the file, as one undo step that changes only the difference, and counts as saved.
    /// O(n) in both texts.
    ///
    /// # Errors
    /// [`HistoryError::GroupOpen`]: a command is under way.
    pub fn reload(&mut self, decoded: Decoded) -> Result<Revision, HistoryError> {
        if self.history.in_group() {
            return Err(HistoryError::GroupOpen);
        }
        let changes = ChangeSet::between(&self.text, &decoded.text);
        let revision = self.apply(Transaction::new(self.revision, changes))?;
        self.format = Format { encoding: decoded.encoding, bom: decoded.bom };
        self.loaded_line_endings = decoded.line_endings;
        self.mark_saved(&self.snapshot());
        Ok(revision)
    }

    /// The memory that undo and redo take, bytes. At 256 MiB the oldest steps are dropped.
    pub fn history_bytes(&self) -> usize {
        self.history.bytes()
    }

    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is a step to redo.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Undoes the last step and restores the selections from before it. `false` if there is none.
    ///
    /// # Errors
    /// [`HistoryError::GroupOpen`].
    pub fn undo(&mut self) -> Result<bool, HistoryError> {
        let jump = self.history.undo()?;
        self.jump(jump)
    }

    /// Redoes the last step undone and restores the selections from after it. `false` if there is none.
    ///
    /// # Errors
    /// [`HistoryError::GroupOpen`].
    pub fn redo(&mut self) -> Result<bool, HistoryError> {
        let jump = self.history.redo()?;
        self.jump(jump)
    }

    /// Makes typing start a new undo step, after a pause or a command.
    pub fn break_undo(&mut self) {
        self.history.break_entry();
    }

    /// Makes the next change join the last undo step, whatever its kind, since it answers that change. After an undo, or
    /// without an earlier change, it is a step of its own.
    pub fn join_undo(&mut self) {
        self.history.join_next();
    }

    /// Starts a group: all edits up to [`Document::commit_group`] are one undo step, and
    /// [`Document::rollback_group`] undoes them all. Groups do not nest.
    ///
    /// # Errors
    /// [`HistoryError::GroupOpen`].
    pub fn begin_group(&mut self) -> Result<(), HistoryError> {
        self.history.begin_group(self.mark())
    }

    /// Whether a group is open.
    pub fn in_group(&self) -> bool {
        self.history.in_group()
    }

    /// Ends the group.
    ///
    /// # Errors
    /// [`HistoryError::NoGroup`].
    pub fn commit_group(&mut self) -> Result<(), HistoryError> {
        self.history.commit_group(&self.selections)
    }

    /// Undoes all edits of the group. Text, selections, dirty flag and redo are as before the group. The revision grows, since
    /// others may have seen the text in between.
    ///
    /// # Errors
    /// [`HistoryError::NoGroup`].
    pub fn rollback_group(&mut self) -> Result<(), HistoryError> {
        match self.history.abandon_group()? {
            (Some(change), to) => self.jump(Some(Jump { change, to })).map(drop),
            (None, before) => {
                self.selections = before.selections;
                Ok(())
            }
        }
    }

    fn refuse_stale(&self, base: Revision) -> Result<(), ChangeError> {
        if base == self.revision { Ok(()) } else { Err(ChangeError::Stale { base, current: self.revision }) }
    }

    fn mark(&self) -> Mark {
        Mark { selections: self.selections.clone(), content: self.content }
    }

    fn jump(&mut self, jump: Option<Jump>) -> Result<bool, HistoryError> {
        let Some(Jump { change, to }) = jump else { return Ok(false) };
        change.apply(&mut self.text)?;
        self.selections = to.selections;
        self.content = to.content;
        let revision = self.reserve_revisions(1);
        self.log.push(self.revision, Arc::new(change));
        self.revision = revision;
        Ok(true)
    }
}
