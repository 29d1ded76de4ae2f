//! The files that paths, folders and patterns stand for, now and as more arrive.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::error::SourceError;
use super::finished::is_finished;
use super::objects::list_objects;
use crate::input::{InputFile, STDIN};
use crate::pipeline::{FileSource, SourcePath, is_pattern};
use crate::rows::Unit;

/// The files and objects of a source, in the order of its paths.
pub(super) fn list_files(source: &FileSource) -> Result<Vec<InputFile>, SourceError> {
    let deep = !source.partitions.is_empty();
    let mut files = Vec::new();
    for path in &source.paths {
        match path {
            SourcePath::Local(path) => {
                files.extend(list(std::slice::from_ref(path), deep)?.into_iter().map(InputFile::Local));
            }
            SourcePath::Url(url) => {
                files.extend(list_objects(url, &source.store, deep)?.into_iter().map(InputFile::from));
            }
        }
    }
    let mut seen = BTreeSet::new();
    let real = |file: &InputFile| match file {
        InputFile::Local(path) => path.canonicalize().unwrap_or_else(|_| path.clone()),
        InputFile::Object(object) => object.url().place(&source.store),
    };
    files.retain(|file| seen.insert(real(file)));
    files.sort_by(|one, other| one.path().cmp(other.path()));
    Ok(files)
}

/// The files that these paths stand for, in order. In folders, hidden files are skipped, and files whose name says that they
/// are still being written.
/// `deep` takes the folders in a folder too.
fn list(paths: &[String], deep: bool) -> Result<Vec<PathBuf>, SourceError> {
    let mut files = Vec::new();
    for text in paths {
        let path = Path::new(text);
        if text == STDIN {
            files.push(path.to_owned());
        } else if is_pattern(text) && !path.exists() {
            let matches = glob::glob(text)
                .map_err(|error| SourceError::Pattern { pattern: text.clone(), error: error.to_string() })?;
            let mut matched: Vec<_> =
                matches.filter_map(Result::ok).filter(|path| path.is_file() && is_finished(path)).collect();
            matched.sort();
            files.append(&mut matched);
        } else if path.is_dir() {
            let mut inside = Vec::new();
            walk(path, deep, &mut inside)?;
            inside.sort();
            files.append(&mut inside);
        } else {
            files.push(path.to_owned());
        }
    }
    Ok(distinct(files))
}

/// Adds the finished files in a folder.
fn walk(folder: &Path, deep: bool, files: &mut Vec<PathBuf>) -> Result<(), SourceError> {
    let io = |error| SourceError::Io { path: folder.to_owned(), error };
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if !is_finished(&path) {
            continue;
        }
        if path.is_file() {
            files.push(path);
        } else if deep && path.is_dir() {
            walk(&path, deep, files)?;
        }
    }
    Ok(())
}

/// Each file once, in order, however many paths and links lead to it.
fn distinct(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    paths.into_iter().filter(|path| seen.insert(real(path))).collect()
}

/// Files that arrive in watched folders.
pub(super) struct Arrivals {
    paths: Vec<String>,
    deep: bool,
    settling: Settling,
    taken: BTreeSet<PathBuf>,
    changed: Receiver<()>,
    /// Whether something has happened since the folders were listed.
    dirty: bool,
    listed: Instant,
    _watcher: RecommendedWatcher,
}

/// How long one call waits for new files.
const LOOK: Duration = Duration::from_millis(100);
/// How long folders may stay unlisted. Not every change is told: those of other machines in a network's file system are not, nor is what happens in a
/// folder that has taken the place of a watched one.
const LIST: Duration = Duration::from_secs(1);

impl Arrivals {
    pub(super) fn watch(source: &FileSource) -> Result<Self, SourceError> {
        let deep = !source.partitions.is_empty();
        let (sender, changed) = channel();
        let failed = |path: &Path, error: notify::Error| SourceError::Watch {
            path: path.to_owned(),
            message: error.to_string(),
        };
        let mut watcher = notify::recommended_watcher(move |_: Result<notify::Event, _>| {
            // The receiver may be dropped with the source.
            let _ = sender.send(());
        })
        .map_err(|error| failed(Path::new("."), error))?;
        // Urls are not watched: the pipeline's parser refuses that.
        let paths = source.paths.iter().filter_map(|path| match path {
            SourcePath::Local(path) => Some(path.clone()),
            SourcePath::Url(_) => None,
        });
        let paths: Vec<_> = paths.collect();
        for folder in paths.iter().map(|path| folder(path)).collect::<BTreeSet<_>>() {
            let mode = if deep { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
            watcher.watch(&folder, mode).map_err(|error| failed(&folder, error))?;
        }
        Ok(Self {
            paths,
            deep,
            settling: Settling { settle: source.settle, files: BTreeMap::new() },
            taken: BTreeSet::new(),
            changed,
            dirty: true,
            listed: Instant::now(),
            _watcher: watcher,
        })
    }

    /// The files that are complete now. If there is none, this waits for the first.
    pub(super) fn first(&mut self) -> Result<Vec<PathBuf>, SourceError> {
        loop {
            let files = self.more()?;
            if !files.is_empty() {
                return Ok(files);
            }
        }
    }

    /// Files that have become complete. This waits at most a moment for them.
    pub(super) fn more(&mut self) -> Result<Vec<PathBuf>, SourceError> {
        let mut complete = self.look()?;
        let begun = Instant::now();
        while complete.is_empty() && begun.elapsed() < LOOK {
            let wait = LOOK.saturating_sub(begun.elapsed());
            if self.changed.recv_timeout(wait).is_ok() {
                self.dirty = true;
                while self.changed.try_recv().is_ok() {}
            } else if begun.elapsed() < LOOK {
                std::thread::sleep(LOOK.saturating_sub(begun.elapsed()));
            }
            complete = self.look()?;
        }
        Ok(complete)
    }

    fn look(&mut self) -> Result<Vec<PathBuf>, SourceError> {
        // Files that settle are checked each time, folders only after a change.
        if !self.dirty && self.settling.is_empty() && self.listed.elapsed() < LIST {
            return Ok(Vec::new());
        }
        self.dirty = false;
        self.listed = Instant::now();
        let paths = list(&self.paths, self.deep)?;
        let new = paths.into_iter().filter(|path| !self.taken.contains(path));
        // A file may have been removed since the folder was listed.
        let new: Vec<_> = new.filter_map(|path| Some((Unit::file(&path).ok()?, path))).collect();
        let files = new.into_iter().map(|(unit, path)| {
            let age = age(&unit);
            (path, unit, age)
        });
        let complete = self.settling.complete(files, Instant::now());
        self.taken.extend(complete.iter().cloned());
        Ok(complete)
    }
}

/// Files that may not be complete: their last size and time, and since when these are unchanged.
struct Settling {
    settle: Duration,
    files: BTreeMap<PathBuf, (Unit, Instant)>,
}

impl Settling {
    fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files that have been unchanged for long enough. Each of `files` has the time since its last change.
    fn complete(
        &mut self,
        files: impl Iterator<Item = (PathBuf, Unit, Duration)>,
        now: Instant,
    ) -> Vec<PathBuf> {
        let mut before = std::mem::take(&mut self.files);
        let mut complete = Vec::new();
        for (path, unit, age) in files {
            let since = match before.remove(&path) {
                Some((seen, since)) if seen == unit => since,
                Some(_) => now,
                // An old file is complete at once.
                None => now.checked_sub(age).unwrap_or(now),
            };
            if now.saturating_duration_since(since) >= self.settle {
                complete.push(path);
            } else {
                self.files.insert(path, (unit, since));
            }
        }
        complete.sort();
        complete
    }
}

/// The time since a file was changed.
fn age(unit: &Unit) -> Duration {
    let modified = unit.modified_us.map(|us| std::time::UNIX_EPOCH + Duration::from_micros(us));
    modified.and_then(|modified| modified.elapsed().ok()).unwrap_or_default()
}

/// The folder to watch for a path or a pattern.
fn folder(path: &str) -> PathBuf {
    let whole = Path::new(path);
    if whole.is_dir() {
        return whole.to_owned();
    }
    let fixed: PathBuf =
        whole.components().take_while(|part| !is_pattern(&part.as_os_str().to_string_lossy())).collect();
    if fixed.as_os_str().is_empty() { PathBuf::from(".") } else { fixed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: &[PathBuf]) -> Vec<String> {
        paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_file_is_complete_once_it_has_not_changed_for_a_while() {
        let second = Duration::from_secs(1);
        let mut settling = Settling { settle: 10 * second, files: BTreeMap::new() };
        let begin = Instant::now() + 1000 * second;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slow.csv");
        let mut at = |seconds: u32, length: usize, age: u32| {
            fs::write(&path, "x".repeat(length)).unwrap();
            let unit = Unit { modified_us: None, ..Unit::file(&path).unwrap() };
            let files = [(path.clone(), unit, age * second)].into_iter();
            !settling.complete(files, begin + seconds * second).is_empty()
        };
        // It is written to every nine seconds, however long that takes.
        assert!((0..20).all(|write| !at(9 * write, 1 + write as usize, 0)));
        assert!(!at(180, 20, 0));
        assert!(at(181, 20, 0));
        // One that was there long before is complete at once.
        assert!(!at(300, 5, 9));
        settling.files.clear();
        let old = Unit::file(&folder.path().join("slow.csv")).unwrap();
        let files = || [(path.clone(), old.clone(), 10 * second)].into_iter();
        assert_eq!(settling.complete(files(), begin), std::slice::from_ref(&path));
        // What is gone is forgotten.
        settling.files.insert(path.clone(), (old.clone(), begin));
        assert!(settling.complete(std::iter::empty(), begin).is_empty() && settling.is_empty());
    }

    #[test]
    fn folders_and_patterns_stand_for_their_files_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.csv", "c.txt", ".hidden.csv", "d.csv.part"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::create_dir(folder.path().join("e.csv")).unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        assert_eq!(
            names(&list(&[folder.path().display().to_string()], false).unwrap()),
            ["a.csv", "b.csv", "c.txt"]
        );
        assert_eq!(names(&list(&[path("*.csv")], false).unwrap()), ["a.csv", "b.csv"]);
        assert_eq!(names(&list(&[path("c.txt"), path("*")], false).unwrap()), ["c.txt", "a.csv", "b.csv"]);
        assert!(list(&[path("*.parquet")], false).unwrap().is_empty());
        assert!(list(&[path("[")], false).is_err());
    }
}
