//! Adds rows to the end of a file, in steps that a crash may cut anywhere.
//!
//! The rows are complete in a file beside the target. It is renamed first: its new name says where in the target they belong. Then they are copied there,
//! and the file is removed. Whoever has the target next finds such a file and completes it, of whatever pipeline it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::disk::{remove, sync_folder};
use super::error::SinkError;
use super::hidden::prefix;
use super::staged::member;
use crate::input::Input;
use crate::own_file;
use crate::pipeline::Compression;

/// Adds the content of `from`, so many bytes, to `to`. The first `header` bytes are only for a file that is empty. `continues` says that `to` ends in rows of
/// the same run.
pub(super) fn append(
    from: &Path,
    to: &Path,
    header: u64,
    bytes: u64,
    continues: bool,
) -> Result<(), SinkError> {
    let failed = |error| SinkError::Io { path: to.to_owned(), error };
    if !from.exists() {
        // Another run may have been the first to complete it.
        complete(to)?;
        let length = fs::metadata(to).map_or(0, |metadata| metadata.len());
        let gone = length < bytes.saturating_sub(header);
        return if gone { Err(SinkError::StagedGone { path: from.to_owned() }) } else { Ok(()) };
    }
    let at = match fs::metadata(to) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(error) => return Err(failed(error)),
    };
    let compression = Compression::of(to);
    let skip = if has_no_text(to, compression).map_err(failed)? { 0 } else { header };
    // To look at the end of a compressed file is to read all of it.
    let is_known = continues && compression != Compression::None;
    let newline = !is_known && !ends_a_line(to, compression).map_err(failed)?;
    let place = Place { at, skip, newline };
    let pending = place.name(from);
    fs::rename(from, &pending).map_err(failed)?;
    sync_folder(&pending);
    place.copy(&pending, to)
}

/// Completes what killed runs, of any pipeline, have begun to add to a file. The target must be locked.
pub(crate) fn complete(target: &Path) -> Result<(), SinkError> {
    let target = target.canonicalize().unwrap_or_else(|_| target.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let prefix = prefix(&target);
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let mut pending: Vec<_> = entries
        .flatten()
        .filter(|entry| {
            // One with more dots is of a longer target: `.rows.csv.…` is not of `rows`.
            let name = entry.file_name();
            let rest = name.to_str().and_then(|name| name.strip_prefix(&prefix));
            rest.is_some_and(|rest| rest.matches('.').count() == 2)
        })
        .filter_map(|entry| Some((Place::of(&entry.path())?, entry.path())))
        .collect();
    pending.sort();
    pending.into_iter().try_for_each(|(place, path)| place.copy(&path, &target))
}

/// Where rows belong in a file, as the name of their own file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// The length that the file had before.
    at: u64,
    /// So many bytes of the rows' file are a header, which the file has.
    skip: u64,
    /// Whether the file's last line has no end yet.
    newline: bool,
}

const EXTENSION: &str = "append";

impl Place {
    fn name(self, from: &Path) -> PathBuf {
        let stem = from.file_stem().unwrap_or_default().to_string_lossy();
        let Self { at, skip, newline } = self;
        from.with_file_name(format!("{stem}.{at}-{skip}-{}.{EXTENSION}", u8::from(newline)))
    }

    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let mut parts = name.strip_suffix(EXTENSION)?.strip_suffix('.')?.rsplit_once('.')?.1.splitn(3, '-');
        let (at, skip, newline) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { at: at.parse().ok()?, skip: skip.parse().ok()?, newline: newline == "1" })
    }

    /// Copies the rows to their place, as far as they are not there, and removes their file.
    fn copy(self, from: &Path, to: &Path) -> Result<(), SinkError> {
        let failed = |error| SinkError::Io { path: to.to_owned(), error };
        let is_new = !to.exists();
        let mut rows = own_file::read(from).map_err(failed)?;
        rows.seek(SeekFrom::Start(self.skip)).map_err(failed)?;
        let end = if self.newline { member(b"\n", Compression::of(to)).map_err(failed)? } else { Vec::new() };
        let mut rows = io::Cursor::new(end).chain(rows);
        // The target's path has no links left: one that is there now was put there meanwhile.
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut target = own_file::open(to, &mut options).map_err(failed)?;
        let changed = || SinkError::Changed { path: to.to_owned(), at: self.at };
        if target.metadata().map_err(failed)?.len() < self.at {
            return Err(changed());
        }
        target.seek(SeekFrom::Start(self.at)).map_err(failed)?;
        if !is_begun(&mut rows, &mut target).map_err(failed)? {
            return Err(changed());
        }
        io::copy(&mut rows, &mut target).map_err(failed)?;
        target.sync_all().map_err(failed)?;
        if is_new {
            sync_folder(to);
        }
        remove(from)
    }
}

/// Reads both as far as the target goes, and whether they are the same up to there. What others have added behind all rows does not matter.
fn is_begun(rows: &mut impl Read, target: &mut File) -> io::Result<bool> {
    const CHUNK: u64 = 1 << 17;
    let mut there = Vec::new();
    let mut ours = Vec::new();
    loop {
        there.clear();
        ours.clear();
        target.by_ref().take(CHUNK).read_to_end(&mut there)?;
        rows.take(there.len() as u64).read_to_end(&mut ours)?;
        if there.is_empty() {
            return Ok(true);
        }
        if !there.starts_with(&ours) {
            return Ok(false);
        }
        if ours.len() < there.len() {
            return Ok(true);
        }
    }
}

/// Whether a file has no text, and so no header: it is missing or empty, or what is compressed in it is.
pub(super) fn has_no_text(path: &Path, compression: Compression) -> io::Result<bool> {
    let length = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        metadata => metadata?.len(),
    };
    Ok(length == 0 || compression != Compression::None && Input::open(path)?.read(&mut [0])? == 0)
}

/// Whether a file ends in a line end, or is empty or missing. What is added to one that does not would join its last line.
fn ends_a_line(path: &Path, compression: Compression) -> io::Result<bool> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        opened => opened?,
    };
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    if compression == Compression::None {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        return Ok(last == *b"\n");
    }
    let (mut input, mut buffer, mut last) = (Input::open(path)?, vec![0; 1 << 16], b'\n');
    loop {
        let read = input.read(&mut buffer)?;
        match buffer.get(..read).and_then(<[u8]>::last) {
            Some(byte) => last = *byte,
            None => return Ok(last == b'\n'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Files {
        folder: tempfile::TempDir,
        from: PathBuf,
        to: PathBuf,
    }

    fn files() -> Files {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join(".rows.run-1.partial"), folder.path().join("rows"));
        Files { folder, from, to }
    }

    #[test]
    fn rows_are_added_once_wherever_a_crash_has_cut_it() {
        const CHUNK: usize = 1 << 17;
        let long = b"0123456789abcde\n".repeat(3 * CHUNK / 16);
        for rows in [b"new rows\n".to_vec(), long, vec![b'x'; CHUNK], vec![]] {
            let whole = [b"old\n".as_slice(), &rows].concat();
            for there in [0, 1, rows.len() / 2, CHUNK.min(rows.len()), rows.len()] {
                let Files { folder, from, to } = files();
                let place = Place { at: 4, skip: 0, newline: false };
                fs::write(place.name(&from), &rows).unwrap();
                fs::write(&to, &whole[..4 + there.min(rows.len())]).unwrap();
                append(&from, &to, 0, rows.len() as u64, false).unwrap();
                append(&from, &to, 0, rows.len() as u64, false).unwrap();
                assert!(fs::read(&to).unwrap() == whole, "{there} of {}", rows.len());
                assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
            }
        }
    }

    #[test]
    fn a_header_and_a_line_end_come_only_where_they_are_due() {
        for (before, after) in [
            (None, "h\nnew\n"),
            (Some(""), "h\nnew\n"),
            (Some("h\nold\n"), "h\nold\nnew\n"),
            (Some("h\nold"), "h\nold\nnew\n"),
        ] {
            let Files { folder: _folder, from, to } = files();
            if let Some(before) = before {
                fs::write(&to, before).unwrap();
            }
            fs::write(&from, "h\nnew\n").unwrap();
            append(&from, &to, 2, 6, false).unwrap();
            assert_eq!(fs::read_to_string(&to).unwrap(), after);
        }
    }

    #[test]
    fn rows_whose_file_is_gone_are_not_taken_for_added() {
        let Files { folder: _folder, from, to } = files();
        assert!(matches!(append(&from, &to, 0, 4, false), Err(SinkError::StagedGone { .. })));
        fs::write(&to, "old\nnew\n").unwrap();
        append(&from, &to, 0, 4, false).unwrap();
    }

    #[test]
    fn nothing_is_added_behind_another_programs_lines() {
        for there in ["old\nother\n", "old\nnex\n", "ol"] {
            let Files { folder: _folder, from, to } = files();
            let pending = Place { at: 4, skip: 0, newline: false }.name(&from);
            fs::write(&pending, "new\n").unwrap();
            fs::write(&to, there).unwrap();
            let error = complete(&to).unwrap_err();
            assert!(matches!(error, SinkError::Changed { .. }), "{error}");
            assert_eq!((fs::read_to_string(&to).unwrap(), pending.exists()), (there.to_owned(), true));
        }
    }
}
