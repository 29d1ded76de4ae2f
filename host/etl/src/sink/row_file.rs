//! One Parquet file.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression as ParquetCompression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;

use super::disk::sync_folder;
use super::error::SinkError;
use crate::own_file;

/// The size at which a row group ends. It is in memory until it is written.
const ROW_GROUP_BYTES: usize = 64 << 20;

/// A Parquet file. It is removed if it is dropped before [`finish`](Self::finish).
pub(super) struct ParquetFile {
    writer: Option<ArrowWriter<File>>,
    path: PathBuf,
    target: PathBuf,
}

fn properties() -> WriterProperties {
    WriterProperties::builder().set_compression(ParquetCompression::SNAPPY).build()
}

impl ParquetFile {
    /// Creates the file at `path`. Messages name `target`.
    pub(super) fn create(path: &Path, target: &Path, schema: &SchemaRef) -> Result<Self, SinkError> {
        let file =
            own_file::create(path).map_err(|error| SinkError::Io { path: target.to_owned(), error })?;
        let mut created = Self { writer: None, path: path.to_owned(), target: target.to_owned() };
        match ArrowWriter::try_new(file, Arc::clone(schema), Some(properties())) {
            Ok(writer) => created.writer = Some(writer),
            Err(error) => {
                return Err(SinkError::Type { path: target.to_owned(), error: error.to_string() });
            }
        }
        Ok(created)
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        let Some(writer) = &mut self.writer else { return Err(failed(&self.target, closed())) };
        let written = writer
            .write(batch)
            .and_then(|()| if writer.in_progress_size() > ROW_GROUP_BYTES { writer.flush() } else { Ok(()) });
        written.map_err(|error| failed(&self.target, error))
    }

    /// Writes the footer and syncs the file.
    pub(super) fn finish(mut self) -> Result<PathBuf, SinkError> {
        let Some(writer) = self.writer.take() else { return Err(failed(&self.target, closed())) };
        let done = writer.into_inner().map_err(|error| failed(&self.target, error)).and_then(|file| {
            file.sync_all().map_err(|error| SinkError::Io { path: self.target.clone(), error })
        });
        match done {
            Ok(()) => {
                sync_folder(&self.path);
                Ok(std::mem::take(&mut self.path))
            }
            Err(error) => Err(error),
        }
    }
}

impl Drop for ParquetFile {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            self.writer = None;
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn closed() -> ParquetError {
    ParquetError::General("the file was closed after an error".to_owned())
}

fn failed(target: &Path, error: ParquetError) -> SinkError {
    let path = target.to_owned();
    // The operating system's error is clearer than Parquet's message around it.
    if let ParquetError::External(inner) = &error
        && let Some(io) = inner.downcast_ref::<io::Error>()
    {
        return SinkError::Io { path, error: io::Error::new(io.kind(), io.to_string()) };
    }
    SinkError::Encode { path, error: error.to_string() }
}

/// Joins Parquet files with the same columns by copying their row groups.
pub(super) fn join_parquet(segments: &[PathBuf], joined: &Path, target: &Path) -> Result<(), SinkError> {
    let io = |error| SinkError::Io { path: target.to_owned(), error };
    let join = || -> Result<(), ParquetError> {
        let first = segments.first().ok_or_else(closed)?;
        let opened = SerializedFileReader::new(own_file::read(first)?)?;
        let metadata = opened.metadata().file_metadata();
        // The file's metadata has the Arrow schema.
        let properties = WriterProperties::builder()
            .set_compression(ParquetCompression::SNAPPY)
            .set_key_value_metadata(metadata.key_value_metadata().cloned())
            .build();
        let schema = metadata.schema_descr().root_schema_ptr();
        let mut writer = SerializedFileWriter::new(own_file::create(joined)?, schema, Arc::new(properties))?;
        for segment in segments {
            let file = own_file::read(segment)?;
            let reader = SerializedFileReader::new(file.try_clone()?)?;
            for group in reader.metadata().row_groups() {
                let mut into = writer.next_row_group()?;
                for column in group.columns() {
                    let close = parquet::column::writer::ColumnCloseResult {
                        bytes_written: u64::try_from(column.compressed_size()).unwrap_or_default(),
                        rows_written: u64::try_from(group.num_rows()).unwrap_or_default(),
                        metadata: column.clone(),
                        bloom_filter: None,
                        column_index: None,
                        offset_index: None,
                    };
                    into.append_column(&file, close)?;
                }
                into.close()?;
            }
        }
        writer.finish()?;
        writer.inner().sync_all()?;
        Ok(())
    };
    join().map_err(|error| failed(target, error))?;
    File::open(joined).and_then(|file| file.sync_all()).map_err(io)?;
    sync_folder(joined);
    Ok(())
}
