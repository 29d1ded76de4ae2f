//! A sink that is one file, which appears with the last commit.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{RecordBatch, new_null_array};
use arrow_json::writer::LineDelimited;
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};

use super::error::SinkError;
use super::publish::Publish;
use super::refusal::{self, Refusal};
use super::row_file::{ParquetFile, join_parquet};
use super::staging::{Staging, resolved};
use super::text_file::TextFile;
use super::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};
use crate::input::Input;
use crate::pipeline::{Compression, FileSinkFormat, SinkFile, SinkMode, TextFormat};

pub(super) fn open(
    file: &SinkFile,
    mode: SinkMode,
    schema: &SchemaRef,
    start: &SinkStart<'_>,
) -> Result<Box<dyn SinkWriter>, SinkError> {
    Ok(match file.format {
        FileSinkFormat::Text(format, compression) => {
            check_text(format, schema, &file.path)?;
            Box::new(TextSink::open(&file.path, format, compression, mode, schema, start)?)
        }
        FileSinkFormat::Parquet => Box::new(ParquetSink::open(&file.path, schema, start)?),
    })
}

/// Checks before the first row that a text format supports the types of all columns.
pub(super) fn check_text(format: TextFormat, schema: &SchemaRef, target: &Path) -> Result<(), SinkError> {
    let nullable = schema.fields().iter().map(|field| Field::clone(field).with_nullable(true));
    let columns = schema.fields().iter().map(|field| new_null_array(field.data_type(), 1));
    RecordBatch::try_new(Arc::new(Schema::new(nullable.collect::<Vec<_>>())), columns.collect())
        .and_then(|row| encode(format, &row, true, &mut std::io::sink()))
        .map_err(|error| SinkError::Type { path: target.to_owned(), error: error.to_string() })
}

/// Writes the rows of a batch as text.
pub(super) fn encode(
    format: TextFormat,
    batch: &RecordBatch,
    header: bool,
    output: &mut impl Write,
) -> Result<(), ArrowError> {
    match format {
        TextFormat::Csv => arrow_csv::WriterBuilder::new().with_header(header).build(output).write(batch),
        // A row has all keys, nulls included, so that a reader sees all columns in each row.
        TextFormat::Jsonl => arrow_json::WriterBuilder::new()
            .with_explicit_nulls(true)
            .build::<_, LineDelimited>(output)
            .write(batch),
    }
}

/// A file of CSV or JSON Lines.
struct TextSink {
    file: TextFile,
    format: TextFormat,
    /// The columns of the CSV header, if it is not written yet.
    header: Option<SchemaRef>,
}

impl TextSink {
    fn open(
        path: &Path,
        format: TextFormat,
        compression: Compression,
        mode: SinkMode,
        schema: &SchemaRef,
        start: &SinkStart<'_>,
    ) -> Result<Self, SinkError> {
        let file = TextFile::open(path, compression, mode, start)?;
        let keeps = mode != SinkMode::Replace && !file.is_empty();
        if keeps && format == TextFormat::Csv {
            check_header(file.target(), schema)?;
        }
        // A run that continues has written its header with its first commit.
        let continues = mode == SinkMode::Replace && start.mark.is_some();
        let header = (format == TextFormat::Csv && file.is_empty() && !continues).then(|| Arc::clone(schema));
        Ok(Self { file, format, header })
    }
}

impl TextSink {
    fn write_header(&mut self) -> Result<(), SinkError> {
        let Some(schema) = self.header.take() else { return Ok(()) };
        let mut header = Vec::new();
        encode(self.format, &RecordBatch::new_empty(schema), true, &mut header)
            .map_err(encoding(self.file.target()))?;
        self.file.write_header(&header)
    }
}

/// Checks that a CSV file has these columns. Quotes and a byte order mark make no difference.
fn check_header(path: &Path, schema: &SchemaRef) -> Result<(), SinkError> {
    let failed = |error| SinkError::Io { path: path.to_owned(), error };
    let input = Input::open(path).map_err(failed)?.take(1 << 20);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).map_err(|error| failed(error.into()))?;
    let mut found: Vec<_> = record.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    if let Some(first) = found.first_mut()
        && let Some(rest) = first.strip_prefix('\u{feff}')
    {
        *first = rest.trim_matches('"').to_owned();
    }
    let expected: Vec<_> = schema.fields().iter().map(|field| field.name().clone()).collect();
    if found == expected {
        return Ok(());
    }
    Err(SinkError::OtherColumns {
        path: path.to_owned(),
        expected: expected.join(", "),
        found: found.join(", "),
    })
}

pub(super) fn encoding(path: &Path) -> impl FnOnce(ArrowError) -> SinkError + use<> {
    let path = path.to_owned();
    |error| match error {
        ArrowError::IoError(_, error) => SinkError::Io { path, error },
        error => SinkError::Encode { path, error: error.to_string() },
    }
}

impl SinkWriter for TextSink {
    fn offer(&mut self, batch: &RecordBatch) -> Result<Vec<Refusal>, SinkError> {
        Ok(refusal::of_text(self.format, batch))
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.write_header()?;
        encode(self.format, batch, false, &mut self.file).map_err(encoding(self.file.target()))
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        // A file without rows has a header too.
        if commit.last {
            self.write_header()?;
        }
        self.file.prepare(commit)
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        self.file.commit();
        Ok(())
    }
}

/// A JSON Lines file whose rows can have different columns.
pub(crate) struct JsonLines(TextFile);

impl JsonLines {
    pub(crate) fn open(path: &Path, mode: SinkMode, start: &SinkStart<'_>) -> Result<Self, SinkError> {
        Ok(Self(TextFile::open(path, Compression::of(path), mode, start)?))
    }

    pub(crate) fn text(&mut self, line: &str) -> Result<(), SinkError> {
        let path = self.0.target().to_owned();
        let written = self.0.write_all(line.as_bytes()).and_then(|()| self.0.write_all(b"\n"));
        written.map_err(|error| SinkError::Io { path, error })
    }

    pub(crate) fn line(&mut self, line: &impl serde::Serialize) -> Result<(), SinkError> {
        let path = self.0.target().to_owned();
        let written = serde_json::to_writer(&mut self.0, line)
            .map_err(std::io::Error::from)
            .and_then(|()| self.0.write_all(b"\n"));
        written.map_err(|error| SinkError::Io { path, error })
    }
}

impl SinkWriter for JsonLines {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        encode(TextFormat::Jsonl, batch, false, &mut self.0).map_err(encoding(self.0.target()))
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        self.0.prepare(commit)
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        self.0.commit();
        Ok(())
    }
}

/// A Parquet file. Its footer is at its end, so each commit writes a segment, and the last commit joins the segments.
struct ParquetSink {
    target: PathBuf,
    staging: Staging,
    schema: SchemaRef,
    segments: Vec<PathBuf>,
    /// The number of last segments that are in no checkpoint yet.
    uncommitted: usize,
    writer: Option<ParquetFile>,
}

impl ParquetSink {
    fn open(path: &Path, schema: &SchemaRef, start: &SinkStart<'_>) -> Result<Self, SinkError> {
        let (target, staging) = (resolved(path)?, start.staging());
        let segments = match start.mark {
            Some(SinkMark::Segments { paths }) => {
                if let Some(path) = paths.iter().find(|path| !path.exists()) {
                    return Err(SinkError::StagedGone { path: path.clone() });
                }
                paths.clone()
            }
            _ => Vec::new(),
        };
        staging.clear_beside(&target, &segments);
        let mut sink =
            Self { target, staging, schema: Arc::clone(schema), segments, uncommitted: 0, writer: None };
        // Creates the file now, so that an unsupported type is an error before the first row.
        sink.writer = Some(sink.segment()?);
        Ok(sink)
    }

    fn segment(&self) -> Result<ParquetFile, SinkError> {
        ParquetFile::create(&self.staging.path(&self.target), &self.target, &self.schema)
    }
}

impl SinkWriter for ParquetSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.segment()?,
        };
        writer.write(batch)?;
        self.writer = Some(writer);
        Ok(())
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        if let Some(writer) = self.writer.take() {
            self.segments.push(writer.finish()?);
            self.uncommitted += 1;
        }
        let mut publish = Vec::new();
        if commit.last {
            match self.segments.as_slice() {
                [one] => publish.push(Publish::Rename { from: one.clone(), to: self.target.clone() }),
                several => {
                    let joined = self.staging.part(&self.target, "joined-");
                    join_parquet(several, &joined, &self.target)?;
                    publish.push(Publish::Rename { from: joined, to: self.target.clone() });
                    publish.extend(several.iter().cloned().map(Publish::Remove));
                }
            }
        }
        self.staging.commit = commit.number + 1;
        Ok(Prepared { mark: SinkMark::Segments { paths: self.segments.clone() }, publish })
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        self.uncommitted = 0;
        Ok(())
    }
}

impl Drop for ParquetSink {
    fn drop(&mut self) {
        let kept = self.segments.len() - self.uncommitted.min(self.segments.len());
        for segment in self.segments.iter().skip(kept) {
            let _ = std::fs::remove_file(segment);
        }
    }
}
