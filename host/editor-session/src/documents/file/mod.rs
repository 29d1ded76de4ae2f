//! Reading files as text, and writing them so that nothing of them is lost.

mod attributes;
mod identity;
mod open;
mod save;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thiserror::Error;
use witdock_editor_core::{DecodeError, Decoded, Document, EncodeError, Guess};

pub use self::identity::FileId;
pub use self::open::{Reading, open, reread};
pub use self::save::{InPlace, Saved, save};
use crate::preference::Preferences;

/// A document that was read from its file.
#[derive(Debug)]
pub struct Opened {
    /// The text; empty where the file does not exist yet.
    pub document: Document,
    /// Whether the file's permissions forbid to write it.
    pub read_only: bool,
    /// Whether the file does not exist yet.
    pub is_new: bool,
    /// The file's stamp when it was read.
    pub stamp: Stamp,
    /// The file itself, whatever its name.
    pub file: FileId,
    /// What its folders say about how it is edited, or a problem with that.
    pub preferences: Result<Preferences, String>,
}

/// The time of a file's last change and its length, by which a change is noticed. Empty where there is no file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stamp(Option<(SystemTime, u64)>);

impl Stamp {
    /// The stamp of a file as it is now.
    pub fn of(path: &Path) -> Self {
        fs::metadata(path).map_or_else(|_| Self::default(), |metadata| Self::from(&metadata))
    }

    /// Whether there is no file.
    pub fn is_none(self) -> bool {
        self.0.is_none()
    }

    /// Whether there is no file, or an empty one.
    pub fn is_empty(self) -> bool {
        self.0.is_none_or(|(_, length)| length == 0)
    }
}

impl From<&fs::Metadata> for Stamp {
    fn from(metadata: &fs::Metadata) -> Self {
        Self(metadata.modified().ok().map(|at| (at, metadata.len())))
    }
}

/// The content of a file that was read again.
#[derive(Debug)]
pub enum Reread {
    /// The file still has the stamp that was expected.
    Unchanged {
        /// Whether its permissions forbid to write it.
        read_only: bool,
    },
    /// There is no file any more.
    Missing,
    /// The file has another stamp.
    Changed {
        /// Its text.
        decoded: Decoded,
        /// Its stamp.
        stamp: Stamp,
        /// Whether its permissions forbid to write it.
        read_only: bool,
        /// The file itself, which may be another one of the same name.
        file: FileId,
    },
}

/// The reason why a file could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The path is a folder, a device, or something else without text.
    #[error("cannot open {}: it is not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// The system cannot read it.
    #[error("cannot open {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// It is not text of the encoding.
    #[error("cannot open {}: {error}{}", path.display(), offer(error))]
    NotText {
        /// The file.
        path: PathBuf,
        /// What is not of the encoding, and where.
        error: DecodeError,
    },
}

/// The command that may help.
fn offer(error: &DecodeError) -> &'static str {
    if error.guess == Guess::Binary { "" } else { "; `Reopen with encoding` opens it in one that you choose" }
}

/// The reason why a file could not be saved. The file is unchanged, except for [`SaveError::Damaged`].
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SaveError {
    /// Its permissions forbid it.
    #[error("cannot save {}: it is read-only; make it writable with `chmod u+w`", .0.display())]
    ReadOnly(PathBuf),
    /// A plugin has asked for it, and may not write there.
    #[error("cannot save {} for a plugin: {why}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong with the place.
        why: String,
    },
    /// Another program has changed it since it was last read or written.
    #[error("cannot save {}: another program has changed it", .0.display())]
    Changed(PathBuf),
    /// Its encoding does not have a character of the text.
    #[error("cannot save {}: {error}", path.display())]
    Unencodable {
        /// The file.
        path: PathBuf,
        /// The character and its place.
        error: EncodeError,
    },
    /// The system cannot write it.
    #[error("cannot save {}: {error}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// The system failed in the middle of writing it in place.
    #[error("{} is DAMAGED: {error} while it was written in place; save it again, or under another name", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_file_a_folder_and_a_damaged_file_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let check = |bytes: &[u8], expected: &str| {
            let path = folder.path().join("file");
            fs::write(&path, bytes).unwrap();
            let message = open(&path, None).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(message.contains("cannot open") && message.contains(expected), "{message}");
        };
        check(b"\x7fELF\0\0\xff", "binary");
        check("größe 🦀".as_bytes().split_last().unwrap().1, "`Reopen with encoding`");
        let message = open(folder.path(), None).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains("not a regular file"), "{message}");
    }
}
