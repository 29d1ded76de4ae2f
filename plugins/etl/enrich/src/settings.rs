//! The stage's settings.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Which table, by which key, and which of its columns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub(crate) table: String,
    pub(crate) key: Key,
    /// The table's column, and what it is called in the output.
    pub(crate) columns: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) on_missing: OnMissing,
}

/// The input's columns that make up the key.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`key` is the name of a column, or a list of names")]
pub(crate) enum Key {
    One(String),
    Several(Vec<String>),
}

impl Key {
    pub(crate) fn names(&self) -> &[String] {
        match self {
            Key::One(name) => std::slice::from_ref(name),
            Key::Several(names) => names,
        }
    }
}

/// What becomes of a row whose key the table does not have.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnMissing {
    #[default]
    Null,
    Reject,
}
