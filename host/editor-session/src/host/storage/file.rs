//! The file of a storage: a line that says what it is, then each key and value behind their lengths.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::path::Path;

use super::{MOST_BYTES, MOST_KEY_BYTES, MOST_KEYS, Table};

const HEAD: &[u8] = b"witdock-edit storage 1\n";
/// The longest file: all bytes with the lengths of all keys and values.
const LONGEST: usize = HEAD.len() + MOST_BYTES + MOST_KEYS * 8;

/// Reads the values. None where there is no file; an error says what to do.
pub(super) fn read(path: &Path) -> Result<Table, String> {
    let broken = |why: String| format!("{}: {why}; remove the file to begin anew", witdock::text::path(path));
    match bytes(path) {
        Ok(Some(bytes)) => decode(&bytes).ok_or_else(|| broken("it is damaged".to_owned())),
        Ok(None) => Ok(Table::new()),
        Err(error) => Err(broken(error.to_string())),
    }
}

/// Reads the values again, changes them, and writes them, while no other editor does. Gives them as they are then.
pub(super) fn change(path: &Path, change: impl FnOnce(&mut Table) -> io::Result<()>) -> io::Result<Table> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    make_private(folder)?;
    // One for all plugins: it is held for as long as a small file takes to be written.
    let lock = File::create(folder.join("lock"))?;
    lock.lock()?;
    let mut table = read(path).map_err(io::Error::other)?;
    change(&mut table)?;
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(&encode(&table))?;
    written.as_file().sync_all()?;
    written.persist(path).map_err(|error| error.error)?;
    Ok(table)
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    // Checked first: opening a pipe that nobody writes to would wait forever.
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(io::Error::other("it is not a regular file")),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn encode(table: &Table) -> Vec<u8> {
    let mut bytes = HEAD.to_vec();
    for (key, value) in table {
        for length in [key.len(), value.len()] {
            // Both are far below this limit.
            bytes.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        }
        bytes.extend(key.as_bytes());
        bytes.extend(value.as_ref());
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Table> {
    let mut rest = bytes.strip_prefix(HEAD)?;
    let mut table = Table::new();
    if bytes.len() > LONGEST {
        return None;
    }
    while !rest.is_empty() {
        let (key, value) = (length(&mut rest)?, length(&mut rest)?);
        let key = std::str::from_utf8(rest.split_off(..key)?).ok()?;
        table.insert(key.to_owned(), rest.split_off(..value)?.into());
        if key.is_empty() || key.len() > MOST_KEY_BYTES || table.len() > MOST_KEYS {
            return None;
        }
    }
    Some(table)
}

fn length(rest: &mut &[u8]) -> Option<usize> {
    let (length, more) = rest.split_first_chunk()?;
    *rest = more;
    usize::try_from(u32::from_le_bytes(*length)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("marks");
        let table = Table::from([("key".to_owned(), b"value".as_slice().into())]);
        let whole = encode(&table);
        assert_eq!(decode(&whole), Some(table));
        for end in 0..whole.len() {
            let is_head = end == HEAD.len();
            assert_eq!(decode(&whole[..end]).is_some(), is_head, "{end}");
        }
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        let why = read(&path).unwrap_err();
        assert!(why.contains("it is damaged; remove the file"), "{why}");
        assert!(change(&path, |_| Ok(())).is_err());
        assert_eq!(fs::read(&path).unwrap(), &whole[..whole.len() - 1]);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(read(&path).unwrap_err().contains("not a regular file"));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("storage/marks");
        change(&path, |_| Ok(())).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));
    }
}
