use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;

use super::error::SinkError;
use super::publish::Publish;
use super::writer::SinkMark;
use crate::pipeline::Compression;

/// The resolved target, and the file beside it that is written first. A rename then publishes the file in one step.
pub(super) fn staged_path(target: &Path, part: &str) -> Result<(PathBuf, PathBuf), SinkError> {
    // A symbolic link stays: the file that it points at is replaced.
    let target = target.canonicalize().unwrap_or_else(|_| target.to_owned());
    if let Some(folder) = target.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| SinkError::Io { path: target.clone(), error })?;
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let staged = target.with_file_name(format!(".{name}.{part}partial"));
    Ok((target, staged))
}

/// A text file that is written beside its target and replaces the target with the last commit. The bytes that a commit covers
/// survive a crash.
#[derive(Debug)]
pub(crate) struct StagedFile {
    target: PathBuf,
    staged: PathBuf,
    encoder: Option<Encoder>,
    compression: Compression,
    /// Whether a checkpoint refers to the file: then it is kept when the run fails.
    committed: bool,
}

enum Encoder {
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
    /// Starts an empty file, or with `keep` a copy of the target.
    pub(crate) fn create(target: &Path, compression: Compression, keep: bool) -> Result<Self, SinkError> {
        let (target, staged) = staged_path(target, "")?;
        let failed = |error| SinkError::Io { path: target.clone(), error };
        let mut file = File::create(&staged).map_err(failed)?;
        if keep && target.exists() {
            let mut held = File::open(&target).map_err(failed)?;
            io::copy(&mut held, &mut file).map_err(failed)?;
        }
        let encoder = Some(Encoder::start(file, compression).map_err(failed)?);
        Ok(Self { encoder, compression, committed: false, target, staged })
    }

    /// Opens the file at the point where an interrupted run has left it.
    pub(crate) fn resume(
        target: &Path,
        compression: Compression,
        mark: &SinkMark,
    ) -> Result<Self, SinkError> {
        let (target, staged) = staged_path(target, "")?;
        let failed = |error| SinkError::Io { path: target.clone(), error };
        let SinkMark::Staged { path, bytes } = mark else {
            return Err(SinkError::StagedGone { path: staged });
        };
        let gone = || SinkError::StagedGone { path: path.clone() };
        if *path != staged {
            return Err(gone());
        }
        let mut file = OpenOptions::new().write(true).open(&staged).map_err(|_| gone())?;
        if file.metadata().map_err(failed)?.len() < *bytes {
            return Err(gone());
        }
        // Bytes after the last commit are written again.
        file.set_len(*bytes).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        let encoder = Some(Encoder::start(file, compression).map_err(failed)?);
        Ok(Self { encoder, compression, committed: true, target, staged })
    }

    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Syncs the file, and gives the mark to continue from.
    pub(crate) fn prepare(&mut self) -> Result<SinkMark, SinkError> {
        let failed = |error| SinkError::Io { path: self.target.clone(), error };
        let Some(encoder) = self.encoder.take() else {
            return Err(failed(io::Error::other("the file was closed after an error")));
        };
        let mut file = encoder.finish().map_err(failed)?;
        file.sync_all().map_err(failed)?;
        let bytes = file.stream_position().map_err(failed)?;
        self.encoder = Some(Encoder::start(file, self.compression).map_err(failed)?);
        Ok(SinkMark::Staged { path: self.staged.clone(), bytes })
    }

    /// The change that publishes the file.
    pub(crate) fn publish(&self) -> Publish {
        Publish::Rename { from: self.staged.clone(), to: self.target.clone() }
    }

    /// Notes that a checkpoint refers to the file.
    pub(crate) fn commit(&mut self) {
        self.committed = true;
    }

    fn writer(&mut self) -> io::Result<&mut dyn Write> {
        Ok(match &mut self.encoder {
            Some(Encoder::Plain(writer)) => writer,
            Some(Encoder::Gzip(writer)) => writer,
            Some(Encoder::Zstd(writer)) => writer,
            None => return Err(io::Error::other("the file was closed after an error")),
        })
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if !self.committed {
            self.encoder = None;
            // No checkpoint refers to the file. If it cannot be removed, the next run overwrites it.
            let _ = fs::remove_file(&self.staged);
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
            Self::Plain(writer) => writer,
            Self::Gzip(writer) => writer.finish()?,
            Self::Zstd(writer) => writer.finish()?,
        };
        buffered.into_inner().map_err(io::IntoInnerError::into_error)
    }
}
