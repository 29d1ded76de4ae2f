use arrow_array::RecordBatch;
use arrow_csv::{Writer, WriterBuilder};
use arrow_schema::SchemaRef;

use super::{Complete, SinkError, SinkWriter, StagedFile, encode};

pub(super) struct CsvSink {
    writer: Writer<StagedFile>,
    target: std::path::PathBuf,
}

impl CsvSink {
    pub(super) fn open(file: StagedFile, schema: &SchemaRef) -> Result<Self, SinkError> {
        let target = file.target().to_owned();
        let mut writer = WriterBuilder::new().with_header(true).build(file);
        // An empty batch writes the header, so that a run without rows has one too, and refuses nested types.
        writer
            .write(&RecordBatch::new_empty(schema.clone()))
            .map_err(|error| SinkError::Type { path: target.clone(), error: error.to_string() })?;
        Ok(Self { writer, target })
    }
}

impl SinkWriter for CsvSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        self.writer.write(batch).map_err(encode(self.target.clone()))
    }

    fn finish(self: Box<Self>) -> Result<Complete, SinkError> {
        self.writer.into_inner().complete()
    }
}
