//! Formatting before a document is saved, and as a command.
//!
//! The plugins that format a document are asked one after the other, each on what the one before has left. A person who
//! saves does not wait long for that: after a second the document is saved as it is.

use std::collections::VecDeque;
use std::time::Duration;

use witdock_editor_core::{Edit, Revision};

use super::super::{App, Effect, Message};
use super::slot::Waiting;
use super::timer::Alarm;
use crate::buffer::{Author, DocumentId};
use crate::plugins::PluginId;
use crate::plugins::api::{Abilities, DocumentVersion, FormatError};

/// How long a document waits for its formatting until it is saved.
const PATIENCE: Duration = Duration::from_secs(1);

/// A document that is being formatted.
#[derive(Debug)]
pub(in crate::app) struct Formatting {
    document: DocumentId,
    /// Tells this time from the ones before.
    attempt: u64,
    /// Who is asked, and who is to be asked yet.
    plugins: VecDeque<PluginId>,
    saves: bool,
    /// Whether a plugin has changed something: what the next one changes is of the same undo step.
    has_changed: bool,
}

impl App {
    /// Has the active document formatted, and saves it then.
    pub(in crate::app) fn format_and_save(&mut self) -> Vec<Effect> {
        self.begin_format(true)
    }

    /// Has the active document formatted.
    pub(in crate::app) fn format(&mut self) -> Vec<Effect> {
        let effects = self.begin_format(false);
        if self.formatting.is_empty() {
            self.say(Message::info("no plugin formats documents of this language"));
        }
        effects
    }

    fn begin_format(&mut self, saves: bool) -> Vec<Effect> {
        let Some(buffer) = self.buffers.get(self.active) else { return Vec::new() };
        let document = buffer.id;
        let formats = |slot: &super::Slot| slot.can(Abilities::FORMAT, buffer) && !buffer.read_only;
        let plugins: VecDeque<PluginId> = self
            .slots
            .iter()
            .enumerate()
            .filter_map(|(plugin, slot)| slot.as_ref().filter(|slot| formats(slot)).map(|_| plugin))
            .collect();
        // One that is under way is overtaken: it asks again from the start, and whoever wanted to save saves.
        let earlier = self.formatting.iter().position(|other| other.document == document);
        let saves = earlier.is_some_and(|earlier| self.formatting.swap_remove(earlier).saves) || saves;
        if plugins.is_empty() {
            return if saves { self.save_document(document) } else { Vec::new() };
        }
        self.attempts += 1;
        let attempt = self.attempts;
        self.formatting.push(Formatting { document, attempt, plugins, saves, has_changed: false });
        let mut effects = vec![Effect::Wait { alarm: Alarm::Save(document, attempt), after: PATIENCE }];
        effects.extend(self.ask_for_format(document));
        effects
    }

    /// Asks the first plugin that is left, or saves where there is none.
    fn ask_for_format(&mut self, document: DocumentId) -> Vec<Effect> {
        let Some(index) = self.formatting.iter().position(|one| one.document == document) else {
            return Vec::new();
        };
        while let Some(plugin) = self.formatting.get(index).and_then(|one| one.plugins.front().copied()) {
            if let Some(Some(slot)) = self.slots.get_mut(plugin) {
                slot.wait(Waiting::Format(document));
                return Vec::new();
            }
            if let Some(formatting) = self.formatting.get_mut(index) {
                formatting.plugins.pop_front();
            }
        }
        let formatting = self.formatting.swap_remove(index);
        if formatting.saves { self.save_document(document) } else { Vec::new() }
    }

    /// Takes what a plugin has made of a document, and goes on with the next one.
    pub(super) fn formatted(
        &mut self,
        plugin: PluginId,
        version: DocumentVersion,
        result: Result<Vec<Edit>, FormatError>,
    ) -> Vec<Effect> {
        let document = version.document;
        if !self.is_asked(plugin, document) {
            return Vec::new();
        }
        match result {
            Ok(edits) => self.take_format(plugin, version, edits),
            Err(error) => self.say_why_not(plugin, document, error),
        }
        self.next_format(plugin, document)
    }

    /// Goes on without a plugin that was asked and does not answer.
    pub(super) fn format_failed(&mut self, plugin: PluginId, document: DocumentId) -> Vec<Effect> {
        if self.is_asked(plugin, document) { self.next_format(plugin, document) } else { Vec::new() }
    }

    fn is_asked(&self, plugin: PluginId, document: DocumentId) -> bool {
        self.formatting.iter().any(|one| one.document == document && one.plugins.front() == Some(&plugin))
    }

    fn next_format(&mut self, plugin: PluginId, document: DocumentId) -> Vec<Effect> {
        if let Some(formatting) = self.formatting.iter_mut().find(|one| one.document == document)
            && formatting.plugins.front() == Some(&plugin)
        {
            formatting.plugins.pop_front();
        }
        self.ask_for_format(document)
    }

    fn take_format(&mut self, plugin: PluginId, version: DocumentVersion, edits: Vec<Edit>) {
        if edits.is_empty() {
            return;
        }
        let Some(formatting) = self.formatting.iter_mut().find(|one| one.document == version.document) else {
            return;
        };
        let Some(buffer) = self.buffers.iter_mut().find(|buffer| buffer.id == version.document) else {
            return;
        };
        if formatting.has_changed {
            buffer.document.join_undo();
        }
        let applied = buffer.document.apply_edits(Revision::new(version.revision), edits);
        match applied {
            Ok(_) => {
                formatting.has_changed = true;
                buffer.author = Author::Plugin(plugin);
            }
            Err(error) if error.is_stale() => self.late(plugin, "its formatting"),
            Err(error) => self.say(Message::error(error.to_string())),
        }
    }

    fn say_why_not(&mut self, plugin: PluginId, document: DocumentId, error: FormatError) {
        let name = self.name_of(plugin);
        let message = match error {
            FormatError::Syntax(problem) => {
                let line = self.buffers.iter().find(|buffer| buffer.id == document).map_or(0, |buffer| {
                    buffer.document.text().line_at(usize::try_from(problem.at).unwrap_or(usize::MAX)) + 1
                });
                Message::warning(format!("not formatted: line {line}: {} ({name})", problem.message))
            }
            FormatError::Failed(why) => Message::warning(format!("not formatted: {why} ({name})")),
        };
        self.say(message);
    }

    /// Saves a document that has waited long enough.
    pub(super) fn save_at_last(&mut self, document: DocumentId, attempt: u64) -> Vec<Effect> {
        let waits = |one: &Formatting| one.document == document && one.attempt == attempt;
        let Some(index) = self.formatting.iter().position(waits) else { return Vec::new() };
        let formatting = self.formatting.swap_remove(index);
        if let Some(plugin) = formatting.plugins.front() {
            self.late(*plugin, "its formatting");
        }
        if formatting.saves { self.save_document(document) } else { Vec::new() }
    }
}
