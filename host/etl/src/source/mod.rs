//! Where rows come from: units of work, one after the other, each read batch by batch.

pub mod csv;
mod drift;
mod error;
mod files;
mod folders;
mod input;
pub mod jsonl;
pub mod parquet;
mod plugin;
mod query;
mod rejected;
mod unit;

use std::borrow::Cow;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use serde::Serialize;

use crate::pipeline::{self, SourceKind};
use crate::rows::{Rows, SourcePlace};

pub use error::SourceError;
pub use files::FileUnits;
pub use input::Input;
pub use plugin::{OpenReader, SourcePlugin};
pub use query::QueryUnits;
pub(crate) use query::{EPOCH_DAYS, EPOCH_MICROSECONDS};
pub use rejected::RejectedUnits;
pub use unit::{Bookmark, Past, Unit};

/// What one read gives.
#[derive(Debug)]
pub struct SourceBatch {
    /// The rows.
    pub rows: Rows,
    /// Records that are no rows, where the pipeline says to reject such.
    pub bad: Vec<BadRecord>,
    /// Bytes of the unit that have been read so far.
    pub bytes_read: u64,
}

/// A record that is no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// Where it is.
    pub place: SourcePlace,
    /// A short name to count by.
    pub code: Cow<'static, str>,
    /// What is wrong.
    pub message: String,
    /// What stands there. What is not UTF-8 in it is replaced by U+FFFD.
    pub record: Record,
}

/// What stands where a row should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// Fields of a CSV record.
    Fields(Vec<String>),
    /// A line.
    Text(String),
}

/// Reads one unit of work.
pub trait BatchReader: Send {
    /// The columns.
    fn schema(&self) -> SchemaRef;

    /// Reads up to `most` rows, and perhaps fewer. `None` at the end.
    ///
    /// # Errors
    ///
    /// When the unit cannot be read on.
    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError>;
}

/// A unit of work that is open.
pub struct OpenUnit {
    /// Which.
    pub unit: Unit,
    /// Its rows.
    pub reader: Box<dyn BatchReader>,
    /// Put every row among the rejected ones: what is said about it.
    pub quarantine: Option<String>,
    /// The number of the stage that its rows go to, from 0.
    pub stage: usize,
}

/// What comes next from a source.
pub enum Next {
    /// A unit of work.
    Unit(OpenUnit),
    /// Nothing yet: ask again. It has waited a moment.
    Idle,
    /// Nothing any more.
    End,
}

/// Gives units of work in turn. Used on threads where it may block.
pub trait Units: Send {
    /// The columns of every unit.
    fn schema(&self) -> SchemaRef;

    /// Bytes of all units that are known and not done, if that can be told.
    fn bytes(&self) -> Option<u64>;

    /// The next unit that is not done.
    ///
    /// # Errors
    ///
    /// When the unit cannot be opened, or has other columns than the first one.
    fn next(&mut self) -> Result<Next, SourceError>;

    /// How far the source has been read, after the last unit that was given.
    fn bookmark(&self) -> Option<Bookmark> {
        None
    }

    /// What people should be told: units that are passed over.
    fn notices(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// A source that has been read already.
pub(crate) struct Nothing(pub(crate) SchemaRef);

impl Units for Nothing {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.0)
    }

    fn bytes(&self) -> Option<u64> {
        Some(0)
    }

    fn next(&mut self) -> Result<Next, SourceError> {
        Ok(Next::End)
    }
}

/// Opens a pipeline's source. What is in `past` is not read again. A source that is a plugin has been loaded before.
///
/// # Errors
///
/// When there is nothing to read, or the first unit cannot be opened.
pub fn open(
    source: &pipeline::Source,
    past: Past,
    plugin: Option<&Arc<SourcePlugin>>,
) -> Result<Box<dyn Units>, SourceError> {
    Ok(match &source.kind {
        SourceKind::Files(files) => Box::new(FileUnits::open(files, past)?),
        SourceKind::Query(query) => Box::new(QueryUnits::open(query, past)?),
        SourceKind::Plugin(config) => match plugin {
            Some(plugin) => Box::new(plugin::PluginUnits::new(Arc::clone(plugin), config, past)),
            None => {
                let plugin = config.plugin.path.display().to_string();
                return Err(SourceError::Plugin { plugin, message: "it is not loaded".to_owned() });
            }
        },
    })
}
