//! Reads JSON Lines: one object on each line.

mod columns;
mod infer;
mod records;
mod value;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{BooleanArray, RecordBatch, RecordBatchOptions, UInt64Array};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use self::columns::Columns;
use self::infer::SeenMembers;
use self::records::{JsonRecord, Records};
use self::value::{Members, Top};
use super::error::SourceError;
use super::units::{BatchReader, MAX_BATCH_BYTES, SourceBatch};
use crate::input::{InputFile, Taken, TextInput};
use crate::pipeline::{JsonlFormat, OnBad};
use crate::rows::{BadRecord, Origin, Record, Rows, SourcePlace, unit_name};

/// The most bytes of records that are read ahead to infer the columns.
const MAX_HELD: usize = 32 << 20;

/// Reads a file of JSON Lines batch by batch.
pub(super) struct JsonlReader {
    path: PathBuf,
    unit: Arc<str>,
    records: Records,
    taken: Taken,
    /// Records that were read ahead to infer the columns.
    held: VecDeque<JsonRecord>,
    next_row: u64,
    schema: SchemaRef,
    columns: Columns,
    on_bad: OnBad,
}

/// Why a record is no row.
struct Problem {
    code: &'static str,
    message: String,
}

impl JsonlReader {
    /// Opens the file and infers its columns from the first records, unless they are `known`. `None` if the file is empty and
    /// its columns are not known.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or its first records are not objects.
    pub(super) fn open(
        file: &InputFile,
        options: &JsonlFormat,
        known: Option<SchemaRef>,
    ) -> Result<Option<Self>, SourceError> {
        let path = file.path();
        let input = TextInput::open(file, options.encoding)
            .map_err(|error| SourceError::Io { path: path.to_owned(), error })?;
        let taken = input.taken();
        let mut records = Records::new(input, options.layout);
        let (schema, held) = match known {
            Some(schema) => (schema, VecDeque::new()),
            None => match infer(path, &mut records, options)? {
                Some(inferred) => inferred,
                None => return Ok(None),
            },
        };
        // Text that the pipeline asks for is there to parse it later, and may be an object.
        let json = |name: &str| options.columns.contains_key(name);
        let columns = Columns::new(schema.fields(), &json)
            .map_err(|error| SourceError::Arrow { path: path.display().to_string(), error })?;
        Ok(Some(Self {
            path: path.to_owned(),
            unit: unit_name(path).into(),
            records,
            taken,
            held,
            next_row: 1,
            schema,
            columns,
            on_bad: options.on_bad,
        }))
    }

    fn next_record(&mut self) -> Result<Option<JsonRecord>, SourceError> {
        match self.held.pop_front() {
            Some(held) => Ok(Some(held)),
            None => next(&self.path, &mut self.records),
        }
    }

    /// Adds a record to the columns in any case. One with a problem is not to be used.
    fn append(&mut self, record: &JsonRecord) -> Result<(), Problem> {
        let object = object(record);
        let added = self.columns.append(object.as_ref().ok());
        object?;
        added.map_err(|misfit| Problem { code: "schema", message: misfit.to_string() })
    }

    fn batch(&mut self, rows: usize) -> Result<RecordBatch, ArrowError> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), self.columns.finish()?, &options)
    }
}

impl BatchReader for JsonlReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let (mut rows, mut lines, mut good, mut bad) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut bytes = 0;
        while good.len() < most && bytes < MAX_BATCH_BYTES {
            let Some(record) = self.next_record()? else { break };
            bytes += record.text.len();
            let place = SourcePlace { row: self.next_row, line: Some(record.line) };
            self.next_row += 1;
            let added = self.append(&record);
            good.push(added.is_ok());
            match added {
                Ok(()) => {
                    rows.push(place.row);
                    lines.push(record.line);
                }
                Err(problem) if self.on_bad == OnBad::Reject => bad.push(rejected(place, problem, &record)),
                Err(problem) => return Err(error(&self.path, record.line, &problem)),
            }
        }
        if good.is_empty() {
            return Ok(None);
        }
        let batch = self
            .batch(good.len())
            .and_then(|batch| match bad.is_empty() {
                true => Ok(batch),
                false => filter_record_batch(&batch, &BooleanArray::from(good)),
            })
            .map_err(|error| SourceError::Arrow { path: self.unit.to_string(), error })?;
        let origin = Origin::Source {
            unit: Arc::clone(&self.unit),
            rows: UInt64Array::from(rows),
            lines: Some(UInt64Array::from(lines)),
        };
        Ok(Some(SourceBatch { rows: Rows { batch, origin }, bad, bytes_read: self.taken.bytes() }))
    }
}

/// The columns of the first records, in the order in which they occur, and these records.
fn infer(
    path: &Path,
    records: &mut Records,
    options: &JsonlFormat,
) -> Result<Option<(SchemaRef, VecDeque<JsonRecord>)>, SourceError> {
    let (mut held, mut bytes) = (VecDeque::new(), 0);
    let mut seen = SeenMembers::default();
    while held.len() < options.infer_rows && bytes < MAX_HELD {
        let Some(record) = next(path, records)? else { break };
        bytes += record.text.len();
        let added = object(&record)
            .and_then(|object| seen.add(&object, 1).map_err(|message| Problem { code: "bad-json", message }));
        match added {
            Err(problem) if options.on_bad == OnBad::Error => {
                return Err(error(path, record.line, &problem));
            }
            _ => held.push_back(record),
        }
    }
    let mut fields: Vec<_> = seen
        .fields()
        .map(|(name, inferred)| {
            let data_type = options.columns.get(name).map_or(inferred, |given| given.data_type());
            Field::new(name, data_type, true)
        })
        .collect();
    for (name, given) in &options.columns {
        if !fields.iter().any(|field| field.name() == name) {
            fields.push(Field::new(name, given.data_type(), true));
        }
    }
    if fields.is_empty() && held.is_empty() {
        return Ok(None);
    }
    if fields.is_empty() {
        let message = match held.len() {
            1 => "the only record has no members".to_owned(),
            records => format!("the first {records} records have no members"),
        };
        let message = format!("{message}, so there are no columns: set `columns` in [source]");
        return Err(SourceError::Json { path: path.to_owned(), line: 1, message });
    }
    Ok(Some((Arc::new(Schema::new(fields)), held)))
}

fn next(path: &Path, records: &mut Records) -> Result<Option<JsonRecord>, SourceError> {
    records.next().map_err(|error| SourceError::Io { path: path.to_owned(), error })
}

fn object(record: &JsonRecord) -> Result<Members<'_>, Problem> {
    let bad = |message| Problem { code: "bad-json", message };
    match Top::parse(record.text().map_err(bad)?).map_err(bad)? {
        Top::Object(members) => Ok(members),
        Top::Other => {
            let text = "it is JSON, but not an object: a row is `{\"column\": value, …}`";
            let list = record.line == 1 && record.text.trim_ascii_start().starts_with(b"[");
            let help = if list { "; if the file is one list, set `format = \"json\"`" } else { "" };
            Err(bad(format!("{text}{help}")))
        }
    }
}

fn rejected(place: SourcePlace, problem: Problem, record: &JsonRecord) -> BadRecord {
    BadRecord {
        place,
        code: problem.code.into(),
        message: problem.message,
        record: Record::Text(String::from_utf8_lossy(record.text.trim_ascii_end()).into_owned()),
    }
}

fn error(path: &Path, line: u64, problem: &Problem) -> SourceError {
    let help = match problem.code {
        "schema" => "give the column a type in `columns` of [source], or set `on_bad = \"reject\"`",
        _ => "fix it, or set `on_bad = \"reject\"`",
    };
    let message = format!("{}; {help}", problem.message);
    SourceError::Json { path: path.to_owned(), line, message }
}

#[cfg(test)]
mod tests;
