//! The numbers of a run: counted where rows pass, saved in checkpoints, shown in summaries.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::metrics::Metrics;

/// A count of rows that balances: `rows_in + repeated + made = rows_out + rejected + dropped + absorbed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows that went in.
    pub rows_in: u64,
    /// Rows that came out.
    pub rows_out: u64,
    /// Rows that were rejected.
    pub rejected: u64,
    /// Rows that a selection left out: they are filtered.
    pub dropped: u64,
    /// Rows that a plugin held back or aggregated: its answer had rows of its own instead.
    pub absorbed: u64,
    /// Rows that came out more than once, each repetition counted.
    pub repeated: u64,
    /// Rows that the plugin made.
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

/// The numbers of a stage in a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StageFigures {
    /// What happened to the rows.
    pub tally: Tally,
    /// Rows that made the plugin fail and were rejected.
    pub failures: u64,
    /// Time in the plugin, including the transfer of batches.
    pub busy: Duration,
    /// Batches that went in.
    pub batches: u64,
    /// What the plugin reported.
    pub metrics: Metrics,
}

/// The numbers of a run at a commit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Records of the source, including those that were no rows.
    pub rows_read: u64,
    /// Bytes of the source.
    pub bytes_read: u64,
    /// Rows in each sink.
    pub rows_out: u64,
    /// The numbers of rejected rows and side outputs.
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

/// The numbers of rejected rows and side outputs.
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

/// Maps with a pair as key, as lists: in JSON a key is text.
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
