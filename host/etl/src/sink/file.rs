//! A sink that is one file, which appears with the last commit.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{RecordBatch, new_null_array};
use arrow_json::writer::LineDelimited;
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};

use super::error::SinkError;
use super::publish::Publish;
use super::row_file::{ParquetFile, join_parquet};
use super::staged::{StagedFile, staged_path};
use super::writer::{Commit, Prepared, SinkMark, SinkWriter};
use crate::input::Input;
use crate::pipeline::{Compression, FileSinkFormat, SinkFile, SinkMode, TextFormat};

pub(super) fn open(
    file: &SinkFile,
    mode: SinkMode,
    schema: &SchemaRef,
    mark: Option<&SinkMark>,
) -> Result<Box<dyn SinkWriter>, SinkError> {
    Ok(match file.format {
        FileSinkFormat::Text(format, compression) => {
            check_text(format, schema, &file.path)?;
            Box::new(TextSink::open(&file.path, format, compression, mode, schema, mark)?)
        }
        FileSinkFormat::Parquet => Box::new(ParquetSink::open(&file.path, schema, mark)?),
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
    file: StagedFile,
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
        mark: Option<&SinkMark>,
    ) -> Result<Self, SinkError> {
        if let Some(mark) = mark {
            return Ok(Self { file: StagedFile::resume(path, compression, mark)?, format, header: None });
        }
        let keep = mode == SinkMode::Append;
        let held = if keep { first_line(path)? } else { None };
        if let Some(found) = held.as_ref().filter(|_| format == TextFormat::Csv) {
            let mut expected = Vec::new();
            encode(format, &RecordBatch::new_empty(Arc::clone(schema)), true, &mut expected)
                .map_err(encoding(path))?;
            let expected = String::from_utf8_lossy(&expected).trim_end().to_owned();
            if *found != expected {
                return Err(SinkError::OtherColumns {
                    path: path.to_owned(),
                    expected,
                    found: found.clone(),
                });
            }
        }
        let header = (format == TextFormat::Csv && held.is_none()).then(|| Arc::clone(schema));
        Ok(Self { file: StagedFile::create(path, compression, keep)?, format, header })
    }
}

/// The first line of a file, if it has one.
fn first_line(path: &Path) -> Result<Option<String>, SinkError> {
    if !path.exists() {
        return Ok(None);
    }
    let failed = |error| SinkError::Io { path: path.to_owned(), error };
    let mut line = String::new();
    BufReader::new(Input::open(path).map_err(failed)?.take(1 << 20)).read_line(&mut line).map_err(failed)?;
    let line = line.trim_end().to_owned();
    Ok((!line.is_empty()).then_some(line))
}

fn encoding(path: &Path) -> impl FnOnce(ArrowError) -> SinkError + use<> {
    let path = path.to_owned();
    |error| match error {
        ArrowError::IoError(_, error) => SinkError::Io { path, error },
        error => SinkError::Encode { path, error: error.to_string() },
    }
}

impl SinkWriter for TextSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        let header = self.header.take().is_some();
        encode(self.format, batch, header, &mut self.file).map_err(encoding(self.file.target()))
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        // A file without rows has a header too.
        if let Some(schema) = self.header.take() {
            encode(self.format, &RecordBatch::new_empty(schema), true, &mut self.file)
                .map_err(encoding(self.file.target()))?;
        }
        let mark = self.file.prepare()?;
        let publish = if commit.last { vec![self.file.publish()] } else { Vec::new() };
        Ok(Prepared { mark, publish })
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        self.file.commit();
        Ok(())
    }
}

/// A JSON Lines file whose rows can have different columns.
pub(crate) struct JsonLines(StagedFile);

impl JsonLines {
    pub(crate) fn open(path: &Path, mode: SinkMode, mark: Option<&SinkMark>) -> Result<Self, SinkError> {
        let compression = Compression::of(path);
        Ok(Self(match mark {
            Some(mark) => StagedFile::resume(path, compression, mark)?,
            None => StagedFile::create(path, compression, mode != SinkMode::Replace)?,
        }))
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
        let mark = self.0.prepare()?;
        let publish = if commit.last { vec![self.0.publish()] } else { Vec::new() };
        Ok(Prepared { mark, publish })
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        self.0.commit();
        Ok(())
    }
}

/// A Parquet file. Its footer is at its end, so each commit writes a segment, and the last commit joins the segments.
struct ParquetSink {
    target: PathBuf,
    staged: PathBuf,
    schema: SchemaRef,
    segments: Vec<PathBuf>,
    /// The number of last segments that are in no checkpoint yet.
    uncommitted: usize,
    writer: Option<ParquetFile>,
}

impl ParquetSink {
    fn open(path: &Path, schema: &SchemaRef, mark: Option<&SinkMark>) -> Result<Self, SinkError> {
        let (target, staged) = staged_path(path, "")?;
        let segments = match mark {
            None => Vec::new(),
            Some(SinkMark::Segments { paths }) => {
                if let Some(path) = paths.iter().find(|path| !path.exists()) {
                    return Err(SinkError::StagedGone { path: path.clone() });
                }
                paths.clone()
            }
            Some(_) => return Err(SinkError::StagedGone { path: staged }),
        };
        let mut sink =
            Self { target, staged, schema: Arc::clone(schema), segments, uncommitted: 0, writer: None };
        // Creates the file now, so that an unsupported type is an error before the first row.
        sink.writer = Some(sink.segment()?);
        Ok(sink)
    }

    fn segment(&self) -> Result<ParquetFile, SinkError> {
        let (_, path) = staged_path(&self.target, &format!("{}.", self.segments.len() + 1))?;
        ParquetFile::create(&path, &self.target, &self.schema)
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
                    join_parquet(several, &self.staged, &self.target)?;
                    publish.push(Publish::Rename { from: self.staged.clone(), to: self.target.clone() });
                    publish.extend(several.iter().cloned().map(Publish::Remove));
                }
            }
        }
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
