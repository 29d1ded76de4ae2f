//! The files of rejected rows and side outputs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};
use serde::Serialize;

use super::error::SinkError;
use super::file::JsonLines;
use super::owner::owner;
use super::refusal;
use super::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};
use crate::figures::SideFigures;
use crate::flow::SideRows;
use crate::pipeline::{Pipeline, SinkMode};
use crate::rows::{Record, SOURCE};

/// The line for a record that is no row. Without columns, it contains the record as it was.
#[derive(Serialize)]
struct BadLine<'a> {
    pipeline: &'a str,
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

/// The most codes that are counted separately. A plugin that puts values of rows in codes must not fill the host's memory.
const MAX_CODES: usize = 256;

/// Writes the rejected rows and the side outputs as JSON Lines.
pub(crate) struct SideWriter {
    rejected: Box<JsonLines>,
    rejected_path: PathBuf,
    /// The pipeline's name in the rejected rows.
    owner: String,
    outputs: BTreeMap<(String, String), Box<JsonLines>>,
    figures: SideFigures,
}

impl SideWriter {
    /// Opens the files of a pipeline, at the point where an interrupted run has left them. A run that replaces its targets
    /// replaces these files too; a run that appends, appends here. With `retry` the rejected rows are replaced in any case.
    ///
    /// # Errors
    ///
    /// When a folder cannot be written to.
    pub(crate) fn open(
        pipeline: &Pipeline,
        start: &SinkStart<'_>,
        marks: &[SinkMark],
        figures: SideFigures,
        retry: bool,
    ) -> Result<Self, SinkError> {
        let mode = if pipeline.replaces() { SinkMode::Replace } else { SinkMode::Append };
        let mut marks = marks.iter();
        let start = |mark| SinkStart { mark, ..start.clone() };
        let rejected_mode = if retry { SinkMode::Replace } else { mode };
        let rejected = JsonLines::open(&pipeline.rejected.path, rejected_mode, &start(marks.next()))?;
        let mut outputs = BTreeMap::new();
        for stage in &pipeline.stages {
            for (name, path) in stage.outputs() {
                let sink = JsonLines::open(path, mode, &start(marks.next()))?;
                outputs.insert((stage.name.clone(), name.clone()), Box::new(sink));
            }
        }
        Ok(Self {
            rejected: Box::new(rejected),
            rejected_path: pipeline.rejected.path.clone(),
            owner: owner(pipeline),
            outputs,
            figures,
        })
    }

    /// Writes rows.
    ///
    /// # Errors
    ///
    /// When the rows cannot be encoded, or the disk is full.
    pub(crate) fn write(&mut self, rows: SideRows) -> Result<(), SinkError> {
        match rows {
            SideRows::Bad { unit, records } => {
                for record in &records {
                    self.rejected.line(&BadLine {
                        pipeline: &self.owner,
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
                for reason in rejected.reasons() {
                    self.count(rejected.stage(), &reason.code);
                }
                let batch = rejected.batch(&self.owner).map_err(|error| SinkError::Encode {
                    path: self.rejected_path.clone(),
                    error: error.to_string(),
                })?;
                self.rejected.write(&in_words(&batch))
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

    /// Writes a line of an earlier file of rejected rows unchanged.
    ///
    /// # Errors
    ///
    /// When the disk is full.
    pub(crate) fn keep(&mut self, line: &str) -> Result<(), SinkError> {
        self.rejected.text(line)
    }

    /// The numbers of rows so far.
    pub(crate) fn figures(&self) -> &SideFigures {
        &self.figures
    }

    /// Syncs all files. There is one mark for each file; the first is that of the rejected rows.
    ///
    /// # Errors
    ///
    /// When the disk is full.
    pub(crate) fn prepare(&mut self, commit: &Commit) -> Result<Vec<Prepared>, SinkError> {
        self.files().map(|file| file.prepare(commit)).collect()
    }

    /// Ends the prepared commit, once its checkpoint is on the disk.
    ///
    /// # Errors
    ///
    /// Files never fail here.
    pub(crate) fn commit(&mut self) -> Result<(), SinkError> {
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

/// Rejected rows in a form that JSON has.
fn in_words(batch: &RecordBatch) -> RecordBatch {
    let words = |column: &ArrayRef| -> ArrayRef {
        match column.as_struct_opt() {
            Some(values) => Arc::new(refusal::in_words(values)),
            None => Arc::clone(column),
        }
    };
    let columns: Vec<_> = batch.columns().iter().map(words).collect();
    let schema = batch.schema();
    let fields = schema
        .fields()
        .iter()
        .zip(&columns)
        .map(|(field, column)| Field::clone(field).with_data_type(column.data_type().clone()));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns).unwrap_or_else(|_| batch.clone())
}
