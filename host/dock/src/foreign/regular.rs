//! Reads files that others made: regular ones, up to a size.
//!
//! Opening a pipe waits for its other end, and reading a device may never end, so both are refused before anything is read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

/// The largest component, bytes. Those of Python's interpreter have some twenty megabytes.
pub(crate) const LARGEST_COMPONENT: u64 = 256 << 20;

/// Reads a regular file, or one that a link leads to.
///
/// # Errors
///
/// When it is something else, or larger, or cannot be read.
pub(crate) fn read(path: &Path, most_bytes: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(refused("this is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(most_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most_bytes {
        return Err(refused(format!("it has {} bytes, and may have {most_bytes}", metadata.len())));
    }
    Ok(bytes)
}

/// The same for text in UTF-8.
///
/// # Errors
///
/// Those of [`read`], and when it is not UTF-8.
pub(crate) fn read_text(path: &Path, most_bytes: u64) -> io::Result<String> {
    String::from_utf8(read(path, most_bytes)?)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("it is not UTF-8: {error}")))
}

/// Opens without waiting for the other end of a pipe.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    OpenOptions::new().read(true).custom_flags(nonblock).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

fn refused(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_file_up_to_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        std::fs::write(&file, [7; 100]).unwrap();
        assert_eq!(read(&file, 100).unwrap(), [7; 100]);
        assert_eq!(read(&file, 99).unwrap_err().to_string(), "it has 100 bytes, and may have 99");
        std::fs::write(&file, "ä").unwrap();
        assert_eq!(read_text(&file, 100).unwrap(), "ä");
        std::fs::write(&file, [0xff]).unwrap();
        assert!(read_text(&file, 100).unwrap_err().to_string().starts_with("it is not UTF-8"));
        assert!(read(folder.path(), 100).is_err());
    }

    // attack: a component or manifest that is a pipe, `/dev/zero` or huge
    // host: refuses it at once
    #[cfg(target_os = "linux")]
    #[test]
    fn refuses_pipes_and_devices_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        for path in [&pipe, &link, Path::new("/dev/zero")] {
            assert_eq!(read(path, LARGEST_COMPONENT).unwrap_err().to_string(), "this is not a regular file");
        }
    }
}
