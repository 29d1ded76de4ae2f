use std::borrow::Cow;

use serde::Serialize;

use super::origin::SourcePlace;

/// A record of the source that is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// Where the record is in its unit.
    pub place: SourcePlace,
    /// A short name to count by.
    pub code: Cow<'static, str>,
    /// What is wrong with the record.
    pub message: String,
    /// The record itself. Bytes in it that are not UTF-8 are replaced by U+FFFD.
    pub record: Record,
}

/// The content of a record that is no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// Fields of a CSV record.
    Fields(Vec<String>),
    /// A line of text.
    Text(String),
}
