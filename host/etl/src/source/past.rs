use std::collections::BTreeMap;

use crate::rows::{Bookmark, Unit};

/// What earlier runs, or this one before it was cut, have done.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Units by their names.
    pub units: BTreeMap<String, Unit>,
    /// How far a query has been read.
    pub bookmark: Option<Bookmark>,
    /// Whether a unit that was done and has changed since is an error: the run that did it has not ended.
    pub strict: bool,
}
