//! The stage's settings.

use indexmap::IndexMap;
use serde::Deserialize;

/// The settings: the table, the key, and the columns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub(crate) table: String,
    pub(crate) key: Key,
    /// The table's columns, with their names in the output.
    pub(crate) columns: IndexMap<String, String>,
    #[serde(default)]
    pub(crate) on_missing: OnMissing,
}

/// The input columns that are the key.
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

/// What to do with a row whose key is not in the table.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OnMissing {
    #[default]
    Null,
    Reject,
}
