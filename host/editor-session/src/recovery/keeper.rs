//! Keeps the texts of documents with unsaved changes, on a thread of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use witdock_editor_core::{Revision, Snapshot};

use super::{Kept, Recovery};
use crate::documents::{DocumentId, Documents};

/// The time between two writes: what a crash costs at most, with the time of a write.
const REST: Duration = Duration::from_secs(1);

/// Keeps the texts of documents with unsaved changes.
#[derive(Debug)]
pub(crate) struct Keeper {
    shared: Arc<Shared>,
    /// The revision of each document that is kept, or about to be.
    seen: BTreeMap<DocumentId, Revision>,
    /// The files that are open.
    open: BTreeSet<String>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    recovery: Recovery,
    work: Mutex<Work>,
    /// Tells the writer that there is work, and others that it is done.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Work {
    texts: BTreeMap<DocumentId, Step>,
    open: Option<Vec<String>>,
    /// Whether everything is to be written at once.
    urgent: bool,
    /// Whether the writer ends when nothing is left.
    ends: bool,
    is_writing: bool,
    /// The first error that was not told.
    error: Option<io::Error>,
}

#[derive(Debug)]
enum Step {
    Keep(Option<PathBuf>, Snapshot),
    Forget,
}

impl Shared {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper {
    pub(crate) fn new(recovery: Recovery) -> io::Result<Self> {
        let shared = Arc::new(Shared { recovery, work: Mutex::default(), changed: Condvar::new() });
        let own = shared.clone();
        let writer =
            std::thread::Builder::new().name("witdock-edit-keeper".to_owned()).spawn(move || write(&own))?;
        Ok(Self { shared, seen: BTreeMap::new(), open: BTreeSet::new(), writer: Some(writer) })
    }

    /// What finds the process of another editor that has a file open.
    pub(crate) fn opened_by(&self) -> impl Fn(&Path) -> Option<u32> + Send + 'static {
        let shared = self.shared.clone();
        move |file| shared.recovery.opened_by(file)
    }

    /// The texts that other editors have left behind.
    pub(crate) fn left(&self) -> Vec<Kept> {
        self.shared.recovery.left()
    }

    /// Keeps what has changed in these documents since the last time, within a second. Costs little where nothing has. Gives the
    /// error of an earlier write, once.
    pub(crate) fn follow(&mut self, documents: &Documents) -> Option<io::Error> {
        let mut steps = BTreeMap::new();
        for buffer in documents.all() {
            let revision = buffer.document.revision();
            if !buffer.is_modified() {
                if self.seen.remove(&buffer.id).is_some() {
                    steps.insert(buffer.id, Step::Forget);
                }
            } else if self.seen.insert(buffer.id, revision) != Some(revision) {
                let file = buffer.path.is_some().then(|| buffer.file.path().to_owned());
                steps.insert(buffer.id, Step::Keep(file, buffer.document.snapshot()));
            }
        }
        self.seen.retain(|id, _| {
            let is_open = documents.find(*id).is_some();
            if !is_open {
                steps.insert(*id, Step::Forget);
            }
            is_open
        });
        let named = documents.all().iter().filter(|buffer| buffer.path.is_some());
        let open: BTreeSet<String> =
            named.map(|buffer| buffer.file.path().to_string_lossy().into_owned()).collect();
        let is_other = open != self.open;
        if steps.is_empty() && !is_other {
            return self.shared.work().error.take();
        }
        let mut work = self.shared.work();
        work.texts.extend(steps);
        if is_other {
            work.open = Some(open.iter().cloned().collect());
            self.open = open;
        }
        self.shared.changed.notify_all();
        work.error.take()
    }

    /// Makes a text that another editor has left behind the kept text of a document, so that one of both always keeps it.
    pub(crate) fn adopt(&self, document: DocumentId, kept: &Kept) {
        // It may be gone; the document has the text, and is kept with the next change.
        let _ = std::fs::rename(&kept.kept_in, self.shared.recovery.file_of(document));
        kept.release();
    }

    /// Drops a text that another editor has left behind.
    pub(crate) fn discard(kept: &Kept) {
        Kept::remove(&kept.kept_in);
        kept.release();
    }

    /// Writes what is to be kept, and waits for that.
    pub(crate) fn flush(&self) {
        let mut work = self.shared.work();
        work.urgent = true;
        self.shared.changed.notify_all();
        while work.is_writing || !work.texts.is_empty() {
            work = self.shared.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        work.urgent = false;
    }

    /// Ends the session as it should end: nothing is kept of it.
    pub(crate) fn finish(mut self) {
        self.join();
        for document in self.seen.keys() {
            Kept::remove(&self.shared.recovery.file_of(*document));
        }
        self.shared.recovery.session.remove();
    }

    fn join(&mut self) {
        let mut work = self.shared.work();
        (work.urgent, work.ends) = (true, true);
        drop(work);
        self.shared.changed.notify_all();
        if let Some(writer) = self.writer.take() {
            // A panic of the writer is no reason for another one here.
            let _ = writer.join();
        }
    }
}

/// Without [`Keeper::finish`], everything stays for the next start.
impl Drop for Keeper {
    fn drop(&mut self) {
        self.join();
    }
}

/// The writer: takes all work that there is, writes it, and rests.
fn write(shared: &Shared) {
    let mut work = shared.work();
    loop {
        while work.texts.is_empty() && work.open.is_none() {
            if work.ends {
                return;
            }
            work = shared.changed.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
        let (texts, open) = (std::mem::take(&mut work.texts), work.open.take());
        work.is_writing = true;
        drop(work);
        let mut result = open.map_or(Ok(()), |files| shared.recovery.session.write(files));
        for (document, step) in texts {
            let file = shared.recovery.file_of(document);
            match step {
                Step::Forget => Kept::remove(&file),
                Step::Keep(path, text) => result = result.and(Kept::write(&file, path.as_deref(), &text)),
            }
        }
        work = shared.work();
        work.is_writing = false;
        if let Err(error) = result {
            work.error.get_or_insert(error);
        }
        shared.changed.notify_all();
        let rest = |work: &mut Work| !work.urgent;
        work = shared.changed.wait_timeout_while(work, REST, rest).unwrap_or_else(PoisonError::into_inner).0;
    }
}
