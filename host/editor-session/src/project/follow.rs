//! Follows the files below a folder: all of them are listed, and after each change of a folder they are looked at again.
//!
//! A look is a walk that leaves out what lists of files leave out. So what is told is what has changed since the last look, whatever the
//! system has said about it, in whichever order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ignore::WalkBuilder;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::documents::file::Stamp;
use crate::host::{ChangedFile, FileChange, FolderNews, News};
use crate::message::Message;
use crate::outbox::Input;
use crate::watch::Watch;

/// The most files that are followed.
const MOST_FILES: usize = 50_000;
/// The most folders that are watched: systems have a limit for a user.
const MOST_FOLDERS: usize = 4_096;
/// The most changes that are told one by one.
const MOST_CHANGES: usize = 1_000;
/// How long folders must be left alone before they are looked at.
const SETTLED: Duration = Duration::from_millis(200);

/// Follows the files below a folder until it is dropped.
#[derive(Debug)]
pub(crate) struct Follower(JoinHandle<()>);

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Follower {
    /// Begins to tell of the files below this folder. Called in a Tokio runtime.
    pub(crate) fn start(root: PathBuf, sender: mpsc::UnboundedSender<Input>) -> Self {
        Self(tokio::spawn(follow(root, sender)))
    }
}

/// The files and folders below a folder at one moment.
#[derive(Debug, Default)]
struct Look {
    files: BTreeMap<String, Stamp>,
    folders: BTreeSet<PathBuf>,
    is_complete: bool,
}

async fn follow(root: PathBuf, sender: mpsc::UnboundedSender<Input>) {
    let (told, mut changes) = mpsc::unbounded_channel();
    let mut watch = Watch::new(SETTLED, move |_| {
        // Sending fails only when nobody follows any more.
        let _ = told.send(());
    });
    let mut before: Option<Look> = None;
    loop {
        let look = settled_look(&root, &mut watch, &sender).await;
        if let Some(news) = news(before.as_ref(), &look)
            && sender.send(Input::Folder(news)).is_err()
        {
            return;
        }
        before = Some(look);
        if changes.recv().await.is_none() {
            return;
        }
        // All that has come by now is in the next look.
        while changes.try_recv().is_ok() {}
    }
}

/// Looks until all folders that are there are watched: what comes before the watch is seen by the next look.
async fn settled_look(root: &Path, watch: &mut Watch, sender: &mpsc::UnboundedSender<Input>) -> Look {
    let mut watched = BTreeSet::new();
    loop {
        let folder = root.to_owned();
        let look = tokio::task::spawn_blocking(move || look(&folder)).await.unwrap_or_default();
        if look.folders == watched {
            return look;
        }
        if let Err(error) = watch.follow_folders(look.folders.iter().map(PathBuf::as_path)) {
            let text = format!("cannot watch the folder for plugins that follow it: {error}");
            // Sending fails only when the driver is dropped.
            let _ = sender.send(Input::News(News::Message(Message::warning(text))));
            return look;
        }
        watched = look.folders;
    }
}

fn look(root: &Path) -> Look {
    let mut walk = WalkBuilder::new(root);
    walk.require_git(false).sort_by_file_name(Ord::cmp);
    let mut look = Look { is_complete: true, ..Look::default() };
    for entry in walk.build().flatten() {
        let Some(kind) = entry.file_type() else { continue };
        if kind.is_dir() && look.folders.len() < MOST_FOLDERS {
            look.folders.insert(entry.into_path());
        } else if kind.is_dir() {
            look.is_complete = false;
        } else if kind.is_file() {
            if look.files.len() == MOST_FILES {
                look.is_complete = false;
                return look;
            }
            let path = entry.path().strip_prefix(root).ok().and_then(Path::to_str);
            let Some(path) = path else { continue };
            look.files.insert(path.replace('\\', "/"), Stamp::of(entry.path()));
        }
    }
    look
}

fn news(before: Option<&Look>, now: &Look) -> Option<FolderNews> {
    let all = || FolderNews::Files {
        paths: Arc::new(now.files.keys().cloned().collect()),
        complete: now.is_complete,
    };
    let Some(before) = before else { return Some(all()) };
    let removed = before.files.keys().filter(|path| !now.files.contains_key(*path));
    let removed = removed.map(|path| (path, FileChange::Removed));
    let other = now.files.iter().filter_map(|(path, stamp)| match before.files.get(path) {
        None => Some((path, FileChange::Created)),
        Some(then) if then != stamp => Some((path, FileChange::Changed)),
        Some(_) => None,
    });
    let changes = removed.chain(other);
    let changes: Vec<ChangedFile> =
        changes.map(|(path, change)| ChangedFile { path: path.clone(), change }).collect();
    match changes.len() {
        0 => None,
        1..=MOST_CHANGES => Some(FolderNews::Changed(Arc::new(changes))),
        _ => Some(all()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    async fn next(inputs: &mut mpsc::UnboundedReceiver<Input>) -> String {
        let shown = |file: &ChangedFile| format!("{:?} {}", file.change, file.path);
        match inputs.recv().await {
            Some(Input::Folder(FolderNews::Files { paths, complete })) => format!("{paths:?} {complete}"),
            Some(Input::Folder(FolderNews::Changed(files))) => {
                files.iter().map(shown).collect::<Vec<_>>().join(", ")
            }
            other => format!("{other:?}"),
        }
    }

    /// What is told until this is part of it: a change may be told in parts.
    async fn until(inputs: &mut mpsc::UnboundedReceiver<Input>, told: &str) {
        let mut all = String::new();
        while !all.contains(told) {
            all += &next(inputs).await;
            assert!(!all.contains("ignored") && !all.contains("hidden"), "{all}");
        }
    }

    #[tokio::test]
    async fn files_that_come_change_and_go_are_told_also_in_new_folders() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path(".gitignore"), "ignored\n").unwrap();
        fs::write(path("a"), "").unwrap();
        let (sender, mut inputs) = mpsc::unbounded_channel();
        let follower = Follower::start(folder.path().to_owned(), sender);
        assert_eq!(next(&mut inputs).await, "[\"a\"] true");
        fs::write(path("ignored"), "").unwrap();
        fs::write(path(".hidden"), "").unwrap();
        fs::create_dir(path("in")).unwrap();
        fs::write(path("in/b"), "").unwrap();
        until(&mut inputs, "Created in/b").await;
        fs::write(path("in/b"), "longer").unwrap();
        until(&mut inputs, "Changed in/b").await;
        fs::rename(path("in"), path("out")).unwrap();
        until(&mut inputs, "Removed in/b, Created out/b").await;
        fs::remove_file(path("a")).unwrap();
        until(&mut inputs, "Removed a").await;
        drop(follower);
    }

    #[test]
    fn very_many_changes_are_told_as_a_new_list() {
        let look = |count: usize| Look {
            files: (0..count).map(|number| (number.to_string(), Stamp::default())).collect(),
            is_complete: true,
            ..Look::default()
        };
        assert_eq!(news(Some(&look(3)), &look(3)), None);
        assert!(matches!(news(Some(&look(0)), &look(1_000)), Some(FolderNews::Changed(_))));
        assert!(matches!(news(Some(&look(0)), &look(1_001)), Some(FolderNews::Files { complete: true, .. })));
    }
}
