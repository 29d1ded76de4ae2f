//! The limits of a contract.

/// How often a contract may read the same column: each time copies it for the plugin.
pub(super) const MOST_READS: usize = 8;
/// The most output columns.
pub(super) const MOST_COLUMNS: usize = 10_000;
/// The most bytes of the names and `ipc-schema`s of the output columns together. They are part of each file that is written.
pub(super) const MOST_BYTES: usize = 1 << 20;
