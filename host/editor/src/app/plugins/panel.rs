//! Plugins' panels: areas beside the text.

use crossterm::event::{KeyCode, KeyEvent};

use super::super::{App, Effect, Mode};
use crate::display::{Action, Panel};
use crate::plugins::PluginId;

/// A panel with what a person has made of it.
#[derive(Debug)]
pub(in crate::app) struct PanelView {
    pub(super) panel: Panel,
    /// Whether it may be seen: a person who has closed it has closed it.
    pub(super) is_open: bool,
    pub(super) chosen: usize,
}

/// The panel that is seen.
pub struct ShownPanel<'a> {
    /// What it shows.
    pub panel: &'a Panel,
    /// The line that is chosen.
    pub chosen: usize,
    /// Whether keys go to it.
    pub has_keys: bool,
}

/// The most of the screen that a panel takes: one part of so many.
const PANEL_SHARE: usize = 3;

impl App {
    /// The panel that is seen, if there is one.
    pub fn panel(&self) -> Option<ShownPanel<'_>> {
        let (plugin, name) = self.front_panel.as_ref()?;
        let slot = self.slots.get(*plugin)?.as_ref()?;
        let (_, view) = slot.panels.iter().find(|(other, view)| other == name && view.is_open)?;
        let chosen = view.chosen.min(view.panel.lines.len().saturating_sub(1));
        Some(ShownPanel { panel: &view.panel, chosen, has_keys: matches!(self.mode, Mode::Panel) })
    }

    /// How many lines of the screen it takes, its title included.
    pub fn panel_lines(&self) -> usize {
        let most = usize::from(self.size.1) / PANEL_SHARE;
        self.panel().map_or(0, |shown| (shown.panel.lines.len() + 1).min(most))
    }

    /// Takes over a panel. One that a command shows is opened.
    pub(super) fn take_panel(
        &mut self,
        plugin: PluginId,
        name: String,
        panel: Option<Panel>,
        by_command: bool,
    ) {
        let Some(Some(slot)) = self.slots.get_mut(plugin) else { return };
        let Some(panel) = panel else {
            slot.panels.retain(|(other, _)| *other != name);
            return self.leave_panel_if_gone();
        };
        if let Some((_, view)) = slot.panels.iter_mut().find(|(other, _)| *other == name) {
            view.panel = panel;
            view.is_open |= by_command;
        } else {
            slot.panels.push((name.clone(), PanelView { panel, is_open: by_command, chosen: 0 }));
        }
        if by_command {
            self.front_panel = Some((plugin, name));
        }
    }

    /// Gives the keys back to the text where they went to a panel that is gone.
    pub(super) fn leave_panel_if_gone(&mut self) {
        if matches!(self.mode, Mode::Panel) && self.panel().is_none() {
            self.mode = Mode::Edit;
        }
    }

    /// Gives the keys to the panel; where there is none, to the next that is open.
    pub(in crate::app) fn focus_panel(&mut self) {
        if self.panel().is_none() {
            let open = self.slots.iter().enumerate().find_map(|(plugin, slot)| {
                let (name, _) = slot.as_ref()?.panels.first()?;
                Some((plugin, name.clone()))
            });
            if let Some((plugin, name)) = open {
                if let Some((_, view)) = self.panel_of(plugin, &name) {
                    view.is_open = true;
                }
                self.front_panel = Some((plugin, name));
            }
        }
        if self.panel().is_some() {
            self.mode = Mode::Panel;
        } else {
            self.say(super::super::Message::info("no plugin has a panel"));
        }
    }

    fn panel_of(&mut self, plugin: PluginId, name: &str) -> Option<&mut (String, PanelView)> {
        let slot = self.slots.get_mut(plugin)?.as_mut()?;
        slot.panels.iter_mut().find(|(other, _)| other == name)
    }

    pub(in crate::app) fn panel_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let page = self.panel_lines().saturating_sub(2).max(1);
        let Some((plugin, name)) = self.front_panel.clone() else { return Vec::new() };
        let Some((_, view)) = self.panel_of(plugin, &name) else { return Vec::new() };
        let last = view.panel.lines.len().saturating_sub(1);
        view.chosen = match key.code {
            KeyCode::Up => view.chosen.saturating_sub(1),
            KeyCode::Down => view.chosen.saturating_add(1).min(last),
            KeyCode::PageUp => view.chosen.saturating_sub(page),
            KeyCode::PageDown => view.chosen.saturating_add(page).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            KeyCode::Enter => {
                let action = view.panel.lines.get(view.chosen).map(|line| line.action.clone());
                return self.act(action.unwrap_or(Action::None));
            }
            // The panel stays, and follows the text.
            KeyCode::Esc | KeyCode::F(6) => return Vec::new(),
            KeyCode::Char('q' | 'x') => {
                view.is_open = false;
                return Vec::new();
            }
            _ => view.chosen,
        };
        self.mode = Mode::Panel;
        Vec::new()
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::None => {
                self.mode = Mode::Panel;
                Vec::new()
            }
            Action::GoTo(location) => {
                self.show(location);
                Vec::new()
            }
            Action::Run(invocation) => self.invoke(invocation, None),
        }
    }
}
