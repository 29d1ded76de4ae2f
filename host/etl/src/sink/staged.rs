use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;

use super::disk::sync_folder;
use super::error::SinkError;
use crate::own_file;
use crate::pipeline::Compression;

/// A text file that is written beside its target. The bytes that a commit covers survive a crash.
#[derive(Debug)]
pub(super) struct StagedFile {
    target: PathBuf,
    path: PathBuf,
    encoder: Option<Encoder>,
    compression: Compression,
    /// Whether a checkpoint refers to the file: then it is kept when the run fails.
    committed: bool,
}

enum Encoder {
    /// Nothing has been written since the last commit. An encoder that is dropped may write an end of its own, which must not come into
    /// a file that is committed.
    Idle(File),
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
    Zstd(Box<zstd::stream::write::Encoder<'static, BufWriter<File>>>),
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encoder")
    }
}

impl StagedFile {
    /// Starts an empty file at `path`. Messages name the target.
    pub(super) fn create(path: PathBuf, target: &Path, compression: Compression) -> Result<Self, SinkError> {
        let failed = |error| SinkError::Io { path: target.to_owned(), error };
        let file = own_file::create(&path).map_err(failed)?;
        let encoder = Some(Encoder::Idle(file));
        Ok(Self { encoder, compression, committed: false, target: target.to_owned(), path })
    }

    /// Opens the file at the point where an interrupted run has left it.
    pub(super) fn resume(
        target: &Path,
        compression: Compression,
        path: &Path,
        bytes: u64,
    ) -> Result<Self, SinkError> {
        let failed = |error| SinkError::Io { path: target.to_owned(), error };
        let gone = || SinkError::StagedGone { path: path.to_owned() };
        let opened = own_file::open(path, OpenOptions::new().write(true));
        let mut file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => gone(),
            _ => failed(error),
        })?;
        if file.metadata().map_err(failed)?.len() < bytes {
            return Err(gone());
        }
        // Bytes after the last commit are written again.
        file.set_len(bytes).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        let encoder = Some(Encoder::Idle(file));
        Ok(Self { encoder, compression, committed: true, target: target.to_owned(), path: path.to_owned() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Syncs the file, and returns its length.
    pub(super) fn prepare(&mut self) -> Result<u64, SinkError> {
        let failed = |error| SinkError::Io { path: self.target.clone(), error };
        let Some(encoder) = self.encoder.take() else {
            return Err(failed(io::Error::other("the file was closed after an error")));
        };
        let mut file = encoder.finish().map_err(failed)?;
        file.sync_all().map_err(failed)?;
        sync_folder(&self.path);
        let bytes = file.stream_position().map_err(failed)?;
        self.encoder = Some(Encoder::Idle(file));
        Ok(bytes)
    }

    /// Ends what can be read by itself, and returns the length so far.
    pub(super) fn end_member(&mut self) -> io::Result<u64> {
        let Some(encoder) = self.encoder.take() else {
            return Err(io::Error::other("the file was closed after an error"));
        };
        let mut file = encoder.finish()?;
        let bytes = file.stream_position()?;
        self.encoder = Some(Encoder::Idle(file));
        Ok(bytes)
    }

    /// Notes that a checkpoint refers to the file.
    pub(super) fn commit(&mut self) {
        self.committed = true;
    }

    fn writer(&mut self) -> io::Result<&mut dyn Write> {
        self.encoder = match self.encoder.take() {
            Some(Encoder::Idle(file)) => Some(Encoder::start(file, self.compression)?),
            started => started,
        };
        match &mut self.encoder {
            Some(Encoder::Plain(writer)) => Ok(writer),
            Some(Encoder::Gzip(writer)) => Ok(writer),
            Some(Encoder::Zstd(writer)) => Ok(writer),
            Some(Encoder::Idle(_)) | None => Err(io::Error::other("the file was closed after an error")),
        }
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if !self.committed {
            self.encoder = None;
            // No checkpoint refers to the file. If it cannot be removed, the next run does it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer()?.write(bytes)
    }

    /// Does nothing: writers flush after each batch, which would make compression worse. `prepare` syncs the file.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Encoder {
    /// Starts a member of a compressed file. Several members in a row are a valid file.
    fn start(file: File, compression: Compression) -> io::Result<Self> {
        let buffered = BufWriter::with_capacity(1 << 17, file);
        Ok(match compression {
            Compression::None => Self::Plain(buffered),
            Compression::Gzip => {
                Self::Gzip(Box::new(GzEncoder::new(buffered, flate2::Compression::default())))
            }
            Compression::Zstd => Self::Zstd(Box::new(zstd::stream::write::Encoder::new(buffered, 3)?)),
        })
    }

    fn finish(self) -> io::Result<File> {
        let buffered = match self {
            Self::Idle(file) => return Ok(file),
            Self::Plain(writer) => writer,
            Self::Gzip(writer) => writer.finish()?,
            Self::Zstd(writer) => writer.finish()?,
        };
        buffered.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// A text in the form that a file of this compression has it.
pub(super) fn member(text: &[u8], compression: Compression) -> io::Result<Vec<u8>> {
    match compression {
        Compression::None => Ok(text.to_owned()),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(text)?;
            encoder.finish()
        }
        Compression::Zstd => zstd::encode_all(text, 3),
    }
}
