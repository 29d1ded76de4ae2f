//! A plugin that serves: what it has registered, what it is still to be told, and what it shows.

use std::collections::VecDeque;
use std::sync::Arc;

use witdock_editor_core::{Edit, Revision, Selections};

use super::panel::PanelView;
use crate::buffer::{Author, Buffer, DocumentId};
use crate::display::{Location, Segment};
use crate::plugins::api::{
    Abilities, Change, ChangeOrigin, DocumentVersion, Event, EventKinds, Registration,
};
use crate::plugins::{Call, PluginId, Ticket, Timer, edit_for_guest};

/// A plugin that serves.
#[derive(Debug)]
pub(in crate::app) struct Slot {
    pub(super) name: String,
    pub(super) registration: Arc<Registration>,
    /// The call that runs: what comes meanwhile waits, and changes of one document merge.
    pub(super) running: Option<Waiting>,
    /// Whether that call is of the generation before: what it shows is nobody's.
    pub(super) is_of_before: bool,
    /// Whether it rests after a failure, and is called no sooner than it has been woken.
    pub(super) resting: bool,
    queue: VecDeque<Waiting>,
    known: Vec<Known>,
    cursor: Option<(DocumentId, Selections)>,
    pub(super) segments: Vec<(String, Segment)>,
    pub(super) panels: Vec<(String, PanelView)>,
    pub(super) timers: Vec<(Ticket, Timer)>,
    /// How many commands it waits for.
    pub(super) jobs: usize,
    /// How many of its answers came too late to count.
    pub(super) late: u64,
}

/// What a plugin knows of a document.
#[derive(Debug)]
struct Known {
    id: DocumentId,
    language: String,
    revision: Revision,
    /// The length of the text.
    length: usize,
}

/// Something that a plugin is to be called for. What is to be said is found out when its turn has come, so that what has
/// happened meanwhile is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Waiting {
    Run {
        command: String,
        argument: Option<String>,
        asked: Option<(PluginId, Ticket)>,
    },
    Opened(DocumentId),
    Changed(DocumentId),
    CursorMoved,
    SelectionChanged,
    Idle,
    /// An event with nothing left to find out.
    Tell(Event),
    Format(DocumentId),
    Complete(Location),
    Hover(Location),
}

pub(super) fn version(buffer: &Buffer) -> DocumentVersion {
    DocumentVersion { document: buffer.id, revision: buffer.document.revision().number() }
}

fn find(buffers: &[Buffer], id: DocumentId) -> Option<&Buffer> {
    buffers.iter().find(|buffer| buffer.id == id)
}

impl Slot {
    pub(super) fn new(name: String, registration: Arc<Registration>) -> Self {
        Self {
            name,
            registration,
            running: None,
            is_of_before: false,
            resting: false,
            queue: VecDeque::new(),
            known: Vec::new(),
            cursor: None,
            segments: Vec::new(),
            panels: Vec::new(),
            timers: Vec::new(),
            jobs: 0,
            late: 0,
        }
    }

    /// Whether it has subscribed to this event, for documents like this one.
    pub(super) fn wants(&self, kind: EventKinds, buffer: &Buffer) -> bool {
        self.registration.events.contains(kind) && self.speaks(buffer.language())
    }

    /// Whether it can be asked for this, in documents like this one.
    pub(super) fn can(&self, ability: Abilities, buffer: &Buffer) -> bool {
        self.registration.abilities.contains(ability) && self.speaks(buffer.language())
    }

    fn speaks(&self, language: &str) -> bool {
        let languages = &self.registration.languages;
        languages.is_empty() || languages.iter().any(|own| own == language)
    }

    /// Queues something, unless it waits already.
    pub(super) fn wait(&mut self, waiting: Waiting) {
        // Of completions and the like only the last one asked for is of use.
        if matches!(waiting, Waiting::Complete(_)) {
            self.queue.retain(|other| !matches!(other, Waiting::Complete(_)));
        }
        if matches!(waiting, Waiting::Run { .. }) || !self.queue.contains(&waiting) {
            self.queue.push_back(waiting);
        }
    }

    /// Puts a call that was not made back to where it was.
    pub(super) fn wait_first(&mut self, waiting: Waiting) {
        self.queue.push_front(waiting);
    }

    /// Takes over from the generation before: the call of it that is under way, and the commands that wait. What it shows
    /// goes with it.
    pub(super) fn succeed(&mut self, mut old: Self) {
        self.running = old.running.take();
        self.is_of_before = self.running.is_some();
        self.late = old.late;
        let has = |name: &str| self.registration.commands.iter().any(|command| command.name == name);
        self.queue = old
            .queue
            .into_iter()
            .filter(|waiting| match waiting {
                Waiting::Run { command, .. } => has(command),
                Waiting::Format(_) => true,
                _ => false,
            })
            .collect();
    }

    /// Everything that waits, and the call that runs.
    pub(super) fn all_waiting(&mut self) -> Vec<Waiting> {
        self.running.take().into_iter().chain(std::mem::take(&mut self.queue)).collect()
    }

    /// Forgets what the plugin knows and was to be told, all but the commands: it has started anew.
    pub(super) fn forget(&mut self) {
        self.known.clear();
        self.cursor = None;
        self.queue.retain(|waiting| matches!(waiting, Waiting::Run { .. } | Waiting::Format(_)));
        self.segments.clear();
        self.panels.clear();
        self.timers.clear();
        self.jobs = 0;
    }

    /// Queues what a plugin does not know yet of the documents and the cursor.
    pub(super) fn notice(&mut self, buffers: &[Buffer], active: Option<&Buffer>) {
        self.notice_closed(buffers);
        for buffer in buffers {
            match self.known.iter().find(|known| known.id == buffer.id) {
                Some(known) if known.revision == buffer.document.revision() => {}
                Some(_) if self.wants(EventKinds::CHANGED, buffer) => self.wait(Waiting::Changed(buffer.id)),
                None if self.wants(EventKinds::OPENED, buffer) => self.wait(Waiting::Opened(buffer.id)),
                _ => self.knows(buffer),
            }
        }
        if let Some(buffer) = active {
            self.notice_cursor(buffer);
        }
    }

    fn notice_closed(&mut self, buffers: &[Buffer]) {
        // One whose language is another by now is opened anew for whoever goes by languages.
        let is_gone = |known: &Known| match find(buffers, known.id) {
            Some(buffer) => !self.registration.languages.is_empty() && buffer.language() != known.language,
            None => true,
        };
        let gone: Vec<DocumentId> =
            self.known.iter().filter(|known| is_gone(known)).map(|known| known.id).collect();
        for id in gone {
            let spoken = self.known.iter().any(|known| known.id == id && self.speaks(&known.language));
            self.known.retain(|known| known.id != id);
            if spoken && self.registration.events.contains(EventKinds::CLOSED) {
                self.wait(Waiting::Tell(Event::Closed(id)));
            }
        }
    }

    fn notice_cursor(&mut self, buffer: &Buffer) {
        let now = buffer.document.selections();
        let (moved, changed) = match &self.cursor {
            Some((id, then)) if *id == buffer.id => (then.primary().head != now.primary().head, then != now),
            // Keys go to another document.
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

    /// The next call, if the plugin has nothing else to do.
    pub(super) fn next_call(
        &mut self,
        own: PluginId,
        buffers: &[Buffer],
        active: Option<&Buffer>,
    ) -> Option<Call> {
        if self.running.is_some() || self.resting {
            return None;
        }
        loop {
            let waiting = self.queue.pop_front()?;
            if let Some(call) = self.call(own, &waiting, buffers, active) {
                self.running = Some(waiting);
                return Some(call);
            }
        }
    }

    fn call(
        &mut self,
        own: PluginId,
        waiting: &Waiting,
        buffers: &[Buffer],
        active: Option<&Buffer>,
    ) -> Option<Call> {
        Some(match waiting {
            Waiting::Run { command, argument, .. } => {
                Call::Run { command: command.clone(), argument: argument.clone() }
            }
            Waiting::Opened(id) => {
                let buffer = find(buffers, *id)?;
                self.knows(buffer);
                Call::Tell(Event::Opened(version(buffer)))
            }
            Waiting::Changed(id) => Call::Tell(Event::Changed(self.change(own, find(buffers, *id)?)?)),
            Waiting::CursorMoved => Call::Tell(Event::CursorMoved(version(active?))),
            Waiting::SelectionChanged => Call::Tell(Event::SelectionChanged(version(active?))),
            Waiting::Idle => Call::Tell(Event::Idle(active.map(version))),
            Waiting::Tell(event) => Call::Tell(event.clone()),
            Waiting::Format(id) => Call::Format(version(find(buffers, *id)?)),
            Waiting::Complete(at) => Call::Complete(*at),
            Waiting::Hover(at) => Call::Hover(*at),
        })
    }

    /// What has changed since the plugin was told last; none if it knows by now.
    fn change(&mut self, own: PluginId, buffer: &Buffer) -> Option<Change> {
        let document = &buffer.document;
        let known = self.known.iter().find(|known| known.id == buffer.id)?;
        let (before, length) = (known.revision, known.length);
        self.knows(buffer);
        if before == document.revision() {
            return None;
        }
        // Too far behind for the single changes: the whole text is replaced.
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
