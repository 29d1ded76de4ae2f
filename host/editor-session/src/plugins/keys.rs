//! Keys of plugins that count only somewhere, and their modes: one is on at a time.

use super::Plugins;
use super::slot::Waiting;
use crate::display::{KeyBinding, KeyContext};
use crate::documents::Documents;
use crate::host::PluginId;

/// The keys of plugins that count now, each with its command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContextKeys {
    /// In the language of the active document.
    pub language: Vec<(String, String)>,
    /// In the panel that is shown.
    pub panel: Vec<(String, String)>,
    /// In the mode that is on.
    pub mode: Vec<(String, String)>,
}

impl Plugins {
    /// The keys that count in the active document, in the panel that is shown, and in the mode that is on.
    pub fn context_keys(&self, documents: &Documents) -> ContextKeys {
        let mut keys = ContextKeys::default();
        let language = documents.active().map(|buffer| buffer.language());
        for (plugin, slot) in &self.slots {
            for KeyBinding { keys: written, command, context } in &slot.bindings {
                let has = |state: &Option<(PluginId, String)>, name: &String| {
                    state.as_ref().is_some_and(|(owner, other)| *owner == plugin && other == name)
                };
                let list = match context {
                    KeyContext::Language(name) if language == Some(name) => &mut keys.language,
                    KeyContext::Panel(name) if has(&self.front_panel, name) => &mut keys.panel,
                    KeyContext::Mode(name) if has(&self.mode, name) => &mut keys.mode,
                    _ => continue,
                };
                list.push((written.clone(), format!("{}.{command}", slot.name)));
            }
        }
        keys
    }

    /// The name of the plugin whose mode is on, and that of the mode.
    pub fn mode(&self) -> Option<(&str, &str)> {
        self.mode.as_ref().map(|(plugin, mode)| (self.name_of(*plugin), mode.as_str()))
    }

    /// Turns a mode on for a command of the person, or the plugin's off.
    pub(super) fn set_mode(&mut self, plugin: PluginId, mode: Option<String>, by_command: bool) {
        match mode {
            Some(mode) if by_command && self.slots.contains_key(plugin) => {
                // A plugin that changes its own mode knows that.
                if self.mode.as_ref().is_some_and(|(owner, _)| *owner != plugin) {
                    self.leave_mode();
                }
                self.mode = Some((plugin, mode));
            }
            Some(_) => {}
            None => drop(self.mode.take_if(|(owner, _)| *owner == plugin)),
        }
    }

    /// Leaves the mode that is on. Gives whether there was one.
    pub(crate) fn leave_mode(&mut self) -> bool {
        let Some((plugin, mode)) = self.mode.take() else { return false };
        if let Some(slot) = self.slots.get_mut(plugin) {
            slot.wait(Waiting::ModeLeft(mode));
        }
        true
    }
}
