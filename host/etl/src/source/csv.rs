//! Reads a CSV file batch by batch.

mod header;
mod records;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, UInt64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use self::header::column_names;
use self::records::{CsvRecord, Dialect, RecordProblem, Records};
use super::error::{CsvError, SourceError};
use super::units::{BatchReader, MAX_BATCH_BYTES, SourceBatch};
use witdock::counted;

use crate::input::{InputFile, Taken, TextInput};
use crate::pipeline::{CsvFormat, OnBad};
use crate::rows::{BadRecord, Origin, Record, Rows, SourcePlace, unit_name};
use crate::values::{TextColumn, type_name};

/// Reads a CSV file batch by batch.
pub(super) struct CsvReader {
    path: PathBuf,
    unit: Arc<str>,
    records: Records<TextInput>,
    encoding: &'static str,
    schema: SchemaRef,
    options: CsvFormat,
    taken: Taken,
    next_row: u64,
    /// The first record, if it was read to count the columns.
    held: Option<CsvRecord>,
    /// Bytes of text in the last batch by column: the capacity of the next batch's builders.
    text_bytes: Vec<usize>,
}

impl CsvReader {
    /// Opens the file and reads its header. `None` if the file is empty.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or its header has a duplicate or empty name.
    pub(super) fn open(file: &InputFile, options: &CsvFormat) -> Result<Option<Self>, CsvError> {
        let path = file.path();
        let io = |error| CsvError::Io { path: path.to_owned(), error };
        let input = TextInput::open(file, options.encoding).map_err(io)?;
        let (taken, encoding) = (input.taken(), input.encoding());
        let CsvFormat { delimiter, quote, escape, comment, .. } = *options;
        let mut records = Records::new(input, Dialect { delimiter, quote, escape, comment });
        records.begin(options.skip_lines).map_err(io)?;
        let mut first = CsvRecord::default();
        let empty = !records.next(&mut first).map_err(io)?;
        if empty && options.names.is_none() {
            return Ok(None);
        }
        if let Some(problem) = first.problem {
            return Err(unreadable(path, &first, problem));
        }
        let names = match &options.names {
            Some(names) if empty => names.clone(),
            _ => column_names(path, &first, options, encoding)?,
        };
        if names.len() == 1 {
            records.read_blank_lines();
        }
        let fields: Vec<_> = names
            .into_iter()
            .map(|name| {
                let data_type = options.columns.get(&name).map_or(DataType::Utf8, |given| given.data_type());
                Field::new(name, data_type, true)
            })
            .collect();
        Ok(Some(Self {
            unit: unit_name(path).into(),
            path: path.to_owned(),
            records,
            encoding,
            text_bytes: vec![0; fields.len()],
            schema: Arc::new(Schema::new(fields)),
            options: options.clone(),
            taken,
            next_row: 1,
            held: (!options.header && !empty).then_some(first),
        }))
    }

    /// Reads up to `most` records. `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or a record is no row and the pipeline does not reject such records.
    pub(super) fn read_batch(&mut self, most: usize) -> Result<Option<SourceBatch>, CsvError> {
        let mut columns = self.columns(most)?;
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        let mut record = CsvRecord::default();
        let mut bytes = 0;
        // Bad records count as well, so that a file full of them does not fill the memory.
        while rows.len() + bad.len() < most && bytes < MAX_BATCH_BYTES {
            if !self.next_record(&mut record)? {
                break;
            }
            bytes += record.bytes;
            let place = SourcePlace { row: self.next_row, line: Some(record.line) };
            self.next_row += 1;
            let appended = match self.problem(&record) {
                None => {
                    let appended = self.append(&record, &mut columns);
                    good.push(appended.is_ok());
                    appended
                }
                Some(problem) => Err(problem),
            };
            match appended {
                Ok(()) => {
                    rows.push(place.row);
                    lines.push(record.line);
                }
                Err(problem) if self.options.on_bad == OnBad::Error => return Err(problem),
                Err(problem) => bad.push(rejected(place, &problem, &record)),
            }
        }
        if rows.is_empty() && bad.is_empty() {
            return Ok(None);
        }
        self.text_bytes = columns.iter().map(TextColumn::text_bytes).collect();
        let columns: Vec<ArrayRef> = columns.iter_mut().map(TextColumn::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .and_then(|batch| match good.len() == rows.len() {
                true => Ok(batch),
                false => filter_record_batch(&batch, &BooleanArray::from(good)),
            })
            .map_err(|error| CsvError::Arrow { path: self.path.clone(), error })?;
        let origin = Origin::Source {
            unit: Arc::clone(&self.unit),
            rows: UInt64Array::from(rows),
            lines: Some(UInt64Array::from(lines)),
        };
        Ok(Some(SourceBatch { rows: Rows { batch, origin }, bad, bytes_read: self.taken.bytes() }))
    }

    fn columns(&self, most: usize) -> Result<Vec<TextColumn>, CsvError> {
        let fields = self.schema.fields().iter().zip(&self.text_bytes);
        fields
            .map(|(field, bytes)| {
                let bytes = bytes + bytes / 8 + 64;
                TextColumn::new(field.data_type(), most.min(1 << 17), bytes).ok_or_else(|| CsvError::Type {
                    path: self.path.clone(),
                    name: field.name().clone(),
                    data_type: type_name(field.data_type()),
                })
            })
            .collect()
    }

    /// Adds a record to all columns. One with a value that does not fit is not to be used.
    fn append(&self, record: &CsvRecord, columns: &mut [TextColumn]) -> Result<(), CsvError> {
        let mut result = Ok(());
        for ((field, column), place) in record.fields().zip(columns).zip(0..) {
            // The text of the whole record was checked.
            let text = str::from_utf8(field).unwrap_or_default();
            let text = (!self.options.null_values.iter().any(|null| null == text)).then_some(text);
            if !column.append(text) && result.is_ok() {
                let field = self.schema.field(place);
                result = Err(CsvError::Value {
                    path: self.path.clone(),
                    line: record.line,
                    name: field.name().clone(),
                    value: text.unwrap_or_default().to_owned(),
                    expected: type_name(field.data_type()),
                });
            }
        }
        result
    }

    /// Why a record is no row.
    fn problem(&self, record: &CsvRecord) -> Option<CsvError> {
        let line = record.line;
        if let Some(problem) = record.problem {
            return Some(unreadable(&self.path, record, problem));
        }
        let expected = self.schema.fields().len();
        if record.len() != expected {
            return Some(CsvError::Ragged {
                path: self.path.clone(),
                line,
                found: record.len(),
                expected,
                help: if record.text().contains(&b'\n') {
                    "a quote on this line is probably not closed; fix the file, or set `on_bad = \"reject\"`"
                } else if expected == 1 {
                    "check the `delimiter`; fix it or the line, or set `on_bad = \"reject\"`"
                } else {
                    "fix the line, or set `on_bad = \"reject\"` to add such records to the rejected rows"
                },
            });
        }
        // One check of the whole record is faster than one for each field, and nearly always enough.
        if str::from_utf8(record.text()).is_ok() {
            return None;
        }
        record.fields().zip(self.schema.fields()).zip(1..).find_map(|((field, name), column)| {
            let error = str::from_utf8(field).err()?;
            let (path, name) = (self.path.clone(), name.name().clone());
            let (byte, encoding) = (error.valid_up_to(), self.encoding);
            let help = encoding_help(record.text(), encoding);
            Some(CsvError::NotText { path, line, column, name, byte, encoding, help })
        })
    }

    fn next_record(&mut self, record: &mut CsvRecord) -> Result<bool, CsvError> {
        match self.held.take() {
            Some(held) => {
                *record = held;
                Ok(true)
            }
            None => {
                let io = |error| CsvError::Io { path: self.path.clone(), error };
                self.records.next(record).map_err(io)
            }
        }
    }
}

impl BatchReader for CsvReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        Ok(self.read_batch(most)?)
    }
}

fn unreadable(path: &Path, record: &CsvRecord, problem: RecordProblem) -> CsvError {
    let (path, line) = (path.to_owned(), record.line);
    match problem {
        RecordProblem::OpenQuote => CsvError::OpenQuote { path, line },
        RecordProblem::AfterQuote(column) => CsvError::AfterQuote { path, line, column },
        RecordProblem::TooLong => CsvError::TooLong { path, line },
    }
}

/// What to do about text that is not in the file's encoding.
fn encoding_help(text: &[u8], encoding: &str) -> &'static str {
    if encoding != "UTF-8" {
        "fix the file or `encoding`, or set `on_bad = \"reject\"`"
    } else if text.contains(&0) {
        "is it UTF-16, or no text at all? Set for example `encoding = \"utf-16le\"`"
    } else {
        "set the `encoding` of the source, for example \"windows-1252\" or \"shift_jis\""
    }
}

fn rejected(place: SourcePlace, problem: &CsvError, record: &CsvRecord) -> BadRecord {
    let (code, message) = match problem {
        CsvError::Ragged { found, expected, .. } => {
            ("ragged", format!("{}, expected {expected}", counted(*found as u64, "field")))
        }
        CsvError::NotText { name, byte, encoding, .. } => {
            ("not-utf8", format!("`{name}` is not {encoding} at byte {byte}"))
        }
        CsvError::Value { name, value, expected, .. } => {
            ("schema", format!("column `{name}`: `{value}` is not {expected}"))
        }
        CsvError::AfterQuote { column, .. } => {
            ("quotes", format!("text follows the closing quote of column {column}"))
        }
        CsvError::OpenQuote { .. } => ("quotes", "a quote is not closed".to_owned()),
        CsvError::TooLong { .. } => ("too-long", "the line is too long".to_owned()),
        other => ("bad-record", other.to_string()),
    };
    let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    let record = match record.problem {
        None => Record::Fields(record.fields().map(text).collect()),
        Some(_) => Record::Text(text(record.text())),
    };
    BadRecord { place, code: code.into(), message, record }
}

#[cfg(test)]
mod tests;
