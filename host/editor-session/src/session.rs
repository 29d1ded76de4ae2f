//! The session: documents, and plugins that work on them.

mod code;
mod diagnostics;
mod editing;
mod files;
mod finding;
mod plugins;
mod project;

use std::collections::BTreeSet;
use std::path::PathBuf;

use witdock_editor_core::TabWidth;

use crate::command::{COMMANDS, CommandEntry, Runs};
use crate::display::Invocation;
use crate::documents::file::SaveError;
use crate::documents::{Buffer, Documents};
use crate::host::api::CommandError;
use crate::host::{FileFailure, Visible};
use crate::message::Message;
use crate::outbox::{Effect, Input, Job, Outbox, Request};
use crate::plugins::Plugins;
use crate::project::Results;
use crate::recovery::Left;
use crate::search::Search;
use crate::shell::Shell;

pub use self::files::SaveAs;

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
                let failure = result.as_ref().err().map(ToString::to_string);
                if !is_open {
                    left.not_opened(&target.path);
                    plugins.not_opened(&target.path, out);
                }
                documents.opened(&target, result, to_front, opened_by, |path| plugins.language_of(path), out);
                if is_open {
                    plugins.opened(&target.path, documents, out);
                    plugins.go_on_with_edit(documents, out);
                }
                plugins.file_opened(&target.path, failure, documents);
                left.opened(documents, out);
            }
            Input::Saved { document, path, text, result } => {
                let failure = result.as_ref().err().map(FileFailure::from);
                match result {
                    // The document has the file that it had.
                    Err(error) if plugins.awaits_save_as(document, &path) => {
                        let is_there = matches!(error, SaveError::Changed(_));
                        let failure = if is_there { Some(FileFailure::Exists) } else { failure };
                        plugins.file_saved(document, &path, failure, documents);
                    }
                    result => {
                        let asks = !plugins.awaits_save(document);
                        if documents.saved(document, path.clone(), &text, result, asks, out) {
                            documents.find_languages(|path| plugins.language_of(path));
                            plugins.tell_saved(document, text.revision(), documents);
                        }
                        plugins.file_saved(document, &path, failure, documents);
                    }
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
            Input::Folder(news) => plugins.tell_folder(&news, out),
            Input::Window(has_focus) => plugins.tell_window(has_focus),
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
