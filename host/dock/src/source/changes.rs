//! Watches a source, and reports its changes once they settle.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::origin::Source;
use crate::text;

/// A change of a project is reported after this long without another one: editors write in several steps.
pub(crate) const SETTLE_PROJECT: Duration = Duration::from_millis(50);
/// The same for a component: it is a single file, and its bytes show whether it is incomplete.
const SETTLE_COMPONENT: Duration = Duration::from_millis(10);
/// A source that keeps changing is reported after this long.
const LONGEST_SETTLE: Duration = Duration::from_secs(2);

/// The most folders that are watched for one source: each costs the system memory.
const MOST_FOLDERS: usize = 8192;
const TOO_MANY_FOLDERS: &str =
    "the source has more than 8,192 folders: name fewer in `watch`, or more in `ignore`";

/// The source cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} cannot be watched: {source}; on Linux, `sysctl fs.inotify.max_user_watches` may be too low",
    text::path(path)
)]
pub struct WatchError {
    path: PathBuf,
    source: notify::Error,
}

/// A message of the operating system's file watcher.
enum Notice {
    Changed,
    Failed(String),
}

/// A change of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// A file that the artifact depends on has changed, and no further change followed.
    Settled,
    /// The watcher failed and continues: a change may have been missed.
    Failed {
        /// The operating system's message.
        message: String,
    },
}

/// Follows the files of a source, for tools that build and check without running a plugin. A
/// [`Plugin`](crate::Plugin) follows its own.
pub struct Changes {
    source: Source,
    watcher: RecommendedWatcher,
    folders: Folders,
    incoming: mpsc::UnboundedReceiver<Notice>,
    failed: Option<String>,
}

impl Changes {
    /// Starts watching. A build's output does not count as a change: see [`Source::is_relevant`].
    ///
    /// # Errors
    ///
    /// When the operating system cannot watch one of the source's folders.
    pub fn of(source: &Source) -> Result<Self, WatchError> {
        let (notices, incoming) = mpsc::unbounded_channel();
        let relevant = source.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let notice = match event {
                Ok(notify::Event { kind: EventKind::Access(_), .. }) => return,
                Ok(event) if event.need_rescan() => Notice::Changed,
                Ok(event) if event.paths.iter().any(|path| relevant.is_relevant(path)) => Notice::Changed,
                Ok(_) => return,
                Err(error) => Notice::Failed(error.to_string()),
            };
            // Fails after the watch has ended.
            let _ = notices.send(notice);
        })
        .map_err(|error| WatchError { path: source.path().to_owned(), source: error })?;
        let mut folders = Folders::default();
        folders.watch(&mut watcher, source)?;
        Ok(Self { source: source.clone(), watcher, folders, incoming, failed: None })
    }

    /// Waits for the next change, and then until there is no further one for 50 ms, or 10 ms if the source is a component. A
    /// source that keeps changing is reported after two seconds.
    ///
    /// Dropping the future may lose a change that has not settled yet.
    pub async fn next(&mut self) -> Change {
        if let Some(message) = self.failed.take() {
            return Change::Failed { message };
        }
        match self.incoming.recv().await {
            Some(Notice::Changed) => {}
            Some(Notice::Failed(message)) => return Change::Failed { message },
            // The watcher holds the other end.
            None => std::future::pending().await,
        }
        self.settle().await;
        if let Err(error) = self.folders.watch(&mut self.watcher, &self.source) {
            self.failed = Some(error.to_string());
        }
        Change::Settled
    }

    /// Waits until no change has come for a while.
    pub(crate) async fn settle(&mut self) {
        let quiet = match self.source {
            Source::Component { .. } => SETTLE_COMPONENT,
            Source::Folder { .. } => SETTLE_PROJECT,
        };
        let latest = Instant::now() + LONGEST_SETTLE;
        while Instant::now() < latest {
            if !matches!(timeout(quiet, self.incoming.recv()).await, Ok(Some(_))) {
                return;
            }
        }
    }
}

impl std::fmt::Debug for Changes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Changes").field("source", &self.source.path()).finish_non_exhaustive()
    }
}

/// The folders that are watched so far, each by itself: watching a project recursively would watch its build output too,
/// thousands of folders that change with every build.
#[derive(Default)]
struct Folders(BTreeSet<PathBuf>);

impl Folders {
    /// Watches the source's current folders; new ones are added.
    fn watch(&mut self, watcher: &mut RecommendedWatcher, source: &Source) -> Result<(), WatchError> {
        // A folder that was removed and created again has lost its watch.
        self.0.retain(|folder| folder.exists());
        for path in source.watch_paths() {
            let mut pending = vec![path.path];
            while let Some(folder) = pending.pop() {
                if path.recursive {
                    pending.extend(folders_in(&folder).filter(|inner| source.is_relevant(inner)));
                }
                if self.0.len() >= MOST_FOLDERS {
                    let source = notify::Error::generic(TOO_MANY_FOLDERS);
                    return Err(WatchError { path: folder, source });
                }
                if self.0.insert(folder.clone()) {
                    watcher
                        .watch(&folder, RecursiveMode::NonRecursive)
                        .map_err(|source| WatchError { path: folder, source })?;
                }
            }
        }
        Ok(())
    }
}

/// The folders in a folder; links are not followed, so that this ends.
fn folders_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
}
