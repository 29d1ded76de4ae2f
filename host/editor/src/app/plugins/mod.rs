//! The plugins' share of the state: what they have registered, what they are still to be told, and what they show.

mod completion;
mod format;
mod hover;
mod job;
mod panel;
mod question;
mod slot;
mod take;
mod timer;

use std::path::Path;
use std::sync::Arc;

use witdock_editor_core::Revision;

pub use self::completion::Completing;
pub(super) use self::format::Formatting;
pub use self::hover::Hover;
pub use self::panel::ShownPanel;
pub use self::question::Asked;
pub(super) use self::slot::Slot;
use self::slot::Waiting;
pub use self::timer::Alarm;
use super::palette::Entry;
use super::{App, Effect, Message, PluginAction};
use crate::buffer::{Buffer, DocumentId};
use crate::config::{Keys, Layer};
use crate::display::Segment;
use crate::language;
use crate::plugins::api::{Event, EventKinds};
use crate::plugins::{DocumentView, News, Own, PluginId, RESERVED_REVISIONS, Snapshot, Visible};

impl App {
    /// What is due now that the screen has been drawn: one call for each plugin that has nothing else to do.
    pub fn calls(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for plugin in 0..self.slots.len() {
            let active = self.buffers.get(self.active);
            let Some(Some(slot)) = self.slots.get_mut(plugin) else { continue };
            let Some(call) = slot.next_call(plugin, &self.buffers, active) else { continue };
            effects.push(Effect::Call { plugin, call, snapshot: self.snapshot(plugin) });
        }
        effects
    }

    /// The editor as it is now, for a call of this plugin.
    fn snapshot(&mut self, plugin: PluginId) -> Snapshot {
        let documents = self
            .buffers
            .iter_mut()
            .map(|buffer| DocumentView {
                id: buffer.id,
                revision: buffer.document.revision(),
                reserved: buffer.document.reserve_revisions(RESERVED_REVISIONS),
                text: buffer.document.text().clone(),
                selections: buffer.document.selections().clone(),
                style: buffer.document.style(),
                path: buffer.path.as_ref().map(|path| {
                    path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
                }),
                language: buffer.language().to_owned(),
                modified: buffer.document.is_dirty(),
                read_only: buffer.read_only,
            })
            .collect();
        let (lines, columns) = (self.text_lines(), self.text_columns());
        let first_line = self.active().map_or(0, |buffer| buffer.scroll.line);
        let last = self.active().and_then(|buffer| Some(buffer.visible(lines, columns).last()?.0));
        Snapshot {
            documents,
            current: self.active().map(|buffer| buffer.id),
            clipboard: self.clip.text(),
            visible: Visible { first_line, end_line: last.map_or(first_line, |last| last + 1), columns },
            root: self.root.clone(),
            commands: Arc::clone(&self.command_names),
            own: self.own(plugin),
        }
    }

    /// What a plugin has open.
    fn own(&self, plugin: PluginId) -> Own {
        let Some(Some(slot)) = self.slots.get(plugin) else { return Own::default() };
        let front = self.front_panel.as_ref().filter(|(owner, _)| *owner == plugin).map(|(_, name)| name);
        Own {
            panels: slot
                .panels
                .iter()
                .map(|(name, view)| (name.clone(), view.is_open && front == Some(name)))
                .collect(),
            decorations: self
                .buffers
                .iter()
                .flat_map(|buffer| buffer.decorations.names(plugin).map(|name| (buffer.id, name.to_owned())))
                .collect(),
            segments: slot.segments.len(),
            questions: self.questions_of(plugin),
            timers: slot.timers.len(),
            jobs: slot.jobs,
        }
    }

    /// Queues what plugins do not know yet of the documents and the cursor.
    pub(super) fn notice_changes(&mut self) {
        let active = self.buffers.get(self.active);
        for slot in self.slots.iter_mut().flatten() {
            slot.notice(&self.buffers, active);
        }
    }

    pub(super) fn tell_saved(&mut self, id: DocumentId, revision: Revision) {
        let Some(buffer) = self.buffers.iter().find(|buffer| buffer.id == id) else { return };
        let saved = crate::plugins::api::DocumentVersion { document: id, revision: revision.number() };
        for slot in self.slots.iter_mut().flatten() {
            if slot.wants(EventKinds::SAVED, buffer) {
                slot.wait(Waiting::Tell(Event::Saved(saved)));
            }
        }
    }

    pub(super) fn tell_idle(&mut self) {
        let Some(buffer) = self.buffers.get(self.active) else { return };
        for slot in self.slots.iter_mut().flatten() {
            if slot.wants(EventKinds::IDLE, buffer) {
                slot.wait(Waiting::Idle);
            }
        }
    }

    pub(super) fn news(&mut self, news: News) -> Vec<Effect> {
        match news {
            News::Serving { plugin, name, registration } => {
                if self.slots.len() <= plugin {
                    self.slots.resize_with(plugin + 1, || None);
                }
                self.disown(plugin);
                if let Some(place) = self.slots.get_mut(plugin) {
                    let mut slot = Slot::new(name, registration);
                    // A call of the old generation may still be under way, and says so itself when it ends.
                    if let Some(old) = place.take() {
                        slot.succeed(old);
                    }
                    *place = Some(slot);
                }
                self.registered();
                Vec::new()
            }
            News::Asks(ask) => {
                self.asked(ask);
                Vec::new()
            }
            News::Gone(plugin) => {
                self.disown(plugin);
                let ends = match self.slots.get_mut(plugin).and_then(Option::take) {
                    Some(mut slot) => self.give_up(plugin, slot.all_waiting()),
                    None => Vec::new(),
                };
                self.registered();
                ends
            }
            News::Configured { plugin, settings } => self.configured(plugin, settings),
            News::Ended { plugin, result } => self.ended(plugin, result),
            News::Said(message) => {
                self.say(message);
                Vec::new()
            }
        }
    }

    /// Takes note that what plugins have registered is something else by now.
    fn registered(&mut self) {
        self.command_names = Arc::new(self.command_names());
        self.bind_plugin_keys();
        self.find_languages();
    }

    /// Gives plugins' commands the keys that they ask for, as far as nobody has them. What a plugin does not get is said
    /// once.
    pub(super) fn bind_plugin_keys(&mut self) {
        self.keymap.forget_plugins();
        let mut refused = Vec::new();
        for slot in self.slots.iter().flatten() {
            for command in &slot.registration.commands {
                let name = format!("{}.{}", slot.name, command.name);
                for written in &command.default_keys {
                    let bound = written
                        .parse::<Keys>()
                        .map_err(|error| error.to_string())
                        .and_then(|keys| self.keymap.bind(keys, Some(&name), Layer::Plugin));
                    refused.extend(bound.err().map(|why| format!("{name} does not get its key: {why}")));
                }
            }
        }
        let told = std::mem::replace(&mut self.refused_keys, refused.clone());
        for text in refused.into_iter().filter(|text| !told.contains(text)) {
            self.say(Message::info(text));
        }
    }

    /// Finds out anew what documents are written in.
    pub(super) fn find_languages(&mut self) {
        let languages: Vec<Option<String>> = self
            .buffers
            .iter()
            .map(|buffer| buffer.path.as_deref().map(|path| self.language_of(path)))
            .collect();
        for (buffer, language) in self.buffers.iter_mut().zip(languages) {
            if let Some(language) = language {
                buffer.set_language(&language);
            }
        }
    }

    /// What a file is written in. Where a plugin knows it, its word counts.
    pub(super) fn language_of(&self, path: &Path) -> String {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let types = self.slots.iter().flatten().flat_map(|slot| &slot.registration.file_types);
        let known = types
            .into_iter()
            .find(|one| one.patterns.iter().any(|pattern| language::matches(pattern, &name)));
        known.map_or_else(|| language::of_path(path).to_owned(), |known| known.language.clone())
    }

    /// Tells a plugin of its new settings, if it wants to hear of them; otherwise it starts anew with them.
    fn configured(&mut self, plugin: PluginId, settings: String) -> Vec<Effect> {
        let Some(Some(slot)) = self.slots.get_mut(plugin) else { return Vec::new() };
        if slot.registration.events.contains(EventKinds::SETTINGS_CHANGED) {
            slot.wait(Waiting::Tell(Event::SettingsChanged(settings)));
            return Vec::new();
        }
        vec![Effect::Manage(plugin, PluginAction::Restart)]
    }

    /// Takes down all that a plugin shows and asks.
    fn disown(&mut self, plugin: PluginId) {
        for buffer in &mut self.buffers {
            buffer.decorations.disown(plugin);
        }
        self.withdraw(|asked| asked.plugin == plugin);
        if self.front_panel.as_ref().is_some_and(|(owner, _)| *owner == plugin) {
            self.front_panel = None;
        }
        self.leave_panel_if_gone();
    }

    /// The commands of plugins, for the palette.
    pub(super) fn plugin_entries(&self) -> impl Iterator<Item = Entry> {
        self.slots.iter().flatten().flat_map(move |slot| {
            slot.registration.commands.iter().map(move |command| Entry {
                title: command.title.clone(),
                name: format!("{}.{}", slot.name, command.name),
                key: self
                    .keymap
                    .keys_of(&format!("{}.{}", slot.name, command.name))
                    .into_iter()
                    .next()
                    .unwrap_or_default(),
            })
        })
    }

    /// What plugins say in the status line, the most important last.
    pub fn segments(&self) -> Vec<&Segment> {
        let mut segments: Vec<&Segment> = self
            .slots
            .iter()
            .flatten()
            .flat_map(|slot| slot.segments.iter().map(|(_, segment)| segment))
            .collect();
        segments.sort_by_key(|segment| segment.priority);
        segments
    }

    /// How many answers of a plugin came too late to count.
    pub fn late_answers(&self, plugin: PluginId) -> u64 {
        self.slots.get(plugin).and_then(Option::as_ref).map_or(0, |slot| slot.late)
    }

    fn name_of(&self, plugin: PluginId) -> &str {
        self.slots.get(plugin).and_then(Option::as_ref).map_or("a plugin", |slot| &slot.name)
    }

    /// The plugins that a call of is under way.
    pub(super) fn busy(&self) -> impl Iterator<Item = PluginId> {
        let busy =
            |(plugin, slot): (PluginId, &Option<Slot>)| slot.as_ref()?.running.as_ref().map(|_| plugin);
        self.slots.iter().enumerate().filter_map(busy)
    }
}

fn find_mut(buffers: &mut [Buffer], id: DocumentId) -> Option<&mut Buffer> {
    buffers.iter_mut().find(|buffer| buffer.id == id)
}
