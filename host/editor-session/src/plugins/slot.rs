//! A plugin that serves: what it has registered, the calls that wait for it, and what it shows.

use std::collections::VecDeque;
use std::sync::Arc;

use witdock_editor_core::{Edit, Revision, Selections};

use super::echo::Echo;
use super::files::FileWork;
use super::float::FloatView;
use super::panel::PanelView;
use super::work::Work;
use crate::code::{Offer, Question};
use crate::display::{KeyBinding, Location, Segment};
use crate::documents::{Author, Buffer, DocumentId, Documents};
use crate::host::api::{Abilities, Change, ChangeOrigin, DocumentVersion, Event, EventKinds, Registration};
use crate::host::{
    Call, Exports, FileFailure, Focus, FolderNews, Happened, Held, Holdings, PluginId, RunningProcess,
    Ticket, Timer, TopicMessage, edit_for_guest,
};
use crate::size::Size;

/// The most calls before a step of work that is due.
const MOST_BEFORE_STEP: u32 = 8;

/// A plugin that serves.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) registration: Arc<Registration>,
    pub(super) exports: Exports,
    /// Whether it hears of the files of the folder.
    pub(super) follows_folder: bool,
    /// The call under way. Others wait, and changes of one document merge meanwhile.
    pub(super) running: Option<Waiting>,
    /// Whether the call under way belongs to the generation before this one, whose display nobody wants any more.
    pub(super) is_of_previous: bool,
    /// Whether the plugin is backing off after a failure. An alarm ends that.
    pub(super) backing_off: bool,
    /// What the call under way answers, where no person has caused it.
    pub(super) echo: Option<Echo>,
    /// How many of its answers to plugins came in a row.
    pub(super) echoes: u32,
    queue: VecDeque<Waiting>,
    known: Vec<Known>,
    cursor: Option<(DocumentId, Selections)>,
    pub(super) segments: Vec<(String, Segment)>,
    pub(super) panels: Vec<(String, PanelView)>,
    pub(super) timers: Vec<(Ticket, Timer)>,
    /// The commands that it has queued and that have not ended, with the bytes that they take.
    pub(super) jobs: Vec<(Ticket, usize)>,
    pub(super) processes: Vec<RunningProcess>,
    pub(super) floats: Vec<(String, FloatView)>,
    /// Its keys that count only somewhere.
    pub(super) bindings: Vec<KeyBinding>,
    /// The topics that it has subscribed to.
    pub(super) topics: Vec<String>,
    /// The number of calls since the last step of work that did not have to wait.
    since_step: u32,
    /// The long work that it does, the next one first.
    pub(super) work: Vec<Work>,
    /// What it has asked for about documents and files, and is not done.
    pub(super) files: Vec<(Ticket, FileWork)>,
    /// What it can answer about code.
    pub(super) offers: Vec<Offer>,
    /// The number of its answers that came too late to be used.
    pub(super) late: u64,
}

/// The state of a document that a plugin was told last.
#[derive(Debug)]
struct Known {
    id: DocumentId,
    language: String,
    revision: Revision,
    /// The length of the text in bytes.
    length: usize,
}

/// A call that waits. Its arguments are made when its turn has come, so that they include what has happened meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Waiting {
    Run {
        command: String,
        argument: Option<String>,
        asked: Option<(PluginId, Ticket)>,
        /// Whether the person has run it, or the command that has asked for it.
        by_person: bool,
    },
    Opened(DocumentId),
    Changed(DocumentId),
    CursorMoved,
    SelectionChanged,
    Idle,
    /// An event that is complete already.
    Tell(Event),
    Format(DocumentId),
    BeforeSave(DocumentId),
    Focus(DocumentId),
    Window(bool),
    Folder(FolderNews),
    Complete(Location),
    Hover(Location),
    Process(Ticket, Happened),
    File(Ticket, Result<DocumentId, FileFailure>),
    Message(TopicMessage),
    ModeLeft(String),
    Step(Ticket),
    Cancelled(Ticket),
    Ask(Ticket, Question, Location),
    Withdraw(Ticket),
}

pub(super) fn version(buffer: &Buffer) -> DocumentVersion {
    DocumentVersion { document: buffer.id, revision: buffer.document.revision().number() }
}

impl Slot {
    pub(super) fn new(name: String, registration: Arc<Registration>, exports: Exports) -> Self {
        Self {
            name,
            registration,
            exports,
            follows_folder: false,
            running: None,
            is_of_previous: false,
            backing_off: false,
            echo: None,
            echoes: 0,
            queue: VecDeque::new(),
            known: Vec::new(),
            cursor: None,
            segments: Vec::new(),
            panels: Vec::new(),
            timers: Vec::new(),
            jobs: Vec::new(),
            processes: Vec::new(),
            floats: Vec::new(),
            bindings: Vec::new(),
            topics: Vec::new(),
            since_step: 0,
            work: Vec::new(),
            files: Vec::new(),
            offers: Vec::new(),
            late: 0,
        }
    }

    /// Whether it has subscribed to this event for documents like this one.
    pub(super) fn wants(&self, kind: EventKinds, buffer: &Buffer) -> bool {
        self.registration.events.contains(kind) && self.handles(buffer.language())
    }

    /// Whether it has registered this ability for documents like this one.
    pub(super) fn can(&self, ability: Abilities, buffer: &Buffer) -> bool {
        self.registration.abilities.contains(ability) && self.handles(buffer.language())
    }

    fn handles(&self, language: &str) -> bool {
        let languages = &self.registration.languages;
        languages.is_empty() || languages.iter().any(|own| own == language)
    }

    pub(super) fn has_command(&self, name: &str) -> bool {
        self.registration.commands.iter().any(|command| command.name == name)
    }

    /// What it shows, and what of it waits.
    pub(super) fn holdings(&self) -> Holdings {
        let mut holdings = Holdings::default();
        for (name, segment) in &self.segments {
            holdings.note(Held::Segment(name.clone()), segment.bytes());
        }
        for (name, view) in &self.panels {
            holdings.note(Held::Panel(name.clone()), view.panel.bytes());
        }
        for (ticket, timer) in &self.timers {
            holdings.note(Held::Timer(*ticket), size_of_val(timer));
        }
        for (ticket, bytes) in &self.jobs {
            holdings.note(Held::Job(*ticket), *bytes);
        }
        for (name, view) in &self.floats {
            holdings.note(Held::Float(name.clone()), view.float.bytes());
        }
        if !self.bindings.is_empty() {
            holdings.note(Held::Keys, self.bindings.bytes());
        }
        for topic in &self.topics {
            holdings.note(Held::Subscription(topic.clone()), 0);
        }
        for work in &self.work {
            holdings.note(Held::Work(work.ticket), work.bytes());
        }
        for (ticket, work) in &self.files {
            holdings.note(Held::File(*ticket), size_of_val(work));
        }
        for running in &self.processes {
            holdings.note(Held::Process(running.ticket), running.unread);
        }
        holdings
    }

    /// Forgets a command that has ended. Gives whether the plugin has queued it.
    pub(super) fn end_job(&mut self, job: Ticket) -> bool {
        let before = self.jobs.len();
        self.jobs.retain(|(other, _)| *other != job);
        self.jobs.len() < before
    }

    /// Queues a call, unless the same call waits already.
    pub(super) fn wait(&mut self, waiting: Waiting) {
        // Only the completions for the latest place are of use.
        if matches!(waiting, Waiting::Complete(_)) {
            self.queue.retain(|other| !matches!(other, Waiting::Complete(_)));
        }
        if matches!(
            waiting,
            Waiting::Run { .. } | Waiting::Process(..) | Waiting::Folder(_) | Waiting::Message(_)
        ) || !self.queue.contains(&waiting)
        {
            self.queue.push_back(waiting);
        }
    }

    /// Whether it edits before documents like this one are saved.
    pub(super) fn hooks_save(&self, buffer: &Buffer) -> bool {
        self.exports.save_events && self.handles(buffer.language())
    }

    /// The number of events of the folder that wait.
    pub(super) fn folder_news(&self) -> usize {
        self.queue.iter().filter(|waiting| matches!(waiting, Waiting::Folder(_))).count()
    }

    /// The number of messages of plugins that wait.
    pub(super) fn waiting_messages(&self) -> usize {
        self.queue.iter().filter(|waiting| matches!(waiting, Waiting::Message(_))).count()
    }

    /// Drops the message that waits longest. Gives how many are missed by now.
    pub(super) fn drop_oldest_message(&mut self) -> u32 {
        let oldest = self.queue.iter().position(|waiting| matches!(waiting, Waiting::Message(_)));
        match oldest.and_then(|oldest| self.queue.remove(oldest)) {
            Some(Waiting::Message(message)) => message.missed.saturating_add(1),
            _ => 0,
        }
    }

    /// Tells with the message that comes next how many are missed.
    pub(super) fn count_missed(&mut self, missed: u32) {
        let next = self.queue.iter_mut().find_map(|waiting| match waiting {
            Waiting::Message(message) => Some(message),
            _ => None,
        });
        if let Some(message) = next {
            message.missed = message.missed.saturating_add(missed);
        }
    }

    pub(super) fn drop_folder_news(&mut self) {
        self.queue.retain(|waiting| !matches!(waiting, Waiting::Folder(_)));
    }

    /// Tells it that nobody waits for an answer any more, if it was asked already.
    pub(super) fn withdraw(&mut self, ticket: Ticket) {
        let before = self.queue.len();
        self.queue.retain(|waiting| !matches!(waiting, Waiting::Ask(asked, ..) if *asked == ticket));
        if self.queue.len() == before {
            self.wait(Waiting::Withdraw(ticket));
        }
    }

    /// Puts a call that was refused back to the front of the queue.
    pub(super) fn wait_first(&mut self, waiting: Waiting) {
        self.queue.push_front(waiting);
    }

    /// Takes over from the previous generation: its call under way, and the commands that wait.
    pub(super) fn succeed(&mut self, mut old: Self) {
        self.running = old.running.take();
        self.is_of_previous = self.running.is_some();
        self.late = old.late;
        old.queue.retain(|waiting| match waiting {
            Waiting::Run { command, .. } => self.has_command(command),
            Waiting::Format(_) | Waiting::BeforeSave(_) => true,
            _ => false,
        });
        self.queue = old.queue;
    }

    /// Takes the call under way and all calls that wait.
    pub(super) fn take_waiting(&mut self) -> Vec<Waiting> {
        self.running.take().into_iter().chain(std::mem::take(&mut self.queue)).collect()
    }

    /// Forgets what the plugin knows and shows, since its instance is a new one. Commands go on waiting.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.cursor = None;
        self.queue.retain(|waiting| {
            matches!(waiting, Waiting::Run { .. } | Waiting::Format(_) | Waiting::BeforeSave(_))
        });
        self.segments.clear();
        self.panels.clear();
        self.timers.clear();
        self.jobs.clear();
        self.files.clear();
        self.work.clear();
        self.floats.clear();
        self.topics.clear();
        self.bindings.clear();
        self.follows_folder = false;
        self.offers.clear();
    }

    /// Queues the events about documents and cursor that the plugin does not know yet.
    pub(super) fn notice(&mut self, documents: &Documents) {
        self.notice_closed(documents);
        for buffer in documents.all() {
            match self.known.iter().find(|known| known.id == buffer.id) {
                Some(known) if known.revision == buffer.document.revision() => {}
                Some(_) if self.wants(EventKinds::CHANGED, buffer) => self.wait(Waiting::Changed(buffer.id)),
                None if self.wants(EventKinds::OPENED, buffer) => self.wait(Waiting::Opened(buffer.id)),
                _ => self.knows(buffer),
            }
        }
        if let Some(buffer) = documents.active() {
            self.notice_cursor(buffer);
        }
    }

    fn notice_closed(&mut self, documents: &Documents) {
        // For a plugin that handles some languages only, a document whose language changes is closed and opened again.
        let is_closed = |known: &Known| match documents.find(known.id) {
            Some(buffer) => !self.registration.languages.is_empty() && buffer.language() != known.language,
            None => true,
        };
        let closed: Vec<DocumentId> =
            self.known.iter().filter(|known| is_closed(known)).map(|known| known.id).collect();
        for id in closed {
            let handled = self.known.iter().any(|known| known.id == id && self.handles(&known.language));
            self.known.retain(|known| known.id != id);
            if handled && self.registration.events.contains(EventKinds::CLOSED) {
                self.wait(Waiting::Tell(Event::Closed(id)));
            }
        }
    }

    fn notice_cursor(&mut self, buffer: &Buffer) {
        let has_focus = self.cursor.as_ref().is_some_and(|(id, _)| *id == buffer.id);
        if !has_focus && self.exports.focus_events && self.handles(buffer.language()) {
            self.wait(Waiting::Focus(buffer.id));
        }
        let now = buffer.document.selections();
        let (moved, changed) = match &self.cursor {
            Some((id, then)) if *id == buffer.id => (then.primary().head != now.primary().head, then != now),
            // Another document is active.
            _ => (true, true),
        };
        if moved && self.wants(EventKinds::CURSOR_MOVED, buffer) {
            self.wait(Waiting::CursorMoved);
        }
        if changed && self.wants(EventKinds::SELECTION_CHANGED, buffer) {
            self.wait(Waiting::SelectionChanged);
        }
        if changed {
            self.cursor = Some((buffer.id, now.clone()));
        }
    }

    fn knows(&mut self, buffer: &Buffer) {
        self.known.retain(|known| known.id != buffer.id);
        self.known.push(Known {
            id: buffer.id,
            language: buffer.language().to_string(),
            revision: buffer.document.revision(),
            length: buffer.document.text().len(),
        });
    }

    /// The next call, if none is under way.
    pub(super) fn next_call(&mut self, own: PluginId, documents: &Documents) -> Option<Call> {
        if self.running.is_some() || self.backing_off {
            return None;
        }
        loop {
            let waiting = self.next_waiting()?;
            let echo = Echo::of(&waiting, documents);
            if let Some(call) = self.call(own, &waiting, documents) {
                self.echo = echo;
                self.running = Some(waiting);
                return Some(call);
            }
        }
    }

    /// The next call that waits. A step of work comes after all others, but not after more than a few in a row.
    fn next_waiting(&mut self) -> Option<Waiting> {
        if self.since_step >= MOST_BEFORE_STEP
            && let Some(step) = self.next_step()
        {
            self.since_step = 0;
            return Some(step);
        }
        self.since_step = self.since_step.saturating_add(1);
        self.queue.pop_front().or_else(|| self.next_step())
    }

    fn call(&mut self, own: PluginId, waiting: &Waiting, documents: &Documents) -> Option<Call> {
        Some(match waiting {
            Waiting::Run { command, argument, .. } => {
                Call::Run { command: command.clone(), argument: argument.clone() }
            }
            Waiting::Opened(id) => {
                let buffer = documents.find(*id)?;
                self.knows(buffer);
                Call::Tell(Event::Opened(version(buffer)))
            }
            Waiting::Changed(id) => Call::Tell(Event::Changed(self.change(own, documents.find(*id)?)?)),
            Waiting::CursorMoved => Call::Tell(Event::CursorMoved(version(documents.active()?))),
            Waiting::SelectionChanged => Call::Tell(Event::SelectionChanged(version(documents.active()?))),
            Waiting::Idle => Call::Tell(Event::Idle(documents.active().map(version))),
            Waiting::Tell(event) => Call::Tell(event.clone()),
            Waiting::Format(id) => Call::Format(version(documents.find(*id)?)),
            Waiting::BeforeSave(id) => Call::BeforeSave(version(documents.find(*id)?)),
            Waiting::Focus(id) => Call::Focus(Focus::Document(version(documents.find(*id)?))),
            Waiting::Window(has_focus) => Call::Focus(Focus::Window(*has_focus)),
            Waiting::Folder(news) => Call::Folder(news.clone()),
            Waiting::Complete(at) => Call::Complete(*at),
            Waiting::Hover(at) => Call::Hover(*at),
            Waiting::Ask(ticket, question, at) => Call::Ask(*ticket, question.clone(), *at),
            Waiting::Withdraw(ticket) => Call::Withdraw(*ticket),
            Waiting::Message(message) => Call::Message(message.clone()),
            Waiting::ModeLeft(mode) => Call::ModeLeft(mode.clone()),
            Waiting::Step(work) => Call::Step(*work),
            Waiting::Cancelled(work) => Call::Cancelled(*work),
            Waiting::File(request, outcome) => {
                let version = |id| documents.find(id).map(version).ok_or(FileFailure::Closed);
                Call::File(*request, outcome.clone().and_then(version))
            }
            Waiting::Process(process, happened) => Call::Process(*process, happened.clone()),
        })
    }

    /// The change since the state that the plugin knows; none if it knows the latest.
    fn change(&mut self, own: PluginId, buffer: &Buffer) -> Option<Change> {
        let document = &buffer.document;
        let known = self.known.iter().find(|known| known.id == buffer.id)?;
        let (before, length) = (known.revision, known.length);
        self.knows(buffer);
        if before == document.revision() {
            return None;
        }
        // Where the single changes are no longer known, the whole text is replaced.
        let edits = document.changes_since(before).map_or_else(
            || vec![Edit::replace(0..length, document.text().to_string())],
            |changes| changes.edits().to_vec(),
        );
        let origin = match buffer.author {
            Author::Person(origin) => origin.into(),
            Author::Plugin(author) if author == own => ChangeOrigin::ThisPlugin,
            Author::Plugin(_) => ChangeOrigin::OtherPlugin,
        };
        let edits = edits.iter().map(edit_for_guest).collect();
        Some(Change { version: version(buffer), before: before.number(), edits, origin })
    }
}
