//! The numbers of a run: counted where rows pass, kept in checkpoints, shown in summaries.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::metrics::Metrics;

/// Where rows went: `rows_in + repeated + made = rows_out + rejected + dropped + absorbed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows that went in.
    pub rows_in: u64,
    /// Rows that came out.
    pub rows_out: u64,
    /// Rows in that were rejected.
    pub rejected: u64,
    /// Rows in that were left out of a selection: filtered.
    pub dropped: u64,
    /// Rows in that a plugin kept or summed up, answering with rows of its own.
    pub absorbed: u64,
    /// Rows out that repeat a row.
    pub repeated: u64,
    /// Rows out that the plugin made.
    pub made: u64,
}

impl Tally {
    /// Adds another tally to this one.
    pub fn add(&mut self, other: Self) {
        self.rows_in += other.rows_in;
        self.rows_out += other.rows_out;
        self.rejected += other.rejected;
        self.dropped += other.dropped;
        self.absorbed += other.absorbed;
        self.repeated += other.repeated;
        self.made += other.made;
    }

    /// Whether every row is accounted for.
    pub fn balances(&self) -> bool {
        self.rows_in + self.repeated + self.made
            == self.rows_out + self.rejected + self.dropped + self.absorbed
    }
}

/// What a stage did in a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StageFigures {
    /// Where rows went.
    pub tally: Tally,
    /// Rows that brought the plugin down, and were rejected for it.
    pub failures: u64,
    /// Time in the plugin, and in bringing batches there and back.
    pub busy: Duration,
    /// Batches that went in.
    pub batches: u64,
    /// What the plugin reported.
    pub metrics: Metrics,
}

/// The numbers of a run at a commit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Rows of the source, those that were none included.
    pub rows_read: u64,
    /// Bytes of the source.
    pub bytes_read: u64,
    /// Rows in each sink.
    pub rows_out: u64,
    /// What the side stream has taken.
    pub side: SideFigures,
}

/// The numbers of a whole run, for its summary.
#[derive(Debug)]
pub(crate) struct RunFigures {
    pub(crate) totals: Totals,
    /// The stages, in order.
    pub(crate) stages: Vec<StageFigures>,
    pub(crate) commits: u64,
    /// Whether the run continued an interrupted one.
    pub(crate) resumed: bool,
    pub(crate) elapsed: Duration,
}

/// What the side stream has taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SideFigures {
    /// Rows rejected, by the source and by stages.
    pub rejected: u64,
    /// Rejected rows by stage and code.
    #[serde(with = "pairs")]
    pub codes: BTreeMap<(String, String), u64>,
    /// Rows by stage and side output.
    #[serde(with = "pairs")]
    pub outputs: BTreeMap<(String, String), u64>,
}

/// JSON has no keys but text.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    type Pairs = BTreeMap<(String, String), u64>;

    pub(super) fn serialize<S: Serializer>(pairs: &Pairs, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(pairs)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}
