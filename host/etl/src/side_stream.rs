//! Rows that leave the main stream: the rejected ones, and those that plugins send to side outputs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{RecordBatch, StringArray, StructArray, UInt32Array, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use serde::{Deserialize, Serialize};

use crate::bindings::witdock::etl::types::RowError;
use crate::pipeline::{Pipeline, SinkMode};
use crate::rows::Rows;
use crate::sink::{Commit, JsonLines, Prepared, SinkError, SinkMark, SinkWriter};
use crate::source::{BadRecord, Record};

/// What leaves the main stream.
#[derive(Debug)]
pub enum SideRows {
    /// Records that are no rows.
    Bad {
        /// The unit of work that they stand in.
        unit: Arc<str>,
        /// The records.
        records: Vec<BadRecord>,
    },
    /// Rows that a stage rejected, or that the source put aside.
    Rejected(Box<RejectedRows>),
    /// Rows that a plugin sent to a side output.
    Emitted {
        /// The stage.
        stage: String,
        /// The output's name.
        output: String,
        /// The rows.
        batch: RecordBatch,
    },
}

/// Rows that a stage rejected, all of one batch.
#[derive(Debug)]
pub struct RejectedRows {
    stage: String,
    plugin: Option<String>,
    rows: Rows,
    reasons: Vec<RowError>,
}

impl RejectedRows {
    /// The rows of `input` that `reasons` names. `plugin` is the digest of the plugin that rejected them.
    ///
    /// # Errors
    ///
    /// When a row number is out of range.
    pub fn new(stage: &str, plugin: &str, input: &Rows, reasons: Vec<RowError>) -> Result<Self, ArrowError> {
        let indices: UInt32Array = reasons.iter().map(|reason| reason.row).collect::<Vec<_>>().into();
        let (stage, plugin) = (stage.to_owned(), Some(plugin.to_owned()));
        Ok(Self { stage, plugin, rows: input.take(&indices)?, reasons })
    }

    /// The rows of `input` that `reasons` names, before the stage's plugin had them.
    ///
    /// # Errors
    ///
    /// When a row number is out of range.
    pub fn unfit(stage: &str, input: &Rows, reasons: Vec<RowError>) -> Result<Self, ArrowError> {
        Ok(Self { plugin: None, ..Self::new(stage, "", input, reasons)? })
    }

    /// All rows of a batch that no stage is given, for one reason.
    pub fn put_aside(rows: Rows, code: &str, message: &str) -> Self {
        let reasons = (0..rows.len()).zip(0..).map(|(_, row)| RowError {
            row,
            code: code.to_owned(),
            message: message.to_owned(),
        });
        Self { stage: SOURCE.to_owned(), plugin: None, reasons: reasons.collect(), rows }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn batch(&self) -> Result<RecordBatch, ArrowError> {
        let count = self.rows.len();
        let texts = |text: &str| Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, count)));
        let places: Vec<_> = (0..count).map(|row| self.rows.origin.place(row)).collect();
        let rows: UInt64Array = places.iter().map(|place| place.map(|place| place.row)).collect();
        let lines: UInt64Array = places.iter().map(|place| place.and_then(|place| place.line)).collect();
        let sources: StringArray = (0..count).map(|_| self.rows.origin.unit()).collect();
        let plugins: StringArray = (0..count).map(|_| self.plugin.as_deref()).collect();
        let codes = StringArray::from_iter_values(self.reasons.iter().map(|reason| &reason.code));
        let messages = StringArray::from_iter_values(self.reasons.iter().map(|reason| &reason.message));
        let values = StructArray::from(self.rows.batch.clone());
        let schema = Schema::new(vec![
            Field::new("stage", DataType::Utf8, false),
            Field::new("plugin", DataType::Utf8, true),
            Field::new("source", DataType::Utf8, true),
            Field::new("row", DataType::UInt64, true),
            Field::new("line", DataType::UInt64, true),
            Field::new("code", DataType::Utf8, false),
            Field::new("message", DataType::Utf8, false),
            Field::new("values", DataType::Struct(values.fields().clone()), false),
        ]);
        RecordBatch::try_new(
            Arc::new(schema),
            vec![
                texts(&self.stage),
                Arc::new(plugins),
                Arc::new(sources),
                Arc::new(rows),
                Arc::new(lines),
                Arc::new(codes),
                Arc::new(messages),
                Arc::new(values),
            ],
        )
    }
}

/// A record that is no row, as a line: it has no columns, so it stands as it was.
#[derive(Serialize)]
struct BadLine<'a> {
    stage: &'a str,
    plugin: Option<&'a str>,
    source: &'a str,
    row: u64,
    line: Option<u64>,
    code: &'a str,
    message: &'a str,
    #[serde(flatten)]
    record: &'a Record,
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

/// What rejected rows of the source have in the place of a stage.
pub const SOURCE: &str = "source";

/// Codes that are counted one by one: a plugin that puts a row's value in a code must not fill the host's memory.
const MAX_CODES: usize = 256;

/// Writes the rejected rows and the side outputs as JSON Lines.
pub struct SideWriter {
    rejected: Box<JsonLines>,
    rejected_path: PathBuf,
    outputs: BTreeMap<(String, String), Box<JsonLines>>,
    figures: SideFigures,
}

impl SideWriter {
    /// Opens the files of a pipeline, or goes on where a run that was cut has left them. A run that replaces what was there leaves
    /// them empty if there are no such rows; one that adds rows adds these too. With `retry` the rejected rows are those that are
    /// rejected again.
    ///
    /// # Errors
    ///
    /// When a folder cannot be written to.
    pub fn open(
        pipeline: &Pipeline,
        marks: &[SinkMark],
        figures: SideFigures,
        retry: bool,
    ) -> Result<Self, SinkError> {
        let mode = if pipeline.replaces() { SinkMode::Replace } else { SinkMode::Append };
        let mut marks = marks.iter();
        let rejected_mode = if retry { SinkMode::Replace } else { mode };
        let rejected = JsonLines::open(&pipeline.rejected.path, rejected_mode, marks.next())?;
        let mut outputs = BTreeMap::new();
        for stage in &pipeline.stages {
            for (name, path) in &stage.outputs {
                let sink = JsonLines::open(path, mode, marks.next())?;
                outputs.insert((stage.name.clone(), name.clone()), Box::new(sink));
            }
        }
        Ok(Self {
            rejected: Box::new(rejected),
            rejected_path: pipeline.rejected.path.clone(),
            outputs,
            figures,
        })
    }

    /// Writes rows.
    ///
    /// # Errors
    ///
    /// When they cannot be encoded, or the disk takes no more.
    pub fn write(&mut self, rows: SideRows) -> Result<(), SinkError> {
        match rows {
            SideRows::Bad { unit, records } => {
                for record in &records {
                    self.rejected.line(&BadLine {
                        stage: SOURCE,
                        plugin: None,
                        source: &unit,
                        row: record.place.row,
                        line: record.place.line,
                        code: &record.code,
                        message: &record.message,
                        record: &record.record,
                    })?;
                    self.count(SOURCE, &record.code);
                }
                Ok(())
            }
            SideRows::Rejected(rejected) => {
                for reason in &rejected.reasons {
                    self.count(&rejected.stage, &reason.code);
                }
                let batch = rejected.batch().map_err(|error| SinkError::Encode {
                    path: self.rejected_path.clone(),
                    error: error.to_string(),
                })?;
                self.rejected.write(&batch)
            }
            SideRows::Emitted { stage, output, batch } => {
                let key = (stage, output);
                if let Some(sink) = self.outputs.get_mut(&key) {
                    sink.write(&batch)?;
                    *self.figures.outputs.entry(key).or_default() += batch.num_rows() as u64;
                }
                Ok(())
            }
        }
    }

    /// Writes a line of the rejected rows as it stood there before.
    ///
    /// # Errors
    ///
    /// When the disk takes no more.
    pub fn keep(&mut self, line: &str) -> Result<(), SinkError> {
        self.rejected.text(line)
    }

    /// What has been written so far.
    pub fn figures(&self) -> &SideFigures {
        &self.figures
    }

    /// Brings everything to the disk: one mark for each file, the rejected rows' first.
    ///
    /// # Errors
    ///
    /// When the disk takes no more.
    pub fn prepare(&mut self, commit: &Commit) -> Result<Vec<Prepared>, SinkError> {
        self.files().map(|file| file.prepare(commit)).collect()
    }

    /// The checkpoint of the commit that was prepared is on the disk.
    ///
    /// # Errors
    ///
    /// Never, as files are.
    pub fn commit(&mut self) -> Result<(), SinkError> {
        self.files().try_for_each(SinkWriter::commit)
    }

    fn files(&mut self) -> impl Iterator<Item = &mut JsonLines> {
        std::iter::once(&mut *self.rejected).chain(self.outputs.values_mut().map(|file| &mut **file))
    }

    fn count(&mut self, stage: &str, code: &str) {
        self.figures.rejected += 1;
        let codes = &mut self.figures.codes;
        let mut key = (stage.to_owned(), code.to_owned());
        if codes.len() >= MAX_CODES && !codes.contains_key(&key) {
            key.1 = "(others)".to_owned();
        }
        *codes.entry(key).or_default() += 1;
    }
}
