use std::collections::BTreeMap;

use crate::rows::{Bookmark, Unit};

/// What earlier runs, or the interrupted one that continues, have read.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Units that are done, by name.
    pub units: BTreeMap<String, Unit>,
    /// How far a query, or a plugin, has been read.
    pub bookmark: Option<Bookmark>,
    /// Whether it is an error if a unit that is done has changed since: the run that read it continues.
    pub strict: bool,
}
