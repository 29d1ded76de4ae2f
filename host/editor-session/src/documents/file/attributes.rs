//! What a file has besides its text: owner, group, permissions, and extended attributes, of which access control lists are
//! some.

use std::fs::{File, Metadata};
use std::io;

/// Gives a new file the owner, permissions and extended attributes of an old one.
///
/// # Errors
///
/// When the system does not allow one of them: the new file cannot take the place of the old one then.
#[cfg(unix)]
pub(super) fn copy(old: &File, metadata: &Metadata, new: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;

    let fresh = new.metadata()?;
    let (user, group) = (metadata.uid(), metadata.gid());
    if (fresh.uid(), fresh.gid()) != (user, group) {
        std::os::unix::fs::fchown(new, Some(user), Some(group))?;
    }
    // After the owner, whose change clears the set-user-id bit.
    new.set_permissions(metadata.permissions())?;
    extended::copy(old, new)
}

#[cfg(not(unix))]
pub(super) fn copy(_: &File, metadata: &Metadata, new: &File) -> io::Result<()> {
    new.set_permissions(metadata.permissions())
}

/// Whether the file has other names.
#[cfg(unix)]
pub(super) fn has_other_names(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink() > 1
}

#[cfg(not(unix))]
pub(super) fn has_other_names(_: &Metadata) -> bool {
    false
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod extended {
    use std::fs::File;
    use std::io;

    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fsetxattr};
    use rustix::io::Errno;

    /// Bytes of one list or value: the most that Linux allows.
    const MOST: usize = 64 << 10;

    /// Copies all extended attributes that the new file does not have already.
    pub(super) fn copy(old: &File, new: &File) -> io::Result<()> {
        for name in names(old)?.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            let value = value(old, name)?;
            if value.is_some() && value != self::value(new, name)? {
                fsetxattr(new, name, &value.unwrap_or_default(), XattrFlags::empty())?;
            }
        }
        Ok(())
    }

    /// The names, each with a zero byte behind it.
    fn names(file: &File) -> io::Result<Vec<u8>> {
        let mut names = vec![0; MOST];
        match flistxattr(file, names.as_mut_slice()) {
            Ok(length) => names.truncate(length),
            // A file system without attributes.
            Err(Errno::NOTSUP) => names.clear(),
            Err(error) => return Err(error.into()),
        }
        Ok(names)
    }

    fn value(file: &File, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let mut value = vec![0; MOST];
        match fgetxattr(file, name, value.as_mut_slice()) {
            Ok(length) => value.truncate(length),
            Err(Errno::NODATA | Errno::NOTSUP) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Ok(Some(value))
    }
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "macos"))))]
mod extended {
    pub(super) fn copy(_: &std::fs::File, _: &std::fs::File) -> std::io::Result<()> {
        Ok(())
    }
}
