//! What flows from task to task: rows, rows that leave the main stream, and barriers.
//!
//! A barrier (Chandy and Lamport, "Distributed Snapshots", 1985, for the simple case of a line) parts what was before from what
//! comes after. Each stage adds what its plugin holds at that place; when the barrier reaches the sinks, all rows of
//! the units before it are there, and none of those behind it: that is what a commit covers.

use std::collections::BTreeMap;

use crate::checkpoint::{DoneUnit, StageMark};
use crate::rows::Rows;
use crate::side_stream::SideRows;
use crate::source::Bookmark;

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

/// The place behind some units.
#[derive(Debug)]
pub struct Barrier {
    /// The units that have ended since the last barrier.
    pub units: Vec<DoneUnit>,
    /// How far the source has been read.
    pub bookmark: Option<Bookmark>,
    /// Rows of the source so far.
    pub rows_read: u64,
    /// Bytes of the source so far.
    pub bytes_read: u64,
    /// How many of the rows went to a later stage than the first, by its number.
    pub late: BTreeMap<usize, u64>,
    /// The stages that it has passed.
    pub stages: Vec<StageMark>,
    /// The digests of the plugins that worked since the last barrier, by stage.
    pub plugins: BTreeMap<String, Vec<String>>,
    /// A plugin holds rows that it cannot hand over: nothing can be committed here.
    pub held: Option<String>,
    /// Whether the input has ended.
    pub last: bool,
}
