//! Documents and their files: opened, saved, closed.

use std::path::{Path, PathBuf};

use witdock_editor_core::{Decoded, Snapshot};

use super::prompt::Purpose;
use super::{App, Effect, Message, Mode};
use crate::buffer::{Author, Buffer, DocumentId, Origin, Saving};
use crate::file::{OpenError, Opened, SaveError, Stamp};

impl App {
    /// Takes a file that was opened, or tells why it was not.
    pub fn opened(&mut self, path: &Path, opened: Result<Opened, OpenError>, to_front: bool) {
        let Opened { document, read_only, is_new, stamp } = match opened {
            Ok(opened) => opened,
            Err(error) => return self.say(Message::error(error.to_string())),
        };
        let id = self.next_id;
        self.next_id += 1;
        let mixed = document.loaded_line_endings().is_mixed();
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if let Some(open) = self.buffers.iter().position(|buffer| buffer.path.as_ref() == Some(&path)) {
            self.active = open;
            return;
        }
        let mut buffer = Buffer::untitled(id);
        buffer.set_language(&self.language_of(&path));
        buffer.path = Some(path);
        buffer.read_only = read_only;
        buffer.stamp = stamp;
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
        if to_front {
            self.active = self.buffers.len() - 1;
        }
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
        if buffer.conflicts {
            self.mode = Mode::ConfirmOverwrite;
            return Vec::new();
        }
        if buffer.path.is_some() {
            return self.format_and_save();
        }
        self.prompt(Purpose::SaveAs, String::new());
        Vec::new()
    }

    /// Writes a document to its file as it is, after a write that is under way.
    pub(super) fn save_document(&mut self, id: DocumentId) -> Vec<Effect> {
        let Some(buffer) = self.buffers.iter_mut().find(|buffer| buffer.id == id) else { return Vec::new() };
        let Some(path) = buffer.path.clone() else { return Vec::new() };
        if buffer.saving != Saving::No {
            buffer.saving = Saving::Again;
            return Vec::new();
        }
        buffer.saving = Saving::Now;
        let expected = (!std::mem::take(&mut buffer.overwrites)).then_some(buffer.stamp);
        vec![Effect::Save { document: id, path, text: buffer.document.snapshot(), expected }]
    }

    pub(super) fn saved(
        &mut self,
        id: DocumentId,
        path: PathBuf,
        text: &Snapshot,
        result: Result<Stamp, SaveError>,
    ) -> Vec<Effect> {
        let Some(buffer) = self.buffers.iter_mut().find(|buffer| buffer.id == id) else { return Vec::new() };
        let again = std::mem::take(&mut buffer.saving) == Saving::Again;
        match result {
            Ok(stamp) => {
                buffer.path = Some(path);
                buffer.stamp = stamp;
                buffer.conflicts = false;
                buffer.document.mark_saved(text);
                let revision = text.revision();
                let message = format!("{} saved, {} bytes", buffer.name(), text.text().len());
                self.say(Message::info(message));
                self.find_languages();
                self.tell_saved(id, revision);
                if again { self.save_document(id) } else { Vec::new() }
            }
            Err(error) => {
                buffer.conflicts |= matches!(error, SaveError::Changed(_));
                let asks = buffer.conflicts && matches!(self.mode, Mode::Edit);
                if asks && self.active().is_some_and(|active| active.id == id) {
                    self.mode = Mode::ConfirmOverwrite;
                }
                self.say(Message::error(error.to_string()));
                Vec::new()
            }
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

    /// Has the files read again that documents are of. One that is being written changes by that.
    pub(super) fn files_changed(&self, paths: &[PathBuf]) -> Vec<Effect> {
        let changed = self.buffers.iter().filter(|buffer| buffer.saving == Saving::No).filter_map(|buffer| {
            let path = buffer.path.clone().filter(|path| paths.contains(path))?;
            Some(Effect::Reread { document: buffer.id, path, stamp: Some(buffer.stamp) })
        });
        changed.collect()
    }

    /// Takes over what another program has made of a file. Where the text has changes of its own nobody's are lost: a person
    /// says whose count when they save, or has said it already where it `replaces` them.
    pub(super) fn reread(
        &mut self,
        id: DocumentId,
        replaces: bool,
        result: Result<Option<(Decoded, Stamp)>, OpenError>,
    ) {
        let Some(buffer) = self.buffers.iter_mut().find(|buffer| buffer.id == id) else { return };
        let name = buffer.name();
        let message = match result {
            Err(error) => {
                buffer.conflicts = true;
                Message::warning(format!("{name} was changed by another program: {error}"))
            }
            Ok(None) => {
                buffer.stamp = Stamp::default();
                buffer.conflicts = false;
                buffer.document.mark_unsaved();
                Message::warning(format!(
                    "{name} was deleted or moved by another program: saving makes it anew"
                ))
            }
            Ok(Some((_, stamp))) if buffer.document.is_dirty() && !replaces => {
                if buffer.saving != Saving::No || buffer.stamp == stamp {
                    return;
                }
                buffer.conflicts = true;
                let what = "was changed by another program, and has changes that are not saved";
                Message::warning(format!("{name} {what}"))
            }
            Ok(Some((decoded, stamp))) => {
                buffer.stamp = stamp;
                buffer.conflicts = false;
                let before = buffer.document.revision();
                buffer.author = Author::Person(Origin::Reloaded);
                match buffer.document.reload(decoded) {
                    Ok(after) if after == before => return,
                    Ok(_) => Message::info(format!("{name} was changed by another program, and read again")),
                    Err(error) => Message::error(format!("{name}: {error}")),
                }
            }
        };
        self.say(message);
    }

    /// Reads the active document's file again, in the place of what was changed here: a step that can be undone.
    pub(super) fn take_theirs(&self) -> Vec<Effect> {
        let theirs = self.active().and_then(|buffer| {
            Some(Effect::Reread { document: buffer.id, path: buffer.path.clone()?, stamp: None })
        });
        theirs.into_iter().collect()
    }

    /// Saves the active document over what another program has written.
    pub(super) fn take_ours(&mut self) -> Vec<Effect> {
        if let Some(buffer) = self.active_mut() {
            buffer.conflicts = false;
            buffer.overwrites = true;
        }
        self.format_and_save()
    }
}
