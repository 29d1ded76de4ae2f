use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{RecordBatch, new_null_array};
use arrow_json::writer::LineDelimited;
use arrow_json::{Writer, WriterBuilder};
use arrow_schema::{Field, Schema, SchemaRef};

use super::{Complete, SinkError, SinkWriter, StagedFile, encode};

pub(crate) struct JsonlSink {
    writer: Writer<StagedFile, LineDelimited>,
    target: PathBuf,
}

impl JsonlSink {
    pub(crate) fn open(file: StagedFile, schema: &SchemaRef) -> Result<Self, SinkError> {
        let sink = Self::any(file);
        // Arrow finds out that it cannot write a type with the first row only; this is that row.
        let nullable = schema.fields().iter().map(|field| Field::clone(field).with_nullable(true));
        let columns = schema.fields().iter().map(|field| new_null_array(field.data_type(), 1));
        RecordBatch::try_new(Arc::new(Schema::new(nullable.collect::<Vec<_>>())), columns.collect())
            .and_then(|row| {
                WriterBuilder::new()
                    .with_explicit_nulls(true)
                    .build::<_, LineDelimited>(io::sink())
                    .write(&row)
            })
            .map_err(|error| SinkError::Type { path: sink.target.clone(), error: error.to_string() })?;
        Ok(sink)
    }

    /// For batches of any schema, one after the other.
    pub(crate) fn any(file: StagedFile) -> Self {
        let target = file.target().to_owned();
        // A row always has all of its keys, so that a reader need not guess whether a key can be there.
        Self { writer: WriterBuilder::new().with_explicit_nulls(true).build(file), target }
    }

    /// The file, for lines that are no batch.
    pub(crate) fn file(&mut self) -> &mut StagedFile {
        self.writer.get_mut()
    }
}

impl SinkWriter for JsonlSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        self.writer.write(batch).map_err(encode(self.target.clone()))
    }

    fn finish(self: Box<Self>) -> Result<Complete, SinkError> {
        self.writer.into_inner().complete()
    }
}
