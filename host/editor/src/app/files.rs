//! Documents and their files: opened, saved, closed.

use std::path::{Path, PathBuf};

use witdock_editor_core::Snapshot;

use super::prompt::Purpose;
use super::{App, Effect, Message, Mode};
use crate::buffer::{Buffer, DocumentId};
use crate::file::{OpenError, Opened};

impl App {
    /// Takes a file that was opened, or tells why it was not. The first of several is shown.
    pub fn opened(&mut self, path: &Path, opened: Result<Opened, OpenError>) {
        let Opened { document, read_only, is_new } = match opened {
            Ok(opened) => opened,
            Err(error) => return self.say(Message::error(error.to_string())),
        };
        let id = self.next_id;
        self.next_id += 1;
        let mixed = document.loaded_line_endings().is_mixed();
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut buffer = Buffer::untitled(id);
        buffer.set_language(&self.language_of(&path));
        buffer.path = Some(path);
        buffer.read_only = read_only;
        buffer.document = document;
        let name = buffer.name();
        let untouched =
            self.buffers.first().is_some_and(|only| only.path.is_none() && !only.document.is_dirty());
        if self.buffers.len() == 1 && untouched {
            self.buffers = vec![buffer];
        } else {
            self.buffers.push(buffer);
        }
        self.set_up(self.buffers.len() - 1);
        if read_only {
            self.say(Message::warning(format!("{name} is read-only")));
        } else if is_new {
            self.say(Message::info(format!("{name} is a new file")));
        } else if mixed {
            self.say(Message::warning(format!(
                "{name} has both LF and CRLF line breaks; they are kept as they are"
            )));
        }
    }

    pub(super) fn save(&mut self) -> Vec<Effect> {
        let Some(buffer) = self.active() else { return Vec::new() };
        if buffer.path.is_some() {
            return self.format_and_save();
        }
        self.prompt(Purpose::SaveAs, String::new());
        Vec::new()
    }

    /// Writes a document to its file as it is.
    pub(super) fn save_document(&self, id: DocumentId) -> Vec<Effect> {
        let buffer = self.buffers.iter().find(|buffer| buffer.id == id);
        let saved = buffer.and_then(|buffer| {
            let path = buffer.path.clone()?;
            Some(Effect::Save { document: id, path, text: buffer.document.snapshot() })
        });
        saved.into_iter().collect()
    }

    pub(super) fn saved(
        &mut self,
        id: DocumentId,
        path: PathBuf,
        text: &Snapshot,
        result: Result<(), String>,
    ) {
        let Some(buffer) = self.buffers.iter_mut().find(|buffer| buffer.id == id) else { return };
        match result {
            Ok(()) => {
                buffer.path = Some(path);
                buffer.document.mark_saved(text);
                let revision = text.revision();
                let message = format!("{} saved, {} bytes", buffer.name(), text.text().len());
                self.say(Message::info(message));
                self.find_languages();
                self.tell_saved(id, revision);
            }
            Err(why) => self.say(Message::error(why)),
        }
    }

    pub(super) fn quit(&mut self) -> Vec<Effect> {
        if self.modified().is_empty() {
            return vec![Effect::Quit];
        }
        self.mode = Mode::ConfirmQuit;
        Vec::new()
    }

    /// The names of the documents that have changes that are not saved.
    pub fn modified(&self) -> Vec<String> {
        self.buffers.iter().filter(|buffer| buffer.document.is_dirty()).map(Buffer::name).collect()
    }

    pub(super) fn close(&mut self) {
        match self.active() {
            Some(buffer) if buffer.document.is_dirty() => self.mode = Mode::ConfirmClose,
            _ => self.close_active(),
        }
    }

    pub(super) fn close_active(&mut self) {
        if self.active < self.buffers.len() {
            self.buffers.remove(self.active);
        }
        if self.buffers.is_empty() {
            self.buffers.push(Buffer::untitled(self.next_id));
            self.next_id += 1;
        }
        self.active = self.active.min(self.buffers.len() - 1);
    }
}
