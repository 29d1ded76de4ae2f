//! The error of parsing a capability.

/// A text is not a valid capability. Its `Display` describes the error and the valid syntax.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidCapability(pub(super) String);
