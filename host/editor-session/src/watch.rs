//! Watching the open files for changes by other programs.
//!
//! The watch is on the files' folders, since programs that write safely replace the file by a new one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// How long files must be left alone before they are read again: other programs change a file in several steps.
pub(crate) const SETTLED: Duration = Duration::from_millis(50);
/// The same for plugins that come and go: a build may remove a component before it writes the next one.
pub(crate) const PLUGINS_SETTLED: Duration = Duration::from_millis(300);
/// The longest that a file waits which is changed all the time.
const LONGEST: Duration = Duration::from_secs(1);

/// Watches files for changes by other programs.
pub(crate) struct Watch {
    watcher: notify::Result<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
    has_failed: bool,
}

impl Watch {
    /// Watches nothing yet. Calls `tell` with the paths that may have changed, once they are left alone for so long. Called in a Tokio
    /// runtime.
    pub(crate) fn new(settled: Duration, tell: impl Fn(Vec<PathBuf>) + Send + 'static) -> Self {
        let (sender, changes) = mpsc::unbounded_channel();
        tokio::spawn(settle(changes, settled, tell));
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if let Ok(event) = event
                && !matches!(event.kind, EventKind::Access(_))
            {
                // Sending fails only as the editor ends.
                let _ = sender.send(event.paths);
            }
        });
        Self { watcher, folders: BTreeSet::new(), has_failed: false }
    }

    /// Watches these files instead of those before.
    ///
    /// # Errors
    ///
    /// When the system cannot watch one of them. After the first error, later calls do nothing.
    pub(crate) fn follow<'a>(&mut self, files: impl Iterator<Item = &'a Path>) -> notify::Result<()> {
        self.follow_folders(files.filter_map(Path::parent))
    }

    /// Watches the files in these folders instead of those before.
    ///
    /// # Errors
    ///
    /// As [`follow`](Self::follow).
    pub(crate) fn follow_folders<'a>(
        &mut self,
        folders: impl Iterator<Item = &'a Path>,
    ) -> notify::Result<()> {
        let wanted: BTreeSet<&Path> = folders.collect();
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
            // An error means that the folder was removed, which has ended the watch already.
            let _ = watcher.unwatch(gone);
        }
        self.folders.retain(|folder| wanted.contains(folder.as_path()));
        for folder in wanted {
            // The folder of a new file may not exist yet, and nothing in it can change.
            if folder.is_dir() && !self.folders.contains(*folder) {
                watcher.watch(folder, RecursiveMode::NonRecursive)?;
            }
            self.folders.insert((*folder).to_owned());
        }
        Ok(())
    }
}

/// Collects changes until there are none for a moment.
async fn settle(
    mut changes: mpsc::UnboundedReceiver<Vec<PathBuf>>,
    settled: Duration,
    tell: impl Fn(Vec<PathBuf>),
) {
    while let Some(first) = changes.recv().await {
        let mut paths: BTreeSet<PathBuf> = first.into_iter().collect();
        let latest = tokio::time::Instant::now() + LONGEST;
        loop {
            let until = (tokio::time::Instant::now() + settled).min(latest);
            match tokio::time::timeout_at(until, changes.recv()).await {
                Ok(Some(more)) => paths.extend(more),
                Ok(None) | Err(_) => break,
            }
        }
        tell(paths.into_iter().collect());
    }
}
