//! Reads Apache Parquet, row group by row group.

mod int96;
mod object;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter_record_batch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::reader::Length;

use self::int96::Int96Columns;
use self::object::ParquetInput;
use super::error::SourceError;
use super::names::check_names;
use super::units::{BatchReader, SourceBatch};
use crate::input::InputFile;
use crate::pipeline::OnBad;
use crate::rows::{BadRecord, Origin, Record, Rows, SourcePlace, unit_name};

/// Reads a Parquet file batch by batch.
pub(super) struct ParquetReader {
    path: PathBuf,
    unit: Arc<str>,
    schema: SchemaRef,
    input: ParquetInput,
    reader: Option<ParquetRecordBatchReader>,
    int96: Option<Int96Columns>,
    /// Reads times in INT96 in nanoseconds.
    exact: Option<ParquetRecordBatchReader>,
    on_bad: OnBad,
    rows: u64,
    bytes: u64,
    next_row: u64,
}

impl ParquetReader {
    /// Opens the file and reads its footer. `None` if the file is empty.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not a complete Parquet file.
    pub(super) fn open(file: &InputFile, on_bad: OnBad) -> Result<Option<Self>, SourceError> {
        let path = file.path();
        let input =
            ParquetInput::open(file).map_err(|error| SourceError::Io { path: path.to_owned(), error })?;
        let bytes = input.len();
        if bytes == 0 {
            return Ok(None);
        }
        let builder = ParquetRecordBatchReaderBuilder::try_new(input.clone())
            .map_err(|error| failed(path, &input, &error))?;
        input.plan(builder.metadata());
        check_names(&path.display().to_string(), builder.schema(), RENAME)?;
        let int96 = Int96Columns::of(builder.parquet_schema(), builder.schema());
        let schema = int96.as_ref().map_or_else(|| builder.schema(), |int96| &int96.schema);
        Ok(Some(Self {
            path: path.to_owned(),
            unit: unit_name(path).into(),
            schema: Arc::new(schema.as_ref().clone().with_metadata(Default::default())),
            rows: u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default(),
            input,
            reader: None,
            int96,
            exact: None,
            on_bad,
            bytes,
            next_row: 1,
        }))
    }

    /// The next rows, and for each whether it has a time that its column does not hold. The first call sets how many they are.
    fn next(&mut self, most: usize) -> Result<Option<(RecordBatch, Vec<bool>)>, ParquetError> {
        if self.reader.is_none() {
            if let Some(int96) = &self.int96 {
                let builder = ParquetRecordBatchReaderBuilder::try_new(self.input.clone())?;
                let leaves = ProjectionMask::leaves(builder.parquet_schema(), int96.leaves.iter().copied());
                self.exact = Some(builder.with_projection(leaves).with_batch_size(most).build()?);
            }
            let options = match &self.int96 {
                Some(int96) => ArrowReaderOptions::new().with_schema(Arc::clone(&int96.schema)),
                None => ArrowReaderOptions::new(),
            };
            let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(self.input.clone(), options)?;
            self.reader = Some(builder.with_batch_size(most).build()?);
        }
        let Some(batch) = self.reader.as_mut().and_then(Iterator::next).transpose()? else { return Ok(None) };
        let cut = match (&self.int96, self.exact.as_mut().and_then(Iterator::next)) {
            (Some(int96), Some(exact)) => int96.cut(&batch, &exact?),
            _ => Vec::new(),
        };
        Ok(Some((batch.with_schema(Arc::clone(&self.schema))?, cut)))
    }

    /// The rows without those that are cut, which are bad records.
    fn whole(&self, batch: RecordBatch, cut: &[bool]) -> Result<SourceBatch, ParquetError> {
        let numbers = || (self.next_row..).zip(cut);
        let bad: Vec<_> =
            numbers().zip(0..).filter(|((_, cut), _)| **cut).map(|((row, _), index)| (row, index)).collect();
        let Some((first, _)) = bad.first() else {
            let origin = Origin::numbered(&self.unit, self.next_row, batch.num_rows());
            return Ok(SourceBatch { rows: Rows { batch, origin }, bad: Vec::new(), bytes_read: 0 });
        };
        if self.on_bad == OnBad::Error {
            return Err(ParquetError::General(format!(
                "row {first} has {CUT}: write the times in another format, or set `on_bad = \"reject\"`"
            )));
        }
        let record = |(row, index): (u64, usize)| {
            let mut text = Vec::new();
            arrow_json::LineDelimitedWriter::new(&mut text).write(&batch.slice(index, 1))?;
            Ok(BadRecord {
                place: SourcePlace { row, line: None },
                code: "schema".into(),
                message: format!("it has {CUT}"),
                record: Record::Text(String::from_utf8_lossy(text.trim_ascii()).into_owned()),
            })
        };
        let bad = bad.into_iter().map(record).collect::<Result<_, ArrowError>>()?;
        let rows: Vec<_> = numbers().filter(|(_, cut)| !**cut).map(|(row, _)| row).collect();
        let keep = cut.iter().map(|cut| !cut).collect::<Vec<_>>().into();
        let batch = filter_record_batch(&batch, &keep)?;
        let origin = Origin::Source { unit: Arc::clone(&self.unit), rows: rows.into(), lines: None };
        Ok(SourceBatch { rows: Rows { batch, origin }, bad, bytes_read: 0 })
    }
}

/// What no column of microseconds holds.
const CUT: &str = "a time with nanoseconds in the old format INT96, which is read in microseconds";

impl BatchReader for ParquetReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let (path, input) = (self.path.clone(), self.input.clone());
        let failed = |error: ParquetError| failed(&path, &input, &error);
        let Some((batch, cut)) = self.next(most).map_err(failed)? else { return Ok(None) };
        let rows = batch.num_rows() as u64;
        let read = self.whole(batch, &cut).map_err(failed)?;
        self.next_row += rows;
        // The reader does not tell its position, so the count of rows has to.
        let done = (self.next_row - 1) as f64 / self.rows.max(1) as f64;
        let bytes_read = (self.bytes as f64 * done.min(1.0)) as u64;
        Ok(Some(SourceBatch { bytes_read, ..read }))
    }
}

const RENAME: &str = "rename one of them where the file is written";

fn failed(path: &Path, input: &ParquetInput, error: &ParquetError) -> SourceError {
    let path = path.to_owned();
    // A store that cannot be reached says nothing of the file.
    if let Some(error) = input.failure() {
        return SourceError::Io { path, error: error.into() };
    }
    let help = help(input).unwrap_or_default();
    SourceError::Parquet { path, message: format!("{error}{help}") }
}

/// What is probably wrong with a file, by its first and its last bytes.
fn help(input: &ParquetInput) -> Option<&'static str> {
    const MAGIC: [u8; 4] = *b"PAR1";
    let (first, last) = input.ends()?;
    match (first == MAGIC, last == MAGIC) {
        (true, false) => Some("; the file ends too early: was it copied in full?"),
        (false, _) if first == *b"PARE" => Some("; the file is encrypted, which is not supported"),
        (false, _) => Some("; the file does not begin as Parquet does: check the `format`"),
        (true, true) => None,
    }
}
