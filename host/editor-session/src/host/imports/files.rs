//! `files` and `new-documents`: documents that the plugin opens, makes and saves.

use std::path::{Path, PathBuf};

use super::documents::MAX_TEXT_BYTES;
use super::{CallView, MOST, number};
use crate::documents::DocumentId;
use crate::host::bindings::witdock::editor::files::{self, FileError};
use crate::host::bindings::witdock::editor::new_documents::{self, MakeError, NewDocument};
use crate::host::call::{Ticket, new_ticket};
use crate::host::convert::one_line;
use crate::host::files::{self as actions, FileAction, writable};
use crate::host::holdings::{Held, MOST_TEXT_BYTES};

/// The most documents that a plugin may have open which it has opened or made.
const MOST_DOCUMENTS: usize = MOST;

impl CallView<'_> {
    /// Asks for something that is answered later. None where there are too many requests.
    fn request(&mut self, action: FileAction) -> wasmtime::Result<Option<Ticket>> {
        let ticket = new_ticket();
        let bytes = match &action {
            FileAction::Open { path, .. } | FileAction::SaveAs(_, path) => path.as_os_str().len(),
            FileAction::Make(new) => new.title.len() + new.language.len() + new.text.len(),
            FileAction::Save(_) => 0,
        };
        if self.hold(Held::File(ticket), bytes)?.is_err() {
            return Ok(None);
        }
        self.state.outcome.files.push((ticket, action));
        Ok(Some(ticket))
    }

    /// Counts a document of this length that the plugin brings. Gives whether there is room for it.
    fn bring(&mut self, bytes: usize) -> bool {
        let brought = &mut self.state.brought;
        let has_room =
            brought.documents < MOST_DOCUMENTS && brought.bytes.saturating_add(bytes) <= MOST_TEXT_BYTES;
        if has_room {
            brought.documents += 1;
            brought.bytes += bytes;
        }
        has_room
    }

    /// The file of a path, with its length.
    fn file(&self, path: &str) -> Result<(PathBuf, usize), FileError> {
        let root = &self.state.snapshot.root;
        let refused = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::NotFound,
            _ => FileError::NotGranted(format!("{path}: {error}")),
        };
        let file = root.join(path).canonicalize().map_err(refused)?;
        if !file.starts_with(root.canonicalize().map_err(refused)?) {
            return Err(FileError::NotGranted(format!("{path} is not in the folder that you work in")));
        }
        let metadata = file.metadata().map_err(refused)?;
        if !metadata.is_file() {
            return Err(FileError::NotAFile);
        }
        match usize::try_from(metadata.len()) {
            Ok(length @ ..=MAX_TEXT_BYTES) => Ok((file, length)),
            _ => Err(FileError::TooLong(MAX_TEXT_BYTES as u64)),
        }
    }

    /// The path of a document's file, if the plugin may write there.
    fn saved_at(&self, document: DocumentId) -> Result<PathBuf, FileError> {
        let view = &self.state.document(document).ok_or(FileError::NoSuchDocument)?.view;
        let path = view.path.as_deref().ok_or(FileError::NoPath)?;
        if view.read_only {
            return Err(FileError::ReadOnly);
        }
        self.writable(Path::new(path))
    }

    /// What the editor protects is known to the session's driver, which looks again before it writes.
    fn writable(&self, path: &Path) -> Result<PathBuf, FileError> {
        let root = &self.state.snapshot.root;
        writable(root, &root.join(path), &[]).map_err(FileError::NotGranted)
    }
}

impl files::Host for CallView<'_> {
    fn open(&mut self, path: String, focus: bool) -> wasmtime::Result<Result<u64, FileError>> {
        let (file, length) = match self.file(&path) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        if !self.bring(length) {
            return Ok(Err(FileError::TooMany(number(MOST_DOCUMENTS))));
        }
        Ok(self.request(FileAction::Open { path: file, focus })?.ok_or(FileError::TooMany(number(MOST))))
    }

    fn save(&mut self, document: u64) -> wasmtime::Result<Result<u64, FileError>> {
        if let Err(error) = self.saved_at(document) {
            return Ok(Err(error));
        }
        Ok(self.request(FileAction::Save(document))?.ok_or(FileError::TooMany(number(MOST))))
    }

    fn save_as(&mut self, document: u64, path: String) -> wasmtime::Result<Result<u64, FileError>> {
        if self.state.document(document).is_none() {
            return Ok(Err(FileError::NoSuchDocument));
        }
        let place = match self.writable(Path::new(&path)) {
            Ok(place) => place,
            Err(error) => return Ok(Err(error)),
        };
        Ok(self.request(FileAction::SaveAs(document, place))?.ok_or(FileError::TooMany(number(MOST))))
    }
}

impl new_documents::Host for CallView<'_> {
    fn make(&mut self, document: NewDocument) -> wasmtime::Result<Result<u64, MakeError>> {
        let NewDocument { title, language, text } = document;
        if text.len() > MAX_TEXT_BYTES {
            return Ok(Err(MakeError::TooLong(MAX_TEXT_BYTES as u64)));
        }
        if !self.bring(text.len()) {
            return Ok(Err(MakeError::TooMany(number(MOST_DOCUMENTS))));
        }
        let new = actions::NewDocument { title: one_line(&title), language: one_line(&language), text };
        Ok(self.request(FileAction::Make(new))?.ok_or(MakeError::TooMany(number(MOST))))
    }
}
