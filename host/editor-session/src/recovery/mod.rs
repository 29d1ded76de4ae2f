//! Texts that no file has yet, kept so that neither a crash nor a closed window loses them.
//!
//! ```text
//! recovery/
//!   4711-17643.session      held locked while that editor runs: its process, and the files that it has open
//!   4711-17643-2.text       the text of its document 2, as it was a second ago
//! ```
//!
//! A text whose session file is not locked was left behind by an editor that did not end as it should. An editor that ends
//! removes what is its own.

mod keeper;
mod kept;
mod left;
mod path_text;
mod session_file;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use self::keeper::Keeper;
pub use self::kept::Kept;
pub use self::left::Left;
use self::session_file::SessionFile;

/// The ending of a kept text's file.
const TEXT: &str = "text";

/// The folder of kept texts, as one editor sees it.
#[derive(Debug)]
pub(crate) struct Recovery {
    folder: PathBuf,
    session: SessionFile,
}

impl Recovery {
    /// Creates the folder, for the user alone, and begins a session in it.
    pub(crate) fn begin(folder: &Path) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(folder)?;
        Ok(Self { folder: folder.to_owned(), session: SessionFile::begin(folder)? })
    }

    /// The texts that other editors have left behind. They are this editor's from now on.
    pub(crate) fn left(&self) -> Vec<Kept> {
        let mut left = Vec::new();
        for dead in SessionFile::dead(&self.folder) {
            let mut own: Vec<Kept> = texts_of(&self.folder, &dead)
                .filter_map(|file| Kept::read(file, dead.clone()).ok())
                .collect();
            // One that cannot be read stays, for a version that can.
            if texts_of(&self.folder, &dead).next().is_none() {
                dead.remove();
            } else {
                // Held locked from now on, it must not say that an editor has its files open. A failure costs a wrong message.
                let _ = dead.write(Vec::new());
            }
            left.append(&mut own);
        }
        left.sort_by_key(|kept| kept.written);
        left
    }

    /// The process of another editor that has this file open.
    pub(crate) fn opened_by(&self, file: &Path) -> Option<u32> {
        SessionFile::alive(&self.folder, &self.session)
            .into_iter()
            .find(|other| other.has_open(file))
            .map(|other| other.process)
    }

    /// The file of a document's text.
    fn file_of(&self, document: u64) -> PathBuf {
        self.folder.join(format!("{}-{document}.{TEXT}", self.session.name()))
    }
}

/// The files of the texts of one session.
fn texts_of(folder: &Path, session: &SessionFile) -> impl Iterator<Item = PathBuf> {
    let prefix = format!("{}-", session.name());
    files(folder, TEXT)
        .filter(move |file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)))
}

/// The files in a folder with this ending.
fn files(folder: &Path, ending: &'static str) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(move |path| path.extension().is_some_and(|found| found == ending))
}
