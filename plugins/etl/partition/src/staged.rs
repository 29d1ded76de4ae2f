//! Staged parts: written below `.staged/RUN/COMMIT/`, moved to their folders when the commit is decided.
//!
//! Every step can be repeated: a part that is still staged has to be moved.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use witdock_etl_guest::Error;
use witdock_etl_guest::sink::{Commit, Mode, Start};

use crate::place;

const STAGED: &str = ".staged";
const ROWS: &str = "rows.jsonl";
/// A marker in a commit's folder: it was prepared as the run's last.
const LAST: &str = "last";

/// The parts of one run.
#[derive(Debug)]
pub(crate) struct Staged {
    folder: PathBuf,
    /// The run's name in the names of parts.
    run: String,
    /// The next commit.
    number: u64,
}

impl Staged {
    /// Completes what an earlier session has left.
    pub(crate) fn open(folder: &Path, start: &Start) -> Result<Self, Error> {
        let run = start.run.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let staged = Self { folder: folder.to_owned(), run, number: start.commits + 1 };
        for run in names(&folder.join(STAGED))? {
            let path = folder.join(STAGED).join(&run);
            if run != staged.run {
                fs::remove_dir_all(&path).map_err(|error| failed(&path, &error))?;
                continue;
            }
            for commit in names(&path)? {
                if commit.parse().is_ok_and(|number: u64| number <= start.commits) {
                    continue;
                }
                let path = path.join(commit);
                fs::remove_dir_all(&path).map_err(|error| failed(&path, &error))?;
            }
        }
        let left = names(&folder.join(STAGED).join(&staged.run))?;
        for number in left.iter().filter_map(|commit| commit.parse().ok()) {
            let is_last = staged.commit(number).join(LAST).exists();
            match start.mode {
                Mode::Replace if is_last => staged.replace(number)?,
                Mode::Replace => {}
                Mode::Append | Mode::Upsert => staged.publish(number)?,
            }
        }
        Ok(staged)
    }

    fn commit(&self, number: u64) -> PathBuf {
        self.folder.join(STAGED).join(&self.run).join(number.to_string())
    }

    /// Adds rows to a part of the next commit.
    pub(crate) fn add(&self, place: &str, rows: &[u8]) -> Result<(), Error> {
        let folder = self.commit(self.number).join(place);
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        let path = folder.join(ROWS);
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(rows)).map_err(|error| failed(&path, &error))
    }

    /// Writes the rows of a commit to the disk.
    pub(crate) fn prepare(&mut self, commit: Commit) -> Result<(), Error> {
        let folder = self.commit(commit.number);
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        for place in places(&folder)? {
            let path = folder.join(place).join(ROWS);
            File::open(&path).and_then(|file| file.sync_all()).map_err(|error| failed(&path, &error))?;
        }
        if commit.last {
            let path = folder.join(LAST);
            File::create(&path).and_then(|file| file.sync_all()).map_err(|error| failed(&path, &error))?;
        }
        self.number = commit.number + 1;
        Ok(())
    }

    /// Moves the parts of a commit to their folders.
    pub(crate) fn publish(&self, number: u64) -> Result<(), Error> {
        let staged = self.commit(number);
        for place in places(&staged)? {
            let target = self.folder.join(&place);
            fs::create_dir_all(&target).map_err(|error| failed(&target, &error))?;
            let target = target.join(format!("part-{}-{number:06}.jsonl", self.run));
            fs::rename(staged.join(&place).join(ROWS), &target).map_err(|error| failed(&target, &error))?;
        }
        remove(&staged)
    }

    /// Moves all parts of the run's commits to their folders, and deletes those of other runs.
    pub(crate) fn replace(&self, commits: u64) -> Result<(), Error> {
        // The last commit is moved last: it has the marker, so that an interrupted run continues here.
        let left = names(&self.folder.join(STAGED).join(&self.run))?;
        let left = left.iter().filter_map(|commit| commit.parse().ok());
        left.filter(|number| *number < commits).try_for_each(|number| self.publish(number))?;
        let own = format!("part-{}-", self.run);
        for place in places(&self.folder)? {
            let folder = self.folder.join(place);
            for name in names(&folder)? {
                if name.starts_with("part-") && name.ends_with(".jsonl") && !name.starts_with(&own) {
                    let path = folder.join(name);
                    fs::remove_file(&path).map_err(|error| failed(&path, &error))?;
                }
            }
            // Fails if it is not empty, which is fine.
            let _ = fs::remove_dir(&folder);
        }
        self.publish(commits)
    }
}

/// The innermost partition folders below a folder: `carrier=UA/month=1`.
fn places(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(place) = open.pop() {
        let inner = names(&folder.join(&place))?.into_iter().filter(|name| place::is_part(name));
        let before = open.len();
        for name in inner {
            if folder.join(&place).join(&name).is_dir() {
                open.push(place.join(name));
            }
        }
        if open.len() == before && !place.as_os_str().is_empty() {
            found.push(place);
        }
    }
    // Only folders with parts; a part that was moved is no longer there.
    if folder.components().any(|part| part.as_os_str() == STAGED) {
        found.retain(|place| folder.join(place).join(ROWS).is_file());
    }
    Ok(found)
}

/// The names in a folder; empty if there is no folder.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(folder, &error)),
    };
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    names.collect::<Result<_, _>>().map_err(|error| failed(folder, &error))
}

fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(folder, &error)),
        _ => {
            // Removes them if nothing else is staged.
            for folder in folder.ancestors().skip(1).take(2) {
                let _ = fs::remove_dir(folder);
            }
            Ok(())
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::Data(format!("{}: {error}", path.display()))
}
