//! Rows that leave the main stream: the rejected ones, and those that plugins send to side outputs.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{RecordBatch, StringArray, StructArray, UInt32Array, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use serde::Serialize;

use crate::bindings::witdock::etl::types::RowError;
use crate::pipeline::Pipeline;
use crate::rows::Rows;
use crate::sink::{Complete, JsonlSink, SinkError, SinkWriter, StagedFile};
use crate::source::csv::RaggedRecord;

/// What leaves the main stream.
#[derive(Debug)]
pub enum SideRows {
    /// Records that the source rejected.
    Ragged(Vec<RaggedRecord>),
    /// Rows that a stage rejected.
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
    plugin: String,
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
        Ok(Self { stage: stage.to_owned(), plugin: plugin.to_owned(), rows: input.take(&indices)?, reasons })
    }

    fn batch(&self) -> Result<RecordBatch, ArrowError> {
        let count = self.rows.len();
        let texts = |text: &str| Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, count)));
        let places: Vec<_> = (0..count).map(|row| self.rows.origin.place(row)).collect();
        let rows: UInt64Array = places.iter().map(|place| place.map(|place| place.row)).collect();
        let lines: UInt64Array = places.iter().map(|place| place.map(|place| place.line)).collect();
        let codes = StringArray::from_iter_values(self.reasons.iter().map(|reason| &reason.code));
        let messages = StringArray::from_iter_values(self.reasons.iter().map(|reason| &reason.message));
        let values = StructArray::from(self.rows.batch.clone());
        let schema = Schema::new(vec![
            Field::new("stage", DataType::Utf8, false),
            Field::new("plugin", DataType::Utf8, false),
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
                texts(&self.plugin),
                Arc::new(rows),
                Arc::new(lines),
                Arc::new(codes),
                Arc::new(messages),
                Arc::new(values),
            ],
        )
    }
}

/// A ragged record as a line: it has no columns, so its fields stand as they were.
#[derive(Serialize)]
struct RaggedLine<'a> {
    stage: &'a str,
    plugin: Option<&'a str>,
    row: u64,
    line: u64,
    code: &'a str,
    message: String,
    fields: &'a [String],
}

/// What the side stream has taken.
#[derive(Debug, Default)]
pub struct SideFigures {
    /// Rows rejected, by the source and by stages.
    pub rejected: u64,
    /// Rejected rows by stage and code.
    pub codes: BTreeMap<(String, String), u64>,
    /// Rows by stage and side output.
    pub outputs: BTreeMap<(String, String), u64>,
}

/// What rejected rows of the source have in the place of a stage.
pub const SOURCE: &str = "source";

/// Codes that are counted one by one: a plugin that puts a row's value in a code must not fill the host's memory.
const MAX_CODES: usize = 256;

/// Writes the rejected rows and the side outputs as JSON Lines.
pub struct SideWriter {
    rejected: Box<JsonlSink>,
    rejected_path: PathBuf,
    outputs: BTreeMap<(String, String), Box<JsonlSink>>,
    figures: SideFigures,
}

impl SideWriter {
    /// Opens the files of a pipeline. A run without such rows leaves them empty, not as an earlier run left them.
    ///
    /// # Errors
    ///
    /// When a folder cannot be written to.
    pub fn open(pipeline: &Pipeline) -> Result<Self, SinkError> {
        let mut outputs = BTreeMap::new();
        for stage in &pipeline.stages {
            for (name, path) in &stage.outputs {
                let sink = JsonlSink::any(StagedFile::create(path)?);
                outputs.insert((stage.name.clone(), name.clone()), Box::new(sink));
            }
        }
        let rejected = JsonlSink::any(StagedFile::create(&pipeline.rejected.path)?);
        Ok(Self {
            rejected: Box::new(rejected),
            rejected_path: pipeline.rejected.path.clone(),
            outputs,
            figures: SideFigures::default(),
        })
    }

    /// Writes rows.
    ///
    /// # Errors
    ///
    /// When they cannot be encoded, or the disk takes no more.
    pub fn write(&mut self, rows: SideRows) -> Result<(), SinkError> {
        match rows {
            SideRows::Ragged(records) => {
                for record in &records {
                    self.ragged(record)
                        .map_err(|error| SinkError::Io { path: self.rejected_path.clone(), error })?;
                    self.count(SOURCE, "ragged");
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

    /// What has been written so far.
    pub fn figures(&self) -> &SideFigures {
        &self.figures
    }

    /// Brings everything to the disk.
    ///
    /// # Errors
    ///
    /// When the disk takes no more.
    pub fn finish(self) -> Result<(Vec<Complete>, SideFigures), SinkError> {
        let sinks = self.outputs.into_values().chain([self.rejected]);
        let files = sinks.map(|sink| sink.finish()).collect::<Result<_, _>>()?;
        Ok((files, self.figures))
    }

    fn ragged(&mut self, record: &RaggedRecord) -> io::Result<()> {
        let line = RaggedLine {
            stage: SOURCE,
            plugin: None,
            row: record.place.row,
            line: record.place.line,
            code: "ragged",
            message: format!("{} fields, and {} were expected", record.fields.len(), record.expected),
            fields: &record.fields,
        };
        let file = self.rejected.file();
        serde_json::to_writer(&mut *file, &line)?;
        file.write_all(b"\n")
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
