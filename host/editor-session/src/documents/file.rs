//! Reading files as text, and writing them in one step.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thiserror::Error;
use witdock_editor_core::{DecodeError, Decoded, Decoder, Document, Snapshot};

/// A document that was read from its file.
#[derive(Debug)]
pub struct Opened {
    /// The text; empty where the file does not exist yet.
    pub document: Document,
    /// Whether the file's permissions forbid to write it.
    pub read_only: bool,
    /// Whether the file does not exist yet.
    pub is_new: bool,
    /// The file's stamp when it was read.
    pub stamp: Stamp,
}

/// The time of a file's last change and its length, by which a change is noticed. Empty where there is no file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stamp(Option<(SystemTime, u64)>);

impl Stamp {
    /// The stamp of a file as it is now.
    pub fn of(path: &Path) -> Self {
        fs::metadata(path).map_or_else(|_| Self::default(), |metadata| Self::from(&metadata))
    }

    /// Whether there is no file.
    pub fn is_none(self) -> bool {
        self.0.is_none()
    }
}

impl From<&fs::Metadata> for Stamp {
    fn from(metadata: &fs::Metadata) -> Self {
        Self(metadata.modified().ok().map(|at| (at, metadata.len())))
    }
}

/// The content of a file that was read again.
#[derive(Debug)]
pub enum Reread {
    /// The file still has the stamp that was expected.
    Unchanged,
    /// There is no file any more.
    Missing,
    /// The file has this text, and this stamp.
    Changed(Decoded, Stamp),
}

/// The reason why a file could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The path is a folder, a device, or something else without text.
    #[error("cannot open {}: it is not a regular file", .0.display())]
    NotAFile(PathBuf),
    /// The system cannot read it.
    #[error("cannot open {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// It is not UTF-8 text.
    #[error("cannot open {}: {error}", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// What is not UTF-8, and where.
        error: DecodeError,
    },
}

/// The reason why a file could not be saved. The file is unchanged.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SaveError {
    /// Its permissions forbid it.
    #[error("cannot save {}: it is read-only; make it writable with `chmod u+w`", .0.display())]
    ReadOnly(PathBuf),
    /// Another program has changed it since it was last read or written.
    #[error("cannot save {}: another program has changed it", .0.display())]
    Changed(PathBuf),
    /// The system cannot write it.
    #[error("cannot save {}: {error}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
}

/// Opens a file, or an empty document for one that does not exist.
///
/// # Errors
///
/// When the path is not a regular file, cannot be read, or is not UTF-8 text.
pub fn open(path: &Path) -> Result<Opened, OpenError> {
    let Some((decoded, metadata)) = read(path)? else {
        return Ok(Opened {
            document: Document::new(),
            read_only: false,
            is_new: true,
            stamp: Stamp::default(),
        });
    };
    Ok(Opened {
        document: Document::from(decoded),
        read_only: metadata.permissions().readonly(),
        is_new: false,
        stamp: Stamp::from(&metadata),
    })
}

/// Reads a file again, unless it still has this stamp.
///
/// # Errors
///
/// Those of [`open`].
pub fn reread(path: &Path, stamp: Option<Stamp>) -> Result<Reread, OpenError> {
    if stamp == Some(Stamp::of(path)) {
        return Ok(Reread::Unchanged);
    }
    Ok(match read(path)? {
        Some((decoded, metadata)) => Reread::Changed(decoded, Stamp::from(&metadata)),
        None => Reread::Missing,
    })
}

fn read(path: &Path) -> Result<Option<(Decoded, fs::Metadata)>, OpenError> {
    let unreadable = |error| OpenError::Unreadable { path: path.to_owned(), error };
    // Checked first: opening a pipe that nobody writes to would wait forever.
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(error)),
    };
    if !metadata.is_file() {
        return Err(OpenError::NotAFile(path.to_owned()));
    }
    let not_text = |error| OpenError::NotText { path: path.to_owned(), error };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut decoder = Decoder::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        decoder.push(piece.get(..read).unwrap_or_default()).map_err(not_text)?;
    }
    Ok(Some((decoder.finish().map_err(not_text)?, metadata)))
}

/// Writes a new file beside the old one and renames it, so that a crash leaves one of them whole. Symbolic links and
/// permissions are kept. Gives the new file's stamp.
///
/// # Errors
///
/// When the file is read-only, its folder cannot be written to, or it does not have the `expected` stamp.
pub fn save(path: &Path, text: &Snapshot, expected: Option<Stamp>) -> Result<Stamp, SaveError> {
    if expected.is_some_and(|expected| expected != Stamp::of(path)) {
        return Err(SaveError::Changed(path.to_owned()));
    }
    let unwritable = |error| SaveError::Unwritable { path: path.to_owned(), error };
    let (target, old) = match fs::canonicalize(path) {
        Ok(target) => {
            let metadata = fs::metadata(&target).map_err(unwritable)?;
            (target, Some(metadata.permissions()))
        }
        // A link to a file that does not exist yet is kept, and its target created.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or_else(|| Path::new(""));
            (fs::read_link(path).map_or_else(|_| path.to_owned(), |target| folder.join(target)), None)
        }
        Err(error) => return Err(unwritable(error)),
    };
    if old.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(SaveError::ReadOnly(path.to_owned()));
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".witdock-edit-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The permissions that any program gives a new file, less the umask.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(unwritable)?;
    {
        let mut writer = io::BufWriter::new(file.as_file_mut());
        text.chunks().try_for_each(|chunk| writer.write_all(chunk)).map_err(unwritable)?;
        writer.flush().map_err(unwritable)?;
    }
    if let Some(permissions) = old {
        file.as_file().set_permissions(permissions).map_err(unwritable)?;
    }
    file.as_file().sync_all().map_err(unwritable)?;
    let file = file.persist(&target).map_err(|error| unwritable(error.error))?;
    Ok(file.metadata().map(|metadata| Stamp::from(&metadata)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_file_a_folder_and_an_old_encoding_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let check = |bytes: &[u8], expected: &str| {
            let path = folder.path().join("file");
            fs::write(&path, bytes).unwrap();
            let message = open(&path).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(message.contains("cannot open") && message.contains(expected), "{message}");
        };
        check(b"\x7fELF\0\0\xff", "binary");
        check(b"caf\xe9\n", "iconv");
        let message = open(folder.path()).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains("not a regular file"), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn saving_keeps_permissions_and_links_and_refuses_what_is_read_only() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("script"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o754)).unwrap();
        symlink(&file, &link).unwrap();
        let text = Document::from_bytes(b"new").unwrap().snapshot();
        save(&link, &text, None).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o754);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());

        let dangling = folder.path().join("dangling");
        symlink("made", &dangling).unwrap();
        save(&dangling, &text, None).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("made")).unwrap(), "new");
        assert!(fs::symlink_metadata(&dangling).unwrap().is_symlink());

        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(save(&link, &text, None), Err(SaveError::ReadOnly(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "no temporary file is left");
    }
}
