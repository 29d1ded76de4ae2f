//! What becomes of a plugin's state from one instance to the next.

use serde::Serialize;

/// What became of a plugin's state when an instance took the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handover {
    /// There was none: a first generation, or a plugin that exports no `witdock:plugin/state`.
    None,
    /// The new instance restored what the old one saved.
    Kept,
    /// There was state and it is lost: the old instance failed, or the new one takes no state.
    Lost,
}
