//! What is wrong in a script.

use std::ops::Range;

use super::scan::ScanError;

/// What is wrong in a script, and where.
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) label: String,
    pub(super) span: Range<usize>,
    pub(super) help: Option<String>,
}

impl From<ScanError> for Wrong {
    fn from(ScanError { message, label, span }: ScanError) -> Self {
        Self { message, label, span, help: None }
    }
}

pub(super) type Parsed<T> = Result<T, Wrong>;

pub(super) fn wrong(message: &str, label: &str, span: Range<usize>) -> Wrong {
    Wrong { message: message.to_owned(), label: label.to_owned(), span, help: None }
}
