//! A change of a store.

/// A change of one key: a value, or none.
pub(super) type Change = (String, Option<Vec<u8>>);
