//! Files of the workspace as documents, and documents without a file. The answer to each request arrives at
//! [`FileOwner::on_file`](crate::FileOwner::on_file).
//!
//! Request the imports in `plugin.toml`: `imports = ["witdock:editor/files"]` to open and save files,
//! `"witdock:editor/new-documents"` to make documents. On other targets than WebAssembly nothing is opened, and every ticket is 0.
//!
//! ```no_run
//! use witdock_editor_guest::files::{self, NewDocument};
//!
//! // Both are answered by a later `on_file` with this ticket.
//! let opening = files::open("src/main.rs", true)?;
//! let making = NewDocument::new("Tasks", "- one\n- two\n").language("markdown").make()?;
//! # Ok::<(), witdock_editor_guest::CommandError>(())
//! ```

pub use crate::bindings::file_owner::exports::witdock::editor::file_events::Failure;
pub use crate::bindings::witdock::editor::files::FileError;
pub use crate::bindings::witdock::editor::new_documents::{MakeError, NewDocument};

use crate::bindings::witdock::editor::{files as host, new_documents};
use crate::{DocumentId, Ticket};

/// Opens a file of the workspace, unless it is open already. With `focus`, and in answer to a command of the person, it becomes the
/// focused document.
///
/// # Errors
///
/// [`FileError`].
pub fn open(path: &str, focus: bool) -> Result<Ticket, FileError> {
    if cfg!(target_family = "wasm") { host::open(path, focus) } else { Ok(0) }
}

/// Saves a document to its file, after it was formatted.
///
/// # Errors
///
/// [`FileError`].
pub fn save(document: DocumentId) -> Result<Ticket, FileError> {
    if cfg!(target_family = "wasm") { host::save(document) } else { Ok(0) }
}

/// Saves a document to a new file. One that exists is not replaced.
///
/// # Errors
///
/// [`FileError`].
pub fn save_as(document: DocumentId, path: &str) -> Result<Ticket, FileError> {
    if cfg!(target_family = "wasm") { host::save_as(document, path) } else { Ok(0) }
}

impl NewDocument {
    /// A document with this title and this text.
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), language: String::new(), text: text.into() }
    }

    /// Sets its language.
    #[must_use]
    pub fn language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.language);
        self
    }

    /// Makes it when the call has returned.
    ///
    /// # Errors
    ///
    /// [`MakeError`].
    pub fn make(&self) -> Result<Ticket, MakeError> {
        if cfg!(target_family = "wasm") { new_documents::make(self) } else { Ok(0) }
    }
}

impl Failure {
    /// The message for the user.
    pub fn explain(&self) -> String {
        match self {
            Self::Exists => "there is such a file already".to_owned(),
            Self::ChangedOnDisk => {
                "another program has changed the file; save it to decide which version to keep".to_owned()
            }
            Self::Closed => "the document has been closed".to_owned(),
            Self::Failed(why) => why.clone(),
        }
    }
}
