//! Writing a file: a new one in the place of the old one, or into the old one where it would lose something.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use witdock_editor_core::{Encoded, Snapshot};

use super::identity::without_links;
use super::{FileId, SaveError, Stamp, attributes};

/// A file that was written.
#[derive(Debug, Default)]
pub struct Saved {
    /// Its new stamp.
    pub stamp: Stamp,
    /// The file itself, which is another one than before if it was replaced.
    pub file: FileId,
    /// Why it was written in place, if it was.
    pub in_place: Option<InPlace>,
}

/// Why a new file could not take the place of the old one without losing something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InPlace {
    /// It has other names, which would keep the old text.
    OtherNames,
    /// The system does not let this user give a new file the same owner, permissions or attributes.
    Attributes,
    /// Its folder takes no new file.
    Folder,
}

impl fmt::Display for InPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherNames => "it has other names (hard links)",
            Self::Attributes => "its owner or attributes could not be kept otherwise",
            Self::Folder => "its folder takes no new files",
        })
    }
}

/// Writes a text to a file. Symbolic links, hard links, the owner, permissions and extended attributes are kept.
///
/// Where it can, it writes a new file beside the old one and renames it, so that a crash leaves one of them whole. Where that
/// would lose something, it writes into the file itself.
///
/// # Errors
///
/// When its encoding lacks a character, the file is read-only, cannot be written, or does not have the `expected` stamp.
pub fn save(path: &Path, text: &Snapshot, expected: Option<Stamp>) -> Result<Saved, SaveError> {
    if expected.is_some_and(|expected| expected != Stamp::of(path)) {
        return Err(SaveError::Changed(path.to_owned()));
    }
    let text = &text.encoded().map_err(|error| SaveError::Unencodable { path: path.to_owned(), error })?;
    let unwritable = |error| SaveError::Unwritable { path: path.to_owned(), error };
    let target = without_links(path);
    let (stamp, in_place) = match existing(&target).map_err(unwritable)? {
        None => {
            let file = beside(&target).and_then(|file| filled(file, text)).map_err(unwritable)?;
            (put(file, &target).map_err(unwritable)?, None)
        }
        Some((_, metadata)) if metadata.permissions().readonly() => {
            return Err(SaveError::ReadOnly(path.to_owned()));
        }
        Some((old, metadata)) => match successor(&old, &metadata, &target).map_err(unwritable)? {
            Ok(file) => {
                let file = filled(file, text).map_err(unwritable)?;
                (put(file, &target).map_err(unwritable)?, None)
            }
            Err(reason) => (write_into(path, &target, text)?, Some(reason)),
        },
    };
    Ok(Saved { stamp, file: FileId::of(&target), in_place })
}

/// The file that is to be written, if there is one. It need not be readable.
fn existing(target: &Path) -> io::Result<Option<(Option<File>, Metadata)>> {
    let metadata = match fs::metadata(target) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    Ok(Some((File::open(target).ok(), metadata)))
}

/// An empty file that can take the place of the old one, or why there can be none.
fn successor(
    old: &Option<File>,
    metadata: &Metadata,
    target: &Path,
) -> io::Result<Result<NamedTempFile, InPlace>> {
    if attributes::has_other_names(metadata) {
        return Ok(Err(InPlace::OtherNames));
    }
    // Its attributes cannot be read either.
    let Some(old) = old else { return Ok(Err(InPlace::Attributes)) };
    let file = match beside(target) {
        Ok(file) => file,
        Err(error) if is_refused(&error) => return Ok(Err(InPlace::Folder)),
        Err(error) => return Err(error),
    };
    Ok(match attributes::copy(old, metadata, file.as_file()) {
        Ok(()) => Ok(file),
        Err(_) => Err(InPlace::Attributes),
    })
}

fn is_refused(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let folder: PathBuf = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".witdock-edit-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The permissions that any program gives a new file, less the umask.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn filled(mut file: NamedTempFile, text: &Encoded<'_>) -> io::Result<NamedTempFile> {
    write_all(file.as_file_mut(), text)?;
    Ok(file)
}

fn write_all(file: &mut File, text: &Encoded<'_>) -> io::Result<()> {
    let mut writer = io::BufWriter::new(&mut *file);
    text.pieces().try_for_each(|chunk| writer.write_all(chunk))?;
    writer.flush()?;
    drop(writer);
    file.sync_all()
}

fn put(file: NamedTempFile, target: &Path) -> io::Result<Stamp> {
    let file = file.persist(target).map_err(|error| error.error)?;
    Ok(file.metadata().map(|metadata| Stamp::from(&metadata)).unwrap_or_default())
}

/// Writes into the file itself. It is opened first and truncated last, so that most failures leave it as it is.
fn write_into(path: &Path, target: &Path, text: &Encoded<'_>) -> Result<Stamp, SaveError> {
    let mut file = File::options()
        .write(true)
        .open(target)
        .map_err(|error| SaveError::Unwritable { path: path.to_owned(), error })?;
    let damaged = |error| SaveError::Damaged { path: path.to_owned(), error };
    let length = text.len() as u64;
    write_all(&mut file, text).and_then(|()| file.set_len(length)).map_err(damaged)?;
    file.sync_all().map_err(damaged)?;
    Ok(file.metadata().map(|metadata| Stamp::from(&metadata)).unwrap_or_default())
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use witdock_editor_core::Document;

    use super::*;

    fn text(text: &str) -> Snapshot {
        Document::from_bytes(text.as_bytes()).unwrap().snapshot()
    }

    #[test]
    fn permissions_and_links_are_kept_and_what_is_read_only_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("script"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o754)).unwrap();
        symlink(&file, &link).unwrap();
        let saved = save(&link, &text("new"), None).unwrap();
        assert_eq!(saved.in_place, None);
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o754);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());

        let dangling = folder.path().join("dangling");
        symlink("made", &dangling).unwrap();
        save(&dangling, &text("new"), None).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("made")).unwrap(), "new");
        assert!(fs::symlink_metadata(&dangling).unwrap().is_symlink());

        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(save(&link, &text("x"), None), Err(SaveError::ReadOnly(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "no temporary file is left");
    }

    #[test]
    fn a_file_with_other_names_is_written_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        fs::write(&one, "a longer old text").unwrap();
        fs::hard_link(&one, &other).unwrap();
        let saved = save(&one, &text("new"), None).unwrap();
        assert_eq!(saved.in_place, Some(InPlace::OtherNames));
        assert_eq!(fs::read_to_string(&other).unwrap(), "new");
        assert_eq!(fs::metadata(&one).unwrap().ino(), fs::metadata(&other).unwrap().ino());
        assert_eq!(saved.stamp, Stamp::of(&one));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn extended_attributes_are_kept() {
        use rustix::fs::{XattrFlags, getxattr, setxattr};

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "old").unwrap();
        // Not every file system has attributes; then there is nothing to keep.
        if setxattr(&file, "user.note", b"kept", XattrFlags::empty()).is_err() {
            return;
        }
        // An access control list: the owner, user 1 and the mask read and write, the group and others read.
        let entry = |tag: u16, allowed: u16, id: u32| {
            [&tag.to_le_bytes()[..], &allowed.to_le_bytes(), &id.to_le_bytes()].concat()
        };
        let none = u32::MAX;
        let entries = [(1, 6, none), (2, 6, 1), (4, 4, none), (16, 6, none), (32, 4, none)];
        let entries = entries.into_iter().flat_map(|(tag, allowed, id)| entry(tag, allowed, id));
        let list: Vec<u8> = 2u32.to_le_bytes().into_iter().chain(entries).collect();
        let has_list = setxattr(&file, "system.posix_acl_access", &list, XattrFlags::empty()).is_ok();
        save(&file, &text("new"), None).unwrap();
        let read = |name: &str| {
            let mut value = vec![0; 100];
            let length = getxattr(&file, name, value.as_mut_slice()).unwrap();
            value.truncate(length);
            value
        };
        assert_eq!(read("user.note"), b"kept");
        if has_list {
            assert_eq!(read("system.posix_acl_access"), list);
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    /// Only the system's administrator can make such files.
    #[test]
    fn the_owner_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "old").unwrap();
        if std::os::unix::fs::chown(&file, Some(65534), Some(65534)).is_err() {
            return;
        }
        fs::set_permissions(&file, fs::Permissions::from_mode(0o4755)).unwrap();
        save(&file, &text("new"), None).unwrap();
        let metadata = fs::metadata(&file).unwrap();
        assert_eq!((metadata.uid(), metadata.gid(), metadata.mode() & 0o7777), (65534, 65534, 0o4755));
    }
}
