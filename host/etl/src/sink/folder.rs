//! A sink that is a folder: each commit adds a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::disk::sync_folder;
use super::error::SinkError;
use super::file::{check_text, encode};
use super::part_name::{format, is_part, number};
use super::publish::Publish;
use super::refusal::{self, Refusal};
use super::row_file::ParquetFile;
use super::staged::StagedFile;
use super::staging::Staging;
use super::swap::list_name;
use super::writer::{Commit, Prepared, SinkMark, SinkStart, SinkWriter};
use crate::own_file;
use crate::pipeline::{Compression, FileSinkFormat, SinkFile, SinkMode, TextFormat};

/// Writes part files. With `append` each commit publishes one, with a name that no other run gives. With `replace` they are collected in a
/// folder of their own, and the last commit replaces the old ones with them.
pub(super) struct FolderSink {
    /// The target.
    folder: PathBuf,
    /// The folder that part files are collected in, with `replace`.
    collected: Option<Collected>,
    format: FileSinkFormat,
    schema: SchemaRef,
    part: Option<Part>,
    staging: Staging,
}

struct Collected {
    path: PathBuf,
    /// Whether a checkpoint refers to it: then it is kept when the run fails.
    committed: bool,
}

enum Part {
    Text(StagedFile, TextFormat, bool),
    Parquet(Box<ParquetFile>),
}

impl FolderSink {
    pub(super) fn open(
        file: &SinkFile,
        mode: SinkMode,
        schema: &SchemaRef,
        start: &SinkStart<'_>,
    ) -> Result<Self, SinkError> {
        let failed = |error| SinkError::Io { path: file.path.clone(), error };
        if let FileSinkFormat::Text(format, _) = file.format {
            check_text(format, schema, &file.path)?;
        }
        fs::create_dir_all(&file.path).map_err(failed)?;
        let folder = file.path.canonicalize().map_err(failed)?;
        let staging = start.staging();
        if mode == SinkMode::Replace
            && let Some(path) = folder_like_a_part(&folder).map_err(failed)?
        {
            return Err(SinkError::FolderLikePart { path });
        }
        let own = extension(file.format).split('.').next();
        if mode == SinkMode::Replace
            && let Some(path) = part_of_another_format(&folder, own).map_err(failed)?
        {
            return Err(SinkError::OtherParts { path });
        }
        let mut sink = Self {
            folder,
            collected: None,
            format: file.format,
            schema: Arc::clone(schema),
            part: None,
            staging,
        };
        match (mode, start.mark) {
            (SinkMode::Replace, Some(SinkMark::Parts { path })) => sink.resume(path, start.commits)?,
            (SinkMode::Replace, _) => sink.collect().map_err(failed)?,
            _ => sink.staging.clear(&sink.folder, ".part-", &[]),
        }
        Ok(sink)
    }

    /// Starts an empty folder for the part files: beside the target, so that the two can be exchanged, or in it where that is not possible.
    fn collect(&mut self) -> Result<(), std::io::Error> {
        let parts = self.folder.join("parts");
        for target in [&self.folder, &parts] {
            self.staging.clear_beside(target, &[]);
        }
        let (beside, inside) = (self.staging.path(&self.folder), self.staging.path(&parts));
        let path = match fs::create_dir(&beside) {
            Ok(()) if same_device(&beside, &self.folder) => beside,
            made => {
                if made.is_ok() {
                    fs::remove_dir(&beside)?;
                }
                fs::create_dir(&inside)?;
                inside
            }
        };
        // It takes the target's place, for everybody who may read that.
        fs::set_permissions(&path, fs::metadata(&self.folder)?.permissions())?;
        self.collected = Some(Collected { path, committed: false });
        Ok(())
    }

    /// Opens the folder at the point where an interrupted run has left it.
    fn resume(&mut self, path: &Path, commits: u64) -> Result<(), SinkError> {
        let entries = fs::read_dir(path).map_err(|_| SinkError::StagedGone { path: path.to_owned() })?;
        for entry in entries.flatten() {
            // Parts of a commit that was not made are written again.
            let later = number(&entry.file_name()).is_none_or(|number| number > commits);
            if later {
                fs::remove_file(entry.path()).map_err(|error| SinkError::Io { path: entry.path(), error })?;
            }
        }
        self.collected = Some(Collected { path: path.to_owned(), committed: true });
        Ok(())
    }

    /// The name that the part file of the next commit appears under.
    fn target(&self) -> PathBuf {
        let Staging { run, commit } = &self.staging;
        let extension = extension(self.format);
        self.folder.join(match self.collected {
            Some(_) => format!("part-{commit:06}.{extension}"),
            None => format!("part-{run}-{commit:06}.{extension}"),
        })
    }

    /// The file that its rows are written to.
    fn path(&self) -> PathBuf {
        let target = self.target();
        match &self.collected {
            Some(collected) => collected.path.join(target.file_name().unwrap_or_default()),
            None => self.staging.path(&target),
        }
    }

    fn start_part(&self) -> Result<Part, SinkError> {
        let target = self.target();
        Ok(match self.format {
            FileSinkFormat::Text(format, compression) => {
                Part::Text(StagedFile::create(self.path(), &target, compression)?, format, true)
            }
            FileSinkFormat::Parquet => {
                Part::Parquet(Box::new(ParquetFile::create(&self.path(), &target, &self.schema)?))
            }
        })
    }

    /// Lists the part files of the complete folder.
    fn list(&self, folder: &Path) -> std::io::Result<()> {
        let mut names = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.file_name()))
            .filter(|name| name.as_ref().map_or(true, |name| is_part(name)))
            .collect::<std::io::Result<Vec<_>>>()?;
        names.sort();
        let names: Vec<_> = names.iter().map(|name| name.to_string_lossy()).collect();
        let list = folder.join(list_name(folder));
        own_file::write(&list, names.join("\n").as_bytes())?.sync_all()?;
        sync_folder(&list);
        Ok(())
    }
}

fn extension(format: FileSinkFormat) -> &'static str {
    match format {
        FileSinkFormat::Text(TextFormat::Csv, Compression::None) => "csv",
        FileSinkFormat::Text(TextFormat::Csv, Compression::Gzip) => "csv.gz",
        FileSinkFormat::Text(TextFormat::Csv, Compression::Zstd) => "csv.zst",
        FileSinkFormat::Text(TextFormat::Jsonl, Compression::None) => "jsonl",
        FileSinkFormat::Text(TextFormat::Jsonl, Compression::Gzip) => "jsonl.gz",
        FileSinkFormat::Text(TextFormat::Jsonl, Compression::Zstd) => "jsonl.zst",
        FileSinkFormat::Parquet => "parquet",
    }
}

/// A part file of another format. To replace it may be to remove the rows of another pipeline, and to keep it to mix them with these.
fn part_of_another_format(folder: &Path, own: Option<&str>) -> std::io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if format(&entry.file_name()).is_some_and(|format| Some(format) != own) {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}

/// A folder with the name of a part file, which cannot take that file's place.
fn folder_like_a_part(folder: &Path) -> std::io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_part(&entry.file_name()) && entry.path().is_dir() {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}

#[cfg(unix)]
fn same_device(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).ok();
    device(one) == device(other)
}

#[cfg(not(unix))]
fn same_device(_: &Path, _: &Path) -> bool {
    true
}

impl SinkWriter for FolderSink {
    fn offer(&mut self, batch: &RecordBatch) -> Result<Vec<Refusal>, SinkError> {
        Ok(match self.format {
            FileSinkFormat::Text(format, _) => refusal::of_text(format, batch),
            FileSinkFormat::Parquet => Vec::new(),
        })
    }

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
                let header = std::mem::take(header);
                encode(*format, batch, header, file).map_err(super::file::encoding(&self.target()))?;
            }
            Part::Parquet(file) => file.write(batch)?,
        }
        self.part = Some(part);
        Ok(())
    }

    fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        let mut publish = Vec::new();
        let (part, target) = (self.part.take(), self.target());
        let rename = |from: &Path| Publish::Rename { from: from.to_owned(), to: target.clone() };
        let collected = self.collected.as_ref();
        match part {
            None => {}
            Some(Part::Text(mut file, ..)) => {
                file.prepare()?;
                if collected.is_none() {
                    publish.push(rename(file.path()));
                }
                // From here on the checkpoint refers to the file.
                file.commit();
            }
            Some(Part::Parquet(file)) => {
                let path = file.finish()?;
                if collected.is_none() {
                    publish.push(rename(&path));
                }
            }
        }
        let mark = match collected {
            None => SinkMark::None,
            Some(collected) => {
                if commit.last {
                    self.list(&collected.path)
                        .map_err(|error| SinkError::Io { path: self.folder.clone(), error })?;
                    publish.push(Publish::Swap { from: collected.path.clone(), to: self.folder.clone() });
                }
                SinkMark::Parts { path: collected.path.clone() }
            }
        };
        self.staging.commit = commit.number + 1;
        Ok(Prepared { mark, publish })
    }

    fn commit(&mut self) -> Result<(), SinkError> {
        if let Some(collected) = &mut self.collected {
            collected.committed = true;
        }
        Ok(())
    }
}

impl Drop for FolderSink {
    fn drop(&mut self) {
        self.part = None;
        if let Some(collected) = self.collected.as_ref().filter(|collected| !collected.committed) {
            // No checkpoint refers to it. If it cannot be removed, the next run does it.
            let _ = fs::remove_dir_all(&collected.path);
        }
    }
}
