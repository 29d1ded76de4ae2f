//! Panels: lists of lines beside the text.

use super::Plugins;
use crate::display::{Action, Panel};
use crate::host::PluginId;

/// A panel with the person's choices about it.
#[derive(Debug)]
pub(super) struct PanelView {
    pub(super) panel: Panel,
    /// Whether the person wants to see it. A command of the plugin opens it, an event does not.
    pub(super) is_open: bool,
    chosen: usize,
}

/// The panel that is shown.
#[derive(Debug)]
pub struct ShownPanel<'a> {
    /// The name of the plugin; none for a list of the editor itself.
    pub plugin: Option<&'a str>,
    /// The title and the lines.
    pub panel: &'a Panel,
    /// The index of the chosen line.
    pub chosen: usize,
}

impl PanelView {
    /// A panel that is open.
    pub(super) fn open(panel: Panel) -> Self {
        Self { panel, is_open: true, chosen: 0 }
    }

    fn shown(&self) -> ShownPanel<'_> {
        let last = self.panel.lines.len().saturating_sub(1);
        ShownPanel { plugin: None, panel: &self.panel, chosen: self.chosen.min(last) }
    }
}

impl Plugins {
    /// The panel that is shown, if there is one: the list that the person has asked for, or a plugin's.
    pub fn panel(&self) -> Option<ShownPanel<'_>> {
        if let Some(results) = &self.results {
            return Some(results.shown());
        }
        let (plugin, name) = self.front_panel.as_ref()?;
        let slot = self.slots.get(*plugin)?;
        let (_, view) = slot.panels.iter().find(|(other, view)| other == name && view.is_open)?;
        Some(ShownPanel { plugin: Some(&slot.name), ..view.shown() })
    }

    /// Takes a panel from a plugin, or removes it. A panel from a command opens.
    pub(super) fn take_panel(
        &mut self,
        plugin: PluginId,
        name: String,
        panel: Option<Panel>,
        by_command: bool,
    ) {
        let Some(slot) = self.slots.get_mut(plugin) else { return };
        let Some(panel) = panel else {
            return slot.panels.retain(|(other, _)| *other != name);
        };
        if let Some((_, view)) = slot.panels.iter_mut().find(|(other, _)| *other == name) {
            view.panel = panel;
            view.is_open |= by_command;
        } else {
            slot.panels.push((name.clone(), PanelView { panel, is_open: by_command, chosen: 0 }));
        }
        if by_command {
            self.results = None;
            self.front_panel = Some((plugin, name));
        }
    }

    /// Shows a panel where none is shown: the first that there is. Gives whether one is shown now.
    pub(crate) fn open_panel(&mut self) -> bool {
        if self.panel().is_none() {
            let first = self.slots.iter_mut().find_map(|(plugin, slot)| {
                let (name, view) = slot.panels.first_mut()?;
                view.is_open = true;
                Some((plugin, name.clone()))
            });
            if first.is_some() {
                self.front_panel = first;
            }
        }
        self.panel().is_some()
    }

    fn front(&mut self) -> Option<&mut PanelView> {
        if self.results.is_some() {
            return self.results.as_mut();
        }
        let (plugin, name) = self.front_panel.as_ref()?;
        let slot = self.slots.get_mut(*plugin)?;
        slot.panels.iter_mut().find(|(other, _)| other == name).map(|(_, view)| view)
    }

    pub(crate) fn close_panel(&mut self) {
        if self.results.take().is_some() {
            return;
        }
        if let Some(view) = self.front() {
            view.is_open = false;
        }
    }

    /// Chooses a line of the shown panel; the last one where there are fewer.
    pub(crate) fn choose_panel_line(&mut self, line: usize) {
        if let Some(view) = self.front() {
            view.chosen = line.min(view.panel.lines.len().saturating_sub(1));
        }
    }

    /// The action of the chosen line.
    pub(crate) fn panel_action(&self) -> Action {
        let shown = self.panel();
        let line = shown.as_ref().and_then(|shown| shown.panel.lines.get(shown.chosen));
        line.map(|line| line.action.clone()).unwrap_or_default()
    }
}
