//! A file of uses, one JSON object a line.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::record::Use;
use crate::foreign::read_text;
use crate::text;

/// A file that hosts append uses to. It has one [`Use`] a line, as JSON.
///
/// A host appends what [`Plugin::take_uses`](crate::Plugin::take_uses) returns, from time to time and before it ends. Of the counts in several lines, each is
/// about the time since the one before it, so they add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLog {
    path: PathBuf,
}

/// The size at which a log is put aside, bytes: some hundred thousand lines.
const LARGEST: u64 = 32 << 20;

/// A log cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditLogError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", text::path(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A line is no record of a use.
    #[error("{}:{line}: this is no record of a use: {}", text::path(path), text::line(message))]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

impl AuditLog {
    /// The log in this file, which need not exist.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends uses in one write, so that several programs may share a file. No uses write nothing. Other users of the machine cannot read the file. One that has 32 MiB
    /// is renamed to `NAME.1`, in place of the one before it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn append(&self, uses: &[Use]) -> io::Result<()> {
        if uses.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for one in uses {
            serde_json::to_writer(&mut lines, one)?;
            lines.push(b'\n');
        }
        if self.path.metadata().is_ok_and(|file| file.len() >= LARGEST) {
            let mut aside = self.path.clone().into_os_string();
            aside.push(".1");
            std::fs::rename(&self.path, aside)?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path)?.write_all(&lines)
    }

    /// Reads the file. A last line that a crash has cut is left out.
    ///
    /// # Errors
    ///
    /// When it cannot be read, has more than 64 MiB, or a line is no record.
    pub fn read(&self) -> Result<Vec<Use>, AuditLogError> {
        let path = || self.path.clone();
        let text = read_text(&self.path, 2 * LARGEST)
            .map_err(|source| AuditLogError::Read { path: path(), source })?;
        let mut uses = Vec::new();
        for (index, line) in
            text.split_inclusive('\n').enumerate().filter(|(_, line)| !line.trim().is_empty())
        {
            match serde_json::from_str(line) {
                Ok(one) => uses.push(one),
                Err(_) if !line.ends_with('\n') => {}
                Err(error) => {
                    let message = error.to_string();
                    // The line is that of the file.
                    let message = message.rsplit_once(" at line ").map_or(&*message, |(what, _)| what);
                    return Err(AuditLogError::Line {
                        path: path(),
                        line: index + 1,
                        message: message.to_owned(),
                    });
                }
            }
        }
        Ok(uses)
    }
}
