//! The tasks of all files of the folder: read in steps when they are asked for, and kept up to date as files change.

use std::collections::{BTreeMap, BTreeSet};

use crate::task::{Marker, Task, tasks};
use witdock_editor_guest::folder::{self, Change, FolderEvent};
use witdock_editor_guest::work::{self, Manner, Next, Progress, WorkError};
use witdock_editor_guest::{Document, Ticket, workspace};

/// The number of files that a step reads.
const FILES_A_STEP: usize = 16;

/// What becomes of the tasks when all files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    List,
    Write,
}

/// The tasks of the folder.
#[derive(Debug, Default)]
pub(crate) struct FolderTasks {
    by_file: BTreeMap<String, Vec<Task>>,
    /// The files that are not read yet.
    pending: BTreeSet<String>,
    /// Whether the files are known: until then there is nothing to read.
    is_listed: bool,
    /// The work that reads them, and what follows.
    work: Option<(Ticket, Then)>,
}

impl FolderTasks {
    /// Begins to read what is not read yet.
    pub(crate) fn collect(&mut self, then: Then) -> Result<(), WorkError> {
        if !self.is_listed {
            folder::follow();
        }
        match &mut self.work {
            Some((_, later)) => *later = then,
            None => self.work = Some((work::start("searching the folder", Manner::InSteps)?, then)),
        }
        Ok(())
    }

    pub(crate) fn notice(&mut self, event: FolderEvent) {
        match event {
            FolderEvent::Files(files) => {
                self.is_listed = true;
                self.pending = files.paths.into_iter().collect();
                self.by_file.retain(|path, _| self.pending.contains(path));
            }
            FolderEvent::Changed(files) => {
                for file in files {
                    if file.change == Change::Removed {
                        self.pending.remove(&file.path);
                        self.by_file.remove(&file.path);
                    } else {
                        self.pending.insert(file.path);
                    }
                }
            }
        }
    }

    /// Reads some files. Gives what follows when all are read.
    pub(crate) fn step(&mut self, ticket: Ticket, markers: &[Marker]) -> (Next, Option<Then>) {
        let Some((_, then)) = self.work.filter(|(own, _)| *own == ticket) else { return (Next::Done, None) };
        if !self.is_listed {
            return (Next::Wait, None);
        }
        for _ in 0..FILES_A_STEP {
            let Some(path) = self.pending.pop_first() else {
                self.work = None;
                return (Next::Done, Some(then));
            };
            // What is no text, or too long, has no tasks.
            let found = workspace::read_file(&path).map(|text| tasks(&text, markers)).unwrap_or_default();
            if found.is_empty() {
                self.by_file.remove(&path);
            } else {
                self.by_file.insert(path, found);
            }
        }
        let rest = self.pending.len() as u64;
        // Files that have changed meanwhile come on top.
        let done = self.by_file.len() as u64;
        let progress =
            Progress { done, total: done + rest, detail: self.pending.first().cloned().unwrap_or_default() };
        work::report(ticket, &progress);
        (Next::Again, None)
    }

    pub(crate) fn cancel(&mut self, ticket: Ticket) {
        self.work.take_if(|(own, _)| *own == ticket);
    }

    /// All tasks, by the paths of their files. Those of documents that are open are of their text as it is now.
    pub(crate) fn all(&self, markers: &[Marker]) -> BTreeMap<String, Vec<Task>> {
        let mut all = self.by_file.clone();
        for document in Document::all_open() {
            let (Some(path), Ok(text)) = (document.info().path, document.whole_text()) else { continue };
            let found = tasks(&text, markers);
            if found.is_empty() {
                all.remove(&path);
            } else {
                all.insert(path, found);
            }
        }
        all
    }
}

/// The tasks as a text in Markdown.
pub(crate) fn written(all: &BTreeMap<String, Vec<Task>>) -> String {
    let mut text = String::from("# Tasks\n");
    for (path, tasks) in all {
        text += &format!("\n## {path}\n\n");
        for task in tasks {
            text += &format!("- [ ] {}:{}: {}\n", path, task.line, task.text);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Urgency;
    use witdock_editor_guest::folder::{ChangedFile, Files};

    fn markers() -> Vec<Marker> {
        vec![Marker { word: "TODO".to_owned(), urgency: Urgency::Task }]
    }

    #[test]
    fn files_that_come_and_go_are_known() {
        let mut folder = FolderTasks::default();
        folder.collect(Then::List).unwrap();
        assert_eq!(folder.step(0, &markers()), (Next::Wait, None));
        let paths = vec!["a".to_owned(), "b".to_owned()];
        folder.notice(FolderEvent::Files(Files { paths, complete: true }));
        folder.by_file.insert("a".to_owned(), tasks("TODO: one", &markers()));
        folder.pending.clear();
        let change = |path: &str, change| ChangedFile { path: path.to_owned(), change };
        folder.notice(FolderEvent::Changed(vec![change("a", Change::Removed), change("c", Change::Created)]));
        assert!(folder.by_file.is_empty() && folder.pending.contains("c"));
        // There is no editor that reads it.
        assert_eq!(folder.step(0, &markers()), (Next::Done, Some(Then::List)));
    }

    #[test]
    fn tasks_are_written_as_a_list_of_things_to_do() {
        let all = BTreeMap::from([("src/a.rs".to_owned(), tasks("x\n// TODO: one", &markers()))]);
        assert_eq!(written(&all), "# Tasks\n\n## src/a.rs\n\n- [ ] src/a.rs:2: TODO: one\n");
    }
}
