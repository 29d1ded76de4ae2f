//! The stream between the tasks of a run: rows, rows that leave the main stream, and barriers.
//!
//! A barrier separates whole units of work (Chandy and Lamport, "Distributed Snapshots", 1985, in the simple case of a line). Each
//! stage adds the state of its plugin at that position. When the barrier reaches the sinks, all rows of the units before it have
//! arrived, and none of the units after it: a commit covers exactly these rows.

mod barrier;
mod side;

pub use self::barrier::{Barrier, DoneUnit, StageMark};
pub use self::side::{RejectedRows, SideRows};
use crate::rows::Rows;

/// An item of the stream.
#[derive(Debug)]
pub enum Flow {
    /// Rows for the next stage.
    Rows(Rows),
    /// Rows for a later stage, by its number from 0. The stages before it pass them on.
    Late(usize, Rows),
    /// Rows that leave the main stream. Stages pass them on.
    Side(SideRows),
    /// The end of some units: all of their rows have passed.
    Barrier(Box<Barrier>),
}

/// Nobody receives the stream any more. The task that stopped receiving reports why.
#[derive(Debug)]
pub(crate) struct Disconnected;
