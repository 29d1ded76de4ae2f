//! Finds source lines with a worker.
//!
//! Debug information is a program of its own, whose tables may refer to each other so that a few hundred kilobytes take
//! gigabytes and minutes to follow.

use std::sync::Arc;
use std::time::Duration;

use super::dwarf::{self, Symbol};
use super::error::PreparationError;
use super::leash::Leash;
use super::process::Worker;
use crate::check::Budget;
use crate::source::Artifact;

/// What finding the lines of one trap may take. A person waits for it.
const TIME: Duration = Duration::from_secs(2);
const MEMORY_BYTES: u64 = 1 << 30;

/// Finds the source lines of a component whose engine does not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols(Option<Arc<[u8]>>);

impl Symbols {
    /// Keeps the component's bytes, if it has debug information.
    pub(crate) fn of(artifact: &Artifact) -> Self {
        Self(dwarf::is_in(artifact.bytes()).then(|| artifact.bytes().clone()))
    }

    /// Whether there is anything to find.
    pub(crate) fn are_known(&self) -> bool {
        self.0.is_some()
    }

    /// The symbols of each offset into the component's bytes, the innermost first. Blocks for as long as a worker runs.
    pub(crate) fn find(&self, offsets: Vec<u64>) -> Result<Vec<Vec<Symbol>>, PreparationError> {
        let Some(component) = &self.0 else { return Ok(Vec::new()) };
        let budget = Budget { time: TIME, memory_bytes: MEMORY_BYTES, ..Budget::default() };
        let Some(worker) = Worker::start(&budget, None, component, &Leash::default())? else {
            return Ok(Vec::new());
        };
        worker.symbols(offsets)
    }
}
