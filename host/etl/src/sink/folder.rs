//! A sink that is a folder: each commit adds a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::error::SinkError;
use super::file::{check_text, encode};
use super::publish::Publish;
use super::row_file::ParquetFile;
use super::staged::{StagedFile, staged_path};
use super::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};
use crate::pipeline::{Compression, FileSinkFormat, SinkFile, SinkMode, TextFormat};

pub(super) struct FolderSink {
    folder: PathBuf,
    format: FileSinkFormat,
    schema: SchemaRef,
    part: Option<Part>,
    next: u64,
    /// Files of earlier runs, which the first commit removes.
    replaced: Vec<PathBuf>,
}

enum Part {
    Text(StagedFile, TextFormat, bool),
    Parquet(Box<ParquetFile>, PathBuf),
}

impl FolderSink {
    pub(super) fn open(
        file: &SinkFile,
        mode: SinkMode,
        schema: &SchemaRef,
        start: &SinkStart<'_>,
    ) -> Result<Self, SinkError> {
        let failed = |error| SinkError::Io { path: file.path.clone(), error };
        fs::create_dir_all(&file.path).map_err(failed)?;
        if let FileSinkFormat::Text(format, _) = file.format {
            check_text(format, schema, &file.path)?;
        }
        let mut sink = Self {
            folder: file.path.clone(),
            format: file.format,
            schema: Arc::clone(schema),
            part: None,
            next: start.commits + 1,
            replaced: Vec::new(),
        };
        if mode == SinkMode::Replace && start.mark.is_none() {
            for entry in fs::read_dir(&file.path).map_err(failed)? {
                let path = entry.map_err(failed)?.path();
                if sink.is_part(&path) {
                    sink.replaced.push(path);
                }
            }
            sink.replaced.sort();
        }
        Ok(sink)
    }

    fn extension(&self) -> &'static str {
        match self.format {
            FileSinkFormat::Text(TextFormat::Csv, Compression::None) => "csv",
            FileSinkFormat::Text(TextFormat::Csv, Compression::Gzip) => "csv.gz",
            FileSinkFormat::Text(TextFormat::Csv, Compression::Zstd) => "csv.zst",
            FileSinkFormat::Text(TextFormat::Jsonl, Compression::None) => "jsonl",
            FileSinkFormat::Text(TextFormat::Jsonl, Compression::Gzip) => "jsonl.gz",
            FileSinkFormat::Text(TextFormat::Jsonl, Compression::Zstd) => "jsonl.zst",
            FileSinkFormat::Parquet => "parquet",
        }
    }

    /// Whether a file has the name of one that this sink writes.
    fn is_part(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_prefix("part-").and_then(|rest| rest.split_once('.')).is_some_and(|(digits, extension)| {
            digits.bytes().all(|byte| byte.is_ascii_digit()) && extension == self.extension()
        })
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("part-{:06}.{}", self.next, self.extension()))
    }

    fn start_part(&self) -> Result<Part, SinkError> {
        let target = self.path();
        Ok(match self.format {
            FileSinkFormat::Text(format, compression) => {
                Part::Text(StagedFile::create(&target, compression, false)?, format, true)
            }
            FileSinkFormat::Parquet => {
                let (target, staged) = staged_path(&target, "")?;
                Part::Parquet(Box::new(ParquetFile::create(&staged, &target, &self.schema)?), target)
            }
        })
    }
}

impl SinkWriter for FolderSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), SinkError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let mut part = match self.part.take() {
            Some(part) => part,
            None => self.start_part()?,
        };
        match &mut part {
            Part::Text(file, format, header) => {
                encode(*format, batch, std::mem::take(header), file).map_err(|error| SinkError::Encode {
                    path: file.target().to_owned(),
                    error: error.to_string(),
                })?;
            }
            Part::Parquet(file, _) => file.write(batch)?,
        }
        self.part = Some(part);
        Ok(())
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        // An old file with the name of the new one is replaced by the rename. It must not be removed as well: when a run that was
        // interrupted after its first commit repeats this, the removal would take the new file.
        let own = self.part.is_some().then(|| self.path());
        let own = own.as_deref().and_then(Path::file_name);
        let mut publish: Vec<_> = std::mem::take(&mut self.replaced)
            .into_iter()
            .filter(|path| path.file_name() != own)
            .map(Publish::Remove)
            .collect();
        match self.part.take() {
            None => {}
            Some(Part::Text(mut file, ..)) => {
                file.prepare()?;
                publish.push(file.publish());
                // From here on the checkpoint refers to the file.
                file.commit();
            }
            Some(Part::Parquet(file, to)) => publish.push(Publish::Rename { from: file.finish()?, to }),
        }
        self.next = commit.number + 1;
        Ok(Prepared { mark: SinkMark::None, publish })
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}
