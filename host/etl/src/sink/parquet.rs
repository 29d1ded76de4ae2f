use std::path::PathBuf;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::{Complete, SinkError, SinkWriter, StagedFile};

/// A row group is held in memory until it is written, so it ends here however many rows it has.
const ROW_GROUP_BYTES: usize = 64 << 20;

pub(super) struct ParquetSink {
    writer: ArrowWriter<StagedFile>,
    target: PathBuf,
}

impl ParquetSink {
    pub(super) fn open(file: StagedFile, schema: &SchemaRef) -> Result<Self, SinkError> {
        let target = file.target().to_owned();
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        match ArrowWriter::try_new(file, schema.clone(), Some(properties)) {
            Ok(writer) => Ok(Self { writer, target }),
            Err(error) => Err(SinkError::Type { path: target, error: error.to_string() }),
        }
    }

    fn failed(&self) -> impl FnOnce(ParquetError) -> SinkError + use<> {
        let path = self.target.clone();
        |error| SinkError::Encode { path, error: error.to_string() }
    }
}

impl SinkWriter for ParquetSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        let failed = self.failed();
        let written = self.writer.write(batch).and_then(|()| {
            if self.writer.in_progress_size() > ROW_GROUP_BYTES { self.writer.flush() } else { Ok(()) }
        });
        written.map_err(failed)
    }

    fn finish(self: Box<Self>) -> Result<Complete, SinkError> {
        let failed = self.failed();
        self.writer.into_inner().map_err(failed)?.complete()
    }
}
