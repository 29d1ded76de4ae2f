//! Finding and replacing in the active document, and commands of the shell on its text.

use witdock_editor_core::{QueryError, QueryOptions};

use super::Session;
use crate::search::{Search, Towards, WalkAnswer};
use crate::shell::Output;

impl Session {
    /// What was searched for last, and what is known of its matches.
    pub fn finding(&self) -> &Search {
        &self.search
    }

    /// Searches for a text, or for a regular expression. Nothing is found yet; the matches are counted and shown.
    ///
    /// # Errors
    ///
    /// When the pattern is empty or invalid.
    pub fn search_for(&mut self, pattern: &str, options: QueryOptions) -> Result<(), QueryError> {
        self.search.set(pattern, options)
    }

    /// Selects the nearest match. A large text is searched beside the session, and the match selected when it is found.
    pub fn seek(&mut self, towards: Towards) {
        self.search.seek(towards, &mut self.documents, &mut self.out);
    }

    /// Selects the next match of the last search.
    pub fn find_next(&mut self) {
        let from = self.documents.place().map_or(0, |(_, _, primary)| primary.end());
        self.seek(Towards::End(from));
    }

    /// Selects the previous match of the last search.
    pub fn find_previous(&mut self) {
        let before = self.documents.place().map_or(0, |(_, _, primary)| primary.start());
        self.seek(Towards::Start(before));
    }

    /// Ends searching: the matches are shown until the text changes.
    pub fn end_search(&mut self) {
        self.search.let_go(&self.documents);
    }

    /// Ends searching where nothing was found that was wanted: no matches are shown.
    pub fn abandon_search(&mut self) {
        self.search.stop();
        self.search.hide();
    }

    /// Begins to replace the matches of the last search one by one: those of a selection over several lines, or all of them
    /// from the cursor on. Gives whether there is one, or a search for it is under way.
    pub fn begin_replacing(&mut self) -> bool {
        self.search.begin_walk(&mut self.documents, &mut self.out)
    }

    /// Sets what matches become, and shows it at the match that is asked about.
    ///
    /// # Errors
    ///
    /// When it names a group that the pattern does not have.
    pub fn replace_by(&mut self, by: &str) -> Result<(), String> {
        self.search.replace_by(by, &mut self.documents)
    }

    /// Answers about the match that is asked about. All replacements are one step to undo.
    pub fn answer_replacing(&mut self, answer: WalkAnswer) {
        self.search.answer_walk(answer, &mut self.documents, &mut self.out);
    }
}

/// Commands of the shell.
impl Session {
    /// Runs a command of the shell on the selections, or inserts its output. The text changes when it has succeeded.
    pub fn run_shell(&mut self, command: &str, output: Output) {
        self.shell.run(command, output, &self.documents, &mut self.out);
    }

    /// The command of the shell that is under way.
    pub fn running_shell(&self) -> Option<&str> {
        self.shell.running()
    }

    /// Ends the command of the shell that is under way. The text stays.
    pub fn cancel_shell(&mut self) {
        self.shell.cancel(&mut self.out);
    }
}
