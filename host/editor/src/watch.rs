//! Notices that other programs change files.
//!
//! The files' folders are watched, since programs that write safely put a new file in the place of the old one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Notices that other programs change files.
pub struct Watch {
    watcher: notify::Result<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
    has_failed: bool,
}

impl Watch {
    /// Watches nothing yet. `tell` is given the files that may have changed.
    pub fn new(tell: impl Fn(Vec<PathBuf>) + Send + 'static) -> Self {
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if let Ok(event) = event
                && !matches!(event.kind, EventKind::Access(_))
            {
                tell(event.paths);
            }
        });
        Self { watcher, folders: BTreeSet::new(), has_failed: false }
    }

    /// Watches the folders of these files, and no others any more.
    ///
    /// # Errors
    ///
    /// When the system cannot watch one: told once.
    pub fn follow<'a>(&mut self, files: impl Iterator<Item = &'a Path>) -> notify::Result<()> {
        let wanted: BTreeSet<&Path> = files.filter_map(Path::parent).collect();
        if self.has_failed || wanted.iter().copied().eq(self.folders.iter().map(PathBuf::as_path)) {
            return Ok(());
        }
        let watched = self.watch(&wanted);
        self.has_failed = watched.is_err();
        watched
    }

    fn watch(&mut self, wanted: &BTreeSet<&Path>) -> notify::Result<()> {
        let watcher = match &mut self.watcher {
            Ok(watcher) => watcher,
            Err(error) => return Err(notify::Error::generic(&error.to_string())),
        };
        for gone in self.folders.iter().filter(|folder| !wanted.contains(folder.as_path())) {
            // A folder that was removed is watched no more already.
            let _ = watcher.unwatch(gone);
        }
        self.folders.retain(|folder| wanted.contains(folder.as_path()));
        for folder in wanted {
            // A new file's folder may not be there yet, and nothing in it can change.
            if folder.is_dir() && !self.folders.contains(*folder) {
                watcher.watch(folder, RecursiveMode::NonRecursive)?;
            }
            self.folders.insert((*folder).to_owned());
        }
        Ok(())
    }
}
