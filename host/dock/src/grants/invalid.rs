//! Texts that name no capability.

/// A text that names no capability: what is wrong, and what to write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidCapability(pub(super) String);
