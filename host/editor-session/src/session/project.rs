//! The files around the documents: folders, walks and searches, and going from one result to the next.

use std::path::{Path, PathBuf};

use witdock_editor_core::{Query, QueryError, QueryOptions, Selection, Selections};

use super::Session;
use crate::documents::DocumentId;
use crate::message::Message;
use crate::outbox::{Effect, Request};
use crate::project::{OpenText, Results, Shown, Task};

impl Session {
    /// The folder that the person works in.
    pub fn root(&self) -> &Path {
        self.plugins.root()
    }

    /// Lists a folder. [`Request::Listed`] answers.
    pub fn list_folder(&mut self, folder: PathBuf) {
        self.out.effect(Effect::List(folder));
    }

    /// Reads some lines of a file, from this one on. [`Request::Peeked`] answers.
    pub fn peek(&mut self, file: PathBuf, first: usize) {
        self.out.effect(Effect::Peek { file, first });
    }

    /// Lists all files below a folder, instead of those of a walk that is under way. [`Request::Walked`] answers, with the number that
    /// this gives.
    pub fn walk(&mut self, root: PathBuf) -> u64 {
        self.tasks += 1;
        self.out.effect(Effect::Walk { number: self.tasks, root });
        self.tasks
    }

    /// Ends a walk that is under way.
    pub fn stop_walk(&mut self) {
        self.out.effect(Effect::StopWalk);
    }

    /// Searches all files below a folder, and in documents that are open their text. [`results`](Self::results) has what is found.
    ///
    /// # Errors
    ///
    /// When the pattern is invalid. The results are those of the search before then.
    pub fn search(&mut self, root: PathBuf, pattern: &str, options: QueryOptions) -> Result<(), QueryError> {
        let query = Query::new(pattern, options)?;
        let open = self.documents.all().iter().map(|buffer| OpenText {
            document: buffer.id,
            revision: buffer.document.revision(),
            text: buffer.document.text().clone(),
            names: buffer
                .path
                .iter()
                .flat_map(|path| [path.clone(), buffer.file.path().to_owned()])
                .collect(),
        });
        let task = Task { root: root.clone(), query, open: open.collect() };
        self.tasks += 1;
        self.results = Results::new(self.tasks, root, pattern.to_owned());
        self.out.effect(Effect::Search { number: self.tasks, task });
        Ok(())
    }

    /// Ends a search that is under way. What it has found stays.
    pub fn stop_search(&mut self) {
        self.out.effect(Effect::StopSearch);
    }

    /// Ends a search that is under way, and drops what it has found.
    pub fn forget_results(&mut self) {
        self.results = Results::default();
        self.stop_search();
    }

    /// Makes a document the active one.
    pub fn activate(&mut self, document: DocumentId) {
        self.documents.activate(document);
    }

    /// What the last search has found.
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// Goes to a result: its document comes to the front, with the match selected.
    pub fn show_result(&mut self, index: usize) {
        let count = self.results.found().len();
        match self.results.go_to(index) {
            Some(Shown::Open(document, range)) => {
                self.documents.activate(document);
                self.select(|_| Selections::one(Selection::new(range.start, range.end)));
                self.out.request(Request::Reveal);
            }
            Some(Shown::File(target)) => self.open(target),
            None => return,
        }
        self.out.show(Message::info(format!("result {} of {count}", index + 1)));
    }

    pub(crate) fn next_result(&mut self) {
        self.step_result(true);
    }

    pub(crate) fn previous_result(&mut self) {
        self.step_result(false);
    }

    fn step_result(&mut self, forward: bool) {
        match self.results.next(forward) {
            Some(index) => self.show_result(index),
            None => self.out.show(Message::info("there are no search results")),
        }
    }
}
