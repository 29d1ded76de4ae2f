//! Events that plugins export a function for: the focus, and the files of the folder.

use std::sync::Arc;

use super::api::DocumentVersion;
use super::bindings::focus_follower::exports::witdock::editor::focus_events;
use super::bindings::folder_follower::exports::witdock::editor::folder_events;

/// A change of the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// Another document has it.
    Document(DocumentVersion),
    /// The window has it, or has it no longer.
    Window(bool),
}

/// What has happened to the files of the folder that the person works in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderNews {
    /// These are there.
    Files {
        /// Their paths from the folder, with `/`, in order.
        paths: Arc<Vec<String>>,
        /// Whether these are all.
        complete: bool,
    },
    /// Something has happened to these.
    Changed(Arc<Vec<ChangedFile>>),
}

/// A file to which something has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path from the folder, with `/`.
    pub path: String,
    /// What has happened to it.
    pub change: FileChange,
}

/// What has happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileChange {
    /// It was not there before.
    Created,
    /// It has another content.
    Changed,
    /// It is gone.
    Removed,
}

impl From<Focus> for focus_events::Focus {
    fn from(focus: Focus) -> Self {
        match focus {
            Focus::Document(version) => Self::Document(version),
            Focus::Window(has_focus) => Self::Window(has_focus),
        }
    }
}

impl From<FolderNews> for folder_events::FolderEvent {
    fn from(news: FolderNews) -> Self {
        match news {
            FolderNews::Files { paths, complete } => {
                Self::Files(folder_events::Files { paths: paths.to_vec(), complete })
            }
            FolderNews::Changed(files) => Self::Changed(files.iter().cloned().map(Into::into).collect()),
        }
    }
}

impl From<ChangedFile> for folder_events::ChangedFile {
    fn from(file: ChangedFile) -> Self {
        let change = match file.change {
            FileChange::Created => folder_events::Change::Created,
            FileChange::Changed => folder_events::Change::Changed,
            FileChange::Removed => folder_events::Change::Removed,
        };
        Self { path: file.path, change }
    }
}
