//! Where rows go. Rows appear at a target only when they are committed, and exactly once.
//!
//! A batch is offered to all sinks before any writes it: a row that one of them does not take is rejected, and none gets it.
//!
//! A commit has three steps. Every sink [`prepare`](SinkWriter::prepare)s: its rows are on the disk, or in an open transaction.
//! The checkpoint is written. Then sinks [`commit`](SinkWriter::commit), and files are [published](Publish).

mod append;
mod disk;
mod error;
mod file;
mod folder;
mod hidden;
mod lock;
mod object;
mod open;
mod owner;
mod part_name;
mod plugin;
mod publish;
mod refusal;
mod row_file;
mod side;
mod staged;
mod staging;
mod stdout;
mod swap;
mod table;
mod text_file;
mod upload;
mod writer;

pub(crate) use self::append::complete;
pub(crate) use self::disk::sync_folder;
pub use self::error::SinkError;
pub(crate) use self::lock::TargetLock;
pub use self::open::{committed, open};
pub(crate) use self::owner::check_owner;
pub(crate) use self::part_name::part_of;
pub use self::plugin::{OpenSession, SinkPlugin};
pub use self::publish::Publish;
pub use self::refusal::{Refusal, Refused};
pub(crate) use self::side::SideWriter;
pub use self::upload::check as check_object;
pub(crate) use self::upload::parts as object_parts;
pub use self::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};

#[cfg(test)]
mod tests;
