//! A sink that is standard output. Rows are written batch by batch, without commits.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::error::SinkError;
use super::file::{check_text, encode};
use super::refusal::{self, Refusal};
use super::writer::{Commit, Prepared, SinkMark, SinkWriter};
use crate::pipeline::TextFormat;

pub(super) struct StdoutSink {
    format: TextFormat,
    header: bool,
    /// The reader has closed its end, as `head` does. The rest is dropped.
    gone: bool,
}

impl StdoutSink {
    pub(super) fn open(format: TextFormat, schema: &SchemaRef) -> Result<Self, SinkError> {
        check_text(format, schema, Path::new("standard output"))?;
        Ok(Self { format, header: true, gone: false })
    }
}

impl SinkWriter for StdoutSink {
    fn offer(&mut self, batch: &RecordBatch) -> Result<Vec<Refusal>, SinkError> {
        Ok(refusal::of_text(self.format, batch))
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        if self.gone {
            return Ok(());
        }
        let path = || PathBuf::from("standard output");
        let mut text = Vec::new();
        encode(self.format, batch, std::mem::take(&mut self.header), &mut text)
            .map_err(|error| SinkError::Encode { path: path(), error: error.to_string() })?;
        let mut output = io::stdout().lock();
        match output.write_all(&text).and_then(|()| output.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.gone = true,
            Err(error) => return Err(SinkError::Io { path: path(), error }),
            Ok(()) => {}
        }
        Ok(())
    }

    fn prepare(&mut self, _: &Commit) -> Result<Prepared, SinkError> {
        Ok(Prepared { mark: SinkMark::None, publish: Vec::new() })
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}
