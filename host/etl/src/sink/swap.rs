//! Replaces the part files of a folder in one step, where the system can exchange two folders.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::disk::sync_folder;
use super::error::SinkError;
use super::part_name::is_part;
use crate::own_file;

/// The file in a complete folder that shows it to be that, and lists its part files, one on each line. It has the name that the folder was written
/// under, so that nobody takes it for another's.
pub(super) fn list_name(from: &Path) -> OsString {
    let mut name = from.file_name().unwrap_or_default().to_owned();
    name.push(".list");
    name
}

/// Replaces the part files in `to` with those in `from`, and removes `from`. Other files in `to` stay. After a crash it is repeated.
///
/// The two folders are exchanged: a reader sees the old part files or the new ones. Where folders cannot be exchanged, for example if `to` is a mount
/// point or has folders in it, the new files are moved one by one before the old ones are removed.
pub(super) fn swap(from: &Path, to: &Path) -> Result<(), SinkError> {
    swap_folders(from, to).map_err(|error| SinkError::Io { path: to.to_owned(), error })
}

fn swap_folders(from: &Path, to: &Path) -> io::Result<()> {
    let list = list_name(from);
    let marker = to.join(&list);
    if !from.exists() {
        // Everything is done but for this.
        return remove_file(&marker);
    }
    if !marker.exists() {
        if !from.join(&list).exists() {
            // The files were moved one by one, and a crash came before the last step.
            return fs::remove_dir(from);
        }
        if from.starts_with(to) {
            return move_parts(from, to);
        }
        if !link_others(to, from)? {
            return move_parts(from, to);
        }
        match exchange(from, to) {
            Ok(()) => sync_folder(to),
            Err(error) if cannot(&error) => return move_parts(from, to),
            Err(error) => return Err(error),
        }
    }
    // From here on `from` is the old folder. Old part files go, and all else moves over.
    for name in names(from)? {
        let old = from.join(&name);
        if is_part(&name) {
            remove_file(&old)?;
        } else {
            fs::rename(&old, to.join(&name))?;
            // Two links to one file stay as they are.
            remove_file(&old)?;
        }
    }
    fs::remove_dir(from)?;
    remove_file(&marker)
}

/// Links what is no part file into the new folder, so that a reader always finds it. False if something cannot be linked, such as a folder.
fn link_others(to: &Path, from: &Path) -> io::Result<bool> {
    for name in names(to)? {
        let (old, new) = (to.join(&name), from.join(&name));
        if is_part(&name) || fs::symlink_metadata(&new).is_ok() {
            continue;
        }
        if fs::symlink_metadata(&old)?.is_dir() || fs::hard_link(&old, &new).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Moves the part files one by one.
fn move_parts(from: &Path, to: &Path) -> io::Result<()> {
    let list = from.join(list_name(from));
    let names_of_parts = fs::read_to_string(&list)?;
    // Another name could lead out of the folder.
    let new: Vec<_> =
        names_of_parts.lines().filter(|name| is_part(name.as_ref())).map(PathBuf::from).collect();
    for name in &new {
        let (source, target) = (from.join(name), to.join(name));
        // Between two mounts, the system does not look whether there is such a file.
        if !source.exists() {
            continue;
        }
        match fs::rename(&source, &target) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let staged = to.join(format!(".{}.partial", name.display()));
                let (mut rows, mut copy) = (own_file::read(&source)?, own_file::create(&staged)?);
                io::copy(&mut rows, &mut copy)?;
                copy.sync_all()?;
                fs::rename(&staged, &target)?;
                remove_file(&source)?;
            }
            moved => moved?,
        }
    }
    for name in names(to)? {
        if is_part(&name) && !new.iter().any(|new| new.as_os_str() == name) {
            remove_file(&to.join(name))?;
        }
    }
    sync_folder(&to.join("part"));
    // Links to other files may be left from an exchange that failed. The list goes last: without it everything counts as done.
    for name in names(from)?.iter().filter(|name| from.join(name) != list) {
        remove_file(&from.join(name))?;
    }
    remove_file(&list)?;
    fs::remove_dir(from)
}

fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    let mut names =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(target_os = "linux")]
fn exchange(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the system cannot exchange these two folders, though it may move files between them.
fn cannot(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, InvalidInput, ResourceBusy, Unsupported};
    matches!(error.kind(), CrossesDevices | InvalidInput | ResourceBusy | Unsupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(folder: &Path) -> Vec<(String, String)> {
        names(folder)
            .unwrap()
            .into_iter()
            .filter(|name| !folder.join(name).is_dir())
            .map(|name| {
                let text = fs::read_to_string(folder.join(&name)).unwrap();
                (name.into_string().unwrap(), text)
            })
            .collect()
    }

    fn folders(inside: bool) -> (tempfile::TempDir, PathBuf, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let to = root.path().join("out");
        let from = if inside { to.join(".new") } else { root.path().join(".new") };
        fs::create_dir_all(to.join("notes")).unwrap();
        fs::create_dir(&from).unwrap();
        for (name, text) in [
            ("part-000001.csv", "old"),
            ("part-000007.csv", "old"),
            ("README.md", "mine"),
            ("notes/a", "mine"),
        ] {
            fs::write(to.join(name), text).unwrap();
        }
        fs::write(from.join(list_name(&from)), "part-000001.csv\npart-000002.csv").unwrap();
        for name in ["part-000001.csv", "part-000002.csv"] {
            fs::write(from.join(name), "new").unwrap();
        }
        (root, from, to)
    }

    #[test]
    fn part_files_are_replaced_and_all_else_stays() {
        for inside in [false, true] {
            let (_root, from, to) = folders(inside);
            for _ in 0..2 {
                swap(&from, &to).unwrap();
                let text = |name: &str, text: &str| (name.to_owned(), text.to_owned());
                assert_eq!(
                    content(&to),
                    [
                        text("README.md", "mine"),
                        text("part-000001.csv", "new"),
                        text("part-000002.csv", "new")
                    ],
                    "{inside}"
                );
                assert_eq!(fs::read_to_string(to.join("notes/a")).unwrap(), "mine");
                assert!(!from.exists());
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_crash_has_cut_behind_the_exchange_is_done() {
        let (_root, from, to) = folders(false);
        exchange(&from, &to).unwrap();
        fs::remove_file(from.join("part-000001.csv")).unwrap();
        swap(&from, &to).unwrap();
        assert_eq!(content(&to).len(), 3);
        assert_eq!(content(&to)[1].1, "new");
        assert!(to.join("notes/a").exists() && !from.exists());
    }
}
