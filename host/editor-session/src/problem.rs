//! Problems in the files that a person edits to configure the editor.

use std::fmt;
use std::path::{Path, PathBuf};

/// A problem in a file, with its line. Shown as `FILE:LINE: PROBLEM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    file: PathBuf,
    line: Option<usize>,
    text: String,
}

impl Problem {
    /// A problem of the whole file, for example that it cannot be read.
    pub fn of_file(file: &Path, text: String) -> Self {
        Self { file: file.to_owned(), line: None, text }
    }

    /// A problem at a byte of the file's content.
    pub fn at(file: &Path, content: &str, offset: usize, text: String) -> Self {
        let before = content.bytes().take(offset).filter(|byte| *byte == b'\n').count();
        Self { file: file.to_owned(), line: Some(before + 1), text }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.text)
    }
}
