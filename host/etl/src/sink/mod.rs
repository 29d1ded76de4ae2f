//! Where rows go. Nothing is seen at a target before it is committed, and what is committed is there once.
//!
//! A commit has steps: every sink [`prepare`](SinkWriter::prepare)s, which brings its rows to the disk or into an open
//! transaction; the checkpoint is written; then sinks [`commit`](SinkWriter::commit) and files are [published](Publish).

mod error;
mod file;
mod folder;
mod open;
mod plugin;
mod publish;
mod row_file;
mod side;
mod staged;
mod stdout;
mod table;
mod writer;

pub use self::error::SinkError;
pub use self::open::{committed, open};
pub use self::plugin::{OpenSession, SinkPlugin};
pub use self::publish::Publish;
pub(crate) use self::publish::sync_folder;
pub(crate) use self::side::SideWriter;
pub use self::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};

#[cfg(test)]
mod tests;
