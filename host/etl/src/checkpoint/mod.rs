//! The progress of a run, in a file that is replaced with each commit. After a crash the next run continues from it.
//!
//! Rows, the plugins' state and the position in the source are committed together, by replacing the file. A database has a
//! transaction of its own, so a commit has two steps: the checkpoint is written beside the file ("prepared"), the database
//! commits, and the file is replaced. After a crash between the two steps the database tells whether it has the commit.

mod content;
mod error;
mod file;
mod ledger;
mod paths;
mod renamed;
mod settle;
mod start;
mod take_back;

pub use self::content::Checkpoint;
pub use self::error::CheckpointError;
pub use self::ledger::Ledger;
pub use self::settle::Repeat;
pub use self::start::Start;
