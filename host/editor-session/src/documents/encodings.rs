//! The encodings of documents: choosing another one to read or to save in.

use witdock_editor_core::{Encoding, Format};

use super::file::{OpenError, Reading};
use super::{Buffer, Documents, Target};
use crate::message::Message;
use crate::outbox::{Effect, Outbox};

impl Documents {
    /// Keeps a file that could not be opened as text, so that the person can choose an encoding for it.
    pub(super) fn not_opened(&mut self, target: &Target, error: &OpenError) {
        if matches!(error, OpenError::NotText { .. }) {
            self.unread = Some(target.clone());
        }
    }

    /// The name of what the next choice of an encoding reads again.
    pub fn to_reopen(&self) -> Option<String> {
        match &self.unread {
            Some(target) => Some(target.path.file_name()?.to_string_lossy().into_owned()),
            None => self.active().filter(|buffer| buffer.path.is_some()).map(Buffer::name),
        }
    }

    /// Reads the file that could not be opened last, or that of the active document, in this encoding.
    pub(crate) fn reopen_as(&mut self, encoding: Encoding, out: &mut Outbox) {
        if let Some(target) = self.unread.take() {
            return out.effect(Effect::Open(Target { encoding: Some(encoding), ..target }));
        }
        let Some(buffer) = self.active_mut() else { return };
        let Some(path) = buffer.path.clone() else {
            return out.show(Message::info("the document has no file to read"));
        };
        if buffer.is_modified() {
            return out.show(Message::warning(
                "the document has unsaved changes; save or undo them before it is read in another encoding",
            ));
        }
        buffer.chosen_encoding = Some(encoding);
        let document = buffer.id;
        out.effect(Effect::Reread { document, path, stamp: None, how: Reading::As(encoding) });
    }

    /// Sets the encoding in which the active document is saved.
    pub(crate) fn set_format(&mut self, format: Format) {
        if let Some(buffer) = self.active_mut() {
            buffer.document.set_format(format);
            buffer.chosen_encoding = Some(format.encoding);
        }
    }

    /// Forgets the file that could not be opened: the person goes on with something else.
    pub(super) fn forget_unread(&mut self) {
        self.unread = None;
    }
}
