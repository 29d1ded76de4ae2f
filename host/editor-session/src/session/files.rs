//! Opening, saving and closing.

use witdock_editor_core::{Decoded, Encoding, Format};

use super::Session;
use crate::documents::{DocumentId, Documents, Target};
use crate::message::Message;
use crate::outbox::{Effect, Request};
use crate::recovery::Left;

/// What becomes of a document that is saved under another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveAs {
    /// It is being written.
    Started,
    /// There is such a file. Ask whether to replace it, then call [`Session::save_over`].
    Exists,
    /// It cannot be saved there; a message says why.
    Refused,
}

impl Session {
    /// Opens a file and makes it the active document.
    pub fn open(&mut self, target: Target) {
        self.out.effect(Effect::Open(target));
    }

    /// Opens a file, unless that is under way.
    pub fn open_once(&mut self, target: Target) {
        if self.opening.insert(target.path.clone()) {
            self.open(target);
        }
    }

    /// Opens a text that no file holds, and makes it the active document.
    pub fn open_text(&mut self, text: Decoded) -> DocumentId {
        self.documents.open_text(text)
    }

    /// Saves the active document, after plugins have formatted it. Asks the front end where the document has no file, or
    /// where another program has changed the file.
    pub fn save(&mut self) {
        let Some(buffer) = self.documents.active() else { return };
        if buffer.conflicts {
            self.out.ask(Request::AskToOverwrite, "another program has changed the file; save it to answer");
        } else if buffer.path.is_some() {
            self.plugins.format_and_save(&mut self.documents, &mut self.out);
        } else {
            self.out.ask(Request::AskForPath, "the document has no file yet; save it to name one");
        }
    }

    /// Reads the file that could not be opened last, or that of the active document, in another encoding.
    pub fn reopen_as(&mut self, encoding: Encoding) {
        self.documents.reopen_as(encoding, &mut self.out);
    }

    /// Saves the active document in another encoding, now and from now on.
    pub fn save_in(&mut self, format: Format) {
        self.documents.set_format(format);
        self.save();
    }

    /// Saves the active document to another file. One that exists is replaced only by [`save_over`](Self::save_over).
    pub fn save_as(&mut self, path: &str) -> SaveAs {
        let absolute = Documents::absolute(path);
        let Some(buffer) = self.documents.active() else { return SaveAs::Refused };
        if buffer.path.as_ref() == Some(&absolute) {
            self.save();
            return SaveAs::Started;
        }
        let is_folder = absolute.is_dir() || path.ends_with('/');
        let active = buffer.id;
        let other = self.documents.all().iter().find(|other| other.id != active && other.has_file(&absolute));
        let refused = match other {
            _ if is_folder => Some(format!("{path} is a folder; add the name of a file")),
            Some(_) => {
                Some(format!("{path} is open as another document; close it first, or choose another name"))
            }
            None => None,
        };
        if let Some(why) = refused {
            self.out.show(Message::error(why));
            return SaveAs::Refused;
        }
        if absolute.exists() {
            return SaveAs::Exists;
        }
        self.documents.write_as(absolute, &mut self.out);
        SaveAs::Started
    }

    /// Saves the active document to another file, and replaces what that has.
    pub fn save_over(&mut self, path: &str) {
        self.documents.write_as(Documents::absolute(path), &mut self.out);
    }

    /// Saves the active document over what another program has written.
    pub fn keep_ours(&mut self) {
        self.documents.keep_ours();
        self.plugins.format_and_save(&mut self.documents, &mut self.out);
    }

    /// Replaces the unsaved changes of the active document by what another program has written. Undo brings them back.
    pub fn take_theirs(&mut self) {
        self.documents.take_theirs(&mut self.out);
    }

    /// Whether a document is being written, or formatted to be written then.
    pub fn is_saving(&self) -> bool {
        self.documents.is_writing() || self.plugins.formats_to_save()
    }

    /// The texts that an editor which did not end as it should has left behind.
    pub fn left(&self) -> &Left {
        &self.left
    }

    /// Brings a text back that was left behind: into the document of its file, as one step to undo, or into a new one.
    pub fn recover(&mut self, index: usize) {
        self.left.recover(index, &mut self.documents, &mut self.out);
    }

    /// Drops a text for good that was left behind.
    pub fn discard_left(&mut self, index: usize) {
        self.left.discard(index, &mut self.out);
    }

    /// Closes the active document. Asks the front end where it has unsaved changes.
    pub fn close(&mut self) {
        self.documents.close(&mut self.out);
    }

    /// Closes the active document and drops its unsaved changes.
    pub fn close_unsaved(&mut self) {
        self.documents.close_unsaved();
    }

    pub(crate) fn next_document(&mut self) {
        self.documents.next();
    }

    pub(crate) fn previous_document(&mut self) {
        self.documents.previous();
    }
}
