//! The documents that are open.

pub mod file;

mod buffer;
mod decoration;
mod edit;
mod encodings;
mod saving;
mod structure;
mod target;

use std::path::{Path, PathBuf};

use witdock_editor_core::commands::Clip;
use witdock_editor_core::{Decoded, Document, Revision, Selection, Style, TabWidth};

pub use self::buffer::{Author, Buffer, DocumentId, Origin, Saving};
pub use self::decoration::{Decoration, Decorations, Diagnostic, Drawn, LineMark};
use self::file::{OpenError, Opened};
pub use self::target::Target;
use crate::host::{NewDocument, PluginId};
use crate::message::Message;
use crate::outbox::{Outbox, Request};
use witdock::text;

/// The documents that are open, and the one of them that is active: commands act on it.
#[derive(Debug)]
pub struct Documents {
    /// Never empty.
    buffers: Vec<Buffer>,
    /// An index into `buffers`.
    active: usize,
    next_id: DocumentId,
    clip: Clip,
    tab_width: TabWidth,
    /// The file that could not be opened last, since no encoding was recognized.
    unread: Option<Target>,
}

impl Documents {
    /// One empty document.
    pub(crate) fn new() -> Self {
        Self {
            buffers: vec![Buffer::untitled(1)],
            active: 0,
            next_id: 2,
            clip: Clip::default(),
            tab_width: TabWidth::default(),
            unread: None,
        }
    }

    /// All open documents, in the order in which they were opened.
    pub fn all(&self) -> &[Buffer] {
        &self.buffers
    }

    pub(crate) fn all_mut(&mut self) -> &mut [Buffer] {
        &mut self.buffers
    }

    /// The active document.
    pub fn active(&self) -> Option<&Buffer> {
        self.buffers.get(self.active)
    }

    /// The active document, to change its text or its selections.
    pub fn active_mut(&mut self) -> Option<&mut Buffer> {
        self.buffers.get_mut(self.active)
    }

    /// The document of a number, if it is still open.
    pub fn find(&self, id: DocumentId) -> Option<&Buffer> {
        self.buffers.iter().find(|buffer| buffer.id == id)
    }

    pub(crate) fn find_mut(&mut self, id: DocumentId) -> Option<&mut Buffer> {
        self.buffers.iter_mut().find(|buffer| buffer.id == id)
    }

    /// The names of the documents that have unsaved changes.
    pub fn modified(&self) -> Vec<String> {
        self.buffers.iter().filter(|buffer| buffer.is_modified()).map(Buffer::name).collect()
    }

    /// The active document, its revision and its primary selection. A front end that shows the cursor compares it.
    pub fn place(&self) -> Option<(DocumentId, Revision, Selection)> {
        let buffer = self.active()?;
        Some((buffer.id, buffer.document.revision(), buffer.document.selections().primary()))
    }

    /// The text on the clipboard.
    pub fn clipboard(&self) -> String {
        self.clip.text()
    }

    pub(crate) fn set_clipboard(&mut self, text: &str) {
        self.clip = text.into();
    }

    pub(crate) fn set_tab_width(&mut self, width: TabWidth) {
        self.tab_width = width;
        for buffer in &mut self.buffers {
            buffer.find_style(width);
        }
    }

    pub(crate) fn activate(&mut self, id: DocumentId) {
        if let Some(index) = self.buffers.iter().position(|buffer| buffer.id == id) {
            self.active = index;
        }
    }

    pub(crate) fn next(&mut self) {
        self.active = (self.active + 1) % self.buffers.len().max(1);
    }

    pub(crate) fn previous(&mut self) {
        self.active = self.active.checked_sub(1).unwrap_or(self.buffers.len().saturating_sub(1));
    }

    /// Adds a document that was read from its file. An empty untitled document that is the only one gives way to it.
    pub(crate) fn opened(
        &mut self,
        target: &Target,
        result: Result<Opened, OpenError>,
        to_front: bool,
        opened_by: Option<u32>,
        language_of: impl FnOnce(&Path) -> String,
        out: &mut Outbox,
    ) {
        let Opened { document, read_only, is_new, stamp, file, preferences } = match result {
            Ok(opened) => opened,
            Err(error) => {
                self.not_opened(target, &error);
                return out.show(Message::error(error.to_string()));
            }
        };
        self.forget_unread();
        let path = std::path::absolute(&target.path).unwrap_or_else(|_| target.path.clone());
        let is_open = |buffer: &Buffer| buffer.path.as_ref() == Some(&path) || buffer.file.is_same(&file);
        if let Some(open) = self.buffers.iter().position(is_open) {
            self.active = open;
            if let Some(buffer) = self.buffers.get_mut(open) {
                buffer.go_to(target);
                if buffer.path.as_ref() != Some(&path) {
                    let name = text::path(&path).to_string();
                    out.show(Message::info(format!("{name} is open as {}", buffer.name())));
                }
            }
            return;
        }
        let is_mixed = document.loaded_line_endings().is_mixed();
        let format = document.format();
        let is_guessed = target.encoding.is_none() && !format.encoding.is_unicode();
        let problem = preferences.as_ref().err().cloned();
        let folders = preferences.unwrap_or_default();
        let mut buffer =
            Buffer { folders, read_only, stamp, file, document, ..Buffer::untitled(self.next_id) };
        buffer.chosen_encoding = target.encoding;
        buffer.path = Some(path);
        buffer.find_language(language_of);
        buffer.find_style(self.tab_width);
        buffer.go_to(target);
        let name = buffer.name();
        self.add(buffer);
        if to_front {
            self.active = self.buffers.len() - 1;
        }
        if let Some(process) = opened_by {
            out.show(Message::warning(format!("{name} is open in another witdock-edit (process {process})")));
        } else if read_only {
            out.show(Message::info(format!("{name} is read-only")));
        } else if is_new {
            out.show(Message::info(format!("{name} is a new file")));
        } else if let Some(problem) = problem {
            out.show(Message::warning(problem));
        } else if is_guessed {
            out.show(Message::info(format!(
                "{name} is read as {format}; `Reopen with encoding` chooses another one"
            )));
        } else if is_mixed {
            out.show(Message::warning(format!(
                "{name} mixes LF and CRLF line breaks; saving keeps each of them"
            )));
        }
    }

    /// Adds a document of a text that no file holds, and makes it the active one.
    pub(crate) fn open_text(&mut self, text: Decoded) -> DocumentId {
        let mut document = Document::from(text);
        document.mark_unsaved();
        document.set_style(Style { tab_width: self.tab_width, ..document.style() });
        let id = self.next_id;
        self.add(Buffer { document, ..Buffer::untitled(id) });
        self.active = self.buffers.len() - 1;
        id
    }

    /// Adds a document that a plugin has made. It has no unsaved changes before somebody else changes it.
    pub(crate) fn make(&mut self, new: NewDocument, plugin: PluginId, to_front: bool) -> DocumentId {
        let NewDocument { title, language, text } = new;
        // A string is UTF-8, so this does not fail.
        let mut document = Document::from_bytes(text.as_bytes()).unwrap_or_default();
        document.set_style(Style { tab_width: self.tab_width, ..document.style() });
        let id = self.next_id;
        let title = Some(title);
        let mut buffer = Buffer {
            document,
            title,
            brought_by: Some(plugin),
            author: Author::Plugin(plugin),
            ..Buffer::untitled(id)
        };
        if !language.is_empty() {
            buffer.set_language(&language);
        }
        self.add(buffer);
        if to_front {
            self.active = self.buffers.len() - 1;
        }
        id
    }

    /// An empty untitled document that is the only one gives way to it.
    fn add(&mut self, buffer: Buffer) {
        self.next_id += 1;
        let is_untouched =
            self.buffers.first().is_some_and(|only| only.is_unnamed() && !only.document.is_dirty());
        if self.buffers.len() == 1 && is_untouched {
            self.buffers = vec![buffer];
        } else {
            self.buffers.push(buffer);
        }
    }

    /// Closes the active document, or asks first where it has unsaved changes.
    pub(crate) fn close(&mut self, out: &mut Outbox) {
        match self.active() {
            Some(buffer) if buffer.is_modified() => {
                out.ask(Request::AskToClose, "the document has unsaved changes; close it to answer");
            }
            _ => self.close_unsaved(),
        }
    }

    /// Closes the active document and drops its unsaved changes.
    pub(crate) fn close_unsaved(&mut self) {
        if self.active < self.buffers.len() {
            self.buffers.remove(self.active);
        }
        if self.buffers.is_empty() {
            self.buffers.push(Buffer::untitled(self.next_id));
            self.next_id += 1;
        }
        self.active = self.active.min(self.buffers.len() - 1);
    }

    /// Finds the language of each document again.
    pub(crate) fn find_languages(&mut self, language_of: impl Fn(&Path) -> String) {
        for buffer in &mut self.buffers {
            if buffer.path.is_some() {
                buffer.find_language(&language_of);
            }
        }
    }

    /// Moves all decorations along with the texts.
    pub(crate) fn follow_decorations(&mut self) {
        for buffer in &mut self.buffers {
            buffer.decorations.follow(&buffer.document);
        }
    }

    /// The paths of all files that are open, with those that symbolic links lead to.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let named = self.buffers.iter().filter(|buffer| buffer.path.is_some());
        named.flat_map(|buffer| buffer.path.as_deref().into_iter().chain([buffer.file.path()]))
    }

    /// Whether a document is being written.
    pub(crate) fn is_writing(&self) -> bool {
        self.buffers.iter().any(|buffer| buffer.saving != Saving::No)
    }

    /// The absolute form of a path that a person has typed, which may begin with `~`.
    pub fn absolute(path: &str) -> PathBuf {
        let path = target::at_home(path, dirs::home_dir());
        std::path::absolute(&path).unwrap_or(path)
    }
}
