//! The files around the documents: what a folder has, all files below one, and a search in them.
//!
//! [`Worker`] reads them on threads of its own, in answer to [`Effect`](crate::Effect)s. A walk and a search bring what they find in batches,
//! and end as soon as another one begins or nobody wants them any more.

mod folder;
mod follow;
mod peek;
mod results;
mod search;
mod walk;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::UnboundedSender;

pub use self::folder::FolderEntry;
pub(crate) use self::follow::Follower;
pub(crate) use self::results::Shown;
pub use self::results::{Found, Results};
pub use self::search::{Hit, OpenText, Place, SearchEnd, Task};
pub use self::walk::{MAX_FILES, WalkEnd};
use crate::outbox::Input;

/// Reads folders, walks and searches.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    walk: Stop,
    search: Stop,
}

/// Ends the work that has a copy of it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Ends the work before, and gives what ends the next.
    fn renew(&mut self) -> Self {
        self.0.store(true, Ordering::Relaxed);
        *self = Self::default();
        self.clone()
    }
}

impl Worker {
    /// Lists a folder.
    pub(crate) fn list(folder: PathBuf, sender: UnboundedSender<Input>) {
        tokio::task::spawn_blocking(move || {
            let entries = folder::list(&folder);
            // Sending fails only when the driver is dropped.
            let _ = sender.send(Input::Listed { folder, entries });
        });
    }

    /// Lists all files below a folder, instead of the walk before.
    pub(crate) fn walk(&mut self, number: u64, root: PathBuf, sender: UnboundedSender<Input>) {
        let stop = self.walk.renew();
        tokio::task::spawn_blocking(move || {
            walk::walk(&root, &stop, |files, end| {
                let _ = sender.send(Input::Walked { number, files, end });
            });
        });
    }

    /// Searches all files below a folder, instead of the search before.
    pub(crate) fn search(&mut self, number: u64, task: Task, sender: UnboundedSender<Input>) {
        let stop = self.search.renew();
        tokio::task::spawn_blocking(move || {
            search::search(&task, &stop, |hits, end| {
                let _ = sender.send(Input::Searched { number, hits, end });
            });
        });
    }

    /// Reads some lines of a file.
    pub(crate) fn peek(file: PathBuf, first: usize, sender: UnboundedSender<Input>) {
        tokio::task::spawn_blocking(move || {
            let lines = peek::lines(&file, first);
            let _ = sender.send(Input::Peeked { file, first, lines });
        });
    }

    pub(crate) fn stop_walk(&mut self) {
        self.walk.renew();
    }

    pub(crate) fn stop_search(&mut self) {
        self.search.renew();
    }
}

/// Work that nobody waits for ends.
impl Drop for Worker {
    fn drop(&mut self) {
        self.stop_walk();
        self.stop_search();
    }
}
