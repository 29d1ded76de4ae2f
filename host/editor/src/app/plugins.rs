//! The plugins' share of the state: what they have registered, what they are still to be told, and what they show.

use std::collections::VecDeque;

use crossterm::event::{KeyCode, KeyEvent};
use witdock_editor_core::{ChangeError, Edit, Revision, Transaction};

use super::palette::{Entry, EntryAction};
use super::{App, Effect, Message, Mode};
use crate::buffer::{Author, Buffer, DocumentId};
use crate::plugins::{
    Call, DocumentChange, DocumentView, Happening, News, Origin, Outcome, PluginId, Registered, Report,
    Segment, Snapshot,
};

/// What a person may do with a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginAction {
    /// It is called no more, and a running call ends.
    Stop,
    /// A stopped or quarantined one may be called again.
    Revive,
    /// Its source is read, and built, again.
    Reload,
}

/// A plugin that serves.
#[derive(Debug)]
pub(super) struct Slot {
    name: String,
    registered: Registered,
    /// Whether a call runs: what comes meanwhile waits, and changes of one document merge.
    busy: bool,
    queue: VecDeque<Waiting>,
    /// What it knows of the documents: their revisions, and the lengths of their texts.
    known: Vec<(DocumentId, Revision, usize)>,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Waiting {
    Run(String),
    Opened(DocumentId),
    Changed(DocumentId),
    Saved(DocumentId, Revision),
    Idle(DocumentId),
}

impl App {
    /// What is due now that the screen has been drawn: one call for each plugin that has nothing else to do.
    pub fn calls(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for plugin in 0..self.slots.len() {
            let Some(call) = self.next_call(plugin) else { continue };
            effects.push(Effect::Call { plugin, call, snapshot: self.snapshot() });
        }
        effects
    }

    fn next_call(&mut self, plugin: PluginId) -> Option<Call> {
        let buffers = &self.buffers;
        let slot = self.slots.get_mut(plugin)?.as_mut()?;
        while !slot.busy {
            let call = match slot.queue.pop_front()? {
                Waiting::Run(name) => Some(Call::Run(name)),
                Waiting::Saved(document, revision) => Some(Call::Tell(Happening::Saved(document, revision))),
                Waiting::Opened(id) => find(buffers, id).map(|buffer| {
                    slot.knows(buffer);
                    Call::Tell(Happening::Opened(id, buffer.document.revision()))
                }),
                Waiting::Idle(id) => find(buffers, id)
                    .map(|buffer| Call::Tell(Happening::Idle(id, buffer.document.revision()))),
                Waiting::Changed(id) => find(buffers, id).and_then(|buffer| slot.change(plugin, buffer)),
            };
            slot.busy = call.is_some();
            if call.is_some() {
                return call;
            }
        }
        None
    }

    fn snapshot(&self) -> Snapshot {
        let root = std::env::current_dir().unwrap_or_default();
        let view = |buffer: &Buffer| DocumentView {
            id: buffer.id,
            text: buffer.document.text().clone(),
            revision: buffer.document.revision(),
            selections: buffer.document.selections().clone(),
            style: buffer.document.style(),
            path: buffer
                .path
                .as_ref()
                .map(|path| path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/")),
            language: buffer.language().to_owned(),
            modified: buffer.document.is_dirty(),
            read_only: buffer.read_only,
        };
        let first = self.active().map_or(0, |buffer| buffer.scroll.line);
        Snapshot {
            documents: self.buffers.iter().map(view).collect(),
            current: self.active().map(|buffer| buffer.id),
            clipboard: self.clip.text(),
            visible: (first, first + self.text_lines(), self.text_columns()),
        }
    }

    /// Queues `changed` for each document that is no longer as a plugin knows it, and `opened` for each new one.
    pub(super) fn notice_changes(&mut self) {
        for slot in self.slots.iter_mut().flatten() {
            slot.known.retain(|(id, ..)| find(&self.buffers, *id).is_some());
            for buffer in &self.buffers {
                let known = slot.known.iter().find(|(id, ..)| *id == buffer.id).copied();
                match known {
                    None if slot.wants(slot.registered.opened, buffer) => {
                        slot.wait(Waiting::Opened(buffer.id))
                    }
                    None => slot.knows(buffer),
                    Some((_, revision, _)) if revision == buffer.document.revision() => {}
                    Some(_) if slot.wants(slot.registered.changed, buffer) => {
                        slot.wait(Waiting::Changed(buffer.id));
                    }
                    Some(_) => slot.knows(buffer),
                }
            }
        }
    }

    pub(super) fn tell_saved(&mut self, id: DocumentId, revision: Revision) {
        for slot in self.slots.iter_mut().flatten() {
            if find(&self.buffers, id).is_some_and(|buffer| slot.wants(slot.registered.saved, buffer)) {
                slot.wait(Waiting::Saved(id, revision));
            }
        }
    }

    pub(super) fn tell_idle(&mut self) {
        let Some(buffer) = self.buffers.get(self.active) else { return };
        for slot in self.slots.iter_mut().flatten() {
            if slot.wants(slot.registered.idle, buffer) {
                slot.wait(Waiting::Idle(buffer.id));
            }
        }
    }

    pub(super) fn queue_command(&mut self, plugin: PluginId, command: String) {
        if let Some(Some(slot)) = self.slots.get_mut(plugin) {
            slot.queue.push_back(Waiting::Run(command));
        }
    }

    pub(super) fn news(&mut self, news: News) -> Vec<Effect> {
        match news {
            News::Serving { plugin, name, registered } => {
                if self.slots.len() <= plugin {
                    self.slots.resize_with(plugin + 1, || None);
                }
                if let Some(slot) = self.slots.get_mut(plugin) {
                    // A call of the old generation may still be under way, and says so itself when it ends.
                    let busy = slot.as_ref().is_some_and(|old| old.busy);
                    *slot = Some(Slot::new(name, registered, busy));
                }
                Vec::new()
            }
            News::Gone(plugin) => {
                if let Some(slot) = self.slots.get_mut(plugin) {
                    *slot = None;
                }
                Vec::new()
            }
            News::Ended { plugin, outcome } => self.ended(plugin, outcome),
            News::Said(message) => {
                self.say(message);
                Vec::new()
            }
        }
    }

    fn ended(&mut self, plugin: PluginId, outcome: Outcome) -> Vec<Effect> {
        let Some(Some(slot)) = self.slots.get_mut(plugin) else { return Vec::new() };
        slot.busy = false;
        for segment in outcome.segments {
            slot.segments.retain(|old| old.name != segment.name);
            if segment.text.is_some() {
                slot.segments.push(segment);
            }
        }
        let name = slot.name.clone();
        let stale = outcome.documents.iter().any(|change| {
            find(&self.buffers, change.id).is_none_or(|buffer| buffer.document.revision() != change.base)
        });
        if stale {
            self.say(Message::warning(format!(
                "{name} was late: the text has changed, and its edits are dropped"
            )));
        } else {
            for change in outcome.documents {
                let Some(buffer) = self.buffers.iter_mut().find(|buffer| buffer.id == change.id) else {
                    continue;
                };
                if let Err(error) = apply(buffer, plugin, change) {
                    self.say(Message::error(format!("{name}: {error}")));
                }
            }
            if let Some(front) = outcome.front
                && let Some(index) = self.buffers.iter().position(|buffer| buffer.id == front)
            {
                self.active = index;
            }
        }
        for message in outcome.messages {
            self.say(message);
        }
        match outcome.copied {
            Some(text) => {
                self.clip = text.as_str().into();
                vec![Effect::Copy(text)]
            }
            None => Vec::new(),
        }
    }

    /// The commands of plugins, for the palette.
    pub(super) fn plugin_entries(&self) -> impl Iterator<Item = Entry> {
        self.slots.iter().enumerate().filter_map(|(plugin, slot)| Some((plugin, slot.as_ref()?))).flat_map(
            |(plugin, slot)| {
                slot.registered.commands.iter().map(move |(name, title)| Entry {
                    title: title.clone(),
                    name: format!("{}.{name}", slot.name),
                    key: String::new(),
                    action: EntryAction::Plugin(plugin, name.clone()),
                })
            },
        )
    }

    /// What plugins say in the status line, the most important last.
    pub fn segments(&self) -> Vec<&str> {
        let mut segments: Vec<&Segment> =
            self.slots.iter().flatten().flat_map(|slot| &slot.segments).collect();
        segments.sort_by_key(|segment| segment.priority);
        segments.into_iter().filter_map(|segment| segment.text.as_deref()).collect()
    }

    /// How the plugins stand.
    pub fn reports(&self) -> &[Report] {
        &self.reports
    }

    pub(super) fn plugins_key(&mut self, chosen: usize, key: KeyEvent) -> Vec<Effect> {
        let plugin = self.reports.get(chosen).map(|report| report.plugin);
        let last = self.reports.len().saturating_sub(1);
        let (chosen, action) = match key.code {
            KeyCode::Esc | KeyCode::F(2) => return Vec::new(),
            KeyCode::Up => (chosen.saturating_sub(1), None),
            KeyCode::Down => ((chosen + 1).min(last), None),
            KeyCode::Char('s') => (chosen, Some(PluginAction::Stop)),
            KeyCode::Char('v') => (chosen, Some(PluginAction::Revive)),
            KeyCode::Char('r') => (chosen, Some(PluginAction::Reload)),
            _ => (chosen, None),
        };
        self.mode = Mode::Plugins(chosen);
        plugin.zip(action).map(|(plugin, action)| Effect::Manage(plugin, action)).into_iter().collect()
    }
}

fn find(buffers: &[Buffer], id: DocumentId) -> Option<&Buffer> {
    buffers.iter().find(|buffer| buffer.id == id)
}

/// Applies what a call has made of a document as one step to undo.
fn apply(buffer: &mut Buffer, plugin: PluginId, change: DocumentChange) -> Result<(), ChangeError> {
    let document = &mut buffer.document;
    if !change.changes.is_empty() {
        buffer.author = Author::Plugin(plugin);
        // A group is opened and closed here alone, so that neither can be refused.
        let _ = document.begin_group();
        let applied = change
            .changes
            .into_iter()
            .try_for_each(|edits| document.apply(Transaction::new(document.revision(), edits)).map(drop));
        if applied.is_err() {
            let _ = document.rollback_group();
            return applied;
        }
        let _ = document.commit_group();
    }
    if let Some(selections) = change.selections {
        document.set_selections(selections);
    }
    Ok(())
}

impl Slot {
    fn new(name: String, registered: Registered, busy: bool) -> Self {
        Self { name, registered, busy, queue: VecDeque::new(), known: Vec::new(), segments: Vec::new() }
    }

    fn wants(&self, subscribed: bool, buffer: &Buffer) -> bool {
        let languages = &self.registered.languages;
        subscribed && (languages.is_empty() || languages.iter().any(|language| language == buffer.language()))
    }

    fn wait(&mut self, waiting: Waiting) {
        if !self.queue.contains(&waiting) {
            self.queue.push_back(waiting);
        }
    }

    fn knows(&mut self, buffer: &Buffer) {
        self.known.retain(|(id, ..)| *id != buffer.id);
        self.known.push((buffer.id, buffer.document.revision(), buffer.document.text().len()));
    }

    /// What has changed since the plugin was told last; none if it knows by now.
    fn change(&mut self, plugin: PluginId, buffer: &Buffer) -> Option<Call> {
        let document = &buffer.document;
        let (_, before, length) = self.known.iter().find(|(id, ..)| *id == buffer.id).copied()?;
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
            Author::Person(origin) => origin,
            Author::Plugin(author) if author == plugin => Origin::ThisPlugin,
            Author::Plugin(_) => Origin::OtherPlugin,
        };
        let (document, revision) = (buffer.id, document.revision());
        Some(Call::Tell(Happening::Changed { document, revision, before, edits, origin }))
    }
}
