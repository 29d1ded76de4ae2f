use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::SinkError;

/// A file that is written beside its target, and takes the target's place when the run has succeeded.
#[derive(Debug)]
pub(crate) struct StagedFile {
    target: PathBuf,
    file: BufWriter<NamedTempFile>,
}

/// A file that is on the disk in full and waits to take its target's place. Dropped, it is removed.
#[derive(Debug)]
pub struct Complete {
    target: PathBuf,
    file: TempPath,
}

impl StagedFile {
    pub(crate) fn create(target: &Path) -> Result<Self, SinkError> {
        let failed = |error| SinkError::Io { path: target.to_owned(), error };
        // A link stays a link: what it points at is replaced.
        let target = target.canonicalize().unwrap_or_else(|_| target.to_owned());
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(failed)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let mut builder = tempfile::Builder::new();
        let prefix = format!(".{name}.");
        builder.prefix(&prefix).suffix(".partial");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // What any other new file gets: the umask takes its part away.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(folder).map_err(failed)?;
        Ok(Self { file: BufWriter::with_capacity(1 << 17, file), target })
    }

    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Brings everything to the disk.
    pub(crate) fn complete(self) -> Result<Complete, SinkError> {
        let target = self.target;
        let written = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .and_then(|file| file.as_file().sync_all().map(|()| file.into_temp_path()));
        match written {
            Ok(file) => Ok(Complete { target, file }),
            Err(error) => Err(SinkError::Io { path: target, error }),
        }
    }
}

impl Write for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Puts all files in place, each in one step. They are on the disk already, so little can fail here.
///
/// # Errors
///
/// When a file cannot take its target's place; those before it have.
pub fn commit_all(files: Vec<Complete>) -> Result<(), SinkError> {
    for Complete { target, file } in files {
        file.persist(&target).map_err(|error| SinkError::Io { path: target.clone(), error: error.error })?;
        sync_folder(&target);
    }
    Ok(())
}

/// Makes the new name last over a crash. Some file systems cannot; the file itself is safe without.
fn sync_folder(target: &Path) {
    if let Some(folder) = target.parent()
        && let Err(error) = File::open(folder).and_then(|folder| folder.sync_all())
    {
        tracing::debug!(folder = %folder.display(), %error, "cannot sync the folder");
    }
}
