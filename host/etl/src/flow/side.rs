//! Rows that leave the main stream: the rejected ones, and those that plugins send to side outputs.

use std::sync::Arc;

use arrow_array::{RecordBatch, StringArray, StructArray, UInt32Array, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};

use crate::bindings::witdock::etl::types::RowError;
use crate::rows::{BadRecord, Rows, SOURCE};

/// Rows that leave the main stream.
#[derive(Debug)]
pub enum SideRows {
    /// Records that are no rows.
    Bad {
        /// The unit of work with the records.
        unit: Arc<str>,
        /// The records.
        records: Vec<BadRecord>,
    },
    /// Rows that a stage, or the source, rejected.
    Rejected(Box<RejectedRows>),
    /// Rows that a plugin sent to a side output.
    Emitted {
        /// The stage's name.
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

    /// The rows of `input` that `reasons` names, rejected before they reached the stage's plugin.
    ///
    /// # Errors
    ///
    /// When a row number is out of range.
    pub fn unfit(stage: &str, input: &Rows, reasons: Vec<RowError>) -> Result<Self, ArrowError> {
        Ok(Self { plugin: None, ..Self::new(stage, "", input, reasons)? })
    }

    /// All rows of a batch, rejected by the source for one reason.
    pub fn put_aside(rows: Rows, code: &str, message: &str) -> Self {
        let reasons = (0..rows.len()).zip(0..).map(|(_, row)| RowError {
            row,
            code: code.to_owned(),
            message: message.to_owned(),
        });
        Self { stage: SOURCE.to_owned(), plugin: None, reasons: reasons.collect(), rows }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The stage that rejected the rows, or [`SOURCE`].
    pub(crate) fn stage(&self) -> &str {
        &self.stage
    }

    /// The reason of each row.
    pub(crate) fn reasons(&self) -> &[RowError] {
        &self.reasons
    }

    /// The rows in the form of the file: each with the pipeline, its stage, place, reason and values.
    pub(crate) fn batch(&self, pipeline: &str) -> Result<RecordBatch, ArrowError> {
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
            Field::new("pipeline", DataType::Utf8, false),
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
                texts(pipeline),
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
