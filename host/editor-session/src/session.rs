//! The session: documents, and plugins that work on them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use witdock_editor_core::commands::{self, View};
use witdock_editor_core::{
    Decoded, Encoding, Extend, Format, Motion, QueryError, QueryOptions, Selections, TabWidth, Transaction,
};

use crate::code::Question;
use crate::command::{COMMANDS, CommandEntry, Runs};
use crate::display::{Action, Answer, Invocation};
use crate::documents::{Buffer, DocumentId, Documents, Origin, Target};
use crate::host::api::CommandError;
use crate::host::{PluginAction, PluginId, Visible};
use crate::message::Message;
use crate::outbox::{Effect, Input, Job, Outbox, Request};
use crate::plugins::{Asked, Plugins};
use crate::project::Results;
use crate::recovery::Left;
use crate::search::{Search, Towards, WalkAnswer};
use crate::shell::{Output, Shell};

/// Documents, and plugins that work on them, without a front end.
///
/// A session does nothing by itself: [`Input`]s and method calls change it, and what it wants done comes out as
/// [`Effect`]s and [`Request`]s. It reads no file, runs no plugin and has no clock.
#[derive(Debug)]
pub struct Session {
    documents: Documents,
    plugins: Plugins,
    search: Search,
    shell: Shell,
    left: Left,
    /// The files that [`open_once`](Self::open_once) has asked for.
    opening: BTreeSet<PathBuf>,
    /// What the last search over all files has found.
    results: Results,
    /// Counts walks and searches.
    tasks: u64,
    /// The names of the front end's own commands.
    front_end: Vec<&'static CommandEntry>,
    out: Outbox,
}

impl Session {
    /// A session with one empty document. `front_end` has the front end's own commands, which plugins can run too as far as
    /// they [may](crate::command::Runs).
    pub fn new(front_end: impl IntoIterator<Item = &'static CommandEntry>) -> Self {
        let front_end: Vec<&'static CommandEntry> = front_end.into_iter().collect();
        let own = COMMANDS.iter().map(|command| command.entry.name);
        let names = own.chain(front_end.iter().map(|entry| entry.name)).map(str::to_owned).collect();
        Self {
            documents: Documents::new(),
            plugins: Plugins::new(names),
            search: Search::default(),
            shell: Shell::default(),
            left: Left::default(),
            opening: BTreeSet::new(),
            results: Results::default(),
            tasks: 0,
            front_end,
            out: Outbox::default(),
        }
    }

    /// The documents that are open.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// The active document, to change its text or its selections.
    pub fn active_mut(&mut self) -> Option<&mut Buffer> {
        self.documents.active_mut()
    }

    /// The person has pressed a key or done something like it: plugins that answer each other for ever are stopped only without that.
    pub fn person_acts(&mut self) {
        self.plugins.person_acts();
    }

    /// The plugins as the session sees them.
    pub fn plugins(&self) -> &Plugins {
        &self.plugins
    }

    /// Takes something that has happened outside.
    pub fn update(&mut self, input: Input) {
        let Self { documents, plugins, search, shell, left, opening, results, out, .. } = self;
        match input {
            Input::Opened { target, result, to_front, opened_by } => {
                opening.remove(&target.path);
                let is_open = result.is_ok();
                if !is_open {
                    left.not_opened(&target.path);
                    plugins.not_opened(&target.path, out);
                }
                documents.opened(&target, result, to_front, opened_by, |path| plugins.language_of(path), out);
                if is_open {
                    plugins.opened(&target.path, documents, out);
                    plugins.go_on_with_edit(documents, out);
                }
                left.opened(documents, out);
            }
            Input::Saved { document, path, text, result } => {
                if documents.saved(document, path, &text, result, out) {
                    documents.find_languages(|path| plugins.language_of(path));
                    plugins.tell_saved(document, text.revision(), documents);
                }
            }
            Input::Reread { document, replaces, result } => documents.reread(document, replaces, result, out),
            Input::Listed { folder, entries } => out.request(Request::Listed(folder, entries)),
            Input::Peeked { file, first, lines } => out.request(Request::Peeked { file, first, lines }),
            Input::Walked { number, files, end } => out.request(Request::Walked { number, files, end }),
            Input::Searched { number, hits, end } => {
                if number == results.number {
                    results.take(hits, end, documents);
                }
            }
            Input::Found(searched) => search.searched(searched, documents, out),
            Input::Shell(finished) => shell.finished(finished, documents, out),
            Input::Parsed { document, parsed } => documents.parsed(document, parsed),
            Input::Left(kept) => left.add(kept),
            Input::FilesChanged(paths) => documents.files_changed(&paths, out),
            Input::News(news) => plugins.news(news, documents, out),
            Input::Reports(reports) => plugins.set_reports(reports),
            Input::Idle => plugins.tell_idle(documents),
            Input::Alarm(alarm) => plugins.alarm(alarm, documents, out),
        }
        self.run_jobs();
    }

    /// Takes what the front end has to do since the last time.
    pub fn take_requests(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.out.requests)
    }

    /// Takes the effects since the last time, for the [`Driver`](crate::Driver). Comes after each input and each change,
    /// since it also moves decorations along with the texts and queues events for the plugins.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        self.documents.follow_decorations();
        self.results.follow(&self.documents);
        self.search.follow(&self.documents, &mut self.out);
        self.documents.follow_syntax(&mut self.out);
        self.plugins.notice(&self.documents);
        std::mem::take(&mut self.out.effects)
    }

    /// Makes the calls into plugins that are due, for the [`Driver`](crate::Driver). A front end with a screen takes them
    /// after drawing, so that no plugin delays a frame, and says what part of the active document is `visible`.
    pub fn take_calls(&mut self, visible: Visible) -> Vec<Effect> {
        self.plugins.calls(&mut self.documents, visible)
    }

    /// Runs a command by its name: one of the session, of the front end, or of a plugin.
    pub fn run(&mut self, invocation: Invocation) {
        self.out.jobs.push_back(Job { invocation, asked: None, by_person: true });
        self.run_jobs();
    }

    fn run_jobs(&mut self) {
        while let Some(Job { invocation, asked, by_person }) = self.out.jobs.pop_front() {
            let name = invocation.command.as_str();
            self.out.by_person = by_person;
            if let Some(own) = COMMANDS.iter().find(|command| command.entry.name == name) {
                (own.run)(self);
                self.plugins.job_ended(asked, Ok(()));
            } else if let Some(entry) = self.front_end.iter().find(|entry| entry.name == name) {
                let refused = match entry.runs {
                    Runs::InAnswer if !by_person => Some(
                        "takes the keyboard, so a plugin runs it only in answer to a command of the person",
                    ),
                    Runs::ByPerson if asked.is_some() => Some("is for the person alone"),
                    _ => None,
                };
                let result = match refused {
                    Some(why) => Err(CommandError::Failed(format!("`{name}` {why}"))),
                    None => {
                        self.out.request(Request::Run(invocation.command));
                        Ok(())
                    }
                };
                self.plugins.job_ended(asked, result);
            } else if !self.plugins.run(&invocation, asked, by_person) {
                if asked.is_none() {
                    self.out.show(Message::error(format!("unknown command `{name}`")));
                }
                self.plugins.job_ended(asked, Err(CommandError::NoSuchCommand(invocation.command)));
            }
        }
        self.out.by_person = true;
    }

    /// Sets the width of tabs in all documents.
    pub fn set_tab_width(&mut self, width: TabWidth) {
        self.documents.set_tab_width(width);
    }
}

mod code;
mod diagnostics;
mod project;

/// Editing the active document.
impl Session {
    /// Changes the text, as one step to undo.
    pub fn change(&mut self, origin: Origin, make: impl FnOnce(View<'_>) -> Transaction) {
        self.documents.change(origin, make, &mut self.out);
    }

    /// Types a character, and asks plugins for completions where it continues a word.
    pub fn type_character(&mut self, character: char) {
        let mut utf8 = [0; 4];
        let text: &str = character.encode_utf8(&mut utf8);
        if matches!(character, '}' | ']' | ')') {
            self.documents.type_closing(character, &mut self.out);
        } else {
            self.change(Origin::Typed, |view| commands::type_text(view, text));
        }
        self.plugins.complete_after_typing(&self.documents);
    }

    /// Inserts a text that comes from another program.
    pub fn paste_text(&mut self, text: &str) {
        self.documents.paste_text(text, &mut self.out);
    }

    /// Replaces the selections.
    pub fn select(&mut self, select: impl FnOnce(View<'_>) -> Selections) {
        self.documents.select(select);
    }

    /// Moves all cursors.
    pub fn move_cursors(&mut self, motion: Motion, extend: Extend) {
        self.documents.move_cursors(motion, extend);
    }

    /// Puts the cursor at the start of a line, counted from 1.
    pub fn go_to_line(&mut self, number: usize) {
        self.documents.go_to_line(number);
    }

    /// Breaks the line, and indents the new one as the language wants it.
    pub(crate) fn newline(&mut self) {
        self.documents.newline(&mut self.out);
    }

    pub(crate) fn expand_selection(&mut self) {
        self.documents.expand_selection();
    }

    pub(crate) fn shrink_selection(&mut self) {
        self.documents.shrink_selection();
    }

    pub(crate) fn go_to_bracket(&mut self, extend: Extend) {
        self.documents.go_to_bracket(extend, &mut self.out);
    }

    pub(crate) fn one_cursor(&mut self) {
        self.documents.one_cursor();
        self.search.hide();
    }

    pub(crate) fn indent(&mut self) {
        self.documents.indent(&mut self.out);
    }

    pub(crate) fn toggle_comment(&mut self) {
        self.documents.toggle_comment(&mut self.out);
    }

    pub(crate) fn undo(&mut self) {
        self.documents.undo(&mut self.out);
    }

    pub(crate) fn redo(&mut self) {
        self.documents.redo(&mut self.out);
    }

    pub(crate) fn copy(&mut self) {
        self.documents.copy(&mut self.out);
    }

    pub(crate) fn cut(&mut self) {
        self.documents.cut(&mut self.out);
    }

    /// Pastes what is on the system's clipboard. Where the editor has put it there, or it cannot be read, that is the editor's own clipboard,
    /// which knows of whole lines and of cursors.
    pub fn paste_from_system(&mut self, text: Option<&str>) {
        let own = self.documents.clipboard();
        match text.filter(|text| !text.is_empty()) {
            Some(text) if text.replace("\r\n", "\n") != own.replace("\r\n", "\n") => {
                self.paste_text(&text.replace("\r\n", "\n"));
            }
            _ => self.paste(),
        }
    }

    pub(crate) fn paste(&mut self) {
        self.documents.paste(&mut self.out);
    }
}

/// Finding and replacing in the active document.
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

/// What becomes of a document that is saved under another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveAs {
    /// It is being written.
    Started,
    /// There is such a file. Ask whether to replace it, then call [`Session::save_over`].
    Exists,
    /// It cannot be saved there; a message says why.
    Refused,
}

/// Opening, saving and closing.
impl Session {
    /// Opens a file and makes it the active document.
    pub fn open(&mut self, target: Target) {
        self.out.effect(Effect::Open(target));
    }

    /// Opens a file, unless that is under way.
    pub fn open_once(&mut self, target: Target) {
        if self.opening.insert(target.path.clone()) {
            self.open(target);
        }
    }

    /// Opens a text that no file holds, and makes it the active document.
    pub fn open_text(&mut self, text: Decoded) -> DocumentId {
        self.documents.open_text(text)
    }

    /// Saves the active document, after plugins have formatted it. Asks the front end where the document has no file, or
    /// where another program has changed the file.
    pub fn save(&mut self) {
        let Some(buffer) = self.documents.active() else { return };
        if buffer.conflicts {
            self.out.ask(Request::AskToOverwrite, "another program has changed the file; save it to answer");
        } else if buffer.path.is_some() {
            self.plugins.format_and_save(&mut self.documents, &mut self.out);
        } else {
            self.out.ask(Request::AskForPath, "the document has no file yet; save it to name one");
        }
    }

    /// Reads the file that could not be opened last, or that of the active document, in another encoding.
    pub fn reopen_as(&mut self, encoding: Encoding) {
        self.documents.reopen_as(encoding, &mut self.out);
    }

    /// Saves the active document in another encoding, now and from now on.
    pub fn save_in(&mut self, format: Format) {
        self.documents.set_format(format);
        self.save();
    }

    /// Saves the active document to another file. One that exists is replaced only by [`save_over`](Self::save_over).
    pub fn save_as(&mut self, path: &str) -> SaveAs {
        let absolute = Documents::absolute(path);
        let Some(buffer) = self.documents.active() else { return SaveAs::Refused };
        if buffer.path.as_ref() == Some(&absolute) {
            self.save();
            return SaveAs::Started;
        }
        let is_folder = absolute.is_dir() || path.ends_with('/');
        let active = buffer.id;
        let other = self.documents.all().iter().find(|other| other.id != active && other.has_file(&absolute));
        let refused = match other {
            _ if is_folder => Some(format!("{path} is a folder; add the name of a file")),
            Some(_) => {
                Some(format!("{path} is open as another document; close it first, or choose another name"))
            }
            None => None,
        };
        if let Some(why) = refused {
            self.out.show(Message::error(why));
            return SaveAs::Refused;
        }
        if absolute.exists() {
            return SaveAs::Exists;
        }
        self.documents.write_as(absolute, &mut self.out);
        SaveAs::Started
    }

    /// Saves the active document to another file, and replaces what that has.
    pub fn save_over(&mut self, path: &str) {
        self.documents.write_as(Documents::absolute(path), &mut self.out);
    }

    /// Saves the active document over what another program has written.
    pub fn keep_ours(&mut self) {
        self.documents.keep_ours();
        self.plugins.format_and_save(&mut self.documents, &mut self.out);
    }

    /// Replaces the unsaved changes of the active document by what another program has written. Undo brings them back.
    pub fn take_theirs(&mut self) {
        self.documents.take_theirs(&mut self.out);
    }

    /// Whether a document is being written, or formatted to be written then.
    pub fn is_saving(&self) -> bool {
        self.documents.is_writing() || self.plugins.formats_to_save()
    }

    /// The texts that an editor which did not end as it should has left behind.
    pub fn left(&self) -> &Left {
        &self.left
    }

    /// Brings a text back that was left behind: into the document of its file, as one step to undo, or into a new one.
    pub fn recover(&mut self, index: usize) {
        self.left.recover(index, &mut self.documents, &mut self.out);
    }

    /// Drops a text for good that was left behind.
    pub fn discard_left(&mut self, index: usize) {
        self.left.discard(index, &mut self.out);
    }

    /// Closes the active document. Asks the front end where it has unsaved changes.
    pub fn close(&mut self) {
        self.documents.close(&mut self.out);
    }

    /// Closes the active document and drops its unsaved changes.
    pub fn close_unsaved(&mut self) {
        self.documents.close_unsaved();
    }

    pub(crate) fn next_document(&mut self) {
        self.documents.next();
    }

    pub(crate) fn previous_document(&mut self) {
        self.documents.previous();
    }
}

/// What plugins provide: formatting, completions, documentation, panels and questions.
impl Session {
    /// Formats the active document.
    pub fn format(&mut self) {
        self.plugins.format(&mut self.documents, &mut self.out);
    }

    /// Asks for completions at the cursor.
    pub fn complete(&mut self) {
        self.plugins.complete(&self.documents, &mut self.out);
    }

    /// Chooses the next completion of the open list, or the one before.
    pub fn choose_completion(&mut self, forward: bool) {
        self.plugins.choose_completion(forward, &self.documents);
    }

    /// Chooses the completion of this index in the open list; the last one where there are fewer.
    pub fn choose_completion_at(&mut self, index: usize) {
        self.plugins.choose_completion_at(index, &self.documents);
    }

    /// Applies the chosen completion and closes the list.
    pub fn accept_completion(&mut self) {
        self.plugins.accept_completion(&mut self.documents, &mut self.out);
    }

    /// Closes the list of completions.
    pub fn close_completions(&mut self) {
        self.plugins.close_completions();
    }

    /// Asks for documentation about the place at the cursor.
    pub fn hover_at_cursor(&mut self) {
        self.plugins.ask_hover(&self.documents, &mut self.out);
    }

    /// Drops the documentation that is shown.
    pub fn dismiss_hover(&mut self) {
        self.plugins.dismiss_hover();
    }

    /// Shows a panel where none is shown. Gives whether one is shown now.
    pub fn open_panel(&mut self) -> bool {
        let is_open = self.plugins.open_panel();
        if !is_open {
            self.out.show(Message::info("no plugin has a panel"));
        }
        is_open
    }

    /// Closes the panel that is shown, until the person or its plugin opens it again.
    pub fn close_panel(&mut self) {
        self.plugins.close_panel();
    }

    /// Closes the list that the person has asked for, if one is shown.
    pub fn close_results(&mut self) {
        self.plugins.close_results();
    }

    /// Chooses a line of the panel that is shown; the last one where there are fewer.
    pub fn choose_panel_line(&mut self, line: usize) {
        self.plugins.choose_panel_line(line);
    }

    /// Does the action of the chosen panel line. Gives whether it has one.
    pub fn activate_panel_line(&mut self) -> bool {
        match self.plugins.panel_action() {
            Action::None => return false,
            Action::GoTo(place) => self.documents.show(place, &mut self.out),
            Action::Run(invocation) => self.run(invocation),
            Action::Open(place) => self.plugins.open_place(&place, &mut self.documents, &mut self.out),
            Action::Do(plugin, id) => {
                self.plugins.close_panel();
                if let Some(buffer) = self.documents.active() {
                    self.plugins.ask_about(plugin, Question::RunAction(id), buffer);
                }
            }
        }
        true
    }

    /// Takes the next question of a plugin for the person to answer: in a pause any, and otherwise only those of commands
    /// that the person has run. Call [`answer`](Self::answer) then.
    pub fn next_question(&mut self, is_pause: bool) -> Option<&Asked> {
        self.plugins.next_question(is_pause)
    }

    /// Puts back the question that [`next_question`](Self::next_question) has given last, since the person does something else.
    pub fn postpone_question(&mut self) {
        self.plugins.postpone_question();
    }

    /// Answers the question that [`next_question`](Self::next_question) has given last.
    pub fn answer(&mut self, answer: Answer) {
        self.plugins.answer(answer);
    }
}

/// Managing plugins.
impl Session {
    /// Answers the oldest request for consent: with [`PluginAction::Allow`] or [`PluginAction::Disable`], or with none to
    /// leave the plugin as it is.
    pub fn answer_consent(&mut self, action: Option<PluginAction>) {
        self.plugins.answer_consent(action, &mut self.out);
    }

    /// Asks again, where nothing else is asked, what the person has left as it is.
    pub fn ask_postponed(&mut self) {
        if self.plugins.asks().len() == 0 {
            self.plugins.ask_postponed();
        }
    }

    /// Allows all that plugins ask for.
    pub fn allow_all(&mut self) {
        self.plugins.allow_all(&mut self.out);
    }

    /// The person looks at the list of plugins: what has failed was read.
    pub fn plugins_read(&mut self) {
        self.plugins.stands_read();
    }

    /// Stops, restarts or reloads a plugin, or changes its grants.
    pub fn manage(&mut self, plugin: PluginId, action: PluginAction) {
        self.out.effect(Effect::Manage(plugin, action));
    }

    pub(crate) fn stop_busy(&mut self) {
        self.plugins.stop_busy(&mut self.out);
    }
}
