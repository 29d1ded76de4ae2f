//! An error in a script, before the script's name and text are known.

use std::ops::Range;

use super::scan::ScanError;

/// An error in a script, and where it is.
pub(super) struct SyntaxError {
    pub(super) message: String,
    /// A few words that are shown below the span.
    pub(super) label: String,
    pub(super) span: Range<usize>,
    pub(super) help: Option<String>,
}

impl From<ScanError> for SyntaxError {
    fn from(ScanError { message, label, span }: ScanError) -> Self {
        Self { message, label, span, help: None }
    }
}

pub(super) type Parsed<T> = Result<T, SyntaxError>;

/// An error without a help text.
pub(super) fn error(message: &str, label: &str, span: Range<usize>) -> SyntaxError {
    SyntaxError { message: message.to_owned(), label: label.to_owned(), span, help: None }
}
