//! The panel of plugins: how each stands, and what a person may do with it. And what plugins ask to be allowed.
//!
//! That a plugin asks is said in the message line, and answered on a key of its own: what a person types is never taken
//! for an answer.

use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Effect, Message, Mode};
use crate::plugins::{Ask, Health, Report};

/// What a person may do with a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginAction {
    /// It is called no more, and a running call ends.
    Stop,
    /// A stopped or quarantined one may be called again.
    Revive,
    /// Its source is read, and built, again.
    Reload,
    /// What serves starts anew: its settings are others.
    Restart,
    /// It is granted what it asks for, now and from now on.
    Allow,
    /// It is loaded no more, not at the next start either.
    Disable,
    /// It is loaded again.
    Enable,
    /// What it was allowed is forgotten, and asked anew.
    Revoke,
}

/// The panel of plugins.
#[derive(Debug, Default, Clone, Copy)]
pub struct PluginPanel {
    /// Which plugin is chosen.
    pub chosen: usize,
    /// What is shown of it.
    pub page: PluginPage,
    /// How many lines from the end its log is scrolled.
    pub scrolled: usize,
}

/// What is shown of the plugin that is chosen.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum PluginPage {
    /// How it stands.
    #[default]
    Status,
    /// What it has written.
    Log,
    /// What it may.
    Grants,
}

impl App {
    /// How the plugins stand.
    pub fn reports(&self) -> &[Report] {
        &self.reports
    }

    /// What plugins ask to be allowed.
    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }

    pub(super) fn asked(&mut self, ask: Ask) {
        let what = ask.words().join(", ");
        let also = if ask.is_update { "now also asks" } else { "asks" };
        self.say(Message::warning(format!("{} {also} (F7 answers) to {what}", ask.name)));
        self.asks.retain(|other| other.plugin != ask.plugin);
        self.asks.push(ask);
    }

    pub(super) fn begin_answers(&mut self) {
        if self.asks.is_empty() {
            self.say(Message::info("no plugin asks for anything"));
        } else {
            self.mode = Mode::Consent;
        }
    }

    pub(super) fn consent_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        let effects = match key.code {
            KeyCode::Char('a' | 'y') => self.answer_first(Some(PluginAction::Allow)),
            KeyCode::Char('A') => {
                let asks = std::mem::take(&mut self.asks);
                asks.into_iter().map(|ask| Effect::Manage(ask.plugin, PluginAction::Allow)).collect()
            }
            KeyCode::Char('n') => self.answer_first(None),
            KeyCode::Char('d') => self.answer_first(Some(PluginAction::Disable)),
            KeyCode::Esc | KeyCode::F(7) => return Vec::new(),
            _ => Vec::new(),
        };
        if !self.asks.is_empty() {
            self.mode = Mode::Consent;
        }
        effects
    }

    fn answer_first(&mut self, action: Option<PluginAction>) -> Vec<Effect> {
        if self.asks.is_empty() {
            return Vec::new();
        }
        let ask = self.asks.remove(0);
        action.map(|action| Effect::Manage(ask.plugin, action)).into_iter().collect()
    }

    /// Stops every plugin that a call of is under way.
    pub(super) fn stop_busy(&mut self) -> Vec<Effect> {
        let busy: Vec<Effect> =
            self.busy().map(|plugin| Effect::Manage(plugin, PluginAction::Stop)).collect();
        if busy.is_empty() {
            self.say(Message::info("no plugin is busy"));
        }
        busy
    }

    pub(super) fn plugins_key(&mut self, mut panel: PluginPanel, key: KeyEvent) -> Vec<Effect> {
        let report = self.reports.get(panel.chosen);
        let plugin = report.map(|report| report.plugin);
        let is_off = report.is_some_and(|report| report.cost.is_none() && report.health == Health::Off);
        let last = self.reports.len().saturating_sub(1);
        let now = panel.page;
        let turn = |page| if now == page { PluginPage::Status } else { page };
        let mut action = None;
        match key.code {
            KeyCode::Esc if panel.page != PluginPage::Status => panel.page = PluginPage::Status,
            KeyCode::Esc | KeyCode::F(2) => return Vec::new(),
            KeyCode::Up => panel.chosen = panel.chosen.saturating_sub(1),
            KeyCode::Down => panel.chosen = (panel.chosen + 1).min(last),
            KeyCode::PageUp => panel.scrolled = panel.scrolled.saturating_add(10),
            KeyCode::PageDown => panel.scrolled = panel.scrolled.saturating_sub(10),
            KeyCode::Char('l') => panel.page = turn(PluginPage::Log),
            KeyCode::Char('g') => panel.page = turn(PluginPage::Grants),
            KeyCode::Char('s') => action = Some(PluginAction::Stop),
            KeyCode::Char('v') => action = Some(PluginAction::Revive),
            KeyCode::Char('r') => action = Some(PluginAction::Reload),
            KeyCode::Char('e') => {
                action = Some(if is_off { PluginAction::Enable } else { PluginAction::Disable });
            }
            KeyCode::Char('x') if panel.page == PluginPage::Grants => action = Some(PluginAction::Revoke),
            _ => {}
        }
        self.mode = Mode::Plugins(panel);
        plugin.zip(action).map(|(plugin, action)| Effect::Manage(plugin, action)).into_iter().collect()
    }
}
