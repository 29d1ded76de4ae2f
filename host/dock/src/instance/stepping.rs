//! Whether a guest gives its thread back.

/// What a busy guest does at each tick of the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stepping {
    /// It gives its thread back, so that other tasks run and the call can be dropped.
    Yields,
    /// It goes on: its caller is no task and waits for it.
    Continues,
}
