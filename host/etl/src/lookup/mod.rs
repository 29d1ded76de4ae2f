//! Keyed tables that the host provides to stages: read once, shared by all stages, queried for a list of keys at a time.

mod error;
mod keys;
mod load;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use self::error::{LookupTableError, LookupTableErrorKind};
pub use self::table::LookupTable;

/// The pipeline's tables by name.
pub type Lookups = BTreeMap<String, Arc<LookupTable>>;

#[cfg(test)]
mod tests;
