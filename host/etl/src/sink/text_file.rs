use std::fs;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::append::has_no_text;
use super::error::SinkError;
use super::publish::Publish;
use super::staged::StagedFile;
use super::staging::{Staging, resolved};
use super::writer::{Commit, Prepared, SinkMark, SinkStart};
use crate::pipeline::{Compression, SinkMode};

/// A file of lines.
///
/// With `replace` all lines are collected in one file beside the target, which replaces the target with the last commit. With `append` each commit's lines
/// are, and are added to the target: what is there is neither copied nor written again.
#[derive(Debug)]
pub(super) struct TextFile {
    target: PathBuf,
    compression: Compression,
    staging: Staging,
    file: Option<StagedFile>,
    /// What the target had when the run began, with `append`.
    begun: Option<Begun>,
    /// The length of the header at the begin of `file`.
    header: u64,
}

#[derive(Debug)]
struct Begun {
    bytes: u64,
    /// The target's length after the last commit.
    now: u64,
    /// Whether there was no text.
    empty: bool,
}

impl TextFile {
    pub(super) fn open(
        path: &Path,
        compression: Compression,
        mode: SinkMode,
        start: &SinkStart<'_>,
    ) -> Result<Self, SinkError> {
        let target = resolved(path)?;
        let staging = start.staging();
        let mut text = Self { target, compression, staging, file: None, begun: None, header: 0 };
        if mode == SinkMode::Replace {
            let file = match start.mark {
                Some(SinkMark::Staged { path, bytes }) => {
                    text.staging.clear_beside(&text.target, std::slice::from_ref(path));
                    StagedFile::resume(&text.target, compression, path, *bytes)?
                }
                _ => {
                    text.staging.clear_beside(&text.target, &[]);
                    text.create()?
                }
            };
            text.file = Some(file);
        } else {
            text.staging.clear_beside(&text.target, &[]);
            // An error here is better than one after the first million rows.
            drop(text.create()?);
            text.check_compression()?;
            let now = text.length()?;
            let bytes = match start.mark {
                Some(SinkMark::Appended { path, before, .. }) if *path == text.target => *before,
                _ => now,
            };
            let empty = has_no_text(&text.target, compression).map_err(|error| text.failed(error))?;
            text.begun = Some(Begun { bytes, now, empty });
        }
        Ok(text)
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Whether neither the target nor the rows on their way to it have any text: then a header is due.
    pub(super) fn is_empty(&self) -> bool {
        match (&self.begun, &self.file) {
            (Some(begun), None) => begun.empty,
            (Some(_), Some(_)) => false,
            (None, _) => true,
        }
    }

    /// Writes the header, before the first row.
    pub(super) fn write_header(&mut self, header: &[u8]) -> Result<(), SinkError> {
        let written = self.file().and_then(|file| {
            file.write_all(header)?;
            file.end_member()
        });
        self.header = written.map_err(|error| self.failed(error))?;
        Ok(())
    }

    /// Checks that what the target has is of the compression that its name says.
    fn check_compression(&self) -> Result<(), SinkError> {
        let mut first = Vec::new();
        match fs::File::open(&self.target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened
                .and_then(|file| file.take(4).read_to_end(&mut first))
                .map_err(|error| self.failed(error))?,
        };
        let found = match first.as_slice() {
            [] => return Ok(()),
            [0x1f, 0x8b, ..] => Some(Compression::Gzip),
            // A frame of data, or one that is skipped: RFC 8878, sections 3.1.1 and 3.1.2.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Some(Compression::Zstd),
            [b'B', b'Z', b'h', _] | [0xfd, b'7', b'z', b'X'] => None,
            _ => Some(Compression::None),
        };
        if found == Some(Compression::Gzip) && is_padded(&self.target).map_err(|error| self.failed(error))? {
            return Err(SinkError::Padded { path: self.target.clone() });
        }
        if found == Some(self.compression) {
            return Ok(());
        }
        let words = |compression| match compression {
            Some(Compression::None) => "is plain text",
            Some(Compression::Gzip) => "is compressed with gzip",
            Some(Compression::Zstd) => "is compressed with Zstandard",
            None => "is compressed otherwise",
        };
        let (found, expected) = (words(found), words(Some(self.compression)));
        Err(SinkError::OtherCompression { path: self.target.clone(), found, expected })
    }

    fn create(&self) -> Result<StagedFile, SinkError> {
        StagedFile::create(self.staging.path(&self.target), &self.target, self.compression)
    }

    fn length(&self) -> Result<u64, SinkError> {
        match fs::metadata(&self.target) {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: io::Error) -> SinkError {
        SinkError::Io { path: self.target.clone(), error }
    }

    fn file(&mut self) -> io::Result<&mut StagedFile> {
        if self.file.is_none() {
            let file = self.create().map_err(|error| match error {
                SinkError::Io { error, .. } => error,
                other => io::Error::other(other),
            })?;
            self.file = Some(file);
        }
        self.file.as_mut().ok_or_else(|| io::Error::other("the file is closed"))
    }

    pub(super) fn prepare(&mut self, commit: &Commit) -> Result<Prepared, SinkError> {
        if commit.last && self.file.is_none() && !self.target.exists() {
            // A run without rows makes an empty file.
            let started = self.file().map(drop);
            started.map_err(|error| self.failed(error))?;
        }
        let length = self.length()?;
        let mut publish = Vec::new();
        let Some(file) = &mut self.file else {
            let mark = self.begun.as_ref().map_or(SinkMark::None, |begun| SinkMark::Appended {
                before: begun.bytes,
                after: begun.now,
                path: self.target.clone(),
            });
            return Ok(Prepared { mark, publish });
        };
        let bytes = file.prepare()?;
        let mark = match &mut self.begun {
            None => {
                if commit.last {
                    publish.push(Publish::Rename { from: file.path().to_owned(), to: self.target.clone() });
                }
                SinkMark::Staged { path: file.path().to_owned(), bytes }
            }
            Some(begun) => {
                publish.push(Publish::Append {
                    from: file.path().to_owned(),
                    to: self.target.clone(),
                    header: std::mem::take(&mut self.header),
                    bytes,
                    continues: begun.now > begun.bytes,
                });
                begun.now = length + bytes;
                SinkMark::Appended { before: begun.bytes, after: begun.now, path: self.target.clone() }
            }
        };
        self.staging.commit = commit.number + 1;
        Ok(Prepared { mark, publish })
    }

    /// Ends the prepared commit: from here on the checkpoint refers to the file.
    pub(super) fn commit(&mut self) {
        if let Some(file) = &mut self.file {
            file.commit();
        }
        if self.begun.is_some() {
            self.file = None;
        }
    }
}

/// Whether zeros follow the gzip data. Its own end has nine at most, if it is of no text.
fn is_padded(path: &Path) -> io::Result<bool> {
    let mut last = [1; 10];
    let mut file = fs::File::open(path)?;
    if file.metadata()?.len() > last.len() as u64 {
        file.seek(io::SeekFrom::End(-(last.len() as i64)))?;
        file.read_exact(&mut last)?;
    }
    Ok(last == [0; 10])
}

impl Write for TextFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
