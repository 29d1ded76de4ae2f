//! Where rows come from: units of work, one after the other, each read batch by batch.

mod csv;
mod drift;
mod error;
mod files;
mod finished;
mod folders;
mod jsonl;
mod moved;
mod names;
mod objects;
mod open;
mod parquet;
mod partitions;
mod past;
mod plugin;
mod query;
mod rejected;
mod types;
mod units;

pub use self::error::{CsvError, SourceError};
pub use self::open::open;
pub use self::past::Past;
pub use self::plugin::{OpenReader, SourcePlugin};
pub(crate) use self::rejected::RejectedUnits;
pub(crate) use self::units::Nothing;
pub use self::units::{BatchReader, Next, OpenUnit, SourceBatch, Units};
