//! Follows the files of a configuration.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use crate::config::Config;

/// How long the files have to be left alone before they are read: an editor or a tool may write several.
const SETTLE: Duration = Duration::from_millis(100);

/// A watch over the configuration file, the certificates, the keys and the authorities that it names.
///
/// Their folders are watched, not the files: editors, tools for certificates and container platforms put another file in the
/// place of the old one.
pub struct ConfigWatch {
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<()>,
    files: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
    /// What the files had when they were read last.
    seen: Vec<Option<Vec<u8>>>,
}

impl ConfigWatch {
    /// Begins to watch.
    ///
    /// # Errors
    ///
    /// When the operating system refuses, in its words.
    pub fn new(config: &Config) -> Result<Self, notify::Error> {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: Result<notify::Event, notify::Error>| {
            // Reading a file is an event too, and this watch reads them.
            if event.is_ok_and(|event| !event.kind.is_access()) {
                // The watch may have been dropped.
                let _ = sender.send(());
            }
        })?;
        let mut watch =
            Self { watcher, events, files: BTreeSet::new(), folders: BTreeSet::new(), seen: Vec::new() };
        watch.follow(config)?;
        Ok(watch)
    }

    /// Watches the files of another configuration.
    ///
    /// # Errors
    ///
    /// When the operating system refuses, in its words.
    pub fn follow(&mut self, config: &Config) -> Result<(), notify::Error> {
        self.files = config.files();
        let folders: BTreeSet<PathBuf> = self.files.iter().map(|file| folder(file)).collect();
        for folder in self.folders.difference(&folders) {
            // It may be gone.
            let _ = self.watcher.unwatch(folder);
        }
        for folder in folders.difference(&self.folders) {
            self.watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        self.folders = folders;
        self.seen = read(&self.files);
        Ok(())
    }

    /// Waits until a file has other content than before, and is left alone.
    pub async fn changed(&mut self) {
        loop {
            if self.events.recv().await.is_none() {
                std::future::pending::<()>().await;
            }
            while let Ok(Some(())) = tokio::time::timeout(SETTLE, self.events.recv()).await {}
            let now = read(&self.files);
            if now != self.seen {
                self.seen = now;
                return;
            }
        }
    }
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn read(files: &BTreeSet<PathBuf>) -> Vec<Option<Vec<u8>>> {
    files.iter().map(|file| std::fs::read(file).ok()).collect()
}
