//! Files that a run makes for itself beside its targets.
//!
//! A plugin with a writable folder may put a link where such a file is to be, so none is reached through a link.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates an empty file. What stands in its place is removed first: a file, or a link and not what it leads to.
///
/// # Errors
///
/// When the system refuses it, or something else keeps putting a file there.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let create = || OpenOptions::new().write(true).create_new(true).open(path);
    match create() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            create()
        }
        created => created,
    }
}

/// Creates a file with this content.
///
/// # Errors
///
/// Those of [`create`], and when it cannot be written.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<File> {
    let mut file = create(path)?;
    io::Write::write_all(&mut file, content)?;
    Ok(file)
}

/// Opens a file with these options, and no link.
///
/// # Errors
///
/// When the system refuses it, or the path is a link.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default());
    }
    let opened = options.open(path);
    // The system's own words for this are about too many levels of links.
    if opened.is_err() && fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
        let message =
            format!("{} is a symbolic link now, which this run has not made; remove it", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    opened
}

/// Opens a file to read it, and no link.
///
/// # Errors
///
/// Those of [`open`].
pub(crate) fn read(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().read(true))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn nothing_is_reached_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (own, victim) = (folder.path().join(".rows.partial"), folder.path().join("victim"));
        fs::write(&victim, "precious").unwrap();
        symlink(&victim, &own).unwrap();
        for opened in [read(&own), open(&own, OpenOptions::new().read(true).write(true).create(true))] {
            let error = opened.unwrap_err();
            assert!(error.to_string().contains("is a symbolic link now"), "{error}");
        }
        drop(write(&own, b"rows").unwrap());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(fs::read_to_string(&own).unwrap(), "rows");
        assert!(!fs::symlink_metadata(&own).unwrap().is_symlink());
        // What a killed run has left gives way too.
        drop(create(&own).unwrap());
        assert_eq!(fs::read_to_string(&own).unwrap(), "");
        drop(read(&own).unwrap());
    }
}
