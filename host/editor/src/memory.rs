//! What the person has entered, kept in a file for the next start.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use crate::app::{History, Kind};

/// The file, in the state folder.
const FILE: &str = "history.json";
/// A larger file is not ours, bytes.
const LARGEST: u64 = 4 << 20;

/// Keeps what the person has entered, on a thread of its own.
#[derive(Debug)]
pub(crate) struct Memory {
    entered: Option<Sender<(Kind, String)>>,
    writer: Option<JoinHandle<()>>,
}

impl Memory {
    /// Keeps lines in this folder, and gives those of earlier sessions.
    ///
    /// # Errors
    ///
    /// When the thread cannot be started.
    pub(crate) fn open(folder: &Path) -> io::Result<(Self, History)> {
        let file = folder.join(FILE);
        let history = read(&file);
        let (entered, lines) = channel::<(Kind, String)>();
        let writer = std::thread::Builder::new().name("witdock-edit-memory".to_owned()).spawn(move || {
            while let Ok(first) = lines.recv() {
                // Others may have written meanwhile, so lines are added to what the file has now.
                let mut history = read(&file);
                for (kind, line) in std::iter::once(first).chain(lines.try_iter()) {
                    history.add(kind, &line);
                }
                // The text itself is safe; lines that are missing at the next start are no reason to interrupt the person.
                let _ = write(&file, &history);
            }
        })?;
        Ok((Self { entered: Some(entered), writer: Some(writer) }, history))
    }

    /// Keeps a line.
    pub(crate) fn add(&self, kind: Kind, line: String) {
        if let Some(entered) = &self.entered {
            // The thread ends only after this.
            let _ = entered.send((kind, line));
        }
    }
}

/// Waits until everything is written.
impl Drop for Memory {
    fn drop(&mut self) {
        self.entered = None;
        if let Some(writer) = self.writer.take() {
            // A panic of the writer is no reason for another one here.
            let _ = writer.join();
        }
    }
}

/// What a file has. One that is missing or damaged has nothing.
fn read(file: &Path) -> History {
    let is_ours = fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST);
    let text = is_ours.then(|| fs::read(file).ok()).flatten().unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Replaces the file by another one, for the user alone.
fn write(file: &Path, history: &History) -> io::Result<()> {
    let mut new = PathBuf::from(file);
    new.set_extension(format!("json.{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let written = options.open(&new).and_then(|mut out| out.write_all(&serde_json::to_vec(history)?));
    written.and_then(|()| fs::rename(&new, file)).inspect_err(|_| drop(fs::remove_file(&new)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_several_editors_are_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let (one, empty) = Memory::open(folder.path()).unwrap();
        let (other, _) = Memory::open(folder.path()).unwrap();
        assert_eq!(empty, History::default());
        one.add(Kind::Find, "from one".to_owned());
        drop(one);
        other.add(Kind::Find, "from the other".to_owned());
        drop(other);
        let mut both = History::default();
        both.add(Kind::Find, "from one");
        both.add(Kind::Find, "from the other");
        assert_eq!(Memory::open(folder.path()).unwrap().1, both);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(Memory::open(folder.path()).unwrap().1, History::default());
    }
}
