//! Reads a CSV file as batches of text columns.

mod lines;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch, UInt64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use csv::ByteRecord;

use self::lines::LineTracker;
use super::error::{CsvError, SourceError};
use super::units::{BatchReader, SourceBatch};
use crate::input::{Input, Taken};
use crate::pipeline::{CsvFormat, OnBad};
use crate::rows::{BadRecord, Origin, Record, Rows, SourcePlace};

/// Reads a CSV file batch by batch.
#[derive(Debug)]
pub(super) struct CsvReader {
    path: PathBuf,
    unit: Arc<str>,
    reader: csv::Reader<LineTracker<Input>>,
    schema: SchemaRef,
    options: CsvFormat,
    taken: Taken,
    next_row: u64,
    /// The first record, if it was read to count the columns.
    held: Option<(ByteRecord, u64)>,
    /// Bytes of text in the last batch by column: the capacity of the next batch's builders.
    text_bytes: Vec<usize>,
}

impl CsvReader {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    ///
    /// When the file is missing or empty, or its header has a duplicate or empty name.
    pub(super) fn open(path: &Path, options: &CsvFormat) -> Result<Self, CsvError> {
        let path = path.to_owned();
        let input = Input::open(&path).map_err(|error| CsvError::Io { path: path.clone(), error })?;
        let taken = input.taken();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(options.delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 17)
            .from_reader(LineTracker::new(input));
        let mut first = ByteRecord::new();
        let line = read_record(&mut reader, &mut first, &path)?
            .ok_or_else(|| CsvError::Empty { path: path.clone() })?;
        let names = if options.header {
            header_names(&path, &first)?
        } else {
            (1..=first.len()).map(|column| format!("column_{column}")).collect()
        };
        let fields: Vec<_> = names.into_iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
        Ok(Self {
            unit: path.display().to_string().into(),
            path,
            reader,
            text_bytes: vec![0; fields.len()],
            schema: Arc::new(Schema::new(fields)),
            options: options.clone(),
            taken,
            next_row: 1,
            held: (!options.header).then_some((first, line)),
        })
    }

    /// The columns: all of them text, all of them nullable.
    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Reads up to `most` records. `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or a record is no row and the pipeline does not reject such records.
    pub(super) fn read_batch(&mut self, most: usize) -> Result<Option<SourceBatch>, CsvError> {
        let mut builders: Vec<_> = self
            .text_bytes
            .iter()
            .map(|bytes| StringBuilder::with_capacity(most.min(1 << 17), bytes + bytes / 8 + 64))
            .collect();
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        let mut bad = Vec::new();
        let mut record = ByteRecord::new();
        // Bad records count as well, so that a file full of them does not fill the memory.
        while rows.len() + bad.len() < most {
            let Some(line) = self.next_record(&mut record)? else { break };
            let place = SourcePlace { row: self.next_row, line: Some(line) };
            self.next_row += 1;
            self.check_quotes(&record, line)?;
            let problem = self.problem(&record, line);
            if let Some(problem) = problem {
                match self.options.on_bad {
                    OnBad::Error => return Err(problem),
                    OnBad::Reject => bad.push(rejected(place, &problem, &record)),
                }
                continue;
            }
            for (field, builder) in record.iter().zip(&mut builders) {
                match str::from_utf8(field) {
                    Ok(text) if !self.options.null_values.iter().any(|null| null == text) => {
                        builder.append_value(text);
                    }
                    _ => builder.append_null(),
                }
            }
            rows.push(place.row);
            lines.push(line);
        }
        if rows.is_empty() && bad.is_empty() {
            return Ok(None);
        }
        self.text_bytes = builders.iter().map(|builder| builder.values_slice().len()).collect();
        let columns: Vec<ArrayRef> =
            builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        let batch = RecordBatch::try_new(self.schema(), columns)
            .map_err(|error| CsvError::Arrow { path: self.path.clone(), error })?;
        let origin = Origin::Source {
            unit: Arc::clone(&self.unit),
            rows: UInt64Array::from(rows),
            lines: Some(UInt64Array::from(lines)),
        };
        Ok(Some(SourceBatch { rows: Rows { batch, origin }, bad, bytes_read: self.taken.bytes() }))
    }

    /// Why a record is no row.
    fn problem(&self, record: &ByteRecord, line: u64) -> Option<CsvError> {
        let expected = self.schema.fields().len();
        if record.len() != expected {
            return Some(CsvError::Ragged {
                path: self.path.clone(),
                line,
                found: record.len(),
                expected,
                help: if record.as_slice().contains(&b'\n') {
                    "a quote on this line is probably not closed; fix the file, or set `on_bad = \"reject\"`"
                } else if expected == 1 {
                    "check the `delimiter`; fix it or the line, or set `on_bad = \"reject\"`"
                } else {
                    "fix the line, or set `on_bad = \"reject\"` to add such records to the rejected rows"
                },
            });
        }
        // One check of the whole record is faster than one for each field, and nearly always enough.
        if str::from_utf8(record.as_slice()).is_ok() {
            return None;
        }
        record.iter().zip(self.schema.fields()).zip(1..).find_map(|((field, name), column)| {
            let error = str::from_utf8(field).err()?;
            let (path, name) = (self.path.clone(), name.name().clone());
            Some(CsvError::NotUtf8 { path, line, column, name, byte: error.valid_up_to() })
        })
    }

    /// Reads the next record into `record` and gives the line that it begins on.
    fn next_record(&mut self, record: &mut ByteRecord) -> Result<Option<u64>, CsvError> {
        match self.held.take() {
            Some((held, line)) => {
                *record = held;
                Ok(Some(line))
            }
            None => read_record(&mut self.reader, record, &self.path),
        }
    }

    /// Refuses a last record over several lines in a file with an odd number of quotes: its quote was never closed. Quotes inside
    /// of an unquoted field are text, so an odd number alone is no error.
    fn check_quotes(&self, record: &ByteRecord, line: u64) -> Result<(), CsvError> {
        let lines = self.reader.get_ref();
        if lines.ended() && lines.odd_quotes() && record.as_slice().contains(&b'\n') {
            return Err(CsvError::OpenQuote { path: self.path.clone(), line });
        }
        Ok(())
    }
}

impl BatchReader for CsvReader {
    fn schema(&self) -> SchemaRef {
        Self::schema(self)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        Ok(self.read_batch(most)?)
    }
}

fn rejected(place: SourcePlace, problem: &CsvError, record: &ByteRecord) -> BadRecord {
    let (code, message) = match problem {
        CsvError::Ragged { found, expected, .. } => {
            ("ragged", format!("{found} fields, expected {expected}"))
        }
        CsvError::NotUtf8 { name, byte, .. } => ("not-utf8", format!("`{name}` is not UTF-8 at byte {byte}")),
        other => ("bad-record", other.to_string()),
    };
    let fields = record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
    BadRecord { place, code: code.into(), message, record: Record::Fields(fields) }
}

/// Reads the next record and gives the line that it begins on.
fn read_record(
    reader: &mut csv::Reader<LineTracker<Input>>,
    record: &mut ByteRecord,
    path: &Path,
) -> Result<Option<u64>, CsvError> {
    let before = reader.position().byte();
    match reader.read_byte_record(record) {
        Ok(false) => Ok(None),
        Ok(true) => {
            let after = reader.position().byte();
            Ok(Some(reader.get_mut().of_record(before, after)))
        }
        Err(error) => {
            let error = match error.into_kind() {
                csv::ErrorKind::Io(error) => error,
                other => io::Error::other(format!("{other:?}")),
            };
            Err(CsvError::Io { path: path.to_owned(), error })
        }
    }
}

fn header_names(path: &Path, header: &ByteRecord) -> Result<Vec<String>, CsvError> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (index, field) in header.iter().enumerate() {
        let column = index + 1;
        let name = str::from_utf8(field).map_err(|error| CsvError::NotUtf8 {
            path: path.to_owned(),
            line: 1,
            column,
            name: String::from_utf8_lossy(field).into_owned(),
            byte: error.valid_up_to(),
        })?;
        if name.is_empty() {
            return Err(CsvError::UnnamedColumn { path: path.to_owned(), column });
        }
        if let Some(first) = names.iter().position(|earlier| earlier == name) {
            return Err(CsvError::DuplicateColumn {
                path: path.to_owned(),
                name: name.to_owned(),
                first: first + 1,
                second: column,
            });
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests;
