//! Watches a plugin's source and reloads it when it has changed and come to rest.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use crate::Interface;
use crate::core::Core;
use crate::error::LoadError;
use crate::event::Event;
use crate::reload::{self, Trigger};
use crate::source::Source;
use crate::task::OwnedTask;

/// A change of a project counts when nothing further has happened for so long: editors write in several steps.
const SETTLE_PROJECT: Duration = Duration::from_millis(50);
/// The same for a component: it has no other files, and one that is half written is told by its bytes.
const SETTLE_COMPONENT: Duration = Duration::from_millis(10);
/// A source that never comes to rest is taken as it is after so long.
const LONGEST_SETTLE: Duration = Duration::from_secs(2);
/// How often a component that ends too early is read again before it is reported: someone still writes it.
const INCOMPLETE_RETRIES: u32 = 40;

/// The source cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be watched: {source}; on Linux, `sysctl fs.inotify.max_user_watches` may be too low", path = path.display())]
pub struct WatchError {
    path: PathBuf,
    source: notify::Error,
}

/// What the system's watcher has to say.
enum Notice {
    Changed,
    Failed(String),
}

/// Follows the source's files and reloads the plugin, for as long as the task is kept.
pub(crate) fn follow<I: Interface>(core: &Arc<Core<I>>) -> Result<OwnedTask, WatchError> {
    let (notices, incoming) = mpsc::unbounded_channel();
    let source = core.settings.source.clone();
    let relevant = source.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let notice = match event {
            Ok(notify::Event { kind: EventKind::Access(_), .. }) => return,
            Ok(event) if event.need_rescan() => Notice::Changed,
            Ok(event) if event.paths.iter().any(|path| relevant.is_relevant(path)) => Notice::Changed,
            Ok(_) => return,
            Err(error) => Notice::Failed(error.to_string()),
        };
        // The receiver is gone when the watch ends.
        let _ = notices.send(notice);
    })
    .map_err(|error| WatchError { path: source.path().to_owned(), source: error })?;
    let mut folders = Folders::default();
    folders.watch(&mut watcher, &source)?;
    Ok(OwnedTask::spawn(reload_on_notice(Arc::downgrade(core), watcher, folders, incoming)))
}

async fn reload_on_notice<I: Interface>(
    core: std::sync::Weak<Core<I>>,
    mut watcher: RecommendedWatcher,
    mut folders: Folders,
    mut incoming: mpsc::UnboundedReceiver<Notice>,
) {
    while let Some(notice) = incoming.recv().await {
        let Some(core) = core.upgrade() else { return };
        if let Notice::Failed(message) = notice {
            core.emit(Event::WatchFailed { message });
            continue;
        }
        settle(&core.settings.source, &mut incoming).await;
        if let Err(error) = folders.watch(&mut watcher, &core.settings.source) {
            core.emit(Event::WatchFailed { message: error.to_string() });
        }
        reload_complete(&core, &mut incoming).await;
    }
}

/// Waits until no change has come for a while.
async fn settle(source: &Source, incoming: &mut mpsc::UnboundedReceiver<Notice>) {
    let quiet = match source {
        Source::Component { .. } => SETTLE_COMPONENT,
        Source::Folder { .. } => SETTLE_PROJECT,
    };
    let latest = Instant::now() + LONGEST_SETTLE;
    while Instant::now() < latest {
        if !matches!(timeout(quiet, incoming.recv()).await, Ok(Some(_))) {
            return;
        }
    }
}

/// Reloads; a component that is still being written is waited for. Whatever becomes of it is told by the status.
async fn reload_complete<I: Interface>(core: &Arc<Core<I>>, incoming: &mut mpsc::UnboundedReceiver<Notice>) {
    for _ in 0..INCOMPLETE_RETRIES {
        if !is_half_written(&core.settings.source).await {
            break;
        }
        // Longer than a settled change takes: whoever writes it has time to go on.
        tokio::time::sleep(SETTLE_PROJECT).await;
        settle(&core.settings.source, incoming).await;
    }
    if let Err(error) = reload::reload(core, Trigger::Watch).await {
        match error {
            LoadError::Stopped { .. } => {}
            error => tracing::warn!(plugin = &*core.settings.name, "reload rejected: {error}"),
        }
    }
}

/// Whether a component file is empty or ends within a section. A built folder is complete when its build has ended.
async fn is_half_written(source: &Source) -> bool {
    let Source::Component { path, .. } = source else { return false };
    let Ok(bytes) = tokio::fs::read(path).await else { return true };
    bytes.is_empty() || wasmparser::Parser::new(0).parse_all(&bytes).any(|payload| payload.is_err())
}

/// The folders that are watched so far, each by itself: watching a project recursively would watch its build output too,
/// thousands of folders that change with every build.
#[derive(Default)]
struct Folders(BTreeSet<PathBuf>);

impl Folders {
    /// Watches what the source consists of now; folders that are new since the last time are added.
    fn watch(&mut self, watcher: &mut RecommendedWatcher, source: &Source) -> Result<(), WatchError> {
        // A folder that was removed and made again has lost its watch.
        self.0.retain(|folder| folder.exists());
        for path in source.watch_paths() {
            let mut pending = vec![path.path];
            while let Some(folder) = pending.pop() {
                if path.recursive {
                    pending.extend(folders_in(&folder).filter(|inner| source.is_relevant(inner)));
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
