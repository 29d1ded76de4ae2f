//! What goes into a session and what comes out of it.
//!
//! Data flows one way: [`Input`]s go into the [`Session`](crate::Session), [`Effect`]s come out for the
//! [`Driver`](crate::Driver) to carry out, and [`Request`]s for the front end.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use witdock_editor_core::Snapshot as TextSnapshot;

use crate::display::Invocation;
use crate::documents::file::{OpenError, Opened, Reading, Reread, SaveError, Saved, Stamp};
use crate::documents::{DocumentId, Target};
use crate::host::{
    Ask, Call, FolderNews, News, PluginAction, PluginId, ProcessAction, Report, Snapshot, Ticket,
};
use crate::message::Message;
use crate::plugins::Alarm;
use crate::project::{FolderEntry, Hit, SearchEnd, Task, WalkEnd};
use crate::recovery::Kept;
use crate::search::{SearchTask, Searched};
use crate::shell::{Finished, ShellTask};
use crate::syntax::{ParseTask, Parsed};

/// Something that has happened outside the session.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there are few at a time, and each is moved once or twice")]
pub enum Input {
    /// A file was opened, or could not be.
    Opened {
        /// What the person has asked for.
        target: Target,
        /// The document, or the reason why there is none.
        result: Result<Opened, OpenError>,
        /// Whether the document becomes the active one.
        to_front: bool,
        /// The process of another editor that has the file open.
        opened_by: Option<u32>,
    },
    /// A document was saved, or could not be.
    Saved {
        /// The document's number.
        document: DocumentId,
        /// The file that was written.
        path: PathBuf,
        /// The text that was written.
        text: TextSnapshot,
        /// The file as it is now, or why it could not be written.
        result: Result<Saved, SaveError>,
    },
    /// A document's file was read again.
    Reread {
        /// The document's number.
        document: DocumentId,
        /// Whether the file's content replaces unsaved changes.
        replaces: bool,
        /// The file's content.
        result: Result<Reread, OpenError>,
    },
    /// Another editor, which did not end as it should, has left these texts behind.
    Left(Vec<Kept>),
    /// Another program may have changed these files.
    FilesChanged(Vec<PathBuf>),
    /// A search has ended.
    Found(Searched),
    /// A command of the shell has ended.
    Shell(Finished),
    /// A text was parsed.
    Parsed {
        /// The document's number.
        document: DocumentId,
        /// The syntax tree.
        parsed: Parsed,
    },
    /// A plugin has started, ended a call, failed, and so on.
    News(News),
    /// The status of all plugins, for [`Session::reports`](crate::Session::reports).
    Reports(Vec<Report>),
    /// A folder was listed.
    Listed {
        /// The folder.
        folder: PathBuf,
        /// What it has; nothing if it cannot be read.
        entries: Vec<FolderEntry>,
    },
    /// Lines of a file were read.
    Peeked {
        /// The file.
        file: PathBuf,
        /// The number of the first line, from 0.
        first: usize,
        /// The lines; none if it is no text or cannot be read.
        lines: Vec<String>,
    },
    /// A walk has found files, or has ended.
    Walked {
        /// The number of the walk.
        number: u64,
        /// Files, by their paths from the root.
        files: Vec<PathBuf>,
        /// How it has ended, in the last of its inputs.
        end: Option<WalkEnd>,
    },
    /// A search has found lines, or has ended.
    Searched {
        /// The number of the search.
        number: u64,
        /// The lines.
        hits: Vec<Hit>,
        /// How it has ended, in the last of its inputs.
        end: Option<SearchEnd>,
    },
    /// Something has happened to the files of the folder that is followed.
    Folder(FolderNews),
    /// The window has the focus, or has it no longer.
    Window(bool),
    /// The person has not typed for a while.
    Idle,
    /// The time of an [`Effect::Wait`] is over.
    Alarm(Alarm),
}

/// Something to do outside the session. The [`Driver`](crate::Driver) does it and answers with an [`Input`].
#[derive(Debug)]
pub enum Effect {
    /// Open a file. [`Input::Opened`] answers.
    Open(Target),
    /// The same, and the document does not become the active one.
    OpenBehind(Target),
    /// Write a document to its file. [`Input::Saved`] answers.
    Save {
        /// The document's number.
        document: DocumentId,
        /// The file.
        path: PathBuf,
        /// The text to write.
        text: TextSnapshot,
        /// The stamp that the file must still have, so that nothing is lost that another program has written. None
        /// writes whatever the file holds.
        expected: Option<Stamp>,
        /// The folder that the file must be in, where a plugin has asked for it.
        within: Option<PathBuf>,
    },
    /// Read a file again if it has changed. [`Input::Reread`] answers.
    Reread {
        /// The document's number.
        document: DocumentId,
        /// The file.
        path: PathBuf,
        /// The last known stamp. None reads the file in any case, and replaces unsaved changes.
        stamp: Option<Stamp>,
        /// In which encoding.
        how: Reading,
    },
    /// Search a large text. [`Input::Found`] answers.
    Find(SearchTask),
    /// Run a command of the shell. [`Input::Shell`] answers.
    Shell(ShellTask),
    /// End the command of the shell that is under way.
    StopShell,
    /// Parse a text. [`Input::Parsed`] answers.
    Parse {
        /// The document's number.
        document: DocumentId,
        /// The text.
        task: ParseTask,
    },
    /// Keep a text that was left behind as the one of a document, until that is saved.
    Adopt {
        /// The document's number.
        document: DocumentId,
        /// The text.
        kept: Kept,
    },
    /// Drop a text that was left behind.
    Discard(Kept),
    /// Call a plugin. [`News::Ended`] answers.
    Call {
        /// The plugin.
        plugin: PluginId,
        /// The function and its arguments.
        call: Call,
        /// The state of the editor that the call sees.
        snapshot: Snapshot,
    },
    /// Do something with a process of a plugin. [`News::Process`] tells what it does.
    Process {
        /// The plugin.
        plugin: PluginId,
        /// The process's number.
        process: Ticket,
        /// What to do.
        action: ProcessAction,
    },
    /// List a folder. [`Input::Listed`] answers.
    List(PathBuf),
    /// Read some lines of a file. [`Input::Peeked`] answers.
    Peek {
        /// The file.
        file: PathBuf,
        /// The number of the first line, from 0.
        first: usize,
    },
    /// List all files below a folder, instead of a walk that is under way. [`Input::Walked`] answers, several times.
    Walk {
        /// The number that the answers carry.
        number: u64,
        /// The folder.
        root: PathBuf,
    },
    /// End the walk that is under way.
    StopWalk,
    /// Search all files below a folder, instead of a search that is under way. [`Input::Searched`] answers, several times.
    Search {
        /// The number that the answers carry.
        number: u64,
        /// What is searched for, and where.
        task: Task,
    },
    /// End the search that is under way.
    StopSearch,
    /// List all files of this folder, and tell what happens to them from now on, instead of those before. [`Input::Folder`] answers, again and
    /// again.
    FollowFolder(PathBuf),
    /// End that.
    UnfollowFolder,
    /// Stop, restart or reload a plugin, or change its grants.
    Manage(PluginId, PluginAction),
    /// Wait for some time. [`Input::Alarm`] answers.
    Wait {
        /// What the answer carries.
        alarm: Alarm,
        /// The time to wait, at least.
        after: Duration,
    },
}

/// Something that the session needs from its front end.
#[derive(Debug)]
pub enum Request {
    /// Show a message.
    Show(Message),
    /// Put a text on the system's clipboard.
    Copy(String),
    /// Scroll the active document so that its cursor is visible.
    Reveal,
    /// Show this question about edits of several texts, and call [`Session::answer_edit`](crate::Session::answer_edit).
    AskToEdit(String),
    /// Let the person choose a line of the list that [`Plugins::panel`](crate::Plugins::panel) gives now.
    ChooseLine,
    /// Ask under which name to save the active document, then call
    /// [`Session::save_as`](crate::Session::save_as).
    AskForPath,
    /// Another program has changed the active document's file. Ask which version to keep, then call
    /// [`Session::keep_ours`](crate::Session::keep_ours) or [`Session::take_theirs`](crate::Session::take_theirs).
    AskToOverwrite,
    /// The active document has unsaved changes. Ask whether to close it all the same, then call
    /// [`Session::close_unsaved`](crate::Session::close_unsaved).
    AskToClose,
    /// A folder was listed that [`Session::list_folder`](crate::Session::list_folder) has asked for.
    Listed(PathBuf, Vec<FolderEntry>),
    /// Lines were read that [`Session::peek`](crate::Session::peek) has asked for.
    Peeked {
        /// The file.
        file: PathBuf,
        /// The number of the first line, from 0.
        first: usize,
        /// The lines; none if it is no text or cannot be read.
        lines: Vec<String>,
    },
    /// The walk that [`Session::walk`](crate::Session::walk) has begun has found files, or has ended.
    Walked {
        /// The number of the walk.
        number: u64,
        /// Files, by their paths from the root.
        files: Vec<PathBuf>,
        /// How it has ended, in the last of the requests.
        end: Option<WalkEnd>,
    },
    /// A plugin asks to be allowed something. Tell the person, and call
    /// [`Session::answer_consent`](crate::Session::answer_consent) when they answer.
    AskForConsent(Ask),
    /// Run one of the front end's own commands, for a plugin.
    Run(String),
    /// The set of plugin commands has changed: bind their default keys again.
    CommandsChanged,
}

/// Collects what comes out of a session until the front end takes it.
#[derive(Debug)]
pub(crate) struct Outbox {
    pub(crate) effects: Vec<Effect>,
    pub(crate) requests: Vec<Request>,
    /// Commands that the session runs itself.
    pub(crate) jobs: VecDeque<Job>,
    /// Whether what happens is in answer to the person: a plugin may have begun it.
    pub(crate) by_person: bool,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { effects: Vec::new(), requests: Vec::new(), jobs: VecDeque::new(), by_person: true }
    }
}

impl Outbox {
    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(crate) fn request(&mut self, request: Request) {
        self.requests.push(request);
    }

    /// Asks the person, whose next keys answer. Where a plugin has begun it, a message says so instead: nothing that the person types
    /// meanwhile is taken for an answer.
    pub(crate) fn ask(&mut self, question: Request, instead: &str) {
        if self.by_person { self.request(question) } else { self.show(Message::warning(instead)) }
    }

    pub(crate) fn show(&mut self, message: Message) {
        self.request(Request::Show(message));
    }
}

/// A command that waits until the input that has asked for it is handled.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) invocation: Invocation,
    /// The plugin that has asked for it, and the ticket under which it hears how the command ended.
    pub(crate) asked: Option<(PluginId, Ticket)>,
    /// Whether the person has run it, or the command that has asked for it.
    pub(crate) by_person: bool,
}
