//! Documents and their files: writing them, and reading them again when another program has changed them.

use std::path::PathBuf;

use witdock::counted;
use witdock_editor_core::Snapshot;

use super::file::{OpenError, Reread, SaveError, Saved, Stamp};
use super::{Author, DocumentId, Documents, Origin, Saving};
use crate::message::Message;
use crate::outbox::{Effect, Outbox, Request};

impl Documents {
    /// Writes a document to its file, after a write that is under way.
    pub(crate) fn write(&mut self, id: DocumentId, out: &mut Outbox) {
        let Some(buffer) = self.find_mut(id) else { return };
        let Some(path) = buffer.path.clone() else { return };
        if buffer.saving != Saving::No {
            buffer.saving = Saving::Again;
            return;
        }
        buffer.saving = Saving::Now;
        let expected = (!std::mem::take(&mut buffer.overwrites)).then_some(buffer.stamp);
        out.effect(Effect::Save { document: id, path, text: buffer.document.snapshot(), expected });
    }

    /// Writes the active document to another file.
    pub(crate) fn write_as(&mut self, path: PathBuf, out: &mut Outbox) {
        let Some(buffer) = self.active() else { return };
        let (document, text) = (buffer.id, buffer.document.snapshot());
        out.effect(Effect::Save { document, path, text, expected: None });
    }

    /// Takes note of how a write ended. Gives whether the document is saved.
    pub(crate) fn saved(
        &mut self,
        id: DocumentId,
        path: PathBuf,
        text: &Snapshot,
        result: Result<Saved, SaveError>,
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
                    self.write(id, out);
                }
                true
            }
            Err(error) => {
                buffer.conflicts |= matches!(error, SaveError::Changed(_));
                if buffer.conflicts && is_active {
                    out.request(Request::AskToOverwrite);
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
                out.effect(Effect::Reread { document: buffer.id, path, stamp: Some(buffer.stamp) });
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
                let before = buffer.document.revision();
                buffer.author = Author::Person(Origin::Reloaded);
                match buffer.document.reload(decoded) {
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
            out.effect(Effect::Reread { document: buffer.id, path, stamp: None });
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
