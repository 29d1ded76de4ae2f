//! Reads Apache Parquet, row group by row group.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::error::SourceError;
use super::names::check_names;
use super::units::{BatchReader, SourceBatch};
use crate::rows::{Origin, Rows};

/// Reads a Parquet file batch by batch.
pub(super) struct ParquetReader {
    path: PathBuf,
    unit: Arc<str>,
    schema: SchemaRef,
    file: Option<File>,
    reader: Option<ParquetRecordBatchReader>,
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
    pub(super) fn open(path: &Path) -> Result<Option<Self>, SourceError> {
        let io = |error| SourceError::Io { path: path.to_owned(), error };
        let file = File::open(path).map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        if bytes == 0 {
            return Ok(None);
        }
        let builder = ParquetRecordBatchReaderBuilder::try_new(file.try_clone().map_err(io)?)
            .map_err(|error| damaged(path, &error.to_string()))?;
        check_names(&path.display().to_string(), builder.schema(), RENAME)?;
        Ok(Some(Self {
            path: path.to_owned(),
            unit: path.display().to_string().into(),
            schema: Arc::new(builder.schema().as_ref().clone().with_metadata(Default::default())),
            rows: u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default(),
            file: Some(file),
            reader: None,
            bytes,
            next_row: 1,
        }))
    }

    fn reader(&mut self, most: usize) -> Result<Option<&mut ParquetRecordBatchReader>, SourceError> {
        if let Some(file) = self.file.take() {
            let reader = ParquetRecordBatchReaderBuilder::try_new(file)
                .and_then(|builder| builder.with_batch_size(most).build())
                .map_err(|error| damaged(&self.path, &error.to_string()))?;
            self.reader = Some(reader);
        }
        Ok(self.reader.as_mut())
    }
}

impl BatchReader for ParquetReader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn read(&mut self, most: usize) -> Result<Option<SourceBatch>, SourceError> {
        let Some(read) = self.reader(most)?.and_then(Iterator::next) else { return Ok(None) };
        let batch = read
            .and_then(|batch| batch.with_schema(Arc::clone(&self.schema)))
            .map_err(|error| damaged(&self.path, &error.to_string()))?;
        let origin = Origin::numbered(&self.unit, self.next_row, batch.num_rows());
        self.next_row += batch.num_rows() as u64;
        // The reader does not tell its position, so the count of rows has to.
        let done = (self.next_row - 1) as f64 / self.rows.max(1) as f64;
        let bytes_read = (self.bytes as f64 * done.min(1.0)) as u64;
        Ok(Some(SourceBatch { rows: Rows { batch, origin }, bad: Vec::new(), bytes_read }))
    }
}

const RENAME: &str = "rename one of them where the file is written";

fn damaged(path: &Path, message: &str) -> SourceError {
    let help = help(path).unwrap_or_default();
    SourceError::Parquet { path: path.to_owned(), message: format!("{message}{help}") }
}

/// What is probably wrong with a file, by its first and its last bytes.
fn help(path: &Path) -> Option<&'static str> {
    const MAGIC: [u8; 4] = *b"PAR1";
    let mut file = File::open(path).ok()?;
    let (mut first, mut last) = ([0; 4], [0; 4]);
    file.read_exact(&mut first).ok()?;
    file.seek(SeekFrom::End(-4)).and_then(|_| file.read_exact(&mut last)).ok()?;
    match (first == MAGIC, last == MAGIC) {
        (true, false) => Some("; the file ends too early: was it copied in full?"),
        (false, _) if first == *b"PARE" => Some("; the file is encrypted, which is not supported"),
        (false, _) => Some("; the file does not begin as Parquet does: check the `format`"),
        (true, true) => None,
    }
}
