//! Documents and their files: writing them, and reading them again when another program has changed them.

use std::path::{Path, PathBuf};

use witdock::counted;
use witdock_editor_core::commands;
use witdock_editor_core::{Selection, Selections, Snapshot};

use super::file::{OpenError, Reread, SaveError, Saved, Stamp};
use super::{Author, Buffer, DocumentId, Documents, Origin, Saving};
use crate::message::Message;
use crate::outbox::{Effect, Outbox, Request};

impl Documents {
    /// Writes a document to its file, after a write that is under way. `within` is the folder that the file must be in, where a plugin
    /// has asked for it.
    pub(crate) fn write(&mut self, id: DocumentId, within: Option<PathBuf>, out: &mut Outbox) {
        let Some(buffer) = self.find_mut(id) else { return };
        let Some(path) = buffer.path.clone() else { return };
        if buffer.saving != Saving::No {
            buffer.saving = Saving::Again;
            return;
        }
        buffer.saving = Saving::Now;
        buffer.tidy(out);
        let expected = (!std::mem::take(&mut buffer.overwrites)).then_some(buffer.stamp);
        out.effect(Effect::Save { document: id, path, text: buffer.document.snapshot(), expected, within });
    }

    /// Writes the active document to another file.
    pub(crate) fn write_as(&mut self, path: PathBuf, out: &mut Outbox) {
        let Some(buffer) = self.active_mut() else { return };
        buffer.tidy(out);
        let (document, text) = (buffer.id, buffer.document.snapshot());
        out.effect(Effect::Save { document, path, text, expected: None, within: None });
    }

    /// Writes a document to a new file in this folder, for a plugin. Gives whether the document is there.
    pub(crate) fn write_new(
        &mut self,
        document: DocumentId,
        path: PathBuf,
        within: &Path,
        out: &mut Outbox,
    ) -> bool {
        let Some(buffer) = self.find_mut(document) else { return false };
        buffer.tidy(out);
        let (text, within) = (buffer.document.snapshot(), Some(within.to_owned()));
        out.effect(Effect::Save { document, path, text, expected: Some(Stamp::default()), within });
        true
    }

    /// Takes note of how a write ended. Gives whether the document is saved. `asks` the person where they have to decide.
    pub(crate) fn saved(
        &mut self,
        id: DocumentId,
        path: PathBuf,
        text: &Snapshot,
        result: Result<Saved, SaveError>,
        asks: bool,
        out: &mut Outbox,
    ) -> bool {
        let is_active = self.active().is_some_and(|active| active.id == id);
        let Some(buffer) = self.find_mut(id) else { return false };
        let again = std::mem::take(&mut buffer.saving) == Saving::Again;
        match result {
            Ok(Saved { stamp, file, in_place }) => {
                buffer.path = Some(path);
                buffer.stamp = stamp;
                buffer.file = file;
                buffer.conflicts = false;
                buffer.is_missing = false;
                buffer.document.mark_saved(text);
                let mut message =
                    format!("{}: {} saved", buffer.name(), counted(text.text().len() as u64, "byte"));
                if let Some(reason) = in_place {
                    message += &format!(", in place, since {reason}");
                }
                out.show(Message::info(message));
                if again {
                    self.write(id, None, out);
                }
                true
            }
            Err(error) => {
                buffer.conflicts |= matches!(error, SaveError::Changed(_));
                if buffer.conflicts && is_active && asks {
                    out.request(Request::AskToOverwrite);
                }
                if let SaveError::Unencodable { error, .. } = &error
                    && buffer.document.revision() == text.revision()
                    && asks
                {
                    buffer.document.set_selections(Selections::one(Selection::at(error.offset)));
                    out.request(Request::Reveal);
                }
                out.show(Message::error(error.to_string()));
                false
            }
        }
    }

    /// Reads the files again that other programs have changed. A file that is being written changes by that.
    pub(crate) fn files_changed(&self, paths: &[PathBuf], out: &mut Outbox) {
        for buffer in self.all().iter().filter(|buffer| buffer.saving == Saving::No) {
            let is_it = |path: &PathBuf| {
                paths.contains(path) || paths.iter().any(|other| other == buffer.file.path())
            };
            if let Some(path) = buffer.path.clone().filter(is_it) {
                let (document, stamp, how) = (buffer.id, Some(buffer.stamp), buffer.reading());
                out.effect(Effect::Reread { document, path, stamp, how });
            }
        }
    }

    /// Takes what another program has written. Where the document has unsaved changes, both versions are kept until the
    /// person decides when saving, unless `replaces` says that the person has decided already.
    pub(crate) fn reread(
        &mut self,
        id: DocumentId,
        replaces: bool,
        result: Result<Reread, OpenError>,
        out: &mut Outbox,
    ) {
        let Some(buffer) = self.find_mut(id) else { return };
        let name = buffer.name();
        out.show(match result {
            Ok(Reread::Unchanged { read_only }) => {
                buffer.read_only = read_only;
                return;
            }
            Err(error) if replaces => {
                buffer.chosen_encoding = None;
                Message::error(error.to_string())
            }
            Err(error) => {
                buffer.conflicts = true;
                Message::warning(format!("another program has changed {name}: {error}"))
            }
            Ok(Reread::Missing) => {
                buffer.stamp = Stamp::default();
                buffer.conflicts = false;
                buffer.is_missing = true;
                Message::warning(format!(
                    "another program has deleted or moved {name}; saving creates it again"
                ))
            }
            Ok(Reread::Changed { stamp, .. }) if buffer.document.is_dirty() && !replaces => {
                if buffer.saving != Saving::No || buffer.stamp == stamp {
                    return;
                }
                buffer.conflicts = true;
                Message::warning(format!(
                    "another program has changed {name}, which has unsaved changes; saving asks which to keep"
                ))
            }
            Ok(Reread::Changed { decoded, stamp, read_only, file }) => {
                buffer.stamp = stamp;
                buffer.read_only = read_only;
                buffer.file = file;
                buffer.is_missing = false;
                buffer.conflicts = false;
                let (before, chosen) = (buffer.document.revision(), buffer.chosen_encoding);
                buffer.author = Author::Person(Origin::Reloaded);
                let is_chosen =
                    chosen == Some(decoded.encoding) && buffer.document.format().encoding != decoded.encoding;
                match buffer.document.reload(decoded) {
                    Ok(_) if is_chosen => {
                        Message::info(format!("{name}: read as {}", buffer.document.format()))
                    }
                    Ok(after) if after == before => return,
                    Ok(_) => Message::info(format!("another program has changed {name}; it was read again")),
                    Err(error) => Message::error(format!("{name}: {error}")),
                }
            }
        });
    }

    /// Reads the active document's file again and replaces the unsaved changes by it. Undo brings them back.
    pub(crate) fn take_theirs(&self, out: &mut Outbox) {
        let Some(buffer) = self.active() else { return };
        if let Some(path) = buffer.path.clone() {
            let (document, how) = (buffer.id, buffer.reading());
            out.effect(Effect::Reread { document, path, stamp: None, how });
        }
    }

    /// Lets the next save of the active document overwrite what another program has written.
    pub(crate) fn keep_ours(&mut self) {
        if let Some(buffer) = self.active_mut() {
            buffer.conflicts = false;
            buffer.overwrites = true;
        }
    }
}

impl Buffer {
    /// Brings white space and line breaks into order, as `.editorconfig` wants it, as one step to undo.
    fn tidy(&mut self, out: &mut Outbox) {
        let transaction = commands::tidy(self.document.view(), self.folders.tidy());
        if transaction.changes().is_empty() {
            return;
        }
        self.document.break_undo();
        self.author = Author::Person(Origin::Command);
        if let Err(error) = self.document.apply(transaction) {
            out.show(Message::error(error.to_string()));
        }
    }
}
