//! What is wrong with a file.

use std::fmt;
use std::path::{Path, PathBuf};

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    file: PathBuf,
    line: Option<usize>,
    what: String,
}

impl Problem {
    /// A file that cannot be read.
    pub fn of_file(file: &Path, what: String) -> Self {
        Self { file: file.to_owned(), line: None, what }
    }

    /// Something at a byte of a file with this text.
    pub fn at(file: &Path, text: &str, place: usize, what: String) -> Self {
        let before = text.bytes().take(place).filter(|byte| *byte == b'\n').count();
        Self { file: file.to_owned(), line: Some(before + 1), what }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)
    }
}
