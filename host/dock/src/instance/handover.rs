//! Whether a new instance got the state of the one before it.

use serde::Serialize;

/// Whether a new instance got the state of the one that it replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handover {
    /// There was no state: a first generation, or a plugin that exports no `witdock:plugin/state`.
    None,
    /// The new instance restored what the old one saved.
    Kept,
    /// There was state, and it was lost: the old instance failed, or the new one does not take state.
    Lost,
}
