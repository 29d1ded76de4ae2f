//! What a run has done, in a file that is replaced with each commit: after a crash the run goes on from there.
//!
//! Rows, what the plugins hold and how far the source was read are committed together. The file is the moment of the commit. Where
//! a database takes rows, it ends its own transaction; so the checkpoint is first written beside the file ("prepared"), then
//! the database commits, then the file is replaced. After a crash between the two the database says whether it has the commit.

mod content;
mod error;
mod file;
mod ledger;

pub use self::content::Checkpoint;
pub use self::error::CheckpointError;
pub use self::ledger::Ledger;
