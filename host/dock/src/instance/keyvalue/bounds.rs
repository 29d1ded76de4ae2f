//! The bounds of a store.

/// The bounds of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) max_bytes: usize,
    pub(super) max_keys: usize,
}
