use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::figures::Totals;
use crate::flow::{DoneUnit, StageMark};
use crate::pipeline::{Fingerprint, Pipeline};
use crate::rows::Bookmark;
use crate::sink::{Publish, Refused, SinkMark};

/// The progress of a run at its last commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checkpoint {
    pub(crate) version: u32,
    /// The name of the pipeline file.
    pub(crate) file: String,
    /// What it said.
    pub(crate) pipeline: Fingerprint,
    /// The identity of the runs that continue one another. A run that starts over has another.
    pub run: String,
    /// Commits so far.
    pub commit: u64,
    /// Whether the input has ended.
    pub complete: bool,
    /// Where the run began that made the last commit.
    pub begun: Begun,
    /// The units whose rows are committed.
    pub units: Vec<DoneUnit>,
    /// How far a query, or a plugin, has been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookmark: Option<Bookmark>,
    /// The stages, in order.
    pub stages: Vec<StageMark>,
    /// The sinks, in order.
    pub sinks: Vec<SinkMark>,
    /// The file of rejected rows, then those of the side outputs.
    pub side: Vec<SinkMark>,
    /// The columns of the result as text.
    pub columns: String,
    /// The numbers so far.
    pub figures: Totals,
    /// What remains to be done with files.
    pub publish: Vec<Publish>,
    /// The rows of the commit that sinks have not taken, if there are several databases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// Whether the commit is one of rejected rows that ran again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retry: bool,
}

/// The end of the run before, which an interrupted run can be taken back to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The number of its last commit.
    pub commit: u64,
    /// The number of units that were done.
    pub units: usize,
    /// How far the source had been read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookmark: Option<Bookmark>,
}

/// The version of the file's format.
pub(super) const VERSION: u32 = 2;

impl Checkpoint {
    /// The checkpoint of a run that starts now.
    pub(crate) fn new(pipeline: &Pipeline) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            version: VERSION,
            file: pipeline.file_name(),
            pipeline: pipeline.fingerprint.clone(),
            run: format!("{:014x}-{}", since.as_micros(), pipeline.id()),
            commit: 0,
            complete: false,
            begun: Begun::default(),
            units: Vec::new(),
            bookmark: None,
            stages: Vec::new(),
            sinks: Vec::new(),
            side: Vec::new(),
            columns: String::new(),
            figures: Totals::default(),
            publish: Vec::new(),
            refused: Vec::new(),
            retry: false,
        }
    }
}
