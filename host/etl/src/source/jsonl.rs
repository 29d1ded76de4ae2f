//! Reads JSON Lines: one object on each line.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::UInt64Array;
use arrow_json::ReaderBuilder;
use arrow_json::reader::infer_json_schema_from_iterator;
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};

use super::error::SourceError;
use super::units::{BatchReader, SourceBatch};
use crate::input::{Input, Taken};
use crate::pipeline::{JsonlFormat, OnBad};
use crate::rows::{BadRecord, Origin, Record, Rows, SourcePlace};

/// The longest line. A longer one would fill the memory.
const MAX_LINE: u64 = 64 << 20;
/// The most bytes of lines that are read ahead to infer the columns.
const MAX_HELD: usize = 32 << 20;

/// Reads a file of JSON Lines batch by batch.
#[derive(Debug)]
pub(super) struct JsonlReader {
    path: PathBuf,
    unit: Arc<str>,
    lines: BufReader<Input>,
    taken: Taken,
    /// Lines that were read ahead to infer the columns.
    held: VecDeque<Line>,
    next_line: u64,
    next_row: u64,
    schema: SchemaRef,
    on_bad: OnBad,
}

/// A row's number, what is wrong with the line, and the line.
type BadLine = (u64, String, Line);

#[derive(Debug)]
struct Line {
    number: u64,
    text: Vec<u8>,
}

impl JsonlReader {
    /// Opens the file and infers its columns from the first lines, unless they are `known`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or its first lines are not objects.
    pub(super) fn open(
        path: &Path,
        options: &JsonlFormat,
        known: Option<SchemaRef>,
    ) -> Result<Self, SourceError> {
        let input = Input::open(path).map_err(|error| SourceError::Io { path: path.to_owned(), error })?;
        let taken = input.taken();
        let mut reader = Self {
            path: path.to_owned(),
            unit: path.display().to_string().into(),
            lines: BufReader::with_capacity(1 << 17, input),
            taken,
            held: VecDeque::new(),
            next_line: 1,
            next_row: 1,
            schema: Arc::new(Schema::empty()),
            on_bad: options.on_bad,
        };
        reader.schema = match known {
            Some(schema) => schema,
            None => reader.infer(options)?,
        };
        Ok(reader)
    }

    fn infer(&mut self, options: &JsonlFormat) -> Result<SchemaRef, SourceError> {
        let (mut held, mut bytes) = (VecDeque::new(), 0);
        while held.len() < options.infer_rows && bytes < MAX_HELD {
            let Some(line) = self.next_line()? else { break };
            bytes += line.text.len();
            held.push_back(line);
        }
        let mut values = Vec::with_capacity(held.len());
        for line in &held {
            match object(&line.text) {
                Ok(value) => values.push(value),
                Err(_) if self.on_bad == OnBad::Reject => {}
                Err(problem) => return Err(self.error(line.number, problem)),
            }
        }
        self.held = held;
        let inferred = infer_json_schema_from_iterator(values.iter().map(Ok))
            .map_err(|error| self.error(1, json_problem(&error)))?;
        // In the order of the first line that has them.
        let mut names: Vec<&String> = Vec::new();
        for value in &values {
            for name in value.as_object().into_iter().flat_map(|object| object.keys()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        for name in options.columns.keys() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let fields = names.into_iter().map(|name| {
            let data_type = match options.columns.get(name) {
                Some(given) => given.data_type(),
                None => inferred
                    .field_with_name(name)
                    .map_or(DataType::Utf8, |field| without_null(field.data_type())),
            };
            Field::new(name, data_type, true)
        });
        let schema = Schema::new(fields.collect::<Vec<_>>());
        if schema.fields().is_empty() {
            let lines = self.held.len();
            return Err(self.error(
                1,
                format!("the first {lines} lines have no members, so there are no columns: set `columns` in [source]"),
            ));
        }
        Ok(Arc::new(schema))
    }

    /// The next line that is not blank.
    fn next_line(&mut self) -> Result<Option<Line>, SourceError> {
        if let Some(line) = self.held.pop_front() {
            return Ok(Some(line));
        }
        loop {
            let mut text = Vec::new();
            let read = (&mut self.lines)
                .take(MAX_LINE)
                .read_until(b'\n', &mut text)
                .map_err(|error| SourceError::Io { path: self.path.clone(), error })?;
            if read == 0 {
                return Ok(None);
            }
            let number = self.next_line;
            if read as u64 == MAX_LINE {
                return Err(self.error(number, format!("the line is longer than {} MiB", MAX_LINE >> 20)));
            }
            self.next_line += 1;
            if !text.trim_ascii().is_empty() {
                return Ok(Some(Line { number, text }));
            }
        }
    }

    fn decode(&self, lines: &[Line]) -> Result<RecordBatch, ArrowError> {
        let mut decoder = ReaderBuilder::new(Arc::clone(&self.schema))
            .with_batch_size(lines.len().max(1))
            .with_strict_mode(true)
            .build_decoder()?;
        for line in lines {
            let decoded = decoder.decode(&line.text)?;
            if decoded < line.text.len() {
                return Err(ArrowError::JsonError("the line has more than one value".to_owned()));
            }
            // An object that is not closed would continue on the next line.
            if decoder.has_partial_record() {
                return Err(ArrowError::JsonError("the object is not closed".to_owned()));
            }
        }
        Ok(decoder.flush()?.unwrap_or_else(|| RecordBatch::new_empty(Arc::clone(&self.schema))))
    }

    /// Sorts lines one by one into rows and bad ones, after they could not be decoded together.
    fn decode_each(&self, lines: Vec<Line>) -> Result<(Vec<Line>, Vec<BadLine>), SourceError> {
        let (mut good, mut bad) = (Vec::with_capacity(lines.len()), Vec::new());
        for (row, line) in (self.next_row..).zip(lines) {
            match object(&line.text)
                .and_then(|_| self.decode(std::slice::from_ref(&line)).map_err(|error| json_problem(&error)))
            {
                Ok(_) => good.push(line),
                Err(problem) if self.on_bad == OnBad::Reject => bad.push((row, problem, line)),
                Err(problem) => return Err(self.error(line.number, problem)),
            }
        }
        Ok((good, bad))
    }

    fn error(&self, line: u64, message: String) -> SourceError {
        SourceError::Json { path: self.path.clone(), line, message }
    }
}

impl BatchReader for JsonlReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let mut lines = Vec::new();
        while lines.len() < most {
            let Some(line) = self.next_line()? else { break };
            lines.push(line);
        }
        if lines.is_empty() {
            return Ok(None);
        }
        let count = lines.len() as u64;
        let first = self.next_row;
        let (batch, rows, numbers, bad) = match self.decode(&lines) {
            Ok(batch) if batch.num_rows() == lines.len() => {
                let numbers: Vec<_> = lines.iter().map(|line| line.number).collect();
                (batch, (first..first + count).collect::<Vec<_>>(), numbers, Vec::new())
            }
            _ => {
                let (good, bad) = self.decode_each(lines)?;
                let batch = self
                    .decode(&good)
                    .map_err(|error| SourceError::Arrow { path: self.path.display().to_string(), error })?;
                let rows = (first..first + count).filter(|row| !bad.iter().any(|(bad, ..)| bad == row));
                (batch, rows.collect(), good.iter().map(|line| line.number).collect(), bad)
            }
        };
        self.next_row += count;
        let bad = bad.into_iter().map(|(row, message, line)| BadRecord {
            place: SourcePlace { row, line: Some(line.number) },
            code: "bad-json".into(),
            message,
            record: Record::Text(String::from_utf8_lossy(line.text.trim_ascii_end()).into_owned()),
        });
        let origin = Origin::Source {
            unit: Arc::clone(&self.unit),
            rows: UInt64Array::from(rows),
            lines: Some(UInt64Array::from(numbers)),
        };
        let bytes_read = self.taken.bytes();
        Ok(Some(SourceBatch { rows: Rows { batch, origin }, bad: bad.collect(), bytes_read }))
    }
}

fn object(text: &[u8]) -> Result<serde_json::Value, String> {
    match serde_json::from_slice::<serde_json::Value>(text) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) => Err("the line is JSON, but not an object: a row is `{\"column\": value, …}`".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

fn json_problem(error: &ArrowError) -> String {
    let text = match error {
        ArrowError::JsonError(text) => text.clone(),
        other => other.to_string(),
    };
    format!("{text}; if the inferred types are wrong, set `columns` in [source], or raise `infer_rows`")
}

/// The type with text in the place of null, the type of a column in which all values are null.
fn without_null(data_type: &DataType) -> DataType {
    let field =
        |field: &Arc<Field>| Arc::new(field.as_ref().clone().with_data_type(without_null(field.data_type())));
    match data_type {
        DataType::Null => DataType::Utf8,
        DataType::List(item) => DataType::List(field(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(field).collect::<Fields>()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
