//! What flows from task to task: rows, rows that leave the main stream, and barriers.
//!
//! A barrier (Chandy and Lamport, "Distributed Snapshots", 1985, for the simple case of a line) parts what was before from what
//! comes after. Each stage adds what its plugin holds at that place; when the barrier reaches the sinks, all rows of
//! the units before it are there, and none of those behind it: that is what a commit covers.

mod barrier;
mod side;

pub use self::barrier::{Barrier, DoneUnit, StageMark};
pub use self::side::{RejectedRows, SideRows};
use crate::rows::Rows;

/// What flows from task to task.
#[derive(Debug)]
pub enum Flow {
    /// Rows for the next stage.
    Rows(Rows),
    /// Rows for a later stage, by its number from 0: those before it pass them on.
    Late(usize, Rows),
    /// Rows for the side stream: stages pass them on.
    Side(SideRows),
    /// All rows of some units have passed.
    Barrier(Box<Barrier>),
}

/// Nobody receives the stream any more. The task that stopped receiving reports why.
#[derive(Debug)]
pub(crate) struct Disconnected;
