//! Formatting, as a command and before a document is saved.
//!
//! Before a save, those that edit before saves follow them. The plugins that format a document are asked one after the other, each about what the one before has left. A save waits
//! a second for them at most; then the document is saved as it is.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use witdock_editor_core::{Edit, Revision};

use super::Plugins;
use super::slot::{Slot, Waiting};
use super::timer::Alarm;
use crate::documents::{Author, DocumentId, Documents};
use crate::host::PluginId;
use crate::host::api::{Abilities, DocumentVersion, FormatError};
use crate::message::Message;
use crate::outbox::{Effect, Outbox};

/// The longest that a save waits for formatting.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// What a plugin is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Format,
    BeforeSave,
}

/// A document that is being formatted.
#[derive(Debug)]
pub(super) struct Formatting {
    document: DocumentId,
    /// The number of this formatting, so that an alarm of an earlier one is recognized.
    attempt: u64,
    /// The plugin that is asked, and those that follow: first all that format, then those that edit before the save.
    plugins: VecDeque<(PluginId, Stage)>,
    saves: bool,
    /// The folder that the file must be in, where a plugin has asked for the save and not the person.
    within: Option<PathBuf>,
    /// Whether a plugin has changed the text, so that the changes of the next one join the same undo step.
    has_changed: bool,
}

impl Plugins {
    /// Formats the active document.
    pub(crate) fn format(&mut self, documents: &mut Documents, out: &mut Outbox) {
        if documents.active().is_some_and(|buffer| buffer.read_only) {
            return out.show(Message::info("the document is read-only, so it is not formatted"));
        }
        if let Some(document) = documents.active().map(|buffer| buffer.id) {
            self.begin_format(document, false, None, documents, out);
        }
        if self.formatting.is_empty() {
            out.show(Message::info("no plugin formats this language"));
        }
    }

    /// Formats the active document and saves it then.
    pub(crate) fn format_and_save(&mut self, documents: &mut Documents, out: &mut Outbox) {
        if let Some(document) = documents.active().map(|buffer| buffer.id) {
            self.begin_format(document, true, None, documents, out);
        }
    }

    /// Formats a document and saves it then, as a plugin has asked for: below the folder that the person works in.
    pub(super) fn format_and_save_for_plugin(
        &mut self,
        document: DocumentId,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        self.begin_format(document, true, Some(self.root.clone()), documents, out);
    }

    /// Whether a document is being formatted.
    pub(super) fn formats(&self, document: DocumentId) -> bool {
        self.formatting.iter().any(|formatting| formatting.document == document)
    }

    /// Whether a document is formatted that is to be saved then.
    pub(crate) fn formats_to_save(&self) -> bool {
        self.formatting.iter().any(|formatting| formatting.saves)
    }

    fn begin_format(
        &mut self,
        document: DocumentId,
        saves: bool,
        within: Option<PathBuf>,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        let Some(buffer) = documents.find(document) else { return };
        let is_asked =
            |(_, slot): &(PluginId, &Slot)| slot.can(Abilities::FORMAT, buffer) && !buffer.read_only;
        let formats: Vec<PluginId> = self.slots.iter().filter(is_asked).map(|(plugin, _)| plugin).collect();
        let hooks = |(_, slot): &(PluginId, &Slot)| slot.hooks_save(buffer) && !buffer.read_only;
        let hooks: Vec<PluginId> = self.slots.iter().filter(hooks).map(|(plugin, _)| plugin).collect();
        // A formatting of this document that is under way starts again, and saves if either was to save.
        let earlier = self.formatting.iter().position(|other| other.document == document);
        let saves = earlier.is_some_and(|earlier| self.formatting.swap_remove(earlier).saves) || saves;
        let formats = formats.into_iter().map(|plugin| (plugin, Stage::Format));
        let hooks = hooks.into_iter().filter(|_| saves).map(|plugin| (plugin, Stage::BeforeSave));
        let plugins: VecDeque<(PluginId, Stage)> = formats.chain(hooks).collect();
        if plugins.is_empty() {
            if saves {
                documents.write(document, within, out);
            }
            return;
        }
        self.attempts += 1;
        let attempt = self.attempts;
        self.formatting.push(Formatting { document, attempt, plugins, saves, within, has_changed: false });
        out.effect(Effect::Wait { alarm: Alarm::Save(document, attempt), after: MAX_WAIT });
        self.ask_for_format(document, documents, out);
    }

    /// Asks the next plugin, or saves where there is none left.
    fn ask_for_format(&mut self, document: DocumentId, documents: &mut Documents, out: &mut Outbox) {
        let Some(index) = self.formatting.iter().position(|one| one.document == document) else { return };
        while let Some((plugin, stage)) =
            self.formatting.get(index).and_then(|one| one.plugins.front().copied())
        {
            if let Some(slot) = self.slots.get_mut(plugin) {
                return slot.wait(match stage {
                    Stage::Format => Waiting::Format(document),
                    Stage::BeforeSave => Waiting::BeforeSave(document),
                });
            }
            if let Some(formatting) = self.formatting.get_mut(index) {
                formatting.plugins.pop_front();
            }
        }
        let Formatting { saves, within, .. } = self.formatting.swap_remove(index);
        if saves {
            documents.write(document, within, out);
        }
    }

    /// Takes a plugin's edits, and asks the next plugin.
    pub(super) fn formatted(
        &mut self,
        plugin: PluginId,
        version: DocumentVersion,
        result: Result<Vec<Edit>, FormatError>,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        let document = version.document;
        let Some(stage) = self.is_asked(plugin, document) else { return };
        match result {
            Ok(edits) => self.take_format(plugin, version, edits, documents, out),
            Err(error) => out.show(explain(self.name_of(plugin), stage, document, &error, documents)),
        }
        self.next_format(document, documents, out);
    }

    /// Goes on without a plugin that was asked and has failed.
    pub(super) fn format_failed(
        &mut self,
        plugin: PluginId,
        document: DocumentId,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        if self.is_asked(plugin, document).is_some() {
            self.next_format(document, documents, out);
        }
    }

    /// What a plugin is asked for, if it is its turn.
    fn is_asked(&self, plugin: PluginId, document: DocumentId) -> Option<Stage> {
        let one = self.formatting.iter().find(|one| one.document == document)?;
        one.plugins.front().filter(|(front, _)| *front == plugin).map(|(_, stage)| *stage)
    }

    fn next_format(&mut self, document: DocumentId, documents: &mut Documents, out: &mut Outbox) {
        if let Some(formatting) = self.formatting.iter_mut().find(|one| one.document == document) {
            formatting.plugins.pop_front();
        }
        self.ask_for_format(document, documents, out);
    }

    fn take_format(
        &mut self,
        plugin: PluginId,
        version: DocumentVersion,
        edits: Vec<Edit>,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        if edits.is_empty() {
            return;
        }
        let formatting = self.formatting.iter_mut().find(|one| one.document == version.document);
        let (Some(formatting), Some(buffer)) = (formatting, documents.find_mut(version.document)) else {
            return;
        };
        if formatting.has_changed {
            buffer.document.join_undo();
        }
        // Formatters often answer with the whole text, in which a cursor would lose its place.
        let refined: Vec<Edit> = if buffer.document.revision() == Revision::new(version.revision) {
            edits.into_iter().flat_map(|edit| edit.refined(buffer.document.text())).collect()
        } else {
            edits
        };
        match buffer.document.apply_edits(Revision::new(version.revision), refined) {
            Ok(_) => {
                formatting.has_changed = true;
                buffer.author = Author::Plugin(plugin);
            }
            Err(error) if error.is_stale() => {
                self.late(plugin, "the text has changed meanwhile, so its formatting was dropped", out);
            }
            Err(error) => out.show(Message::error(error.to_string()).of(self.name_of(plugin))),
        }
    }

    /// Saves a document that has waited long enough for its formatting.
    pub(super) fn stop_formatting(
        &mut self,
        document: DocumentId,
        attempt: u64,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        let is_it = |one: &Formatting| one.document == document && one.attempt == attempt;
        let Some(index) = self.formatting.iter().position(is_it) else { return };
        let formatting = self.formatting.swap_remove(index);
        if let Some((plugin, _)) = formatting.plugins.front() {
            let what = if formatting.saves {
                "formatting took longer than 1 s, so the document is saved without it"
            } else {
                "formatting took longer than 1 s, so it was dropped"
            };
            self.late(*plugin, what, out);
        }
        if formatting.saves {
            documents.write(document, formatting.within, out);
        }
    }
}

fn explain(
    plugin: &str,
    stage: Stage,
    document: DocumentId,
    error: &FormatError,
    documents: &Documents,
) -> Message {
    match error {
        FormatError::Syntax(problem) => {
            let line = documents.find(document).map_or(0, |buffer| {
                buffer.document.text().line_at(usize::try_from(problem.at).unwrap_or(usize::MAX)) + 1
            });
            Message::warning(format!("not formatted: line {line}: {}", problem.message))
        }
        FormatError::Failed(why) if stage == Stage::BeforeSave => {
            Message::warning(format!("saved without its edits: {why}"))
        }
        FormatError::Failed(why) => Message::warning(format!("not formatted: {why}")),
    }
    .of(plugin)
}
