//! What a crash between the two steps of a commit has left. The databases tell whether it counts.

use super::content::Checkpoint;
use super::error::CheckpointError;
use super::start::Start;
use crate::pipeline::{Pipeline, SinkKind};
use crate::sink::{self, Refused, SinkStart};

/// What is to be done about a prepared commit.
#[derive(Debug)]
pub(super) enum Settled {
    /// All databases have it.
    Made,
    /// Nobody has it.
    Dropped,
    /// Some databases have it.
    Half(Repeat),
}

/// A commit that only some databases have. It is made again with the same rows.
#[derive(Debug)]
pub struct Repeat {
    /// The number of units that it covers.
    pub units: usize,
    /// Whether it is the last of its run.
    pub last: bool,
    /// The rows that were not taken, by databases that have the commit and do not see its rows again.
    pub refused: Vec<Refused>,
    /// Whether it is one of rejected rows that ran again.
    pub retry: bool,
}

/// Asks the databases. `before` is the number of units that were done before the commit.
///
/// # Errors
///
/// When a database cannot be reached, or the commit cannot be made again since the pipeline has changed.
pub(super) fn settle(
    pipeline: &Pipeline,
    name: &str,
    prepared: &Checkpoint,
    before: usize,
    start: Start,
) -> Result<Settled, CheckpointError> {
    let mut have = Vec::new();
    for (index, sink) in pipeline.sinks.iter().enumerate() {
        let start = SinkStart { run: &prepared.run, pipeline: name, index, commits: 0, mark: None };
        if matches!(sink.kind, SinkKind::Table(_)) {
            let committed = sink::committed(sink, &start, true)?;
            have.push(committed == Some((prepared.run.clone(), prepared.commit)));
        }
    }
    if have.iter().all(|have| *have) && !have.is_empty() {
        return Ok(Settled::Made);
    }
    if !have.contains(&true) {
        return Ok(Settled::Dropped);
    }
    if prepared.pipeline.rows != pipeline.fingerprint.rows || start != Start::Continue {
        // A run that replaces starts over, and what one database has is replaced.
        if pipeline.replaces() {
            return Ok(Settled::Dropped);
        }
        return Err(CheckpointError::HalfMade { pipeline: pipeline.path.clone() });
    }
    Ok(Settled::Half(Repeat {
        units: prepared.units.len().saturating_sub(before),
        last: prepared.complete,
        refused: prepared.refused.clone(),
        retry: prepared.retry,
    }))
}
